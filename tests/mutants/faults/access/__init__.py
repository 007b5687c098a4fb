"""Mutants of AUTH and NF: who is let in, and to what."""
