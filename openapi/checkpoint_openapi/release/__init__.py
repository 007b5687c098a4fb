"""The release of a new version of the contract."""
