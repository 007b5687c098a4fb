"""The probes: tables of requests, each with exactly one thing to say about one requirement."""
