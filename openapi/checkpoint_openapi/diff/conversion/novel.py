"""The member names that occur in only one version of a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from checkpoint_openapi.diff.conversion.declared import Declarations, Names
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.source import DocumentError

__all__ = ["novel_names"]

_REFERS = frozenset(("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf"))
_DESCRIBES = frozenset(("$ref", "allOf", "anyOf", "oneOf", "properties", "required", "readOnly", "writeOnly"))


def novel_names(base: Documents, revision: Documents) -> frozenset[str]:
    """Return the names that are declared at a place in one version and not at the same place in the other.

    Only for these can it matter whether a sender that does not declare them may still send them. Moved or
    renamed members count as new, which does no harm: a sender may always send what it declares itself. Every
    file that either version leads to must have been read before.
    """
    directions = [
        [(documents, Declarations(documents, by_client=by_client)) for documents in (base, revision)]
        for by_client in (True, False)
    ]
    found: set[str] = set()
    changed = list(_changed_places(base, revision))
    for sides in directions:
        for place in changed:
            before, after = (_declared(*side, place) for side in sides)
            found |= before.declared ^ after.declared
            found |= before.hidden ^ after.hidden
        if any(_is_hidden(*sides[0], place) != _is_hidden(*sides[1], place) for place in changed):
            found |= {
                name
                for place, name in _referring_members(base)
                if _is_hidden(*sides[0], place) != _is_hidden(*sides[1], place)
            }
    return frozenset(found)


def _referring_members(documents: Documents) -> Iterator[tuple[str, str]]:
    """Yield the labels and names of the members whose marks may be elsewhere, behind a reference."""
    pending = list({"#": documents.get(documents.root), **documents.others()}.items())
    while pending:
        label, value = pending.pop()
        inner = _inside(value)
        for name, member in _inside(inner.get("properties")).items():
            if not _REFERS.isdisjoint(_inside(member)):
                yield f"{label}/properties/{escaped(name)}", name
        pending.extend((f"{label}/{escaped(key)}", each) for key, each in inner.items())


def _changed_places(base: Documents, revision: Documents) -> Iterator[str]:
    """Yield the labels of the objects that describe members and differ between the versions.

    An object that is written the same declares other names only if it refers to one of these.
    """
    versions = [{"#": documents.get(documents.root), **documents.others()} for documents in (base, revision)]
    pending = [
        (label, versions[0].get(label), versions[1].get(label))
        for label in dict.fromkeys([*versions[0], *versions[1]])
    ]
    while pending:
        label, old, new = pending.pop()
        if old == new:
            continue
        before, after = _inside(old), _inside(new)
        if not _DESCRIBES.isdisjoint(before) or not _DESCRIBES.isdisjoint(after):
            yield label
        pending.extend(
            (f"{label}/{escaped(key)}", before.get(key), after.get(key))
            for key in before.keys() | after.keys()
        )


def _inside(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(cast("list[Any]", value))}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _declared(documents: Documents, declarations: Declarations, label: str) -> Names:
    place = documents.place(label)
    try:
        return declarations.at(place, []) if documents.has(place) else Names()
    except DocumentError:
        # A dangling reference, which is reported where an operation reaches it.
        return Names()


def _is_hidden(documents: Documents, declarations: Declarations, label: str) -> bool:
    place = documents.place(label)
    try:
        return documents.has(place) and declarations.hides(place)
    except DocumentError:
        return False
