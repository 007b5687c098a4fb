"""The names that one version declares at a place and the other does not, found without looking at what is alike."""

from __future__ import annotations

import json
from typing import Any

from checkpoint_openapi.diff.conversion.declared import Declarations
from checkpoint_openapi.diff.conversion.novel import novel_names
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.readers import Text
from hypothesis import given, settings
from hypothesis import strategies as st

_NAMES = st.sampled_from("abcd")
_SCHEMAS = st.recursive(
    st.sampled_from(
        ["root.json#/components/schemas/A", "root.json#/components/schemas/B", "other.json#/C"]
    ).map(lambda target: {"$ref": target})
    | st.lists(_NAMES, max_size=2, unique=True).map(lambda names: {"required": names}),
    lambda inner: (
        st.dictionaries(_NAMES, inner, max_size=3).map(lambda members: {"properties": members})
        | st.lists(inner, min_size=1, max_size=2).map(lambda members: {"allOf": members})
        | st.tuples(st.booleans(), inner).map(lambda drawn: {"readOnly": drawn[0], "items": drawn[1]})
    ),
    max_leaves=4,
)
_VERSIONS = st.fixed_dictionaries({"A": _SCHEMAS, "B": _SCHEMAS, "C": _SCHEMAS, "used": _SCHEMAS})


def _documents(schemas: dict[str, Any]) -> Documents:
    """Return a document of two components and the schema of an answer, beside another file."""
    content = {"application/json": {"schema": schemas["used"]}}
    root = {
        "openapi": "3.1.0",
        "paths": {"/": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": {"A": schemas["A"], "B": schemas["B"]}},
    }
    files = {"root.json": json.dumps(root), "other.json": json.dumps({"C": schemas["C"]})}
    documents = Documents(Text(files), "root.json")
    documents.source("other.json")
    return documents


def _everywhere(documents: Documents) -> dict[Location, set[str]]:
    """Return the names that each place declares, looked up one by one."""
    declarations = Declarations(documents, by_client=True)
    found: dict[Location, set[str]] = {}
    pending: list[tuple[Location, Any]] = [
        (Location(file, ""), documents.source(file).document) for file in ("root.json", "other.json")
    ]
    while pending:
        place, value = pending.pop()
        steps = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        pending.extend(
            (Location(place.file, f"{place.pointer}/{escaped(str(step))}"), inner) for step, inner in steps
        )
        if isinstance(value, dict):
            names = declarations.at(place, [])
            found[place] = names.declared | names.hidden
    return found


def _hidden(documents: Documents) -> set[str]:
    """Return the names that some place hides from requests."""
    declarations = Declarations(documents, by_client=True)
    return set().union(*(declarations.at(place, []).hidden for place in _everywhere(documents)))


@settings(max_examples=150)
@given(_VERSIONS, _VERSIONS, st.sets(st.sampled_from(["A", "B", "C", "used"])))
def test_what_is_written_alike_adds_no_name(old: dict[str, Any], new: dict[str, Any], kept: set[str]) -> None:
    """Looking at the changed places alone finds what looking at every place finds."""
    new = {**new, **{name: old[name] for name in kept}}
    base, revision = _documents(old), _documents(new)
    before, after = _everywhere(base), _everywhere(revision)

    expected = set[str]()
    for place in before.keys() | after.keys():
        expected |= before.get(place, set()) ^ after.get(place, set())

    found = novel_names(base, revision)
    assert expected <= found
    assert found - expected <= _hidden(base) | _hidden(revision)
