"""Servers that conform in their own way are never failed."""

from __future__ import annotations

import pytest
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from mutants.framework.variant import Variant
from mutants.framework.verifying import verify
from mutants.service.server import Server
from mutants.variants.catalogue import VARIANTS

_EACH_TIME = frozenset(
    {
        "chunked-answers",
        "connection-closed-each-time",
        "extra-info-null",
        "gateway-codes",
        "items-in-three-steps",
        "outside-resource-left-out",
        "running-by-hand-now-and-then",
        "unavailable-now-and-then",
        "unknown-members-tolerated",
        "unsupported-media-type",
    }
)
"""A few of each kind, judged in every run of the tests; the others with the matrix."""


def _verify(behaviour: type[Server]) -> tuple[Verdict, set[str], set[str]]:
    """Return the verdict, the requirements that failed, and those that warned."""
    result = verify(behaviour, timeout=3.0, patience=5.0, settle_within=3.0, max_creates=100)
    failed = {each.requirement.id for each in result.results if each.outcome is Outcome.FAIL}
    warned = {each.requirement.id for each in result.results if each.outcome is Outcome.WARN}
    return result.verdict, failed, warned


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(each, id=each.name, marks=[] if each.name in _EACH_TIME else [pytest.mark.matrix])
        for each in VARIANTS
    ],
)
def test_a_conforming_variant_passes(variant: Variant) -> None:
    """A variant is conformant, and warned of nothing but the SHOULDs that it may not meet."""
    verdict, failed, warned = _verify(variant.behaviour)
    assert (verdict, failed) == (Verdict.CONFORMANT, set())
    assert warned <= set(variant.warns)


def test_the_chosen_variants_exist() -> None:
    """None of the variants of every run was renamed or taken away."""
    assert {variant.name for variant in VARIANTS} >= _EACH_TIME


def test_the_independent_server_conforms() -> None:
    """A server that shares no line with the reference server is conformant without a warning."""
    assert _verify(Server) == (Verdict.CONFORMANT, set(), set())
