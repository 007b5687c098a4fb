"""`report`: shows, compares and merges reports."""
