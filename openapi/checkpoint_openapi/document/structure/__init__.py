"""What a document consists of: its objects and operations, and whether they can be read and compared."""
