"""Whether a sender fits a receiver, and a witness where it does not."""
