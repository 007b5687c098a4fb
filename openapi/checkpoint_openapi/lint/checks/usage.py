"""The components of a document that are in use: paths, webhooks and the files they refer to lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.pointer import child, tokens
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.tree import objects_in
from checkpoint_openapi.document.values import items, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["used_components"]


def used_components(context: Context) -> set[tuple[str, str]]:
    """Return the kind and name of the components that operations lead to, including through other files."""
    documents, document = context.documents, context.document
    children = _children(context)
    waiting = [
        (context.at(""), {name: value for name, value in document.items() if name != "components"}),
    ]
    seen: set[Location] = set()
    used: set[tuple[str, str]] = set()
    while waiting:
        start, value = waiting.pop()
        for target in (*_targets(context, start, value), *_selected(start, value, children)):
            component = _component(context, target)
            place = target if component is None else context.at(child("", "components", *component))
            used.update([component] if component else [])
            if place not in seen and documents.has(place):
                seen.add(place)
                waiting.append((place, documents.get(place)))
    return used


def _component(context: Context, target: Location) -> tuple[str, str] | None:
    """Return the kind and name of the component that contains a place of the document."""
    path = tokens(target.pointer)
    is_inside = target.file == context.documents.root.file and path[:1] == ["components"] and len(path) > 2
    return (path[1], path[2]) if is_inside else None


def _targets(context: Context, start: Location, value: Any) -> Iterator[Location]:
    """Yield the places that the objects in a value refer to, by any kind of reference."""
    documents = context.documents
    schemes = documents.root / "components" / "securitySchemes"
    for pointer, inner in objects_in(value, start.pointer):
        place = Location(start.file, pointer)
        for entry in items(inner.get("security")):
            yield from (schemes / name for name in members(entry))
        references = [inner.get("$ref"), inner.get("operationRef")]
        references += members(members(inner.get("discriminator")).get("mapping")).values()
        for written in references:
            if isinstance(written, str):
                yield from _resolved(context, place, written)
        yield from _dynamic(context, place)


def _children(context: Context) -> dict[Location, list[Location]]:
    """Return the component schemas that include another one by `allOf`, by the place of that one."""
    schemas = context.documents.root / "components" / "schemas"
    found: dict[Location, list[Location]] = {}
    for name, schema in members(members(context.document.get("components")).get("schemas")).items():
        for number, part in enumerate(items(members(schema).get("allOf"))):
            written = members(part).get("$ref")
            if isinstance(written, str):
                for parent in _resolved(context, schemas / name / "allOf" / number, written):
                    found.setdefault(parent, []).append(schemas / name)
    return found


def _selected(start: Location, value: Any, children: dict[Location, list[Location]]) -> Iterator[Location]:
    """Yield the schemas that a discriminator selects by name: all that include its schema."""
    for pointer, inner in objects_in(value, start.pointer):
        pending = [Location(start.file, pointer)] if "discriminator" in inner else []
        seen = set(pending)
        while pending:
            further = [each for each in children.get(pending.pop(), []) if each not in seen]
            seen.update(further)
            pending.extend(further)
            yield from further


def _resolved(context: Context, place: Location, written: str) -> Iterator[Location]:
    """Yield the target of a reference, and the schema that a bare name in a mapping refers to."""
    if "/" not in written and "#" not in written:
        yield context.documents.root / "components" / "schemas" / written
    try:
        yield context.documents.resolve(place, written)
    except DocumentError:
        # A dangling reference has a rule of its own, and uses nothing.
        return


def _dynamic(context: Context, place: Location) -> list[Location]:
    try:
        return context.documents.dynamic_targets(place)
    except DocumentError:
        return []
