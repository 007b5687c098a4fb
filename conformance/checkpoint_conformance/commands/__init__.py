"""The subcommands that judge servers: `verify`, `replay`, `report`, `target`, `list` and `explain`."""
