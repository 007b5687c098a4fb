"""Mutants of HTTP: how responses are transmitted."""
