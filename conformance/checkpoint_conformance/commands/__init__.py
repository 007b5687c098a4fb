"""The subcommands that check servers: `verify`, `replay`, `report`, `target`, `list` and `explain`."""
