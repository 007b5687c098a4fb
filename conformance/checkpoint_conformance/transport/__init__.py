"""HTTP as it travels: requests, answers, connections."""
