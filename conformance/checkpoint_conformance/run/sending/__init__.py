"""How a run sends: within its limits, over kept connections, watching for a server that fails."""
