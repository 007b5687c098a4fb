"""Mutants of REQ, FUZZ and HTTP-3: the handling of requests."""
