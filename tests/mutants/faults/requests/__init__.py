"""Mutants of REQ, FUZZ and HTTP-3: what is made of a request."""
