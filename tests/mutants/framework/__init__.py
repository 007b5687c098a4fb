"""How a mutant or a variant is written, registered and checked."""
