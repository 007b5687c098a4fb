"""The names of members that stand in one version of a place and not in the other."""

from __future__ import annotations

from typing import Any, cast

from checkpoint_openapi.diff.schema.declared import Declarations
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.source import DocumentError

__all__ = ["novel_names"]

_DESCRIBES = frozenset(("$ref", "allOf", "anyOf", "oneOf", "properties", "required"))


def novel_names(base: Documents, revision: Documents) -> frozenset[str]:
    """Return the names that are declared at a place in one version and not at the same place in the other.

    Only of these can it matter whether a sender that does not declare them may send them all the same. What
    is moved or renamed counts as new, which does no harm: a sender may always send what it declares itself.
    """
    before, after = _names(base), _names(revision)
    found: set[str] = set()
    for label in before.keys() | after.keys():
        found |= before.get(label, frozenset()) ^ after.get(label, frozenset())
    return frozenset(found)


def _names(documents: Documents) -> dict[str, frozenset[str]]:
    """Return the names that each object of a contract declares or requires, by the object's label."""
    found: dict[str, frozenset[str]] = {}
    declarations = Declarations(documents, request=True)
    files = [documents.root.file]
    for file in files:
        pending: list[tuple[str, Any]] = [("", _document(documents, file))]
        prefix = documents.label(Location(file, ""))
        while pending:
            pointer, node = pending.pop()
            if isinstance(node, list):
                items = enumerate(cast("list[Any]", node))
                pending.extend((f"{pointer}/{number}", item) for number, item in items)
            elif isinstance(node, dict):
                members = cast("dict[str, Any]", node)
                if not _DESCRIBES.isdisjoint(members):
                    found[prefix + pointer] = _declared(declarations, Location(file, pointer))
                target = _other_file(documents, file, members.get("$ref"))
                if target is not None and target not in files:
                    files.append(target)
                pending.extend((f"{pointer}/{escaped(key)}", value) for key, value in members.items())
    return found


def _declared(declarations: Declarations, place: Location) -> frozenset[str]:
    try:
        names = declarations.at(place, [])
    except DocumentError:
        # A reference to nowhere is reported where an operation reaches it.
        return frozenset()
    return frozenset(names.declared | names.hidden)


def _other_file(documents: Documents, file: str, reference: Any) -> str | None:
    if not isinstance(reference, str) or reference.startswith("#") or "://" in reference:
        return None
    try:
        return documents.resolve(Location(file, ""), reference.partition("#")[0]).file
    except DocumentError:
        # A reference to nowhere is reported where an operation reaches it.
        return None


def _document(documents: Documents, file: str) -> Any:
    try:
        return documents.source(file).document
    except DocumentError:
        return {}
