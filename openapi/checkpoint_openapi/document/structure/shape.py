"""Is the structure of a document sound enough for a comparison?

Only what the comparison walks through is checked: everything else is left to lint. A null member counts as
missing.
"""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import last
from checkpoint_openapi.document.structure.objects import operations_in
from checkpoint_openapi.document.tree import objects_in
from checkpoint_openapi.document.values import members

__all__ = ["check_references", "check_shape"]

_OBJECTS = ("info", "paths", "webhooks", "components")
_LISTS = ("security", "servers", "tags")


def check_shape(documents: Documents) -> None:
    """Raise `DocumentError`, with the line, for the first member of the wrong type."""
    root = documents.root
    document = members(documents.get(root))
    for name in _OBJECTS:
        _demand(documents, root / name, document.get(name), dict)
    for name in _LISTS:
        _demand(documents, root / name, document.get(name), list)
    if all(document.get(name) is None for name in ("paths", "webhooks", "components")):
        raise documents.error("describes nothing: it has no `paths`", root)
    for name in members(document.get("components")):
        _demand(documents, root / "components" / name, members(document.get("components"))[name], dict)
    for holder in ("paths", "webhooks"):
        for path, item in members(document.get(holder)).items():
            if not path.startswith("x-"):
                _demand(documents, root / holder / path, item, dict)
                _check_item(documents, root / holder / path, members(item))


def check_references(documents: Documents) -> None:
    """Raise `DocumentError` for the first dangling reference that operations lead to.

    References in examples are ignored: no comparison relies on one.
    """
    pending: list[Location] = []
    seen: set[Location] = set()

    def visit(place: Location) -> None:
        if place not in seen:
            seen.add(place)
            pending.append(place)

    for holder in ("webhooks", "paths"):
        for path in members(members(documents.get(documents.root)).get(holder)):
            if not path.startswith("x-"):
                visit(documents.root / holder / path)
    while pending:
        start = pending.pop()
        for pointer, value in objects_in(documents.get(start), start.pointer):
            place = Location(start.file, pointer)
            if "$ref" in value and "/examples/" not in pointer:
                documents.follow(place)
                visit(documents.target(place))
            for candidate in documents.dynamic_targets(place):
                visit(candidate)


def _check_item(documents: Documents, place: Location, item: dict[str, Any]) -> None:
    _demand(documents, place / "parameters", item.get("parameters"), list)
    _demand(documents, place / "additionalOperations", item.get("additionalOperations"), dict)
    for _, way, operation in operations_in(item):
        _check_operation(documents, place.below(*way), operation)


def _check_operation(documents: Documents, place: Location, value: Any) -> None:
    _demand(documents, place, value, dict)
    operation = members(value)
    kinds = {"parameters": list, "responses": dict, "requestBody": dict, "callbacks": dict}
    for name, kind in kinds.items():
        _demand(documents, place / name, operation.get(name), kind)
    for status, answer in members(operation.get("responses")).items():
        if not status.startswith("x-"):
            _demand(documents, place / "responses" / status, answer, dict)


def _demand(documents: Documents, place: Location, value: Any, kind: type) -> None:
    if value is None or isinstance(value, kind):
        return
    name = "an object" if kind is dict else "a list"
    token = last(place.pointer)
    raise documents.error(f"has a `{token}` that is not {name}", place)
