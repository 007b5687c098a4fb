"""Any edit of any schema: a validator that the gate does not use agrees with what it proves."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.findings.rules import Side
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from openapi.diff.independent import accepts
from openapi.diff.judging import judged, with_schema

from .edits import Schema, edited, schemas, values_of

edits = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def valid(schema: Schema, value: Any) -> bool:
    """Return whether a value is valid, according to jsonschema."""
    return accepts({"openapi": "3.1.0"}, schema, value)


def names(node: Any) -> set[str]:
    """Return the names of all members in a schema or a value."""
    if isinstance(node, list):
        return set().union(*map(names, node))
    return set(node).union(*map(names, node.values())) if isinstance(node, dict) else set()


@edits
@given(schemas.flatmap(lambda schema: st.tuples(st.just(schema), edited(schema))), st.booleans())
def test_a_witness_is_accepted_by_one_side_and_refused_by_the_other(
    versions: tuple[Schema, Schema], request: bool
) -> None:
    """What shows a break of clients is sent by one version and refused by the other; for implementers too."""
    found = judged(*(with_schema(each, request=request) for each in versions))
    sender, receiver = versions if request else versions[::-1]
    for finding in found.findings:
        for side, witness in (
            (Side.CLIENTS, finding.witness),
            (Side.IMPLEMENTERS, finding.implementers_witness),
        ):
            if witness is not None and witness.has_body:
                one, other = (sender, receiver) if side is Side.CLIENTS else (receiver, sender)
                assert valid(one, witness.body)
                assert not valid(other, witness.body)


@edits
@given(st.data(), st.booleans())
def test_what_is_compatible_refuses_no_value_that_was_sent(data: st.DataObject, request: bool) -> None:
    """A value of the sender is valid for the receiver, unless a member is new, which a sender does not know."""
    old = data.draw(schemas)
    new = data.draw(edited(old))
    assume("oneOf" not in names([old, new]))  # open objects that overlap are read as `anyOf`
    assume(
        judged(with_schema(old, request=request), with_schema(new, request=request)).verdict == "compatible"
    )
    sender, receiver = (old, new) if request else (new, old)
    for schema in (sender, receiver):
        value = data.draw(values_of(schema))
        if valid(sender, value) and not names(value) & (names(sender) ^ names(receiver)):
            assert valid(receiver, value)
