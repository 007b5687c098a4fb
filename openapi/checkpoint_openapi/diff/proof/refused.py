"""Values that a sender sends and that one demand of a receiver refuses."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.proof.sample import samples, variations
from checkpoint_openapi.diff.schema.containment import JsonSchema, Operand
from checkpoint_openapi.diff.schema.parts import is_never

__all__ = ["refused_values"]


def refused_values(part: Operand, whole: Operand, demand: JsonSchema) -> list[Any]:
    """Return values that a sender sends and that a demand refuses."""

    def shown_by(candidates: list[Any]) -> list[Any]:
        return [value for value in candidates if part.accepts(value) and whole.refuses(value)]

    def simple() -> list[Any]:
        plain = part.simplified()
        pressed = _pressed(plain, demand)
        more = [] if pressed is plain else samples(pressed, limit=4)
        return shown_by([*more, *samples(plain, limit=12, operand=part)]) or shown_by(variations(plain))

    # The engine's schema of all that a demand refuses is many times as large as the demand.
    found = simple() if part.accepts_anything() or part.is_large else []
    if found or part.is_large:
        return found
    difference = part.without(whole)
    candidates = samples(difference, limit=4) if difference is not None and not is_never(difference) else []
    return shown_by(candidates) or simple()


def _pressed(sender: JsonSchema, demand: JsonSchema) -> JsonSchema:
    """Return a sender's schema restricted to more items or members than a demand allows."""
    more: JsonSchema = {}
    if "maxContains" in demand:
        more = {"contains": demand["contains"], "minContains": demand["maxContains"] + 1}
    for most, least in (("maxItems", "minItems"), ("maxProperties", "minProperties")):
        if most in demand:
            more = {least: demand[most] + 1}
    if not more:
        return sender
    return {"allOf": [{**sender, **more}], **({"$defs": sender["$defs"]} if "$defs" in sender else {})}
