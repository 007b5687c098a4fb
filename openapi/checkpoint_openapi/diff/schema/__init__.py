"""Schemas, made comparable."""
