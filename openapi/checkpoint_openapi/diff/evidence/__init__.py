"""What the recorded responses of real servers say about a change: nothing is sent."""
