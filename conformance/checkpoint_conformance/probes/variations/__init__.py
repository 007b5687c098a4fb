"""Probes made of others: a fault again with another `Accept` or shape, and several faults at once."""
