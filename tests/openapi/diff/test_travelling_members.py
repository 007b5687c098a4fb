"""Members that do not travel: `readOnly` and `writeOnly`, wherever they are written."""

from __future__ import annotations

from typing import Any

import pytest
from checkpoint_openapi.diff.conversion.declared import Declarations

from .judging import documents, ids, judged, with_schema
from .labelled.events import JSON, delivered, taken
from .labelled.small import NULL, TEXT, WHOLE, Object, holds

READ: Object = {"readOnly": True}
WRITE: Object = {"writeOnly": True}
ID: Object = {"$ref": "#/components/schemas/Id"}
BASE: Object = {"$ref": "#/components/schemas/Base"}
CLOSED: Object = {"additionalProperties": False}
MARKED = [{**TEXT, **READ}, {**WHOLE, **READ}]

MARKS: dict[str, tuple[Object, Object]] = {
    "at the member": ({**TEXT, **READ}, {}),
    "behind a reference": (ID, {"Id": {**TEXT, **READ}}),
    "behind two references": (ID, {"Id": BASE, "Base": {**TEXT, **READ}}),
    "beside allOf": ({"allOf": [ID], **READ}, {"Id": TEXT}),
    "in a part of allOf": ({"allOf": [ID, READ]}, {"Id": TEXT}),
    "behind a reference in allOf": ({"allOf": [ID]}, {"Id": {**TEXT, **READ}}),
    "in each alternative": ({"oneOf": MARKED}, {}),
}
"""The schema of a read-only member, and the components that it needs, by where the mark is."""

HOLDERS: dict[str, Any] = {
    "in the same schema": lambda needed, member: holds(needed, a=TEXT, b=member),
    "in a closed schema": lambda needed, member: {**holds(needed, a=TEXT, b=member), **CLOSED},
    "beside allOf": lambda needed, member: {"allOf": [holds(a=TEXT, b=member)], **holds(needed)},
    "in another part": lambda needed, member: {"allOf": [holds(a=TEXT, b=member), holds(needed)]},
    "in a declaring part": lambda needed, member: {"allOf": [holds(b=member), holds(needed, b={})]},
    "in an item": lambda needed, member: {"type": "array", "items": holds(needed, a=TEXT, b=member)},
    "in an alternative": lambda needed, member: {"oneOf": [holds(needed, a=TEXT, b=member), NULL]},
}
"""An object that requires members, by where `required` is in relation to the mark."""

