"""What holds for any schema: it never breaks itself, and a refactoring changes no verdict."""

from __future__ import annotations

import copy
from typing import Any

from checkpoint_openapi.diff.findings.rules import FACETS, SUBJECTS, Side
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from openapi.diff.judging import ids, judged, with_schema

from .schemas import Schema, choices, equivalents, schemas, widened

brief = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)


def document(schema: Schema, *, request: bool) -> dict[str, Any]:
    """Return a contract with a schema, and with the component that a refactoring took out of it."""
    schema = copy.deepcopy(schema)
    extracted = _extracted(schema)
    found = with_schema(schema, request=request)
    if extracted is not None:
        found["components"]["schemas"]["Extracted"] = extracted
    return found


def _extracted(node: Any) -> Any:
    if isinstance(node, list):
        return next((found for item in node if (found := _extracted(item)) is not None), None)
    if not isinstance(node, dict):
        return None
    return node.pop("x-extracted", None) or _extracted(list(node.values()))


def worst(old: Schema, new: Schema, *, request: bool) -> str:
    """Return the verdict on a change: `breaking`, `review` or `fine`."""
    found = judged(document(old, request=request), document(new, request=request))
    return found.verdict if ids(found, "breaking") or ids(found, "review") else "fine"


@brief
@given(schemas, st.booleans())
def test_a_document_never_breaks_itself(schema: Schema, request: bool) -> None:
    """The same schema under other keys and other places is the same contract."""
    moved = document({"$ref": "#/components/schemas/Moved"}, request=request)
    moved["components"]["schemas"]["Moved"] = schema
    found = judged(document(schema, request=request), moved)
    assert not found.open_ids()


@brief
@given(schemas, st.booleans(), st.data())
def test_a_refactoring_never_breaks(schema: Schema, request: bool, data: st.DataObject) -> None:
    """Whatever keeps the values that are accepted is neither breaking nor left for review."""
    changed = data.draw(st.sampled_from(equivalents(schema)))
    assert worst(schema, changed, request=request) == "fine"
    assert worst(changed, schema, request=request) == "fine"


@brief
@given(schemas, st.data())
def test_a_wider_request_and_a_narrower_answer_never_break(schema: Schema, data: st.DataObject) -> None:
    """Who sends may be allowed more, and who receives may get less."""
    wider = widened(schema)
    assume(wider)
    other = data.draw(st.sampled_from(wider))
    assert worst(schema, other, request=True) == "fine"
    assert worst(other, schema, request=False) == "fine"


@brief
@given(schemas, schemas, st.booleans(), st.data())
def test_a_refactoring_changes_no_verdict(
    old: Schema, new: Schema, request: bool, data: st.DataObject
) -> None:
    """A change is judged by what it accepts, not by how it is written."""
    written = data.draw(st.sampled_from(equivalents(new)))
    assert worst(old, new, request=request) == worst(old, written, request=request)


@brief
@given(schemas, st.booleans(), st.data())
def test_a_small_change_gets_the_same_verdict_after_a_refactoring(
    schema: Schema, request: bool, data: st.DataObject
) -> None:
    """Two schemas that differ in one keyword differ as much when either is written otherwise."""
    wider = widened(schema)
    assume(wider)
    other = data.draw(st.sampled_from(wider))
    written = data.draw(st.sampled_from(equivalents(other)))
    assert worst(other, schema, request=request) == worst(written, schema, request=request)
    assert worst(schema, other, request=request) == worst(schema, written, request=request)


@brief
@given(choices, schemas, st.booleans(), st.data())
def test_a_member_that_an_alternative_gains_breaks_nobody(
    choice: Schema, member: Schema, request: bool, data: st.DataObject
) -> None:
    """An open object may have an optional member more, whatever other alternatives have under its name."""
    poorer = copy.deepcopy(choice)
    number = data.draw(st.integers(0, len(poorer["oneOf"]) - 1))
    richer = copy.deepcopy(choice)
    del poorer["oneOf"][number]["properties"]["value"]
    richer["oneOf"][number]["properties"]["value"] = member
    found = judged(document(poorer, request=request), document(richer, request=request))
    assert found.verdict == "compatible"
    assert not any(finding.breaks for finding in found.findings)


BY_CONTAINMENT = {
    f"{subject}-{word}"
    for subject in SUBJECTS
    for facet in FACETS.values()
    for word in (facet.narrowed, facet.widened)
}


def broken(old: Schema, new: Schema, side: Side, *, request: bool) -> bool:
    """Return whether the values that a change allows or refuses break a side."""
    found = judged(document(old, request=request), document(new, request=request)).findings
    told = [finding for finding in found if finding.id in BY_CONTAINMENT and side in finding.breaks]
    # An optional member of a closed object has a finding of its own: it is new, and the old object refuses it.
    return bool(told) or (
        side is Side.IMPLEMENTERS
        and any(each.id.endswith("member-added") and each.implementers_witness for each in found)
    )


@brief
@given(schemas, schemas, st.booleans())
def test_taking_a_change_back_breaks_the_other_side(old: Schema, new: Schema, request: bool) -> None:
    """What breaks implementers in one direction breaks clients in the other, and nothing else does."""
    forth = broken(old, new, Side.IMPLEMENTERS, request=request)
    assert forth is broken(new, old, Side.CLIENTS, request=request)
