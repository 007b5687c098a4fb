"""Strict readers for JSON and YAML, the formats of documents, reports and messages."""
