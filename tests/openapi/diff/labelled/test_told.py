"""What the gate says of an edit: once, at its place, and in words that tell findings apart."""

from __future__ import annotations

import pytest

from openapi.diff.judging import judged

from .small import DONE, KEY, TEXT, Object, Small, answers, document, holds, secured, sends

_A: Object = holds(["t"], t={"const": "a"})
_B: Object = holds(["t"], t={"const": "b"})
_C: Object = holds(["t"], t={"const": "c"})
_REFERENCES = [{"$ref": f"#/components/schemas/{name}"} for name in "ABC"]
_TWICE = holds(z={"$ref": "#/components/schemas/K"}, a={"$ref": "#/components/schemas/K"})
_APART: dict[str, Object] = {name: holds(["t", "u"], t={"const": name}, u={"const": name}) for name in "ABC"}

ONCE = (
    Small(
        "alternative offered in an answer",
        answers(holds(k={"oneOf": _REFERENCES[:2]}), A=_A, B=_B, C=_C),
        answers(holds(k={"oneOf": _REFERENCES}), A=_A, B=_B, C=_C),
        "breaking",
    ),
    Small(
        "alternative accepted in a request",
        sends(holds(k={"oneOf": _REFERENCES[:2]}), A=_A, B=_B, C=_C),
        sends(holds(k={"oneOf": _REFERENCES}), A=_A, B=_B, C=_C),
        "compatible",
    ),
    Small(
        "alternative offered at two members by one component",
        answers(_TWICE, K={"oneOf": _REFERENCES[:2]}, **_APART),
        answers(_TWICE, K={"oneOf": _REFERENCES}, **_APART),
        "breaking",
    ),
    Small(
        "API key under another name",
        secured({"key": []}, key=KEY),
        secured({"key": []}, key={**KEY, "name": "X-Other"}),
        "breaking",
    ),
)


def _said(old: Object, new: Object) -> list[str]:
    findings = judged(old, new).findings
    return [each.message for each in findings if not each.id.startswith("version-")]


@pytest.mark.parametrize("small", ONCE, ids=lambda small: small.name.replace(" ", "-"))
def test_one_edit_is_told_once(small: Small) -> None:
    """An edit at one place gives one finding."""
    assert len(_said(small.old, small.new)) == 1
    assert judged(small.old, small.new).verdict == small.clients


def test_a_member_of_several_alternatives_is_told_with_the_name_of_each() -> None:
    """The same member, added to two alternatives, gives two sentences that differ."""
    choice = holds(k={"oneOf": _REFERENCES[:2]})
    more = [{**each, "properties": {**each["properties"], "n": TEXT}} for each in (_A, _B)]
    said = _said(sends(choice, A=_A, B=_B), sends(choice, A=more[0], B=more[1]))
    assert [message.split(" is new")[0] for message in said] == ["`k.n` of `A`", "`k.n` of `B`"]


@pytest.mark.parametrize(
    "wrapped", [{"nullable": True, "allOf": _REFERENCES[:1]}, {**TEXT, "nullable": True}]
)
def test_a_new_null_is_told_where_it_is_allowed(wrapped: Object) -> None:
    """The place is the schema that says `nullable`, and not the component that it refers to."""
    plain = TEXT if "type" in wrapped else _REFERENCES[0]
    old, new = (sends(holds(c=each), version="3.0.3", A=holds(x=TEXT)) for each in (plain, wrapped))
    places = {each.label for each in judged(old, new).findings if not each.id.startswith("version-")}
    assert {place.rpartition("/")[2] for place in places} == {"c"}


def test_an_undeclared_path_variable_never_counts_as_absent() -> None:
    """A late declaration that narrows is shown by a value, and not by a path without one."""
    stated = {"name": "p", "in": "path", "required": True, "schema": {**TEXT, "pattern": "^[a-z]+$"}}
    old, new = document({"responses": DONE}, path="/a/{p}"), document({"parameters": [stated]}, path="/a/{p}")
    finding = next(each for each in judged(old, new).findings if each.id.startswith("parameter-"))
    assert finding.id == "parameter-pattern-narrowed"
    assert finding.witness is not None
    assert finding.witness.body["p"]


def test_alternatives_are_told_by_the_whole_names_of_their_components() -> None:
    """A component whose name ends like that of another one is not taken for it."""
    schemas = {"thing": holds(["x"], x=TEXT), "deleted_thing": holds(["gone"], gone=TEXT)}
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    (said,) = _said(answers({"anyOf": references[:1]}, **schemas), answers({"anyOf": references}, **schemas))
    assert "`deleted_thing`" in said
