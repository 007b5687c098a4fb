"""The forms of a report say what to do first, and which waivers the verdict rests on or fails for."""

from __future__ import annotations

import json
import re

import pytest
from checkpoint_conformance.reports.writers.badge import badge, endpoint
from checkpoint_conformance.reports.writers.github import github
from checkpoint_conformance.reports.writers.html import html
from checkpoint_conformance.reports.writers.markdown import markdown
from checkpoint_conformance.reports.writers.text import next_step, subject

from conformance.runs import Broken, report, requirement, with_verdict

WAIVER = {
    "requirement": "REQ-1",
    "probe": None,
    "reason": "known *until* 4: 100 %",
    "link": "https://example.com/7",
    "expires": "2027-01-01",
    "problem": None,
}
STALE = WAIVER | {"state": "stale", "problem": "the waiver of REQ-1 is stale: it is gone. Remove it."}
APPLIED = WAIVER | {"requirement": "REQ-11", "state": "applied"}


@pytest.mark.parametrize("verdict", ["conformant", "partial"])
def test_no_form_hides_a_waiver_that_fails_the_run(verdict: str) -> None:
    """A stale waiver ends a build with 1: page, summary, badge and annotations say so beside the verdict."""
    found = with_verdict(verdict)
    before = markdown(found), badge(found), github(found), html(found)
    found["waivers"] = [STALE, APPLIED]
    heading, _, after = markdown(found).partition("\n\n")
    assert heading == f"## ❌ {subject(found)}: {verdict}"
    assert after.startswith("**This fails the run: the waiver of REQ-1 is stale")
    assert (
        "| REQ-11 | applied | 2027-01-01 | known \\*until\\* 4: 100 % <https://example.com/7> |"
        in markdown(found)
    )
    told = json.loads(endpoint(found))
    assert (told["message"], told["color"]) == (f"{verdict}, 1 waiver, 1 stale waiver", "c2261f")
    assert "1 stale waiver" in badge(found)
    lines = github(found).removeprefix(before[2]).splitlines()
    reason = "known *until* 4: 100 %25 https://example.com/7"
    assert lines == [
        f"::error title=waiver of REQ-1 (stale)::{STALE['problem']}%0A{reason}",
        f"::notice title=waiver of REQ-11 (applied)::{reason}",
    ]
    header = html(found).partition("</header>")[0]
    assert "This fails the run: the waiver of" in header
    assert ">stale</span>" in html(found)
    assert not [text for text in before if "stale" in text.partition("<body>")[2]]


@pytest.mark.parametrize(
    ("verdict", "outcome", "told"),
    [
        ("not conformant", "fail", "Start with REQ-2: "),
        ("partial", "skip", "Start with REQ-2: no time"),
        ("inconclusive", "inconclusive", "Start with REQ-2: no time"),
        ("conformant", "warn", "Nothing has to be fixed. Recommended, but not followed: REQ-2."),
        ("conformant", "pass", ""),
        ("error", "error", ""),
    ],
)
def test_every_verdict_says_what_to_do_first(verdict: str, outcome: str, told: str) -> None:
    """The first step names a requirement that decided, and nothing if nothing has to be done."""
    found = with_verdict(verdict)
    requirement(found, "REQ-2").update(outcome=outcome, detail="no time")
    assert next_step(found).startswith(told)
    assert bool(next_step(found)) == bool(told)
    assert (f"\n{told}" in markdown(found)) == bool(told) or not told


def test_the_first_step_is_the_failure_that_its_own_probe_shows() -> None:
    """A failure that only other probes show may be a consequence, so it comes later."""
    assert next_step(report(Broken)) == "Start with REQ-11: expected 400, got 200 (accepted)"


def test_a_run_that_ended_early_says_how_to_go_on() -> None:
    """The first step is the command that goes on, if the report holds what that needs."""
    found = with_verdict("inconclusive") | {"journal": ["e30="]}
    assert "`checkpoint-contract verify --resume report.json`" in next_step(found)
    assert (
        "<code>checkpoint-contract verify --resume report.json</code>"
        in html(found).partition("</header>")[0]
    )


def test_only_the_id_of_a_requirement_is_a_link() -> None:
    """The first step leads to its requirement; a word that only looks like an id leads nowhere."""
    found = with_verdict("not conformant")
    requirement(found, "HTTP-2").update(outcome="fail", detail="not UTF-8, see `HTTP-3`")
    header = html(found).partition("</header>")[0]
    assert re.findall('href="#([A-Z]+-[0-9]+)"', header) == ["HTTP-2"]
    assert '<span class="id">UTF-8</span>' in header
