"""The texts of JSON and YAML: strict readers of what a document, a report or a message is written in."""
