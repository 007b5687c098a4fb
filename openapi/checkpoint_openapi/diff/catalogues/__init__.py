"""Compares the catalogues beside a contract: its requirements and its errors."""
