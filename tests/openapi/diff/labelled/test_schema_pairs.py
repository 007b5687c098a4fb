"""Small schemas with known answers: no break passes, each has a witness, and an equivalence is never reported."""

from __future__ import annotations

from functools import cache

import pytest

from openapi.diff.independent import accepts
from openapi.diff.judging import judged, with_schema

from .pairs import PAIRS, Pair


@pytest.fixture(params=PAIRS, ids=lambda pair: pair.name.replace(" ", "-"))
def pair(request: pytest.FixtureRequest) -> Pair:
    """Give each pair of the table."""
    found: Pair = request.param
    return found


@cache
def _verdicts(name: str) -> tuple[str, str]:
    """Return the verdicts on a request and on an answer."""
    pair = next(pair for pair in PAIRS if pair.name == name)
    verdicts = [
        judged(
            with_schema(pair.old, request=request, version=pair.version),
            with_schema(pair.new, request=request, version=pair.version),
        ).verdict
        for request in (True, False)
    ]
    return verdicts[0], verdicts[1]


def test_a_request_breaks_if_and_only_if_it_narrows(pair: Pair) -> None:
    """What was accepted has to be accepted still."""
    assert (_verdicts(pair.name)[0] == "breaking") is pair.narrows


def test_an_answer_breaks_if_and_only_if_it_widens(pair: Pair) -> None:
    """What is answered has to be what was answered before."""
    assert (_verdicts(pair.name)[1] == "breaking") is pair.widens


def test_nothing_is_left_for_review(pair: Pair) -> None:
    """The pairs of the table are all decided, in both directions."""
    assert "review" not in _verdicts(pair.name)


def test_every_break_has_a_witness_that_another_validator_confirms(pair: Pair) -> None:
    """One version accepts the value that is shown, and the other refuses it."""
    for request in (True, False):
        old = with_schema(pair.old, request=request, version=pair.version)
        new = with_schema(pair.new, request=request, version=pair.version)
        for finding in judged(old, new).findings:
            if finding.severity.value != "breaking":
                continue
            assert finding.witness is not None
            assert finding.witness.has_body
            value = finding.witness.body
            allowing, refusing = (
                ((old, pair.old), (new, pair.new)) if request else ((new, pair.new), (old, pair.old))
            )
            assert accepts(*allowing, value)
            assert not accepts(*refusing, value)


def test_the_table_is_as_large_as_it_has_to_be() -> None:
    """There are at least sixty pairs, and equivalences among them."""
    assert len({pair.name for pair in PAIRS}) == len(PAIRS) >= 60
    assert sum(not pair.narrows and not pair.widens for pair in PAIRS) >= 15
