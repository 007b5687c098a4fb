"""The gate: which changes to a contract break its users, proven by containment and shown by a witness."""
