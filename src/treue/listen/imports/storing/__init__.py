"""From cleaned rows to the database: staged in DuckDB, written to PostgreSQL in chunks of about a second."""
