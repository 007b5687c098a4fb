"""Conforming servers that use the freedom the contract allows."""
