"""All mutants, by name."""

from __future__ import annotations

import importlib

from .mutant import MUTANTS as _REGISTERED
from .mutant import Mutant

__all__ = ["GROUPS", "MUTANTS", "mutant", "representative"]

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
    "errors",
    "fuzz",
    "companions",
    "items",
    "strangers",
):
    importlib.import_module(f"{__package__}.faults_{_module}")

MUTANTS: tuple[Mutant, ...] = tuple(_REGISTERED)
"""Every mutant, in the order of the modules."""

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(each.requirement.partition("-")[0] for each in MUTANTS))
"""The groups of requirements that have mutants: HTTP, AUTH, REQ and so on."""


def representative(count: int) -> tuple[Mutant, ...]:
    """Return at most `count` mutants of each requirement, spread evenly over its list, the same each time.

    Neighbours in the list are variations of one fault, so that the spread covers the kinds.
    """
    chosen: list[Mutant] = []
    for requirement in dict.fromkeys(each.requirement for each in MUTANTS):
        kept = [each for each in MUTANTS if each.requirement == requirement and not each.equivalent]
        number = min(count, len(kept))
        chosen += [kept[index * len(kept) // number] for index in range(number)]
    return tuple(chosen)


def mutant(name: str) -> Mutant:
    """Return the mutant of that name; KeyError if there is none."""
    return {each.name: each for each in MUTANTS}[name]
