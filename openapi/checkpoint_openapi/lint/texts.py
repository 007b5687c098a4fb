"""Checks of the text itself: what YAML readers and template engines make of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.source import Position
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["ambiguous_scalar", "template_braces", "unquoted_key"]

_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_TAG = "tag:yaml.org,2002:"
_AMBIGUOUS = {
    "bool": (
        re.compile(r"(?!(?:true|True|TRUE|false|False|FALSE)$).*"),
        "a Boolean to YAML 1.1 and text to 1.2",
    ),
    "int": (re.compile(r"[-+]?(?:0b.*|0[0-9_]+|.*[_:].*)"), "another number to YAML 1.1 than to 1.2"),
    "float": (re.compile(r".*[_:].*"), "another number to YAML 1.1 than to 1.2"),
    "timestamp": (re.compile(r".*"), "a date to YAML 1.1 and text to 1.2"),
    "str": (
        re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][0-9]+|-?(?:0|[1-9][0-9]*)[eE][-+]?[0-9]+|0o[0-7]+"),
        "text to YAML 1.1 and a number to 1.2",
    ),
}


def unquoted_key(context: Context) -> Iterator[Fault]:
    """Find keys that YAML reads as a number, a Boolean, null or a date: JSON has keys of text only."""
    for pointer in context.source.plain_keys:
        key = pointer.rsplit("/", 1)[1]
        yield Fault(pointer, f"the key {key} is no text to YAML, and some tools fail on it", f"write '{key}'")


def ambiguous_scalar(context: Context) -> Iterator[Fault]:
    """Find plain values that YAML 1.1 (most of Python) and YAML 1.2 (JavaScript) read differently."""
    root = context.source.root
    for pointer, node in _scalars(root, "", set()) if root is not None else ():
        pattern, reading = _AMBIGUOUS.get(node.tag.removeprefix(_TAG), (None, ""))
        if not node.style and pattern and pattern.fullmatch(node.value):
            mend = f"write '{node.value}' for text, or a plain number or Boolean"
            yield Fault(pointer, f"{node.value} without quotes is {reading}", mend)


def template_braces(context: Context) -> Iterator[Fault]:
    """Find what Jinja would execute: Connexion renders each document that it loads from a file."""
    text = context.source.text
    for match in _TEMPLATE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        yield Fault(
            "",
            f"Connexion executes `{match[0]}` as a template when it loads the document",
            "separate the two characters, or describe the thing in words",
            Position(context.source.file, line, column),
        )


def _scalars(node: yaml.Node, pointer: str, seen: set[int]) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Yield the scalar values with their pointers, each once however many aliases lead to it."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield pointer, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, f"{pointer}/{escaped(str(key.value))}", seen)
    else:
        for number, item in enumerate(node.value):
            yield from _scalars(item, f"{pointer}/{number}", seen)
