"""A run: what is sent, in which order, and how it is recorded."""
