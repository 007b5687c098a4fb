"""The stages of the companion operations: discovery, observation and deletion."""
