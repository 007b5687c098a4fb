"""Checks of operations, their paths and servers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.document.documents import UnresolvedError
from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.structure.operations import Operation, of_item
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = [
    "header_duplicate",
    "operation_id_duplicate",
    "parameter_duplicate",
    "path_parameter_undeclared",
    "path_parameter_unused",
    "server_insecure",
    "tag_undeclared",
]

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_PLAIN = re.compile(r"http://(?!localhost\b|127\.|\[::1\])", re.IGNORECASE)


def operation_id_duplicate(context: Context) -> Iterator[Fault]:
    """Find operation ids that are used more than once; every use except the first is reported."""
    known: dict[str, str] = {}
    for node in context.own("operation"):
        identifier = node.value.get("operationId")
        if not isinstance(identifier, str):
            continue
        if identifier in known:
            line = context.source.position(known[identifier]).line
            yield Fault(
                f"{node.pointer}/operationId",
                f"the operation id {identifier!r} is already used by the operation on line {line}",
                "give each operation its own id",
            )
        known.setdefault(identifier, f"{node.pointer}/operationId")


def parameter_duplicate(context: Context) -> Iterator[Fault]:
    """Find parameters that one list declares twice: a reader uses the first or the last.

    Header names are case-insensitive (RFC 9110, 5.1).
    """
    for node in context.own("path-item", "operation"):
        known: set[tuple[str, str]] = set()
        for number in range(len(items(node.value.get("parameters")))):
            pointer = f"{node.pointer}/parameters/{number}"
            try:
                parameter = members(context.read(context.at(pointer)))
            except UnresolvedError:
                continue
            name, place = str(parameter.get("name")), str(parameter.get("in"))
            same = name.lower() if place == "header" else name
            if (same, place) in known:
                yield Fault(pointer, f"the {place} parameter {name!r} is declared twice", "remove one")
            known.add((same, place))


def header_duplicate(context: Context) -> Iterator[Fault]:
    """Find headers of a response or a body part that are declared twice, differing only in case."""
    for node in context.own("response", "encoding"):
        known: dict[str, str] = {}
        for name in members(node.value.get("headers")):
            first = known.setdefault(name.lower(), name)
            if first != name:
                yield Fault(
                    child(node.pointer, "headers", name),
                    f"the header {name!r} is {first!r} in another case, which makes no difference",
                    "remove one",
                )


def path_parameter_undeclared(context: Context) -> Iterator[Fault]:
    """Find path placeholders for which an operation declares no required path parameter."""
    for path, pointer, methods in _paths(context):
        for method, declared in methods.items():
            for name in dict.fromkeys(_PLACEHOLDER.findall(path)):
                if name not in declared:
                    yield Fault(
                        f"{pointer}/{method}",
                        f"the path parameter {name!r} is not declared",
                        "add it to `parameters` of the path or the operation, with `in: path`",
                    )
                elif declared[name].get("required") is not True:
                    yield Fault(
                        f"{pointer}/{method}",
                        f"the path parameter {name!r} is not required",
                        "add `required: true`: a path parameter cannot be missing",
                    )


def path_parameter_unused(context: Context) -> Iterator[Fault]:
    """Find declared path parameters for which the path has no placeholder."""
    for path, pointer, methods in _paths(context):
        placeholders = set(_PLACEHOLDER.findall(path))
        for method, declared in methods.items():
            for name in declared.keys() - placeholders:
                yield Fault(
                    f"{pointer}/{method}",
                    f"the path parameter {name!r} has no placeholder in the path {path}",
                    "add the placeholder to the path or remove the parameter",
                )


def server_insecure(context: Context) -> Iterator[Fault]:
    """Find servers that would receive a token unencrypted."""
    for node in context.own("server"):
        url = node.value.get("url")
        if isinstance(url, str) and _PLAIN.match(url):
            yield Fault(f"{node.pointer}/url", f"{url} sends tokens in the clear", "write https")


def tag_undeclared(context: Context) -> Iterator[Fault]:
    """Find tags of operations that are not among the declared tags, if the document declares any."""
    declared = {members(tag).get("name") for tag in items(context.document.get("tags"))}
    for node in context.own("operation"):
        for number, tag in enumerate(items(node.value.get("tags"))):
            if declared and tag not in declared:
                yield Fault(
                    f"{node.pointer}/tags/{number}",
                    f"the tag {tag!r} is not declared",
                    "add it to `tags` of the document, or correct the name",
                )


def _paths(context: Context) -> Iterator[tuple[str, str, dict[str, dict[str, dict[str, Any]]]]]:
    """Yield the template and pointer of each path, and the path parameters of each operation by name.

    A path with a dangling reference is left out.
    """
    for node in context.all("path-item"):
        if node.member != "paths":
            continue
        try:
            found = of_item(context.documents, context.at(node.pointer), node.key, node.key)
        except DocumentError:
            continue
        methods = {
            operation.place.pointer.removeprefix(f"{operation.item.pointer}/"): _declared(operation)
            for operation in found.values()
        }
        yield node.key, node.pointer, methods


def _declared(operation: Operation) -> dict[str, dict[str, Any]]:
    values = (parameter.value for parameter in operation.parameters.values())
    return {str(each.get("name")): each for each in values if each.get("in") == "path"}
