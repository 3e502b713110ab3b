"""The workflow engine as a library: diagrams in, running cases out. It knows no web.

Read the listing as the glossary. Imports run one way, from `cli` down to `languages`;
the order stands in pyproject.toml and is checked. The caller owns every transaction.
"""
