"""Scenarios: errors on demand, for testing clients."""
