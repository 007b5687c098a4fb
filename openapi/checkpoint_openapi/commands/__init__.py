"""The commands about the document itself: `lint`, `diff`, `changelog`, `next-version` and `docs`."""
