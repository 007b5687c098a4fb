"""All mutants, by name."""

from __future__ import annotations

import importlib

from .mutant import MUTANTS as _REGISTERED
from .mutant import Mutant

__all__ = ["GROUPS", "MUTANTS", "mutant"]

for _module in (
    "transport",
    "bytes",
    "inputs",
    "drops",
    "http",
    "disclosure",
    "auth",
    "permission",
    "acceptance",
    "json",
    "schema",
    "content",
    "bounds",
    "notfound",
    "answer",
    "identity",
    "resources",
    "time",
):
    importlib.import_module(f"{__package__}.faults_{_module}")

MUTANTS: tuple[Mutant, ...] = tuple(_REGISTERED)
"""Every mutant, in the order of the modules."""

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(each.requirement.partition("-")[0] for each in MUTANTS))
"""The groups of requirements that have mutants: HTTP, AUTH, REQ and so on."""


def mutant(name: str) -> Mutant:
    """Return the mutant of that name; KeyError if there is none."""
    return {each.name: each for each in MUTANTS}[name]
