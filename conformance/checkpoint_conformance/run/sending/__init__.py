"""How a run sends: within its limits, over persistent connections, watching for a server that fails."""
