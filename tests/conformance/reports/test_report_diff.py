"""Two reports side by side: regressions are told from fixes, and a new fault behind an old one is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.reports.comparison.compare import Change, compare
from checkpoint_conformance.reports.comparison.text import render_comparison
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants.service.refusals import refuse
from mutants.service.server import Server

from conformance.runs import Broken, report, requirement

if TYPE_CHECKING:
    from mutants.service.world import Policy


def changed(identifier: str, **members: Any) -> dict[str, Any]:
    """Return the report of the broken server with one requirement changed."""
    found = report(Broken)
    requirement(found, identifier).update(members)
    return found


def test_a_report_does_not_differ_from_itself() -> None:
    """The same report twice gives nothing."""
    comparison = compare(report(Broken), report(Broken))
    assert (comparison.regressions, comparison.fixes, comparison.changes) == ([], [], [])


def test_what_broke_and_what_was_mended_are_told_apart() -> None:
    """One way there are regressions, the other way round the same requirements are fixes."""
    broken = compare(report(Server), report(Broken))
    fixed = compare(report(Broken), report(Server))
    names = {"HTTP-2", "REQ-11", "REQ-14", "REQ-16", "RESP-3"}
    assert {change.requirement for change in broken.regressions} == names
    assert {change.requirement for change in fixed.fixes} == names
    assert broken.fixes == fixed.regressions == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("pass", "warn", "regressions"),
        ("pass", "skip budget-spent", "regressions"),
        ("pass", "skip precondition-failed", "changes"),
        ("pass", "skip waived", "changes"),
        ("pass", "skip other-shard", "changes"),
        ("pass", "inconclusive", "regressions"),
        ("warn", "fail", "regressions"),
        ("skip", "fail", "regressions"),
        ("fail", "error", "regressions"),
        ("fail", "pass", "fixes"),
        ("inconclusive", "pass", "fixes"),
        ("fail", "skip", "changes"),
        ("fail", "warn", "changes"),
        ("skip", "pass", "changes"),
    ],
)
def test_each_change_is_of_one_kind(before: str, after: str, kind: str) -> None:
    """Less that is shown is a regression, a failure that passes is a fix, the rest is a change."""
    outcome, _, reason = after.partition(" ")
    later = changed("REQ-2", outcome=outcome, reason=reason or None)
    comparison = compare(changed("REQ-2", outcome=before), later)
    kinds = {name: getattr(comparison, name) for name in ("regressions", "fixes", "changes")}
    assert kinds.pop(kind) == [Change("REQ-2", before, outcome)]
    assert list(kinds.values()) == [[], []]


@pytest.mark.parametrize(
    ("probe", "symptom", "regression"),
    [
        ("REQ-11/zero", "accepted", True),
        ("REQ-11/string-true", "answered-5xx", True),
        ("AUTH-1/absent", "answered-5xx", True),
        ("AUTH-1/absent", "accepted", True),
    ],
)
def test_a_new_fault_behind_a_known_one_is_a_regression(probe: str, symptom: str, regression: bool) -> None:
    """A requirement that failed before and now fails at more probes, or otherwise, became worse."""
    known = requirement(report(Broken), "REQ-11")["failing"]
    later = changed("REQ-11", failing=[*known, {"probe": probe, "symptom": symptom}])
    comparison = compare(report(Broken), later)
    assert bool(comparison.regressions) is regression
    assert "now also" in comparison.regressions[0].note


@pytest.mark.parametrize(
    ("identifier", "probes"),
    [("FUZZ-2", ("FUZZ-2/3", "FUZZ-2/14")), ("HTTP-5", ("REQ-7/brace", "AUTH-1/absent"))],
)
def test_chance_makes_no_regression(identifier: str, probes: tuple[str, str]) -> None:
    """Which generated request, and which answer among all, shows the same fault does not matter."""
    failing = [[{"probe": probe, "symptom": "accepted"}] for probe in probes]
    before, after = (changed(identifier, outcome="fail", failing=each) for each in failing)
    assert compare(before, after).regressions == []


class Crashing(Server):
    """A server that answers 500 for an unknown policy."""

    def unknown_policy(self, plan_id: str) -> Policy:  # noqa: ARG002 - whichever it is
        """Fail."""
        refuse("internal-error")


def test_the_cause_comes_before_what_follows() -> None:
    """A fault charged to a general requirement is told at the requirement whose probes show it first."""
    comparison = compare(report(Server), report(Crashing))
    (group,) = comparison.causes()
    assert group.first.requirement == "NF-1"
    assert [change.requirement for change in group.then] == ["HTTP-3"]
    assert comparison.unexplained() == []
    probes = group.then[0].probes
    assert list(probes) == ["NF-1", "HTTP-3"]
    assert sum(probes.values()) == len(requirement(report(Crashing), "HTTP-3")["failing"])
    text = render_comparison(comparison)
    assert text.index("NF-1     pass -> skip") < text.index("HTTP-3   pass -> fail")
    assert "got 500 CSBS.9999" in text
    assert f"NF-1 at {probes['NF-1']} probes, HTTP-3 at {probes['HTTP-3']} probes" in text


def test_a_general_fault_has_no_cause_among_many() -> None:
    """A fault at many requirements' probes is told at the one it is charged to, then what it prevents."""
    failing = [{"probe": f"REQ-{number}/x", "symptom": "answered-5xx"} for number in (7, 8, 9)]
    later = changed("HTTP-3", outcome="fail", failing=failing)
    for number in (7, 8, 9):
        follows = {"outcome": "skip", "reason": "precondition-failed", "detail": "HTTP-3: answered-5xx"}
        requirement(later, f"REQ-{number}").update(follows)
    (group,) = compare(report(Broken), later).causes()
    assert group.first.requirement == "HTTP-3"
    assert [change.requirement for change in group.then] == ["REQ-7", "REQ-8", "REQ-9"]


