"""Failures in words: the rule, the member, and one sentence about the old and new state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from checkpoint_openapi.diff.proof.clauses import Step
from checkpoint_openapi.diff.proof.failure import Failure
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import FORMAT, UNDECLARED
from checkpoint_openapi.diff.schema.opaque import as_written
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.values import contains, equal

__all__ = ["Description", "describe", "path_text", "shown", "types_of"]

_DEEPEST = 4
_BY_KEYWORD = {
    "enum": "value", "const": "value",
    "minLength": "length", "maxLength": "length",
    "pattern": "pattern", "format": "format",
    "minimum": "range", "maximum": "range", "exclusiveMinimum": "range", "exclusiveMaximum": "range",
    "multipleOf": "range",
    "minItems": "item-count", "maxItems": "item-count", "uniqueItems": "uniqueness",
    "minProperties": "member-count", "maxProperties": "member-count",
    "dependentRequired": "dependency",
    "unevaluatedProperties": "unknown-members",
    "anyOf": "alternative", "oneOf": "alternative",
}  # fmt: skip


@dataclass(frozen=True)
class Description:
    """The name and text of a failure."""

    facet: str
    text: str
    """The old and new state, worded to follow the name of the member."""
    path: tuple[Step, ...]
    before: Any = None
    after: Any = None


def path_text(path: tuple[Step, ...]) -> str:
    """Return a path in readable notation, such as `checkpoint.resources[]`."""
    text = ""
    for step in path:
        name = "*" if step == UNDECLARED else step
        text += "[]" if isinstance(step, int) else f".{name}" if text else str(name)
    return text


def shown(value: Any) -> str:
    """Return a value as short JSON."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else text[:117] + "..."


def describe(failure: Failure, *, narrowed: bool) -> Description:
    """Return a failure in words; `narrowed` means that the receiver is the new version."""
    clause = failure.clause
    if clause is None:
        return Description("schema", f"no longer {_fits(narrowed)}", failure.path)
    if clause.part.is_pin:
        return _pin(failure, narrowed=narrowed)
    if FORMAT in clause.part.keywords:
        return _format(failure, narrowed=narrowed)
    match clause.keyword:
        case "type":
            return _type(failure, narrowed=narrowed)
        case "required":
            return _required(failure, narrowed=narrowed)
        case "additionalProperties":
            return _member(failure, narrowed=narrowed)
        case "enum" | "const":
            return _listed(failure, narrowed=narrowed)
        case "anyOf" | "oneOf":
            return _alternative(failure, narrowed=narrowed)
        case "properties" if clause.name is not None:
            text = f"no longer {_fits(narrowed)}"
            return Description("schema", text, (*failure.path, clause.name))
        case _:
            return _keyword(failure, narrowed=narrowed)


def _fits(narrowed: bool) -> str:
    return "accepts everything it used to accept" if narrowed else "stays within what it used to be"


def _ordered(demanded: Any, sent: Any, *, narrowed: bool) -> tuple[Any, Any]:
    """Return what the receiver requires and what the sender guarantees, ordered as before and after."""
    return (sent, demanded) if narrowed else (demanded, sent)


