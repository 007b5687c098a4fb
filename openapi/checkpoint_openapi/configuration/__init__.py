"""Configuration files: what each may hold is described once, and every mistake is told in the same way."""
