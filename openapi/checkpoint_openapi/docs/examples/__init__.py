"""Values for the examples: stated in the document or made from its schemas, and checked against them."""
