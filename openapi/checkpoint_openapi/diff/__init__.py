"""The gate: whom does a change of the contract break, proven by containment and shown by a witness."""
