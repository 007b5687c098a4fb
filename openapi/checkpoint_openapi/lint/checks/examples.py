"""Checks of examples, defaults and enumerated values against their schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Location, UnresolvedError
from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.structure.objects import Node
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault
from checkpoint_openapi.lint.validator import faults, faults_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["default_invalid", "enum_invalid", "example_invalid", "example_missing"]

_OF_SCALARS = ("type", "nullable", "format", "pattern", "minLength", "maxLength", "minimum", "maximum")
_JSON = re.compile(r"[/+]json\b")
_HOLDERS = ("media-type", "parameter", "header", "schema")


class _Example(NamedTuple):
    pointer: str
    value: Any
    schema: Location
    direction: Direction | None
    """None if the value may travel in both."""
    owner: str = ""
    """The component that holds the value, if a reference leads to it."""


def example_invalid(context: Context) -> Iterator[Fault]:
    """Find examples that do not match their schema."""
    for example in _examples(context):
        for place, what in faults(context, example.schema, example.value, example.direction):
            yield Fault(
                f"{example.pointer}{place}",
                f"the example violates its schema: {what}",
                "correct one of them",
                owner=example.owner,
            )


def default_invalid(context: Context) -> Iterator[Fault]:
    """Find defaults that do not match their own schema."""
    for node in context.own("schema"):
        if "default" in node.value:
            value = node.value["default"]
            for place, what in faults(context, context.at(node.pointer), value):
                pointer = f"{node.pointer}/default{place}"
                yield Fault(pointer, f"the default violates its schema: {what}", "correct one of them")


def enum_invalid(context: Context) -> Iterator[Fault]:
    """Find enumerated values that the rest of the schema refuses.

    In OpenAPI 3.0, the only version with `nullable`, also null that it allows and the list does not.
    """
    for node in context.own("schema"):
        listed = items(node.value.get("enum"))
        if not listed:
            continue
        rest = {member: value for member, value in node.value.items() if member in _OF_SCALARS}
        for number, value in enumerate(listed):
            for _, what in faults_alone(context, rest, value):
                pointer = f"{node.pointer}/enum/{number}"
                yield Fault(
                    pointer, f"the listed value violates the schema: {what}", "remove it or correct the type"
                )
        if context.is_3_0 and node.value.get("nullable") is True and None not in listed:
            yield Fault(
                f"{node.pointer}/nullable",
                "whether null is allowed depends on the tool: `nullable` says so, `enum` does not",
                "list null, or remove `nullable`",
            )


def example_missing(context: Context) -> Iterator[Fault]:
    """Find request and response bodies without an example."""
    for node in context.own("operation"):
        bodies = [(child(node.pointer, "requestBody"), "the request")]
        bodies += [
            (child(node.pointer, "responses", status), f"the status {status}")
            for status in members(node.value.get("responses"))
        ]
        for pointer, name in bodies:
            for media_type, owner in _without_example(context, pointer):
                yield Fault(
                    pointer,
                    f"{name} has no example of {media_type}",
                    "add `example`, or `examples` with a name for each case",
                    owner=owner,
                )


def _without_example(context: Context, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the media types of a body that have neither an example nor a schema with one.

    With each comes the pointer to the component that lacks it; empty if the operation writes all of it.
    """
    documents = context.documents
    try:
        body = documents.follow(context.at(pointer))
        for name, media_type in members(members(documents.get(body)).get("content")).items():
            if "schema" in members(media_type):
                place = documents.follow(body / "content" / name / "schema")
                schema = documents.get(place)
                if schema is not None and not (_shows(media_type) or _shows(schema)):
                    shared = next((at for at in (place, body) if context.is_component(at)), None)
                    yield name, shared.pointer if shared else ""
    except UnresolvedError:
        return


def _shows(value: Any) -> bool:
    return "example" in members(value) or bool(members(value).get("examples"))


def _examples(context: Context) -> Iterator[_Example]:
    for node in context.own(*_HOLDERS):
        direction = _direction(node)
        place = context.at(node.pointer)
        for pointer, value, owner in _values(context, node):
            if isinstance(value, str) and _is_other_text(context, node):
                continue
            if node.kind == "schema":
                yield _Example(pointer, value, place, direction)
            if node.kind != "schema" and isinstance(node.value.get("schema"), dict):
                yield _Example(pointer, value, place / "schema", direction, owner)
            if isinstance(node.value.get("itemSchema"), dict):
                for number, item in enumerate(items(value)):
                    yield _Example(child(pointer, number), item, place / "itemSchema", direction, owner)


def _is_other_text(context: Context, node: Node) -> bool:
    """Return whether an example that is text may be a value in another format than JSON, such as XML."""
    if node.kind != "media-type" or _JSON.search(node.key.lower()):
        return False
    try:
        schema = members(context.read(context.at(node.pointer) / "schema"))
    except UnresolvedError:
        return False
    return "string" not in (schema.get("type"), *items(schema.get("type")))


def _values(context: Context, node: Node) -> Iterator[tuple[str, Any, str]]:
    """Yield the pointer, value and component of each example of an object; no component without reference."""
    if "example" in node.value:
        yield f"{node.pointer}/example", node.value["example"], ""
    examples: Any = node.value.get("examples")
    if node.kind == "schema":
        for number, value in enumerate(items(examples)):
            yield f"{node.pointer}/examples/{number}", value, ""
    else:
        for name, entry in members(examples).items():
            pointer = child(node.pointer, "examples", name)
            try:
                place = context.documents.follow(context.at(pointer))
            except UnresolvedError:
                continue
            example = members(context.documents.get(place))
            if "value" in example:
                is_own = example is entry
                owner = place.pointer if context.is_component(place) and not is_own else ""
                yield f"{pointer}/value" if is_own else pointer, example["value"], owner


def _direction(node: Node) -> Direction | None:
    """Return the direction in which the value of a node travels, or None if it may be either."""
    around = (
        node if node.kind == "parameter" else node.ancestor("request-body", "response", "parameter", "header")
    )
    if around is None:
        return None
    return Direction.REQUEST if around.kind in ("request-body", "parameter") else Direction.RESPONSE
