"""Checks of the document against the requirement catalogue beside it, if there is one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.document.documents import UnresolvedError
from checkpoint_openapi.document.folder import ERRORS
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault, SkippedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.document.source import Source
    from checkpoint_openapi.lint.context import Context

__all__ = ["clause_dangling", "requirement_unknown"]

_IDENTIFIER = re.compile(r"[A-Z]+-[0-9]+")


def clause_dangling(context: Context) -> Iterator[Fault]:
    """Find requirements whose clause points to a place that is not in the document."""
    catalogue = _catalogue(context)
    if catalogue is None:
        return
    for number, entry in enumerate(_requirements(catalogue)):
        name, _, pointer = str(entry.get("clause", "")).partition("#")
        if name != Path(context.source.file).name:
            continue
        try:
            context.documents.resolve(context.documents.root, f"#{pointer}")
        except UnresolvedError as error:
            yield Fault(
                pointer,
                f"the clause of {entry.get('id')} points nowhere: {error.why}",
                "correct the clause, or restore the name of the place",
                catalogue.position(f"/requirements/{number}/clause"),
            )


def requirement_unknown(context: Context) -> Iterator[Fault]:
    """Find texts that name a requirement that is not in the catalogue."""
    catalogue = _catalogue(context)
    if catalogue is None:
        return
    known = {str(entry.get("id")) for entry in _requirements(catalogue)}
    groups = {identifier.partition("-")[0] for identifier in known}
    for node in context.objects:
        for member in ("description", "summary"):
            text = node.value.get(member)
            if not isinstance(text, str):
                continue
            for identifier in dict.fromkeys(_IDENTIFIER.findall(text)):
                if identifier.partition("-")[0] in groups and identifier not in known:
                    yield Fault(
                        f"{node.pointer}/{member}",
                        f"the catalogue has no requirement {identifier}",
                        "correct the id",
                    )


def _catalogue(context: Context) -> Source | None:
    """Return the catalogue beside the document; None if the document belongs to no contract with one."""
    try:
        catalogue = context.catalogue
    except DocumentError as error:
        raise SkippedError(
            f"the requirement catalogue next to the document cannot be read: {error}"
        ) from error
    if catalogue is None and Path(context.source.file).with_name(ERRORS).exists():
        raise SkippedError("there is no requirement catalogue next to the document")
    return catalogue


def _requirements(catalogue: Source) -> list[dict[str, Any]]:
    return [members(entry) for entry in items(catalogue.document.get("requirements"))]
