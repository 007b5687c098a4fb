"""What is wrong with a text that no parser reads, and where, in words that say what to do about it.

Parsers say what they expected. Behind that are a few slips, which a line of the text gives away.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple, cast

import yaml

__all__ = ["Broken", "what_is_broken"]

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_STARTS_AS_JSON = re.compile(r'\s*\{\s*["}]')
_COLLECTION = re.compile(r"\s*[{\[]")

_REFERRING = ("an alias", "an anchor")


class Broken(NamedTuple):
    """What is wrong with a text, and the line and column, from 1, if they are known."""

    what: str
    line: int | None = None
    column: int | None = None


def what_is_broken(error: yaml.YAMLError, text: str, file: str) -> Broken:
    """Describe the error that the YAML parser found in a text.

    A text that is meant as JSON, by its first characters, is told in the terms of JSON. They may be those of
    a YAML collection, too, unless the name says JSON.
    """
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        line = text.count("\n", 0, conflict.start()) + 1
        return Broken("has a merge conflict that is not resolved", line, 1)
    if (_COLLECTION if file.endswith(".json") else _STARTS_AS_JSON).match(text):
        try:
            json.loads(text)
        except json.JSONDecodeError as refused:
            expected = refused.msg[:1].lower() + refused.msg[1:]
            return Broken(f"is invalid JSON: {expected}", refused.lineno, refused.colno)
        except (ValueError, RecursionError):
            pass  # JSON that Python cannot hold; the YAML parser knows the place
    if isinstance(error, yaml.reader.ReaderError):
        before = text.partition(chr(cast("int", error.character)))[0]
        what = f"has the character U+{error.character:04X}, which YAML does not allow: remove it"
        return Broken(what, before.count("\n") + 1, len(before) - before.rfind("\n"))
    if isinstance(error, yaml.MarkedYAMLError):
        return _marked(error, text)
    return Broken(f"is invalid YAML: {' '.join(str(error).split())}")


def _marked(error: yaml.MarkedYAMLError, text: str) -> Broken:
    mark, start = error.problem_mark or error.context_mark, error.context_mark
    problem, context = error.problem or error.context or "", error.context or ""
    if mark is None:
        return Broken(f"is invalid YAML: {problem}")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    slip = _slip(problem, context, line[mark.column : mark.column + 1])
    if start is not None and context.startswith("while scanning"):
        if slip is not None:
            mark = start
        elif context.endswith("quoted scalar") and "end of stream" in problem:
            mark, slip = start, "the quotes that open here are never closed"
    elif start is not None and context.startswith("while parsing"):
        slip = slip or _misplaced(problem, context, start.line + 1, line[: mark.column])
    return Broken(f"is invalid YAML: {slip or problem}", mark.line + 1, mark.column + 1)


def _misplaced(problem: str, context: str, first: int, before: str) -> str | None:
    """Return what is wrong in a collection that begins on a line, by what stands before it on its own."""
    if "flow" in context:
        return f"{problem} to end what begins on line {first}"
    if context.endswith("collection"):
        return f"the list that begins on line {first} goes on without a '-'"
    if not before.strip():
        return f"the indentation is neither that of line {first} nor that of anything inside it"
    return "text goes on after the end of a value: quote all of it"


def _slip(problem: str, context: str, character: str) -> str | None:
    """Return what is probably wrong, or None if the parser's words say it."""
    if "cannot start any token" in problem:
        if character == "\t":
            return "a tab cannot indent: write spaces"
        return f"text cannot begin with {character!r} unless it is quoted"
    if "mapping values are not allowed" in problem:
        return "a colon where no key can be: correct the indentation, or quote text that contains ': '"
    if "could not find expected ':'" in problem:
        return "a key without a colon, or text that goes on with less indentation than it needs"
    if "expected alphabetic or numeric" in problem and context.endswith(_REFERRING):
        return f"text cannot begin with '{'*' if context.endswith('alias') else '&'}' unless it is quoted"
    if "undefined alias" in problem:
        return "an alias without an anchor of its name before it; quote text that begins with '*'"
    if "another document" in problem:
        return "a second document begins here: a file holds one"
    return None
