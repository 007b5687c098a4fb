"""The conformance suite, judged from outside and module by module."""
