"""Mutants of RESP, ERR and HTTP-5: what an answer says."""
