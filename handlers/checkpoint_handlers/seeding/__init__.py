"""The first entries of a new database: sample data, or a seed file."""
