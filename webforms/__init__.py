"""The thin Flask layer: people see their tasks as web forms."""
