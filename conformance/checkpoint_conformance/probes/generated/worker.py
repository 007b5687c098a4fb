"""A second process that generates inputs while the first probes are being sent.

It is started as a separate program, so that it inherits neither threads nor the caller's imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from checkpoint_conformance.probes.generated.inputs import Inputs
from checkpoint_conformance.probes.generated.recipe import Recipe
from checkpoint_conformance.transport.clock import LimitedClock

__all__ = ["PATIENCE", "PATIENCE_PER_EXAMPLE", "GenerationError", "Worker", "main"]

PATIENCE = 300.0
"""Seconds that the process may take, whatever it generates."""
PATIENCE_PER_EXAMPLE = 1.0
"""Extra seconds for each example, which takes about a hundredth of one."""


class GenerationError(Exception):
    """Generating the requests takes far longer than it should."""


class Worker:
    """A process that generates the inputs of one recipe."""

    def __init__(self, recipe: Recipe) -> None:
        """Start the process. Raises OSError if it cannot be started."""
        self._patience = PATIENCE + PATIENCE_PER_EXAMPLE * recipe.max_examples
        with tempfile.TemporaryFile() as order:
            order.write(recipe.to_json().encode())
            order.seek(0)
            # -P keeps a file in the working directory from shadowing a module.
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", __name__],
                stdin=order,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def inputs(self, clock: LimitedClock) -> Inputs | None:
        """Wait for the inputs; None if the process died.

        Raises GenerationError if it takes too long, and OutOfTime at the time limit of the clock.
        """
        try:
            written, _ = self._process.communicate(timeout=min(self._patience, clock.left))
        except subprocess.TimeoutExpired:
            clock.check()
            raise GenerationError(
                f"generating requests took longer than {self._patience:g} s; lower --max-examples"
            ) from None
        try:
            return Inputs.from_json(written) if self._process.returncode == 0 else None
        except ValueError:
            return None

    def stop(self) -> None:
        """Kill the process, if it is still running."""
        with self._process:
            self._process.kill()


def main() -> None:
    """Read a recipe from standard input, and write its inputs to standard output."""
    order = sys.stdin.buffer.read()
    # Hypothesis goes on without its folder, which it would leave in the working directory, and without what
    # other packages happen to register with it: importing them takes longer than importing Hypothesis.
    os.environ |= {"HYPOTHESIS_STORAGE_DIRECTORY": os.devnull, "HYPOTHESIS_NO_PLUGINS": "1"}
    # Keep anything that a library prints out of the inputs.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as output:
        os.dup2(2, 1)
        output.write(Recipe.from_json(order).make().to_json())


if __name__ == "__main__":
    main()
