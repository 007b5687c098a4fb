"""The contract as data, and the tools for editing it."""

__version__ = "0.1.0"
