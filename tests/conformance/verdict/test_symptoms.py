"""Symptoms: names that reports publish, and the circumstances that data and not spelling tells apart."""

from __future__ import annotations

import re

import pytest
from checkpoint_conformance.verdict.symptom import Symptom, published, read_symptom
from hypothesis import given
from hypothesis import strategies as st


@given(symptom=st.sampled_from(Symptom), status=st.integers(100, 599))
def test_a_published_symptom_is_read_back(symptom: Symptom, status: int) -> None:
    """What a report says of a symptom gives the same symptom and status again."""
    of_it = status if symptom.carries_status else None
    assert read_symptom(published(symptom, of_it)) == (symptom, of_it)


@pytest.mark.parametrize(
    "name", ["status", "list-status", "status-", "status-42", "accepted-200", "acepted", ""]
)
def test_a_name_that_is_no_symptom_is_refused(name: str) -> None:
    """A name that the suite does not publish is no symptom."""
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        read_symptom(name)


def test_names_are_kebab_case() -> None:
    """A name is made of lower-case words and digits, as reports, waivers and scripts rely on."""
    assert [each for each in Symptom if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each)] == []


def test_a_circumstance_is_taken_off_again() -> None:
    """What a valid call shows only beside others is, of one answer, what it would show alone."""
    alone = (Symptom.REFUSED, Symptom.ANSWERED_5XX, Symptom.NO_ANSWER, Symptom.CONNECTION_DROPPED)
    assert tuple(each.under_concurrency.of_one_answer for each in alone) == alone
    assert Symptom.REFUSED_AT_TIMES.of_one_answer is Symptom.REFUSED
    assert Symptom.ACCEPTED.of_one_answer is Symptom.ACCEPTED
