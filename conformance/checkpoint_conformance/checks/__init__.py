"""Checks: small functions that read one exchange and return findings. The catalogue holds their levels."""
