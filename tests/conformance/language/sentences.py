"""The sentences that a package can print, found in its syntax trees."""

from __future__ import annotations

import ast
import re
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Sentence", "sentences"]

VALUE = "§{}§"
"""What stands for a value that only a run knows."""
_WORDS = re.compile(r"\b[A-Za-z]+(?:'s)?\b")
_NOT_PROSE = re.compile(r"`[^`]*`|§\d+§|\{\w*\}|\S*[_/=.@:\\]\S*[^\s.,:;]")
_FOR_PROGRAMS = {"help", "epilog", "metavar", "about", "pattern"}
"""Arguments whose text is help, documentation or code."""
_SILENT = {"Subcommand", "compile", "cast", "fullmatch", "search", "sub", "match", "partition", "startswith"}
"""Functions whose text nobody reads, or is help."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PART = re.compile(r"^[\s,.;(]|[\s(]$")
Sentence = tuple[str, int]
"""A text with samples for its values, and its line."""


def sentences(file: Path) -> Iterator[Sentence]:
    """Yield each text of a module that reads as prose, in every wording that its source allows."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for function in _scopes(tree):
        given = _given(function)
        for node in _outermost(function):
            for text in sorted(set(_wordings(node, given))):
                if _is_prose(text):
                    yield text, node.lineno


def _is_prose(text: str) -> bool:
    """Return whether a text reads as prose; a part of a sentence begins or ends with a space."""
    words = _WORDS.findall(_NOT_PROSE.sub(" ", text))
    return not _PART.search(text) and any(map(str.islower, words)) and len(words) > 1


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the module, and each function in it."""
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS))


def _given(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what is assigned to each name of a scope."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                given.setdefault(name, []).append(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    if isinstance(target, ast.Name):
                        given.setdefault(target.id, []).append(value)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                given.setdefault(name, []).append(value)
            case _:
                pass
    return given if isinstance(scope, _FUNCTIONS) else {}


def _outermost(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the texts of a tree, without docstrings, and without what is part of a longer text."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case ast.Expr(value=ast.Constant()) | ast.Assert():
                continue
            case ast.keyword(arg=str(name)) if name in _FOR_PROGRAMS:
                continue
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _SILENT:
                continue
            case ast.Call(func=ast.Name(id="Key" | "Entries"), args=[reader, *_]):
                yield from _outermost(reader)
            case ast.JoinedStr() | ast.BinOp(op=ast.Add()) | ast.Constant(value=str()):
                yield child
                for inner in _inside(child):
                    yield from _outermost(inner)
            case _:
                yield from _outermost(child)


def _inside(node: ast.expr) -> Iterator[ast.AST]:
    """Yield the expressions whose values a text takes up."""
    if isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))


def _wordings(node: ast.expr, given: dict[str, list[ast.expr]]) -> list[str]:
    """Return what an expression may say, with a sample for each value."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.FormattedValue(value=value):
            return _wordings(value, given)
        case ast.JoinedStr(values=parts):
            return [_numbered(choice) for choice in product(*(_wordings(part, given) for part in parts))]
        case ast.IfExp(body=one, orelse=other):
            return _wordings(one, given) + _wordings(other, given)
        case ast.BoolOp(values=values):
            return [text for value in values for text in _wordings(value, given)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [_numbered(pair) for pair in product(_wordings(left, given), _wordings(right, given))]
        case ast.Name(id=name) if name in given:
            rest = {other: values for other, values in given.items() if other != name}
            return [text for value in given[name] for text in _wordings(value, rest)]
        case _:
            return [VALUE]


def _numbered(parts: tuple[str, ...]) -> str:
    """Return the parts as one text in which each sample has a number of its own."""
    count = iter(range(1, 100))
    return re.sub(r"§(?:\{\}|\d+)§", lambda _: VALUE.format(next(count)), "".join(parts))
