"""What every command shares on a terminal: streams that may end, and text in columns."""
