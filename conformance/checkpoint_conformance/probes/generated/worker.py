"""A second process that generates inputs while the first probes travel.

It is started as a program of its own, so that neither threads nor whatever the caller imported come along.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from checkpoint_conformance.probes.generated.inputs import Inputs
from checkpoint_conformance.probes.generated.recipe import Recipe

__all__ = ["PATIENCE", "PATIENCE_PER_EXAMPLE", "GenerationError", "Worker", "main"]

PATIENCE = 300.0
"""Seconds that the process may take, whatever it has to generate."""
PATIENCE_PER_EXAMPLE = 1.0
"""Seconds more for each example, which takes about a hundredth of one."""


class GenerationError(Exception):
    """The generation of requests takes far longer than it should."""


class Worker:
    """The process that follows one recipe."""

    def __init__(self, recipe: Recipe) -> None:
        """Start the process. Raises OSError."""
        self._patience = PATIENCE + PATIENCE_PER_EXAMPLE * recipe.max_examples
        with tempfile.TemporaryFile() as order:
            order.write(recipe.to_json().encode())
            order.seek(0)
            # -P: a file of the working directory must not stand in for a module.
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", __name__],
                stdin=order,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def inputs(self) -> Inputs | None:
        """Wait for the inputs; None where the process died. Raises GenerationError."""
        try:
            written, _ = self._process.communicate(timeout=self._patience)
        except subprocess.TimeoutExpired:
            raise GenerationError(
                f"generating requests took longer than {self._patience:g} s; lower --max-examples"
            ) from None
        try:
            return Inputs.from_json(written) if self._process.returncode == 0 else None
        except ValueError:
            return None

    def stop(self) -> None:
        """End the process, wherever it is."""
        with self._process:
            self._process.kill()


def main() -> None:
    """Read a recipe from standard input, write its inputs to standard output."""
    order = sys.stdin.buffer.read()
    # Whatever a library prints must not get among the inputs.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as output:
        os.dup2(2, 1)
        output.write(Recipe.from_json(order).make().to_json())


if __name__ == "__main__":
    main()
