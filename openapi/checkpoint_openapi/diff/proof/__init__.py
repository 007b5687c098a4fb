"""Whether a sender fits a receiver, and a witness if it does not."""
