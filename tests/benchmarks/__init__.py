"""What a completed task costs, measured on a real SQLite file and through the real app."""
