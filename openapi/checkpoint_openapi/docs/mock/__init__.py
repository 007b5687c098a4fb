"""A server made from a document alone: it checks requests and responds with examples."""
