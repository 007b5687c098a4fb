"""An independent second server of the contract, with broken and conforming servers derived from it."""
