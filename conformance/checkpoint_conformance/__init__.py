"""The conformance suite: checks whether a server complies with the contract, requirement by requirement."""
