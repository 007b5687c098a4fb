"""`python -m checkpoint_handlers` is `checkpoint-contract serve`."""

from checkpoint_handlers.cli import serve

serve(prog_name="python -m checkpoint_handlers")
