"""Two reports side by side: regressions are told from fixes, and a new fault behind an old one is seen."""

from __future__ import annotations

from typing import Any

import pytest
from checkpoint_conformance.reports.comparison import Change, compare, render_comparison
from mutants.service.server import Server

from .runs import Broken, report, requirement


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
