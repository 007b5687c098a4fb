"""The conformance suite: says of any server, requirement by requirement, whether it keeps the contract."""
