"""All mutants, by name."""

from __future__ import annotations

import importlib

from .framework.mutant import MUTANTS as _REGISTERED
from .framework.mutant import Mutant

__all__ = ["GROUPS", "MUTANTS", "mutant", "representative"]

for _module in (
    "http.transport",
    "http.bytes",
    "http.negotiation",
    "requests.inputs",
    "http.drops",
    "http.fields",
    "http.methods",
    "http.recovery",
    "http.endings",
    "http.locks",
    "http.pools",
    "answers.disclosure",
    "access.auth",
    "access.permission",
    "requests.acceptance",
    "requests.nowhere",
    "requests.json",
    "requests.schema",
    "requests.content",
    "requests.bounds",
    "requests.paths",
    "requests.names",
    "access.notfound",
    "answers.answer",
    "answers.remembered",
    "answers.identity",
    "answers.resources",
    "answers.time",
    "answers.other_policies",
    "answers.errors",
    "answers.statuses",
    "answers.everywhere",
    "requests.fuzz",
    "companions.companions",
    "companions.items",
    "companions.deletion",
    "companions.repetition",
    "companions.refusals",
    "companions.described",
    "companions.empty",
    "companions.projects",
    "access.strangers",
    "http.chance",
):
    importlib.import_module(f"{__package__}.faults.{_module}")

MUTANTS: tuple[Mutant, ...] = tuple(_REGISTERED)
"""Every mutant, in the order of the modules."""

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(each.requirement.partition("-")[0] for each in MUTANTS))
"""The groups of requirements that have mutants: HTTP, AUTH, REQ and so on."""


def representative(count: int) -> tuple[Mutant, ...]:
    """Return at most `count` mutants of each requirement, evenly spaced in its list and deterministic.

    Neighbours in the list are variations of one fault, so even spacing covers the different kinds.
    """
    chosen: list[Mutant] = []
    for requirement in dict.fromkeys(each.requirement for each in MUTANTS):
        kept = [each for each in MUTANTS if each.requirement == requirement and not each.equivalent]
        number = min(count, len(kept))
        chosen += [kept[index * len(kept) // number] for index in range(number)]
    return tuple(chosen)


def mutant(name: str) -> Mutant:
    """Return the mutant of this name; raise KeyError if there is none."""
    return {each.name: each for each in MUTANTS}[name]
