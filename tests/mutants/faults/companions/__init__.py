"""Mutants of DISC, OBS, DEL and CONF: the optional profiles."""
