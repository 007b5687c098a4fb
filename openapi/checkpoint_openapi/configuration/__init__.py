"""Configuration files: each format is described once, and every mistake is reported in the same way."""
