"""The checks by tools: what those that load a document find in it, and what they make of it."""
