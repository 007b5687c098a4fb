"""Two small servers of the contract in ordinary frameworks, for tests that need more than one implementation.

They share no code with the reference server or the mutants.
"""
