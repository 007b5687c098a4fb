"""The optional profiles, on the companion operations: discovery, observation, deletion, conflict."""
