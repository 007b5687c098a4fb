"""The examples that a document states."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import members

__all__ = ["stated_examples"]


def stated_examples(documents: Documents, holder: Location) -> dict[str, Any]:
    """Return the examples that a media type or parameter states, by name; a single one is `example`.

    Raises `DocumentError` if a reference dangles.
    """
    stated = members(documents.get(holder))
    if "example" in stated:
        return {"example": stated["example"]}
    found: dict[str, Any] = {}
    for key in members(stated.get("examples")):
        example = documents.get(documents.follow(holder / "examples" / key))
        for member in ("value", "dataValue"):
            if member in example:
                found[key] = example[member]
    return found
