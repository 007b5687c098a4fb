"""Run `checkpoint-contract serve` as `python -m checkpoint_handlers`."""

import sys

from checkpoint_openapi.cli import main

main(["serve", *sys.argv[1:]], prog_name="checkpoint-contract")
