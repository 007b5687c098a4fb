"""Names that only one version knows: written out only for a receiver to which they matter, with one verdict."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from checkpoint_openapi.diff.compare.context import Comparison
from checkpoint_openapi.diff.schema import closing
from checkpoint_openapi.diff.schema.alike import Likeness
from checkpoint_openapi.diff.schema.parts import Schema as Converted
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi.diff.judging import documents, judged, with_schema

from .schemas import Schema, schemas

_SETTINGS = settings(max_examples=120)


def _told(old: Schema, new: Schema, *, request: bool) -> list[tuple[Any, ...]]:
    report = judged(
        with_schema(copy.deepcopy(old), request=request), with_schema(copy.deepcopy(new), request=request)
    )
    return [(found.id, found.severity, found.path, found.label) for found in report.findings]


@_SETTINGS
@given(schemas, schemas, st.booleans())
def test_names_that_a_receiver_does_not_know_change_no_verdict(
    old: Schema, new: Schema, is_request: bool
) -> None:
    """The findings are those of a comparison that tells the engine every name."""
    quick = _told(old, new, request=is_request)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(closing, "_told_apart", lambda _receiver: None)
        thorough = _told(old, new, request=is_request)

    assert quick == thorough


def _converted(old: Schema, new: Schema, *, further: int) -> tuple[Converted, Converted]:
    """Return the new receiver and the old sender of a request, in a contract with further new names elsewhere."""
    names = {f"name{number}": {"type": "string"} for number in range(further)}
    other = {"type": "object", "properties": names}
    base = documents(with_schema(old, request=True, Other={"type": "object"}))
    comparison = Comparison(base, documents(with_schema(new, request=True, Other=other)))
    path = ("paths", "/things", "post", "requestBody", "content", "application/json", "schema")
    receiver = comparison.converter(new=True, by_client=True, sender=False).schema(base.root.below(*path))
    sender = comparison.converter(new=False, by_client=True, sender=True).schema(base.root.below(*path))
    return receiver, sender


def _nested(kind: str) -> Schema:
    inner = {"type": "object", "properties": {"b": {"type": kind}}}
    return {"type": "object", "properties": {"a": inner}}


def test_new_names_elsewhere_leave_a_schema_as_small_as_it_is() -> None:
    """A sender says the same in a contract with a hundred new names as in one with one."""
    few, many = (_converted(_nested("string"), _nested("string"), further=further)[1] for further in (1, 100))
    assert few.bundle() == many.bundle()


def test_a_sender_is_alike_the_receiver_that_says_the_same() -> None:
    """Nothing has to be compared below what both versions write alike, whatever is new elsewhere."""
    assert Likeness().alike(*_converted(_nested("string"), _nested("string"), further=3))
    assert not Likeness().alike(*_converted(_nested("string"), _nested("integer"), further=3))
