"""Violations of what OpenAPI states only in prose, so that its JSON Schema does not find them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["prose_violated"]

_PLACEHOLDER = re.compile(r"\{([^}]*)\}")


def prose_violated(context: Context) -> Iterator[Fault]:
    """Find violations of rules that the specification states only in prose."""
    yield from _paths(context)
    yield from _schemas(context) if context.is_3_0 else _servers(context)


def _schemas(context: Context) -> Iterator[Fault]:
    for node in context.own("schema"):
        if node.value.get("type") == "array" and "items" not in node.value:
            what = "an array needs `items` in OpenAPI 3.0"
            yield Fault(f"{node.pointer}/type", what, "say what the items are")
        if node.value.get("readOnly") is True and node.value.get("writeOnly") is True:
            what = "a member that is read-only and write-only is never sent"
            yield Fault(f"{node.pointer}/writeOnly", what, "remove one of them")


def _paths(context: Context) -> Iterator[Fault]:
    known: dict[str, str] = {}
    for path in members(context.document.get("paths")):
        pointer = child("/paths", path)
        first = known.setdefault(_PLACEHOLDER.sub("{}", path), path)
        names = _PLACEHOLDER.findall(path)
        if first != path:
            what = f"the path is the same as {first}, since only the names in braces differ"
            yield Fault(pointer, what, "write the operations of both under one path")
        elif len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            yield Fault(
                pointer, f"the path has the placeholder {{{twice}}} twice", "give each a different name"
            )
        elif path.startswith("/") and any(mark in _PLACEHOLDER.sub("", path) for mark in "?#"):
            what = "a path has neither a query nor a fragment"
            yield Fault(pointer, what, "declare query parameters under `parameters`, with `in: query`")


def _servers(context: Context) -> Iterator[Fault]:
    for node in context.own("server"):
        for name, variable in members(node.value.get("variables")).items():
            listed, default = items(members(variable).get("enum")), members(variable).get("default")
            if listed and default not in listed:
                what = f"the default {default!r} is not among the values of `enum`"
                pointer = child(node.pointer, "variables", name, "default")
                yield Fault(pointer, what, "list it, or write another one")
