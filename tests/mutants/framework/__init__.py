"""Write, register and check mutants and variants."""
