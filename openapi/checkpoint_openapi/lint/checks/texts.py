"""Checks of the text itself: how YAML parsers and template engines read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checkpoint_openapi.document.formats.yaml_scalars import beginning
from checkpoint_openapi.document.source import Position
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["ambiguous_scalar", "template_braces", "unquoted_key"]

_TEMPLATE = re.compile(r"\{\{|\{%|\{#")


def unquoted_key(context: Context) -> Iterator[Fault]:
    """Find keys that YAML reads as a number, a Boolean, null or a date: JSON keys are always strings."""
    for pointer in context.source.plain_keys:
        key = pointer.rsplit("/", 1)[1]
        yield Fault(
            pointer, f"the key {key} is not text in YAML, and some tools fail on it", f"write '{key}'"
        )


def ambiguous_scalar(context: Context) -> Iterator[Fault]:
    """Find plain values that YAML 1.1 (most of Python) and YAML 1.2 (JavaScript) read differently."""
    for pointer, text, reading in context.source.ambiguous:
        shown = beginning(text)
        fix = f"write '{shown}' for text, or a plain number or Boolean"
        yield Fault(pointer, f"{shown} without quotes is {reading}", fix)


def template_braces(context: Context) -> Iterator[Fault]:
    """Find text that Jinja would execute: Connexion renders each document that it loads from a file."""
    for number, line in enumerate(context.source.text.split("\n"), 1):
        for match in _TEMPLATE.finditer(line):
            yield Fault(
                "",
                f"Connexion executes `{match[0]}` as a template when it loads the document",
                "separate the two characters, or describe the thing in words",
                Position(context.source.file, number, match.start() + 1),
            )
