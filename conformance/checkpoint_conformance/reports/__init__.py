"""The report of a run: built, kept, compared, merged and written."""
