"""Schemas in comparable form."""
