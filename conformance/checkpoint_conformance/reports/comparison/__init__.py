"""Reports side by side: two of one server, or those of many."""