def _keyword(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    keyword = clause.keyword
    before, after = _ordered(clause.value, _merged(failure.sender, keyword), narrowed=narrowed)
    if keyword == "pattern":
        before, after = (value if value is None else as_written(value) for value in (before, after))
    facet = _BY_KEYWORD.get(keyword, "condition")
    if isinstance(before, dict | list) or isinstance(after, dict | list):
        return Description(facet, f"`{keyword}` changed", failure.path, before, after)
    if before is not None and equal(before, after):
        effect = "lets through" if narrowed else "bounds"
        text = f"`{keyword}` {shown(after)} no longer {effect} the same values"
    else:
        text = _changed(keyword, before, after)
    return Description(facet, text, failure.path, before, after)


def _format(failure: Failure, *, narrowed: bool) -> Description:
    """Describe bounds that come from a numeric format and that nobody wrote."""
    clause = failure.clause
    assert clause is not None
    before, after = _ordered(clause.part.keywords[FORMAT], _merged(failure.sender, FORMAT), narrowed=narrowed)
    return Description("format", _changed("format", before, after), failure.path, before, after)


def _changed(keyword: str, before: Any, after: Any) -> str:
    """Describe the change of a keyword; None stands for an absent one."""
    if before is None:
        return f"`{keyword}` {shown(after)} is new"
    if after is None:
        return f"`{keyword}` {shown(before)} is gone"
    return f"`{keyword}` {shown(before)} → {shown(after)}"


def _merged(schema: Schema, keyword: str) -> Any:
    """Return the combined value of a keyword across the parts of a schema, or None if no part has it."""
    values = [part.keywords[keyword] for part in schema.parts() if keyword in part.keywords]
    if not values:
        return None
    if keyword.startswith(("min", "exclusiveMin")):
        return max(values)
    if keyword.startswith(("max", "exclusiveMax")):
        return min(values)
    if keyword == "enum":
        return [value for value in values[0] if all(contains(other, value) for other in values)]
    return values[0] if len(values) == 1 else values if keyword != "pattern" else " and ".join(values)


def _types(value: Any) -> list[str]:
    return [] if value is None else cast("list[str]", value) if isinstance(value, list) else [value]


def types_of(schema: Schema, depth: int = 0) -> list[str]:
    """Return the types that a schema names, itself or in all its alternatives, if it names any."""
    found: list[str] | None = None
    if depth > _DEEPEST:
        return []
    for part in schema.parts():
        branches: list[JsonSchema] = part.keywords.get("anyOf") or part.keywords.get("oneOf") or []
        offered = [types_of(schema.sub(branch), depth + 1) for branch in branches]
        together = list(dict.fromkeys(name for names in offered for name in names)) if all(offered) else []
        stated = _types(part.keywords.get("type")) or together
        if stated:
            stated = [*stated, "null"] if part.nullable and "null" not in stated else stated
            found = stated if found is None else [name for name in found if name in stated]
    return found or []


def _type(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    demanded = _types(clause.value)
    demanded = [*demanded, "null"] if clause.part.nullable and "null" not in demanded else demanded
    sent = types_of(failure.sender)
    before, after = _ordered(demanded, sent, narrowed=narrowed)
    if set(sent) - set(demanded) == {"null"}:
        text = "null is now rejected" if narrowed else "may now be null"
        return Description("null", text, failure.path, before, after)
    names = [" or ".join(f"`{name}`" for name in side) or "any" for side in (before, after)]
    return Description("type", f"type {names[0]} → {names[1]}", failure.path, before, after)


def _required(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    assert clause.name is not None
    path = (*failure.path, clause.name)
    if clause.name in failure.sender.names():
        text = "is now required" if narrowed else "may now be missing"
        return Description("required", text, path, not narrowed, narrowed)
    text = "is new and required" if narrowed else "was always present and is gone"
    return Description("new-required", text, path, not narrowed, narrowed)


def _member(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    if clause.name is None or clause.name == UNDECLARED:
        text = "undeclared members are now rejected" if narrowed else "undeclared members may now appear"
        return Description("unknown-members", text, failure.path)
    text = (
        "is no longer declared and is now rejected"
        if narrowed
        else "is new, and the old object allows no other members"
    )
    return Description("member", text, (*failure.path, clause.name))


def _listed(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    demanded = [clause.value] if clause.keyword == "const" else cast("list[Any]", clause.value)
    sent = _merged(failure.sender, "enum")
    constant = _merged(failure.sender, "const")
    sent = [constant] if sent is None and constant is not None else sent
    before, after = _ordered(demanded, sent, narrowed=narrowed)
    if not isinstance(sent, list):
        text = (
            f"now only {shown(demanded)} is accepted"
            if narrowed
            else f"is no longer one of {shown(demanded)}"
        )
        return Description("value", text, failure.path, before, after)
    other = [value for value in cast("list[Any]", sent) if not contains(demanded, value)]
    if other == [None]:
        text = "null is now rejected" if narrowed else "may now be null"
        return Description("null", text, failure.path, before, after)
    names = " and ".join(shown(value) for value in other) or "a value"
    text = f"may no longer be {names}" if narrowed else f"may now be {names}"
    return Description("value", text, failure.path, before, after)


def _alternative(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    name = failure.alternative.component if failure.alternative is not None else None
    what = f"the alternative `{name}`" if name else "an alternative"
    text = f"{what} is no longer accepted" if narrowed else f"{what} is new"
    if failure.alternative is None:
        text = f"`{clause.keyword}` now limits it" if narrowed else f"`{clause.keyword}` no longer limits it"
    if failure.crowded:
        refused = "which `oneOf` rejects" if narrowed else "which `oneOf` rejected before"
        text = f"a value that matches {what} may also match another one, {refused}"
    return Description("alternative", text, failure.path, None, what)


def _pin(failure: Failure, *, narrowed: bool) -> Description:
    clause = failure.clause
    assert clause is not None
    text = "the discriminator's values " + ("now allow less" if narrowed else "now allow more")
    return Description("discriminator", text, failure.path, None, clause.name or clause.value)
