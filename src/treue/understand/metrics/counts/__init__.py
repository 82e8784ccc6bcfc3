"""From the lake to counts, into PostgreSQL, and out of it as pages ask."""
