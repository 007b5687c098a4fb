"""Links the requirements that the texts of a document name."""

from __future__ import annotations

import re
from typing import Any, cast

from checkpoint_openapi.document.bundle import FILES
from checkpoint_openapi.document.tree import Kind

__all__ = ["link_requirements"]

_REQUIREMENT = re.compile(r"\b[A-Z]+-[0-9]+\b")


def link_requirements(value: Any, known: frozenset[str], kind: Kind = Kind.OBJECT) -> Any:
    """Return a document whose descriptions link each known requirement id to its place on the page.

    The texts are Markdown. Data stays unchanged.
    """
    if isinstance(value, dict) and kind is not Kind.DATA:
        found: dict[str, Any] = {}
        for key, member in cast("dict[str, Any]", value).items():
            if key == "description" and isinstance(member, str):
                found[key] = _linked(member, known)
            else:
                found[key] = link_requirements(
                    member, known, Kind.MAP if key == FILES else kind.inside(key, member)
                )
        return found
    if isinstance(value, list) and kind is not Kind.DATA:
        return [link_requirements(item, known) for item in cast("list[Any]", value)]
    return cast("Any", value)


def _linked(text: str, known: frozenset[str]) -> str:
    def link(found: re.Match[str]) -> str:
        return f"[{found[0]}](#{found[0]})" if found[0] in known else found[0]

    return _REQUIREMENT.sub(link, text)
