"""Two small servers of the contract in ordinary frameworks, for tests that need more than one implementation.

Each is written from the contract, and shares no code with the other, the reference server or the mutants.
"""
