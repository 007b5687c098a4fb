"""What all pages for people share: a frame, a style, a script that only adds, and the parts that repeat."""
