"""Reports side by side: two of the same server, or those of several."""
