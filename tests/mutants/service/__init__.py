"""An independent, conforming server of the contract."""
