"""Conforming servers that use the freedom that the contract leaves."""
