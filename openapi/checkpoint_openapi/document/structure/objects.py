"""The objects of an OpenAPI document: the kind and the place of each.

The grammar names, for each kind of object, the members that contain further objects. Everything else, such as
the value of an example, is data and is not walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from checkpoint_openapi.document import pointer
from checkpoint_openapi.document.values import items, members

__all__ = ["METHODS", "Node", "operations_in", "walk"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The members of a path item that are operations, including `query` since OpenAPI 3.2."""

# Maps whose `x-` keys are extensions; in others they are names, such as those of headers or properties.
_EXTENSIBLE = ("paths", "responses")
_Shape = Literal["one", "list", "map"]
_PARAMETER: dict[str, tuple[_Shape, str]] = {
    "schema": ("one", "schema"),
    "examples": ("map", "example"),
    "content": ("map", "media-type"),
}
_GRAMMAR: dict[str, dict[str, tuple[_Shape, str]]] = {
    "document": {
        "servers": ("list", "server"),
        "paths": ("map", "path-item"),
        "webhooks": ("map", "path-item"),
        "components": ("one", "components"),
        "security": ("list", "security"),
    },
    "components": {
        "schemas": ("map", "schema"),
        "responses": ("map", "response"),
        "parameters": ("map", "parameter"),
        "examples": ("map", "example"),
        "requestBodies": ("map", "request-body"),
        "headers": ("map", "header"),
        "securitySchemes": ("map", "security-scheme"),
        "links": ("map", "link"),
        "callbacks": ("map", "callback"),
        "pathItems": ("map", "path-item"),
        "mediaTypes": ("map", "media-type"),
    },
    "path-item": {
        **dict.fromkeys(METHODS, ("one", "operation")),
        "additionalOperations": ("map", "operation"),
        "parameters": ("list", "parameter"),
        "servers": ("list", "server"),
    },
    "operation": {
        "parameters": ("list", "parameter"),
        "requestBody": ("one", "request-body"),
        "responses": ("map", "response"),
        "callbacks": ("map", "callback"),
        "security": ("list", "security"),
        "servers": ("list", "server"),
    },
    "callback": {"*": ("one", "path-item")},
    "parameter": _PARAMETER,
    "header": _PARAMETER,
    "request-body": {"content": ("map", "media-type")},
    "response": {
        "headers": ("map", "header"),
        "content": ("map", "media-type"),
        "links": ("map", "link"),
    },
    "media-type": {
        "schema": ("one", "schema"),
        "examples": ("map", "example"),
        "itemSchema": ("one", "schema"),
        "encoding": ("map", "encoding"),
        "itemEncoding": ("one", "encoding"),
        "prefixEncoding": ("list", "encoding"),
    },
    "encoding": {"headers": ("map", "header")},
    "link": {"server": ("one", "server")},
    "schema": {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("list", "schema")),
        **dict.fromkeys(("not", "if", "then", "else", "items", "additionalProperties"), ("one", "schema")),
        **dict.fromkeys(("contains", "propertyNames", "unevaluatedItems"), ("one", "schema")),
        **dict.fromkeys(("unevaluatedProperties", "contentSchema"), ("one", "schema")),
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), ("map", "schema")),
        "$defs": ("map", "schema"),
    },
}


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One object of the document."""

    kind: str
    pointer: str
    value: dict[str, Any]
    parent: Node | None
    member: str
    """The member of the parent that contains this object, such as `allOf`; empty for the root."""
    key: str
    """The name or index below that member; empty if the member is the object itself."""

    @property
    def reference(self) -> str | None:
        """The target, if this is a reference to the object instead of the object itself."""
        target = self.value.get("$ref")
        return target if isinstance(target, str) else None

    def ancestor(self, *kinds: str) -> Node | None:
        """Return the nearest enclosing object of one of these kinds."""
        node = self.parent
        while node is not None and node.kind not in kinds:
            node = node.parent
        return node


def walk(document: dict[str, Any]) -> Iterator[Node]:
    """Yield every object of a document, parents before children, in document order."""
    pending = [Node("document", "", document, None, "", "")]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed([*_inside(node)]))


def operations_in(item: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Yield the method, path and value of each operation of a path item, including additional methods.

    Standard HTTP methods are in lower case, and others as sent in requests (OpenAPI 3.2.0, 4.9).
    """
    for method, operation in item.items():
        if method.lower() in METHODS:
            yield method.lower(), (method,), operation
    for method, operation in members(item.get("additionalOperations")).items():
        yield method, ("additionalOperations", method), operation


def _inside(node: Node) -> Iterator[Node]:
    """Yield the objects directly inside an object, in document order."""
    grammar = _GRAMMAR.get(node.kind, {})
    for member, held in node.value.items():
        shape, kind = grammar.get(member) or grammar.get("*") or ("one", "")
        if not kind or member.startswith("x-"):
            continue
        at = pointer.child(node.pointer, member)
        for key, value in _children(shape, held):
            if key.startswith("x-") and member in _EXTENSIBLE:
                continue
            yield Node(kind, pointer.child(at, key) if key else at, value, node, member, key)


def _children(shape: _Shape, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key and value of a member's objects, leaving out anything that is not an object."""
    if shape == "one":
        found = [("", value)]
    elif shape == "list":
        found = [(str(number), item) for number, item in enumerate(items(value))]
    else:
        found = list(members(value).items())
    for key, item in found:
        if isinstance(item, dict):
            yield key, cast("dict[str, Any]", item)
