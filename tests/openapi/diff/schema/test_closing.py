"""A sender that leaves out only the names that matter to a receiver is judged as one that leaves out all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from checkpoint_openapi.diff.proof import judge
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi.diff.judging import judged, with_schema

from .schemas import Schema, schemas

_SETTINGS = settings(max_examples=120, deadline=None, derandomize=True, database=None)


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
        patched.setattr(judge, "closed_for", lambda _receiver, sender: sender)
        thorough = _told(old, new, request=is_request)

    assert quick == thorough
