"""The mutants: servers with one fault each."""
