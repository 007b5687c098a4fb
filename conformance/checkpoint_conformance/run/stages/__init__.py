"""The stages of a run, each of which exercises the requirements that it names."""
