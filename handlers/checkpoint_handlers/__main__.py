"""Run `checkpoint-contract serve` as `python -m checkpoint_handlers`."""

import sys

from checkpoint_openapi.entry import main

main(["serve", *sys.argv[1:]])
