"""A second, independent server of the contract, and the broken and conforming servers derived from it."""
