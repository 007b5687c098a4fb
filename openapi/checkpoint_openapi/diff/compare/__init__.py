"""Compares two versions of a contract, rule by rule."""
