"""Mutants of HTTP: how an answer travels."""
