"""The probes: tables of requests, each of which tests exactly one aspect of one requirement."""
