"""The shards of a run, joined, say what the run on one machine says."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from checkpoint_conformance.reports.merge import merge
from checkpoint_conformance.reports.report import ReportError, build_report
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.shard import Shard, ShardError
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.verdict.outcome import Verdict
from checkpoint_conformance.verdict.waivers import Waiver, WaiverState
from checkpoint_openapi.load import requirements
from mutants.service.server import Server
from mutants.service.world import POLICY

from conformance.runs import PLENTY, Broken, Dropping, outcomes, report, requirement, verify

TODAY = datetime.date(2027, 1, 1)
COUNT = 3


def shards(behaviour: type[Server]) -> list[dict[str, Any]]:
    """Return the reports of all shards."""
    return [report(behaviour, f"{index}/{COUNT}") for index in range(1, COUNT + 1)]


def merged(behaviour: type[Server]) -> dict[str, Any]:
    """Return the report of the shards together."""
    return merge(shards(behaviour), (), TODAY)[0]


@pytest.mark.parametrize("behaviour", [Server, Broken, Dropping])
def test_the_merged_report_says_what_the_unsplit_one_says(behaviour: type[Server]) -> None:
    """Verdict, profiles, and outcome and reason of every requirement are the same."""
    whole, joined = report(behaviour), merged(behaviour)
    assert outcomes(joined) == outcomes(whole)
    assert (joined["verdict"], joined["profiles"]) == (whole["verdict"], whole["profiles"])
    assert joined["header"]["shard"] is None
    assert joined["observations"] is None
    assert joined["header"]["target"]["max_creates"] == PLENTY


def test_the_merged_report_holds_the_evidence_of_all_shards() -> None:
    """Each finding of the merged report points to its own exchanges, under numbers of their own."""
    joined = merged(Broken)
    numbers = [exchange["number"] for exchange in joined["exchanges"]]
    assert len(numbers) == len(set(numbers))
    exchanges = {exchange["number"]: exchange for exchange in joined["exchanges"]}
    for finding in requirement(joined, "REQ-11")["findings"]:
        assert '"true"' in exchanges[finding["exchanges"][-1]]["request"]["body"]["text"]
    assert "{{token}}" in str(joined["exchanges"])
    assert joined["requests"] == sum(part["requests"] for part in shards(Broken))


def test_a_shard_says_of_which_requirements_it_knows_nothing() -> None:
    """What another shard answers for is skipped by that name, and does not count here."""
    part = report(Server, "2/3")
    reasons = {item["id"]: item["reason"] for item in part["requirements"]}
    assert part["verdict"] == "conformant"
    assert reasons["REQ-5"] == "other-shard"
    owned = set(part["header"]["shard"]["requirements"])
    assert owned
    assert all(item["outcome"] == "pass" for item in part["requirements"] if item["id"] in owned)


def test_the_shards_share_the_work_and_the_budget() -> None:
    """Every requirement is some shard's, only the scattered one is several shards', no call is paid twice."""
    target = Target("http://h", "p", "token", POLICY.id, ("r",), max_creates=60)
    parts = [Shard.of(f"{index}/4", target) for index in range(1, 5)]
    owners = {item.id: sum(part.owns(item.id) for part in parts) for item in requirements()}
    assert {name for name, number in owners.items() if number != 1} == {"FUZZ-2"}
    assert sum(part.max_creates for part in parts) == 60
    assert min(len(part.owned) for part in parts) > 1
    assert Options().shard.owns("anything")


def test_an_id_that_two_shards_were_given_is_found() -> None:
    """What no shard can see alone, the merged report holds against the server."""
    parts = shards(Server)
    first, second = (part["checkpoints"]["ids"][0] for part in parts[:2])
    parts[1] = json.loads(json.dumps(parts[1]).replace(second, first))
    found = requirement(merge(parts, (), TODAY)[0], "RESP-2")
    assert found["outcome"] == "fail"
    assert len(found["findings"][0]["exchanges"]) == 2


def test_waivers_are_applied_to_the_whole() -> None:
    """A waiver is decided once all shards are there."""
    given = [Waiver("REQ-11", "r", "https://l", TODAY), Waiver("REQ-12", "r", "https://l", TODAY)]
    joined, applied = merge(shards(Broken), given, TODAY)
    assert requirement(joined, "REQ-11")["reason"] == "waived"
    assert [each.state for each in applied] == [WaiverState.APPLIED, WaiverState.STALE]
    assert [waiver["state"] for waiver in joined["waivers"]] == ["applied", "stale"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda parts: parts[:-1], "the shards 1/3, 2/3 do not make up a whole run"),
        (lambda parts: [*parts, parts[0]], "do not make up a whole run"),
        (lambda parts: [report(Server), *parts], "one of the reports is from a whole run"),
        (lambda parts: [with_header(parts[0], seed=1), *parts[1:]], "the shards differ in seed"),
        (lambda parts: [with_header(parts[0], contract={}), *parts[1:]], "the shards differ in contract"),
        (lambda parts: [*parts[:2], with_target(parts[2], timeout=1)], "the shards have different targets"),
        (lambda parts: [without_owner(part) for part in parts], "no shard was responsible for REQ-9"),
    ],
)
def test_shards_that_do_not_belong_together_are_refused(change: Any, complaint: str) -> None:
    """What is not all of one run gives no verdict."""
    with pytest.raises(ReportError, match=complaint) as raised:
        merge(change(shards(Server)), (), TODAY)
    assert "\n" not in str(raised.value)


def test_shards_may_have_listened_elsewhere() -> None:
    """Each machine may have started a server of its own."""
    parts = shards(Server)
    parts[1] = with_target(parts[1], url="http://other.example:8080")
    assert merge(parts, (), TODAY)[0]["verdict"] == "conformant"


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3", "1/9"])
def test_a_shard_that_makes_no_sense_is_refused(text: str) -> None:
    """The message says how it is written, or that the budget does not allow it."""
    target = Target("http://h", "p", "token", "plan", ("r",), max_creates=20)
    with pytest.raises(ShardError, match=r"write k/n|too low"):
        Shard.of(text, target)


def with_header(part: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a report with another header."""
    return part | {"header": part["header"] | members}


def with_target(part: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a report with another target."""
    return with_header(part, target=part["header"]["target"] | members)


def without_owner(part: dict[str, Any]) -> dict[str, Any]:
    """Return a shard's report that does not name REQ-9 as its own."""
    shard = part["header"]["shard"]
    names = [name for name in shard["requirements"] if name != "REQ-9"]
    return with_header(part, shard=shard | {"requirements": names})


@pytest.mark.parametrize("shard", ["1/2", "2/2"])
def test_a_shard_whose_part_passed_says_so(shard: str) -> None:
    """What other shards judge does not make it partial, and its last line says what gives the verdict."""
    found = report(Server, shard)
    assert found["verdict"] == "conformant"
    assert set(found["profiles"].values()) == {"conformant"}
    last = terminal(found, quiet=True).splitlines()[-1]
    index = shard[0]
    assert last == f"Shard {index} of 2 passed its own part; `report merge` judges the whole run."


def test_a_shard_that_lacks_a_fixture_of_its_own_is_partial() -> None:
    """Only the shard that would have used the fixture is, and it names its requirement alone."""
    runs = [verify(Server, shard, expired_token=None) for shard in ("1/2", "2/2")]
    partial = [run for run in runs if run.verdict is Verdict.PARTIAL]
    assert len(partial) == 1
    assert terminal(build_report(partial[0]), quiet=True).splitlines()[-1] == (
        "No MUST failed, but 1 was skipped: AUTH-3."
    )
