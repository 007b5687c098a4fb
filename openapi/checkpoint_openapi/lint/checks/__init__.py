"""The checks of what a document says: one module for each kind of thing in it."""
