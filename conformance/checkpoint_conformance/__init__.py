"""The conformance suite: checks whether a server keeps the contract, requirement by requirement."""
