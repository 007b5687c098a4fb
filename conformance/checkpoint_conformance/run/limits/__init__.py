"""What limits a run: the budget, how it is divided, and the pauses between tries."""
