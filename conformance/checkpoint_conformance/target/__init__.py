"""The server under test: the target file, its secrets, and the built-in reference server."""
