"""The operations of a document, with everything inherited or referred to resolved to places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.objects import operations_in
from checkpoint_openapi.document.values import items, members

__all__ = [
    "Operation",
    "Parameter",
    "callbacks",
    "of_item",
    "operations",
    "parameter_key",
    "webhooks",
]

_IGNORED_HEADERS = ("accept", "content-type", "authorization")
_VARIABLE = re.compile(r"\{([^}]*)\}")
_HEADER = re.compile(r"(?<=\.header\.)[^}\s]+")
"""A header name in a runtime expression; it is case-insensitive."""


class Parameter(NamedTuple):
    """A parameter: its place and its content."""

    place: Location
    value: dict[str, Any]
    member: Location | None = None
    """The object member that this parameter represents, if the object is sent member by member."""


@dataclass(frozen=True)
class Operation:
    """An HTTP method on a path."""

    key: tuple[str, str]
    """The path with its variables unnamed, or the name of an event; and the method."""
    path: str
    method: str
    place: Location
    item: Location
    """The path item."""
    value: dict[str, Any]
    parameters: dict[tuple[str, str], Parameter] = field(default_factory=dict[tuple[str, str], Parameter])
    """By where they are sent and their name; path parameters are named by position."""

    @property
    def title(self) -> str:
        """The method and path."""
        return f"{self.method.upper()} {self.path}"


def operations(documents: Documents) -> dict[tuple[str, str], Operation]:
    """Return the operations under `paths`."""
    place = documents.root / "paths"
    paths = members(documents.get(documents.root).get("paths"))
    found: dict[tuple[str, str], Operation] = {}
    for path in paths:
        if not path.startswith("x-"):
            found.update(of_item(documents, place / path, path, _VARIABLE.sub("{}", path)))
    return found


def webhooks(documents: Documents) -> dict[tuple[str, str], Operation]:
    """Return the operations under `webhooks`, by name."""
    place = documents.root / "webhooks"
    found: dict[tuple[str, str], Operation] = {}
    for name in members(documents.get(documents.root).get("webhooks")):
        found.update(of_item(documents, place / name, name, name))
    return found


def callbacks(documents: Documents, operation: Operation) -> dict[tuple[str, str], Operation]:
    """Return the operations of all callbacks of an operation, by name and expression.

    An expression is not a path template: it says where a request goes (OpenAPI 3.0.3, 4.7.18 and 4.7.18.3).
    """
    found: dict[tuple[str, str], Operation] = {}
    for name in members(operation.value.get("callbacks")):
        place = documents.follow(operation.place / "callbacks" / name)
        for expression in members(documents.get(place)):
            if not expression.startswith("x-"):
                title = f"{name} {expression}"
                key = _HEADER.sub(lambda header: header.group().lower(), title)
                found.update(of_item(documents, place / expression, title, key))
    return found


def parameter_key(kind: str, name: str, path: str) -> tuple[str, str]:
    """Return the identity of a parameter: headers are case-insensitive, path parameters go by position."""
    if kind == "header":
        return kind, name.lower()
    names = _VARIABLE.findall(path)
    if kind == "path" and name in names:
        return kind, f"{{{names.index(name)}}}"
    return kind, name


def of_item(documents: Documents, place: Location, path: str, key: str) -> dict[tuple[str, str], Operation]:
    """Return the operations of a path item, including those behind its `$ref`."""
    layers = [place]
    while "$ref" in members(documents.get(layers[-1])):
        target = documents.target(layers[-1])
        if target in layers:
            raise documents.error("has a `$ref` that leads back to itself", layers[-1] / "$ref")
        layers.append(target)
    found: dict[tuple[str, str], Operation] = {}
    for item in reversed(layers):
        for method, way, stated in operations_in(members(documents.get(item))):
            if not isinstance(stated, dict):
                continue
            # OpenAPI allows no reference here, but bundlers follow it: a change behind it would be missed.
            at = documents.follow(item.below(*way))
            parameters: dict[tuple[str, str], Parameter] = {}
            for holder in (*reversed(layers), at):
                parameters.update(_parameters(documents, holder, path))
            value = members(documents.get(at))
            found[key, method] = Operation((key, method), path, method, at, item, value, parameters)
    return found


def _parameters(documents: Documents, holder: Location, path: str) -> dict[tuple[str, str], Parameter]:
    listed = members(documents.get(holder)).get("parameters")
    found: dict[tuple[str, str], Parameter] = {}
    for number in range(len(items(listed))):
        place = documents.follow(holder / "parameters" / number)
        value = members(documents.get(place))
        kind, name = str(value.get("in")), str(value.get("name"))
        if kind == "header" and name.lower() in _IGNORED_HEADERS:
            continue
        found[parameter_key(kind, name, path)] = Parameter(place, value)
    return found
