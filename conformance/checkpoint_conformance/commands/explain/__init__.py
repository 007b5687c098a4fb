"""`explain`: what a requirement, a probe, an error or a word of the verdict means."""
