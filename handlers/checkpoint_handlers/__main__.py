"""`python -m checkpoint_handlers` is `checkpoint-contract serve`."""

import sys

from checkpoint_openapi.cli import main

main(["serve", *sys.argv[1:]], prog_name="checkpoint-contract")
