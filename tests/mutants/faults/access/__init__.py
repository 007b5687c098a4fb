"""Mutants of AUTH and NF: who may access what."""
