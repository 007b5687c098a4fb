"""Reports of runs: building, storing, comparing, merging and writing them."""
