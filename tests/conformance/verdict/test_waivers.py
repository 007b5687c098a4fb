"""Waivers hold both ways: they take a known failure out, and fail the run once it is gone."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.outcome import Outcome, Result, Verdict, verdict_of
from checkpoint_conformance.verdict.symptom import Symptom
from checkpoint_conformance.verdict.waivers import Waiver, WaiverState, apply, read_waivers
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.load import requirements

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.date(2027, 1, 31)
KNOWN = {requirement.id: requirement for requirement in requirements()}
GOOD = """
[[waivers]]
requirement = "REQ-11"
probe = "REQ-11/one"
reason = "taken for true until release 4"
link = "https://example.com/issues/7"
expires = 2027-01-31
"""


def waiver(requirement: str = "REQ-11", probe: str | None = None, expires: datetime.date = TODAY) -> Waiver:
    """Return a waiver that counts today."""
    return Waiver(requirement, "known", "https://example.com/7", expires, probe)


def finding(probe: str, *, confirmed: bool = True) -> Finding:
    """Return a finding against the requirement of the probe."""
    return Finding(
        probe.partition("/")[0], Symptom.ACCEPTED, Origin(probe), "400", "200", (), confirmed=confirmed
    )


def failed(*probes: str) -> Result:
    """Return the result of a requirement that fails at these probes."""
    requirement = KNOWN[probes[0].partition("/")[0]]
    return Result(requirement, Outcome.FAIL, findings=tuple(map(finding, probes)), exercised=9)


def passed(identifier: str = "REQ-11") -> Result:
    """Return the result of a requirement that passes."""
    return Result(KNOWN[identifier], Outcome.PASS, exercised=9)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome.PASS, Verdict.CONFORMANT),
        (Outcome.WARN, Verdict.CONFORMANT),
        (Outcome.SKIP, Verdict.PARTIAL),
        (Outcome.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ],
)
def test_advice_alone_is_judged_by_being_exercised(outcome: Outcome, verdict: Verdict) -> None:
    """A profile without a MUST conforms if its SHOULD was exercised; nothing at all is never enough."""
    assert verdict_of([Result(KNOWN["CONF-1"], outcome)]) is verdict
    assert verdict_of([passed("REQ-1"), Result(KNOWN["CONF-1"], outcome)]) is Verdict.CONFORMANT
    assert verdict_of([]) is Verdict.INCONCLUSIVE


def test_a_waived_failure_is_skipped_and_leaves_the_verdict_partial() -> None:
    """The requirement is skipped as waived, with its evidence, and the verdict is no better than partial."""
    results, applied = apply([waiver()], [passed("REQ-1"), failed("REQ-11/one", "REQ-11/two")], TODAY)
    assert (results[1].outcome, results[1].reason) == (Outcome.SKIP, SkipReason.WAIVED)
    assert len(results[1].findings) == 2
    assert "https://example.com/7" in results[1].detail
    assert verdict_of(results) is Verdict.PARTIAL
    assert [(each.state, each.problem) for each in applied] == [(WaiverState.APPLIED, None)]


def test_a_waiver_of_a_probe_leaves_the_others() -> None:
    """What fails at another probe still fails, and the result says that more is waived."""
    results, applied = apply([waiver(probe="REQ-11/one")], [failed("REQ-11/one", "REQ-11/two")], TODAY)
    assert results[0].outcome is Outcome.FAIL
    assert [each.probe for each in results[0].findings] == ["REQ-11/two"]
    assert results[0].detail == "1 further findings are waived"
    assert applied[0].state is WaiverState.APPLIED


def test_two_waivers_together_may_cover_a_requirement() -> None:
    """A requirement is waived once every finding is."""
    waivers = [waiver(probe="REQ-11/one"), waiver(probe="REQ-11/two")]
    results, applied = apply(waivers, [failed("REQ-11/one", "REQ-11/two")], TODAY)
    assert results[0].reason is SkipReason.WAIVED
    assert {each.state for each in applied} == {WaiverState.APPLIED}


def test_a_flaky_failure_can_be_waived() -> None:
    """A failure that is seen once and not again is covered as well."""
    flaky = Result(
        KNOWN["REQ-11"], Outcome.INCONCLUSIVE, findings=(finding("REQ-11/one", confirmed=False),), exercised=2
    )
    results, _ = apply([waiver()], [flaky], TODAY)
    assert results[0].reason is SkipReason.WAIVED


@pytest.mark.parametrize(
    ("given", "result"),
    [(waiver(), passed()), (waiver(probe="REQ-11/tow"), failed("REQ-11/two"))],
    ids=["it-passes", "no-such-probe"],
)
def test_a_waiver_whose_failure_is_gone_fails_the_run(given: Waiver, result: Result) -> None:
    """A waiver that covers nothing in a requirement that was judged is stale, and says what to do."""
    results, applied = apply([given], [result], TODAY)
    assert results == [result]
    assert applied[0].state is WaiverState.STALE
    assert "Remove it" in (applied[0].problem or "")


def test_an_expired_waiver_does_not_count() -> None:
    """The day after its last one the failure counts again, and a line says why."""
    results, applied = apply([waiver()], [failed("REQ-11/one")], TODAY + datetime.timedelta(1))
    assert results[0].outcome is Outcome.FAIL
    assert applied[0].state is WaiverState.EXPIRED
    assert "expired on 2027-01-31" in (applied[0].problem or "")


@pytest.mark.parametrize("shard", [False, True])
def test_a_waiver_stays_open_where_nothing_was_judged(shard: bool) -> None:
    """A requirement that was not exercised decides nothing, nor does a pass that only one shard saw."""
    skipped = Result(KNOWN["REQ-11"], Outcome.SKIP, SkipReason.BUDGET_SPENT)
    _, applied = apply([waiver()], [passed() if shard else skipped], TODAY, incomplete=shard)
    assert (applied[0].state, applied[0].problem) == (WaiverState.OPEN, None)


def test_a_file_is_read_in_both_languages(tmp_path: Path) -> None:
    """TOML and YAML say the same."""
    toml, yaml = tmp_path / "waivers.toml", tmp_path / "waivers.yaml"
    toml.write_text(GOOD)
    yaml.write_text(
        "waivers:\n- requirement: REQ-11\n  probe: REQ-11/one\n  reason: taken for true until release 4\n"
        "  link: https://example.com/issues/7\n  expires: 2027-01-31\n"
    )
    assert read_waivers(toml) == read_waivers(yaml)
    assert read_waivers(toml)[0].expires == TODAY


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[[waivers]]", "[[waiver]]", "unknown key 'waiver'. Did you mean 'waivers'?"),
        ("[[waivers]]", "[waivers]", "waivers must be a list of tables"),
        ("[[waivers]]", "[[waivers", ":2:10: is invalid TOML: Expected ']]'"),
        ('"REQ-11"', '"REQ-111"', "the id of a requirement, not 'REQ-111'. Did you mean REQ-11?"),
        ('"REQ-11"', '""', "requirement must be a non-empty text"),
        ("reason =", "raison =", "unknown key 'raison' in waiver 1. Did you mean 'reason'?"),
        ('reason = "taken for true until release 4"', "", "reason is missing"),
        ("expires = 2027-01-31", "", "expires is missing"),
        ("expires = 2027-01-31", 'expires = "soon"', "expires must be a calendar date"),
        ("expires = 2027-01-31", "expires = 2027-01-31T00:00:00Z", "expires must be a calendar date"),
        ("https://example.com/issues/7", "issue 7", "link must be an http or https URL"),
        ("\n[[waivers]]", GOOD + "[[waivers]]", "waiver 2 repeats that of REQ-11 at REQ-11/one"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line(
    old: str, new: str, complaint: str, tmp_path: Path
) -> None:
    """The message names the file, the place and what to do."""
    file = tmp_path / "waivers.toml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(DocumentError) as raised:
        read_waivers(file)
    assert complaint in str(raised.value)
    assert str(raised.value).startswith(str(file))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["[", "- 1", "waivers: {a: 1}", "waivers: [1]", "\ud800"])
def test_yaml_that_is_wrong_is_refused_in_one_line(content: str, tmp_path: Path) -> None:
    """Whatever stands in the file, there is one line and no traceback."""
    file = tmp_path / "waivers.yml"
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(DocumentError) as raised:
        read_waivers(file)
    assert "\n" not in str(raised.value)
