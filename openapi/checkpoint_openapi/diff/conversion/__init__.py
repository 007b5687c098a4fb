"""The Schema Objects of a document, converted to schemas that can be compared."""
