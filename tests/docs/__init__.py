"""The pages: what they say can be done is done, and what they say is so."""
