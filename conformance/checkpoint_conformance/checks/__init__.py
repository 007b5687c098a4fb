"""Checks: small functions that read one exchange and return findings. Levels stand in the catalogue."""
