"""The stages of a run; each exercises the requirements that it names."""
