"""Compares the values that an operation sends and receives: their schemas, members and examples."""