CONDITIONS: dict[str, Object] = {
    "dependentRequired": {"dependentRequired": {"a": ["b"]}},
    "dependentRequired of it": {"dependentRequired": {"b": ["a"]}},
    "dependentSchemas": {"dependentSchemas": {"a": {"required": ["b"]}}},
    "dependentSchemas of it": {"dependentSchemas": {"b": {"required": ["a"]}}},
    "then": {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
    "if": {"if": {"required": ["b"]}, "then": {"required": ["a"]}},
    "not": {"not": {"required": ["b"]}},
}


def _told(old: Object, new: Object) -> set[str]:
    return {each.id for each in judged(old, new).findings if not each.id.startswith("version-")}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("where", HOLDERS)
@pytest.mark.parametrize("mark", MARKS)
def test_a_read_only_member_is_never_required_of_a_request(mark: str, where: str, version: str) -> None:
    """Wherever the mark is, and wherever the member is required."""
    member, schemas = MARKS[mark]
    make = HOLDERS[where]
    free, needed = (make(names, member) for names in ([], ["b"]))
    old, new = (with_schema(each, request=True, version=version, **schemas) for each in (free, needed))
    assert not _told(old, new)
    assert not _told(new, old)


@pytest.mark.parametrize("where", HOLDERS)
@pytest.mark.parametrize("mark", MARKS)
def test_a_read_only_member_that_is_no_longer_required_may_be_missing_from_a_response(
    mark: str, where: str
) -> None:
    """The mark takes effect in one direction alone."""
    member, schemas = MARKS[mark]
    make = HOLDERS[where]
    old, new = (with_schema(make(names, member), request=False, **schemas) for names in (["b"], []))
    assert judged(old, new).verdict == "breaking"


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_on_a_read_only_member_demands_nothing_of_a_request(condition: str) -> None:
    """The member is never there, so no condition on it applies, and none can demand it."""
    thing = holds(a=TEXT, b={**TEXT, **READ})
    old, new = (with_schema({**thing, **more}, request=True) for more in ({}, CONDITIONS[condition]))
    assert judged(old, new).verdict in ("compatible", "same")


@pytest.mark.parametrize(("version", "verdict"), [("3.0.3", "breaking"), ("3.1.0", "same")])
def test_a_mark_beside_a_reference_counts_since_openapi_3_1(version: str, verdict: str) -> None:
    """OpenAPI 3.0 ignores whatever is beside `$ref`."""
    old, new = (
        with_schema(holds(needed, a=TEXT, b={**ID, **READ}), request=True, version=version, Id=TEXT)
        for needed in ([], ["b"])
    )
    assert judged(old, new).verdict in (verdict, "compatible" if verdict == "same" else verdict)


def test_a_mark_in_one_of_several_alternatives_is_none_for_the_others() -> None:
    """A value of the other alternative may be sent."""
    member = {"oneOf": [*MARKED[:1], WHOLE]}
    old, new = (with_schema(holds(needed, a=TEXT, b=member), request=True) for needed in ([], ["b"]))
    assert judged(old, new).verdict == "breaking"


def test_a_dynamic_reference_leads_to_a_mark() -> None:
    """`$dynamicRef` is a reference like any other."""
    anchored = {"$dynamicAnchor": "id", **TEXT, **READ}
    member = {"$dynamicRef": "#id"}
    old, new = (with_schema(holds(n, a=TEXT, b=member), request=True, Id=anchored) for n in ([], ["b"]))
    assert not _told(old, new)


@pytest.mark.parametrize("member", [ID, {"allOf": [ID]}, {"anyOf": [ID, ID]}], ids=["$ref", "allOf", "anyOf"])
@pytest.mark.parametrize("request_", [True, False], ids=["request", "response"])
def test_a_mark_that_goes_behind_a_reference_gives_a_new_member(member: Object, request_: bool) -> None:
    """Nobody sent it before, so whatever its type is breaks nobody who did."""
    mark = READ if request_ else WRITE
    thing = holds(a=TEXT, b=member)
    old = with_schema(thing, request=request_, Id={**WHOLE, **mark})
    new = with_schema(thing, request=request_, Id=WHOLE)
    assert judged(old, new).verdict == "compatible"
    assert ids(judged(new, old), "review") == {f"{'request' if request_ else 'response'}-member-hidden"}
    assert judged(new, old).verdict == "review"


def test_the_server_sends_read_only_members_in_an_event() -> None:
    """It owns them (JSON Schema Validation, 9.4): whether it tells of them in a request or a response."""
    versions = [delivered({"content": {JSON: {"schema": holds(a=TEXT, b=b)}}}) for b in MARKED]
    assert judged(*versions).verdict == "breaking"
    written = [
        delivered({"content": {JSON: {"schema": holds(a=TEXT, b={**b, **WRITE})}}}) for b in (TEXT, WHOLE)
    ]
    assert not _told(*written)


def test_a_receiver_sends_no_read_only_members_in_response_to_an_event() -> None:
    """What the server owns is not required of the client."""
    for mark, verdict in ((READ, ("same", "compatible")), (WRITE, ("breaking",))):
        versions = [
            taken({"content": {JSON: {"schema": holds(needed, a=TEXT, b={**TEXT, **mark})}}})
            for needed in ([], ["b"])
        ]
        assert judged(*versions).verdict in verdict


def test_a_mark_is_looked_for_in_each_alternative_once() -> None:
    """Alternatives that all lead to each other are no reason to follow every way through them."""
    names = [f"S{number}" for number in range(12)]
    references = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
    schemas = {
        name: {"oneOf": [*(each for other, each in references.items() if other != name), holds(x=TEXT)]}
        for name in names
    }
    read = documents(with_schema(holds(**references), request=True, **schemas))
    place = read.root / "components" / "schemas" / names[0]
    assert not Declarations(read, by_client=True).hides(place)
