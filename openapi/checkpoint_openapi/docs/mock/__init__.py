"""A server made from a document alone: requests are checked, and examples are the answers."""
