"""What the recorded answers of real servers say about a change: nothing is sent."""
