"""What limits a run: the budget, the pauses and the time."""
