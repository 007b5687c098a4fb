"""Checks of regular expressions, which engines read differently.

JSON Schema uses ECMAScript syntax. Connexion and most of Python use `re`. Rust's standard engine, like RE2
and Go, has neither lookaround nor back-references.
"""

from __future__ import annotations

import itertools
import re
import warnings
from typing import TYPE_CHECKING

import jsonschema_rs

from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.values import members
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["pattern_divergent", "pattern_refused"]

_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_POSSESSIVE = {("*", "+"), ("+", "+"), ("?", "+"), ("}", "+")}
_ANCHORS = {r"\A", r"\Z", r"\a"}
_GROUPS = {"?P", "?>", "?#"}
_SHORTHANDS = {
    r"\d": ("every Unicode digit", "[0-9]"),
    r"\D": ("no Unicode digit", "[^0-9]"),
    r"\w": ("every Unicode letter and digit", "[0-9A-Za-z_]"),
    r"\W": ("no Unicode letter or digit", "[^0-9A-Za-z_]"),
    r"\s": ("another set of spaces", "the spaces that are meant"),
    r"\S": ("another set of spaces", "the characters that are meant"),
    r"\b": ("the edges of Unicode words", "the characters around the edge"),
    r"\B": ("the inside of Unicode words", "the characters around the place"),
}


def pattern_refused(context: Context) -> Iterator[Fault]:
    """Find patterns that Python or ECMAScript cannot compile."""
    for pointer, pattern, _ in _patterns(context):
        problems = list(_refusals(pattern))
        if problems:
            yield Fault(
                pointer,
                f"the pattern {pattern!r} is refused by {' and by '.join(problems)}",
                "use only what both engines support: classes, groups, repeats, alternatives and anchors",
            )


def pattern_divergent(context: Context) -> Iterator[Fault]:
    """Find patterns that compile but match differently from engine to engine."""
    for pointer, pattern, length_bounded in _patterns(context):
        if any(_refusals(pattern)):
            continue
        for reading, fix in _divergences(pattern, length_bounded=length_bounded):
            yield Fault(pointer, reading, fix)


def _patterns(context: Context) -> Iterator[tuple[str, str, bool]]:
    """Yield the pointer and text of every pattern, and whether `maxLength` limits its input."""
    for node in context.own("schema"):
        pattern = node.value.get("pattern")
        if isinstance(pattern, str):
            yield f"{node.pointer}/pattern", pattern, "maxLength" in node.value
        for name in members(node.value.get("patternProperties")):
            yield f"{node.pointer}/patternProperties/{escaped(name)}", name, True


def _refusals(pattern: str) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            # Python warns if a later version will read a class differently.
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError) as error:
        yield f"Python ({error})"
    if _has_other_syntax(pattern) or not _compiles(pattern, jsonschema_rs.FancyRegexOptions()):
        yield "ECMAScript"


def _has_other_syntax(pattern: str) -> bool:
    """Return whether a pattern uses syntax of Python or Perl that ECMAScript does not have."""
    tokens = [match[0] for match in _TOKEN.finditer(pattern)]
    pairs = set(itertools.pairwise(tokens))
    groups = ("".join(tokens[at + 1 : at + 3]) for at, token in enumerate(tokens) if token == "(")
    return (
        not pairs.isdisjoint(_POSSESSIVE)
        or not _ANCHORS.isdisjoint(tokens)
        or any(group in _GROUPS for group in groups)
    )


def _divergences(pattern: str, *, length_bounded: bool) -> Iterator[tuple[str, str]]:
    tokens = [match[0] for match in _TOKEN.finditer(pattern)]
    escapes = {inner for token in tokens for inner in re.findall(r"\\.", token, re.DOTALL)}
    for shorthand in sorted(escapes & _SHORTHANDS.keys()):
        reading, fix = _SHORTHANDS[shorthand]
        yield (
            f"`{shorthand}` means {reading} in Python, but ASCII or another set in ECMAScript",
            f"write {fix}",
        )
    if not _compiles(pattern, jsonschema_rs.RegexOptions()):
        yield (
            "Rust's plain engine and RE2 support neither lookaround nor back-references",
            "write it without them",
        )
    if "$" in tokens and not length_bounded:
        reading = "Python's `$` also matches before a final newline, so that a longer text passes"
        yield reading, "limit the length with `maxLength`"


def _compiles(pattern: str, options: jsonschema_rs.FancyRegexOptions | jsonschema_rs.RegexOptions) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True
