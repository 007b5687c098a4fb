"""Requests generated from the contract by Schemathesis (FUZZ-1, FUZZ-2)."""
