"""The commands of the server: serve and admin."""
