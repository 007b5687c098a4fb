"""Checks of single schemas: keywords that contradict each other, have no effect, or name nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

from checkpoint_openapi.document.documents import Location, UnresolvedError
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.document.structure.objects import Node
    from checkpoint_openapi.lint.context import Context

__all__ = ["bounds_contradictory", "discriminator_undeclared", "keyword_idle", "required_undeclared"]

_BOUNDS = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minimum", "maximum"),
    ("exclusiveMinimum", "maximum"),
    ("minimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minContains", "maxContains"),
)
_LIMITS = frozenset(name for pair in _BOUNDS for name in pair)
_KEYWORDS = {
    "string": {"minLength", "maxLength", "pattern"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"},
    "object": {
        *("properties", "patternProperties", "additionalProperties", "required", "propertyNames"),
        *("minProperties", "maxProperties", "dependentRequired", "dependentSchemas"),
    },
}
_BRANCHES = ("oneOf", "anyOf")
# The members of a schema whose own schemas apply to the same value.
_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")


def bounds_contradictory(context: Context) -> Iterator[Fault]:
    """Find lower bounds above upper ones, and more required members than allowed: no value satisfies them."""
    for node in context.own("schema"):
        schema = node.value
        if _LIMITS.isdisjoint(schema):
            continue
        for lower, upper in _BOUNDS:
            least, most = schema.get(lower), schema.get(upper)
            if not (_is_number(least) and _is_number(most)):
                continue
            open_ends = _opens(schema, lower) or _opens(schema, upper)
            if least > most or (least == most and open_ends):
                yield Fault(
                    f"{node.pointer}/{lower}",
                    f"`{lower}` {least} and `{upper}` {most} leave no value",
                    "correct one of the bounds",
                )
        required, most = items(schema.get("required")), schema.get("maxProperties")
        if _is_number(most) and len(required) > most:
            yield Fault(
                f"{node.pointer}/required",
                f"{len(required)} members are required but `maxProperties` is {most}",
                "correct one of them",
            )


def keyword_idle(context: Context) -> Iterator[Fault]:
    """Find keywords that have no effect on values of the schema's type."""
    for node in context.own("schema"):
        declared = node.value.get("type")
        if node.value.get("nullable") is True and not (context.is_3_0 and declared):
            yield Fault(
                f"{node.pointer}/nullable",
                "`nullable` has no effect "
                + ("without a `type` next to it" if context.is_3_0 else "since OpenAPI 3.1"),
                "state the type next to it" if context.is_3_0 else "add null to the types",
            )
        types = {name for name in (*items(declared), declared) if isinstance(name, str)}
        if not types:
            continue
        for keyword in sorted(_idle(frozenset(types)) & node.value.keys()):
            yield Fault(
                f"{node.pointer}/{keyword}",
                f"`{keyword}` has no effect on the type {' or '.join(sorted(types))}",
                "remove it or correct the type",
            )


@lru_cache(maxsize=256)
def _idle(types: frozenset[str]) -> set[str]:
    """Return the keywords that have no effect on values of these types."""
    families = {"number" if name == "integer" else name for name in types}
    heeded = set[str]().union(*(_KEYWORDS.get(family, set[str]()) for family in families))
    return set[str]().union(*_KEYWORDS.values()) - heeded


def required_undeclared(context: Context) -> Iterator[Fault]:
    """Find required members that no `properties` at this place declares, often a misspelt name."""
    for node in context.own("schema"):
        required = items(node.value.get("required"))
        if not required:
            continue
        names = _declared(context, _outermost(node))
        if names is None:
            continue
        for number, name in enumerate(required):
            if isinstance(name, str) and name not in names:
                yield Fault(
                    f"{node.pointer}/required/{number}",
                    f"{name!r} is required, but no property has this name",
                    "declare the property or correct the name",
                )


def discriminator_undeclared(context: Context) -> Iterator[Fault]:
    """Find discriminators whose property is not required by a branch or by the schema itself."""
    for node in context.own("schema"):
        name = members(node.value.get("discriminator")).get("propertyName")
        if not isinstance(name, str):
            continue
        branches = [
            each for each in context.all("schema") if each.parent is node and each.member in _BRANCHES
        ]
        for branch in branches or [node]:
            demanded = _demanded(context, branch)
            if demanded is not None and name not in demanded:
                yield Fault(
                    f"{node.pointer}/discriminator/propertyName",
                    f"the property {name!r} decides what a value is, but is not required at {branch.pointer}",
                    "declare it there and add it to `required`",
                )


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _opens(schema: dict[str, Any], bound: str) -> bool:
    """Return whether a bound is exclusive: by its keyword in JSON Schema, by a Boolean in OpenAPI 3.0."""
    boolean = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(bound)
    return bound.startswith("exclusive") or (boolean is not None and schema.get(boolean) is True)


def _outermost(node: Node) -> Node:
    """Return the outermost enclosing schema that applies to the same value."""
    while node.parent is not None and node.parent.kind == "schema" and node.member in _IN_PLACE:
        node = node.parent
    return node


def _declared(context: Context, node: Node) -> set[str] | None:
    """Return the names declared for the value of a schema, or None if any name may be meant."""
    names: set[str] = set()
    try:
        for schema in _applied(context, node, _IN_PLACE):
            if schema.get("patternProperties") or isinstance(schema.get("additionalProperties"), dict):
                return None
            names |= members(schema.get("properties")).keys()
    except UnresolvedError:
        return None
    return names


def _demanded(context: Context, node: Node) -> set[str] | None:
    """Return the names that the value of a schema must have, or None if a reference dangles."""
    try:
        return {
            str(name)
            for schema in _applied(context, node, ("allOf",))
            for name in items(schema.get("required"))
        }
    except UnresolvedError:
        return None


def _applied(context: Context, node: Node, keywords: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield a schema and those that its references and `keywords` apply to the same value.

    Raises `UnresolvedError` if a reference dangles.
    """
    documents = context.documents
    waiting = [context.at(node.pointer)]
    seen: set[Location] = set()
    while waiting:
        place = waiting.pop()
        schema = members(documents.get(place))
        if place in seen:
            continue
        seen.add(place)
        if "$ref" in schema:
            waiting.append(documents.follow(place))
            if context.is_3_0:
                continue
        yield schema
        waiting += documents.dynamic_targets(place)
        for keyword in keywords:
            is_map = keyword == "dependentSchemas"
            waiting += _schemas_of(schema.get(keyword), place / keyword, is_map=is_map)


def _schemas_of(value: Any, place: Location, *, is_map: bool) -> list[Location]:
    """Return the places of a keyword's schemas: one, those of a list, or those in a map."""
    if is_map:
        return [place / name for name in members(value)]
    return [place / number for number in range(len(items(value)))] or ([place] if members(value) else [])
