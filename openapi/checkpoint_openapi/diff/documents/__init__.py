"""The documents that are compared: found, read and resolved."""