OUTCOME = st.sampled_from(["pass", "fail", "warn", "skip", "inconclusive"])
ITEM = st.tuples(
    OUTCOME, OUTCOME, st.lists(st.sampled_from(["HTTP-1", "HTTP-2", "HTTP-3", "REQ-1"]), max_size=4),
    st.sampled_from(["HTTP-1: x", "HTTP-2: x", "HTTP-3: x", ""]),
)  # fmt: skip


@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],  # the first draw is slow
)  # fmt: skip
@given(st.tuples(ITEM, ITEM, ITEM, ITEM))
def test_each_change_is_told_once(items: tuple[tuple[str, str, list[str], str], ...]) -> None:
    """Whatever causes what, even in a circle, every regression and other change is told exactly once."""
    before, after = report(Server), report(Server)
    for name, (old, new, probes, detail) in zip(("HTTP-1", "HTTP-2", "HTTP-3", "REQ-1"), items, strict=True):
        requirement(before, name)["outcome"] = old
        failing = [{"probe": f"{probe}/x", "symptom": "accepted"} for probe in probes]
        reason = "precondition-failed" if new == "skip" else None
        requirement(after, name).update(outcome=new, failing=failing, detail=detail, reason=reason)
    comparison = compare(before, after)
    grouped = [change for group in comparison.causes() for change in (group.first, *group.then)]
    told = sorted(change.requirement for change in [*grouped, *comparison.unexplained()])
    assert told == sorted(change.requirement for change in [*comparison.regressions, *comparison.changes])


def test_requirements_that_come_and_go_are_changes() -> None:
    """Another version of the contract is no regression."""
    old, new = report(Server), report(Server)
    old["requirements"] = old["requirements"][1:]
    new["requirements"] = new["requirements"][:-1]
    comparison = compare(old, new)
    assert comparison.regressions == comparison.fixes == []
    assert {change.requirement for change in comparison.changes} == {"HTTP-1", "CONF-1"}


def test_the_comparison_reads_well() -> None:
    """The text names both reports, each change, and sums up."""
    text = render_comparison(compare(report(Server), report(Broken)))
    assert "From independent server" in text
    assert "REQ-11   pass -> fail" in text
    assert "5 regressions" in text
    assert "No regression" in render_comparison(compare(report(Server), report(Server)))
