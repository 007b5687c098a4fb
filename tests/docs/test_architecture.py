"""The picture of ARCHITECTURE is that of the code, and every public name says what it is."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest

from .pages import ROOT, architecture, digest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = {"O": "checkpoint_openapi", "H": "checkpoint_handlers", "C": "checkpoint_conformance"}
ROOMS = PACKAGES | {"G": "checkpoint_openapi.diff"}
"""What each box of the picture shows the inside of."""
MODULES = [
    file
    for name in ("openapi", "handlers", "conformance")
    for file in (ROOT / name).glob("checkpoint_*/**/*.py")
]


def arrows() -> list[tuple[str, str]]:
    """Return each arrow of the picture as two modules: who imports, and what."""
    picture = architecture()
    drawn: list[tuple[str, str]] = []
    for letter, inside in re.findall(r"subgraph (\w)\[.*?\]\n(.*?)\n    end", picture, re.DOTALL):
        names = dict(re.findall(r'(\w+)\["([^"]+)"\]', inside))
        for line in re.sub(r'\["[^"]*"\]', "", inside).splitlines():
            ends = [[each.strip() for each in part.split("&")] for part in line.split("-->")]
            for left, right in pairwise(ends):
                for one, other in product(left, right):
                    listed = (names.get(name, name).split(" · ") for name in (one, other))
                    drawn += [
                        (f"{ROOMS[letter]}.{here}", f"{ROOMS[letter]}.{there}")
                        for here, there in product(*listed)
                    ]
    drawn += [
        (PACKAGES[one], PACKAGES[other])
        for one, other in re.findall(r"^    (\w) --> (\w)$", picture, re.MULTILINE)
    ]
    return drawn


@cache
def graph() -> grimp.ImportGraph:
    """Return who imports whom."""
    return grimp.build_graph(*PACKAGES.values(), cache_dir=None)


def test_picture_of_the_site_is_drawn_from_it() -> None:
    """The site shows the picture as it stands on the page; `tests.browser.pictures` draws it."""
    drawn = (ROOT / "docs" / "pictures" / "architecture.svg").read_text(encoding="utf-8")
    assert drawn.startswith(f"<!-- {digest(architecture())} -->\n<svg ")


@pytest.mark.parametrize(("importer", "imported"), arrows())
def test_arrow_is_an_import(importer: str, imported: str) -> None:
    """Each arrow is an import, directly or through others, and none goes the other way."""
    assert graph().find_shortest_chains(importer, imported, as_packages=True), "nothing is imported"
    assert not graph().find_shortest_chains(imported, importer, as_packages=True), "it is imported back"


def test_each_box_is_in_one_room() -> None:
    """A name that two rooms shared would be one box, with the arrows of both."""
    rooms = re.findall(r"subgraph \w\[.*?\]\n(.*?)\n    end", architecture(), re.DOTALL)
    boxes = [set(re.findall(r"\w+", re.sub(r'\["[^"]*"\]|direction TB', "", inside))) for inside in rooms]
    assert sum(map(len, boxes)) == len(set().union(*boxes))


def test_picture_has_arrows() -> None:
    """The picture is read as it is drawn."""
    assert len(arrows()) > 15


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem if isinstance(file, Path) else "")
def test_public_name_is_documented(file: Path) -> None:
    """Each function, class, method and value that a module exports says what it is."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in public(tree)
        if not ast.get_docstring(node)
        and not any(ast.unparse(each) == "override" for each in node.decorator_list)
    ]
    assert silent + silent_values(tree) == []


def exports(tree: ast.Module) -> set[str]:
    """Return the names in `__all__`."""
    return {
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    }


def silent_values(tree: ast.Module) -> list[str]:
    """Return the exported values under which no text stands."""
    exported = exports(tree)
    return [
        target.id
        for node, below in pairwise([*tree.body, ast.Pass()])
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id in exported
        if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant))
    ]


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Give what a module exports, and the public methods of its classes."""
    exported = exports(tree)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, kinds) and node.name in exported:
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    each for each in node.body if isinstance(each, kinds) and not each.name.startswith("_")
                )
