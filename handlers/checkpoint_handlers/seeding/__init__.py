"""The first entries of a new database: demonstration data, or a seed file."""
