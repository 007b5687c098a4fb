"""Mutants of RESP, ERR and HTTP-5: the content of responses."""
