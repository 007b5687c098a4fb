"""The contract as data, and the tools of those who edit it."""

__version__ = "0.1.0"
