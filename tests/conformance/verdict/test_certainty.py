"""Mere chance explains nothing certain: a confirmed fault leaves something confirmed to be charged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.verdict.attribution import attribute
from checkpoint_conformance.verdict.symptom import Symptom
from hypothesis import given, settings
from hypothesis import strategies as st

from .test_attribution import ORIGINS, RULES, VALID, found

if TYPE_CHECKING:
    from checkpoint_conformance.verdict.finding import Finding

_FINDINGS = [finding for findings, _, _ in RULES.values() for finding in findings]
_TAKERS = ("HTTP-1", "HTTP-3", "HTTP-6", "ERR-3", "RESP-1", "OBS-1")


@st.composite
def _findings(draw: st.DrawFn) -> list[Finding]:
    """Draw findings of the known rules, some of them under other requirements and from other probes."""
    drawn: list[Finding] = []
    for known in draw(st.lists(st.sampled_from(_FINDINGS), min_size=1, max_size=5)):
        finding = replace(known, confirmed=draw(st.booleans()))
        if draw(st.booleans()):
            origin = ORIGINS[draw(st.sampled_from(sorted(ORIGINS)))]
            taker = draw(st.sampled_from((origin.requirement, *_TAKERS)))
            finding = replace(finding, origin=origin, requirement=taker)
        drawn.append(finding)
    return drawn


@settings(max_examples=300)
@given(_findings())
def test_what_is_certain_is_never_left_to_chance(findings: list[Finding]) -> None:
    """Whatever was found, one confirmed finding remains charged if there was any."""
    if any(finding.confirmed for finding in findings):
        assert any(finding.confirmed for finding in attribute(findings, {VALID: {400}}).charged)


@pytest.mark.parametrize("certain", [True, False])
@pytest.mark.parametrize(
    ("cause", "follower"),
    [
        (
            found("HTTP-3", Symptom.ANSWERED_5XX, "HTTP-3/odd"),
            replace(found("OBS-1", Symptom.LIST_STATUS), status=500),
        ),
        (found("RESP-2", Symptom.ID_REPEATED), found("OBS-2", Symptom.ITEM_OF_A_REFUSED_REQUEST)),
        (found("REQ-3", Symptom.REFUSED), found("FUZZ-1", Symptom.REFUSED)),
        (
            found("AUTH-1", Symptom.ACCEPTED, "AUTH-1/absent"),
            found("AUTH-4", Symptom.ACCEPTED, "AUTH-4/their-token"),
        ),
        (
            found("REQ-9", Symptom.ACCEPTED),
            found("ERR-3", Symptom.CODE_OF_ANOTHER_CONDITION, "REQ-9/null"),
        ),
        (found("REQ-12", Symptom.ACCEPTED), found("REQ-17", Symptom.ACCEPTED, "REQ-17/lists-10000")),
        (found("HTTP-1", Symptom.NO_ANSWER, "REQ-2/empty"), found("HTTP-3", Symptom.NO_ANSWER, "HTTP-3/nan")),
    ],
)
def test_chance_explains_nothing_certain(cause: Finding, follower: Finding, certain: bool) -> None:
    """What was seen once excuses no confirmed fault."""
    findings = [replace(cause, confirmed=certain), replace(follower, confirmed=True)]
    charged = {finding.requirement for finding in attribute(findings, {}).charged}
    assert (follower.requirement in charged) is not certain
