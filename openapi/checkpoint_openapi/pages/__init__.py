"""What all pages for people share: a frame, a style, an optional script, and the parts that repeat."""
