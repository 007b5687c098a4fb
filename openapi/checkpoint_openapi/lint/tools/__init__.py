"""Checks by tools and about tools: what they find in a document that they load, and what they make of it."""
