"""A replay repeats exactly what failed, and tells what was fixed from what was not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands.replay import Repeated, ReplayState, failing, replay
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.generated.sequences import generate_plans
from checkpoint_conformance.probes.missing import missing
from checkpoint_conformance.reports.report import ReportError
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.stages.companions.created_items import items_of_created
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.companions.discovery import discovery
from checkpoint_conformance.run.stages.comparison import distinct_checkpoints
from checkpoint_conformance.run.stages.concurrency import concurrent_calls
from checkpoint_conformance.run.stages.kept_connections import lost_requests
from checkpoint_conformance.run.stages.model import model_run
from checkpoint_conformance.run.stages.recovery import recovery
from checkpoint_openapi.cli import main
from click.testing import CliRunner
from mutants.service.refusals import refuse
from mutants.service.server import Server, running

from conformance.language.chinese import untranslated
from conformance.runs import (
    Broken,
    Dropping,
    Exhausted,
    Forgetting,
    excerpt,
    report,
    requirement,
    target_of,
    write_target,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from checkpoint_conformance.run.session import Session
    from mutants.service.wire import Request
    from mutants.service.world import Checkpoint


class Recording(Server):
    """A conforming server that remembers what it was asked."""

    asked: list[Request]

    def respond(self, request: Request) -> Any:
        """Remember the request."""
        type(self).asked.append(request)
        return super().respond(request)


class Offended(Server):
    """A server that crashes for a valid request after a refusal on the same connection: HTTP-6 fails."""

    def created(self, checkpoint: Checkpoint) -> Any:
        """Crash where this connection has carried a refusal."""
        if checkpoint.call.request.connection.refused:
            refuse("internal-error")
        return super().created(checkpoint)


class Twins(Server):
    """A server that gives two calls under way at once the same id: RESP-2 fails."""

    hold = 0.03

    def new_id(self, number: int) -> str:
        """Return an id that depends on the company alone."""
        return "0f1e2d3c-4b5a-4697-8877-665544332211" if self.in_flight > 1 else super().new_id(number)


class Forgetful(Server):
    """A server whose item list and policy list are empty: OBS-1 and DISC-1 fail."""

    def list_items(self, *_: Any) -> Any:
        """Return no item."""
        return self.json(200, {"checkpoint_items": []})

    def list_policies(self, *_: Any) -> Any:
        """Return no policy."""
        return self.json(200, {"policies": []})


class Sometimes(Server):
    """A server with an unknown status in every third answer: RESP-3 fails, but not each time."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Answer wrongly now and then."""
        wrong = {"status": "lost"} if checkpoint.number % 3 == 0 else {}
        return super().checkpoint_body(checkpoint) | wrong


def shapes(session: Session) -> None:
    """Send the documented requests and their shapes."""
    for probe in (*acceptance.documented(session.calls), *acceptance.shapes(session.calls)):
        send_probe(session, probe)


def unknown_policies(session: Session) -> None:
    """Ask for what does not exist."""
    for probe in missing(session.calls):
        send_probe(session, probe)


def sequences(session: Session) -> None:
    """Hold sequences against the model."""
    model_run(session, Deletions(session), generate_plans(deletes=True))


def distinct(session: Session) -> None:
    """Compare the ids."""
    distinct_checkpoints(session.recorder.exchanges, session.ledger)


STEPS: dict[str, tuple[Callable[[Session], None], ...]] = {
    "a lost answer": (unknown_policies,),
    "a sequence on one connection": (recovery,),
    "a lost request on a kept connection": (recovery, lost_requests),
    "a model's sequence": (sequences,),
    "calls at once": (concurrent_calls, distinct),
    "the items of a call": (shapes, items_of_created),
    "a list": (discovery,),
}
"""The part of a run that shows each fault."""


def repeat(
    found: dict[str, Any], behaviour: type[Server], name: str | None = None, times: int = 1, **changes: Any
) -> list[Repeated]:
    """Replay a report against a server; whatever is said of it is told in Chinese."""
    said: list[str] = []
    with running(behaviour) as table:
        target = target_of(table, **{"patience": 0.2} | changes)
        repeated = replay(found, target, failing(found, name), said.append, times)
    said += [each.note for each in repeated if each.note]
    assert {text: left for text in said if (left := untranslated(text))} == {}
    return repeated


def states(repeated: list[Repeated], name: str) -> set[ReplayState]:
    """Return what was said of a requirement's findings."""
    return {each.state for each in repeated if each.requirement == name}


def test_against_the_same_server_everything_still_fails() -> None:
    """What was confirmed fails again; what was seen a single time may not."""
    repeated = repeat(report(Broken), Broken)
    assert {each.requirement for each in repeated} == {"HTTP-2", "REQ-11", "REQ-14", "REQ-16", "RESP-3"}
    assert {each.state for each in repeated if each.requirement != "REQ-16"} == {ReplayState.STILL_FAILS}


def test_against_a_mended_server_nothing_fails_any_more() -> None:
    """The answers of a conforming server are accepted, and shown."""
    repeated = repeat(report(Broken), Server)
    assert {each.state for each in repeated} == {ReplayState.FAILS_NO_MORE}
    assert next(each.note for each in repeated if each.requirement == "REQ-11") == "result: 400"


def test_the_recorded_bytes_are_sent_again_with_the_secrets() -> None:
    """Method, path, fields and body are those of the report; only the secrets are put back."""
    found = report(Broken)
    Recording.asked = []
    repeat(found, Recording, "REQ-11", profiles=frozenset())
    findings = requirement(found, "REQ-11")["findings"]
    exchanges = {exchange["number"]: exchange for exchange in found["exchanges"]}
    recorded = [exchanges[finding["exchanges"][0]]["request"] for finding in findings]
    sent = [request for request in Recording.asked if request.method == "POST"]
    assert [request.body.decode() for request in sent] == [request["body"]["text"] for request in recorded]
    assert [request.target for request in sent] == [request["path"] for request in recorded]
    fields = [
        {name: value for name, value in request.headers if name not in ("Host", "Content-Length")}
        for request in sent
    ]
    with running(Server) as table:
        token = table["token"]
    for field, request in zip(fields, recorded, strict=True):
        assert field == dict(request["headers"]) | {"X-Auth-Token": token}


@pytest.mark.parametrize(
    ("behaviour", "steps", "name"),
    [
        (Dropping, "a lost answer", "HTTP-3"),
        (Offended, "a sequence on one connection", "HTTP-6"),
        (Exhausted, "a lost request on a kept connection", "HTTP-3"),
        (Forgetting, "a model's sequence", "DEL-1"),
        (Twins, "calls at once", "RESP-2"),
        (Forgetful, "the items of a call", "OBS-1"),
        (Forgetful, "a list", "DISC-1"),
    ],
)
def test_each_kind_of_evidence_can_be_repeated(behaviour: type[Server], steps: str, name: str) -> None:
    """It fails again, and on a server that is fixed it does not."""
    found = excerpt(behaviour, *STEPS[steps], patience=0.2)
    assert requirement(found, name)["outcome"] == "fail"
    assert states(repeat(found, behaviour, name), name) == {ReplayState.STILL_FAILS}
    assert states(repeat(found, Server, name), name) == {ReplayState.FAILS_NO_MORE}


def test_an_intermittent_fault_is_found_by_trying_more_often() -> None:
    """One repetition may miss it; several do not."""
    found = excerpt(Sometimes, shapes)
    assert ReplayState.STILL_FAILS in states(repeat(found, Sometimes, "RESP-3", times=3), "RESP-3")


def test_the_budget_holds_for_a_replay() -> None:
    """What the budget leaves no call for is undecided, and no call is made beyond it."""
    Recording.asked = []
    repeated = repeat(report(Broken), Recording, max_creates=2)
    assert ReplayState.UNDECIDED in {each.state for each in repeated}
    assert (
        next(each.note for each in repeated if each.state is ReplayState.UNDECIDED)
        == "max_creates = 2 is used up"
    )


def test_nothing_is_sent_where_nothing_failed() -> None:
    """A report without findings needs no server."""
    with running(Server) as table:
        assert (
            replay(report(Server), target_of(table, url="http://127.0.0.1:9"), failing(report(Server), None))
            == []
        )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"policy_id": "00000000-0000-0000-0000-000000000000"},
            "its policy_id is not that of the target file",
        ),
        ({"resources": ("a",)}, "its resources is not"),
    ],
)
def test_another_target_is_refused(changes: dict[str, Any], complaint: str) -> None:
    """Requests that hold other ids would prove nothing."""
    with pytest.raises(ReportError, match=complaint):
        repeat(report(Broken), Server, **changes)


def test_a_target_without_a_secret_that_was_sent_is_refused() -> None:
    """No placeholder is ever sent in a secret's place."""
    found = report(Broken)
    for exchange in found["exchanges"]:
        exchange["request"]["headers"].append(["X-Auth-Token", "{{header-x-api-key}}"])
    with pytest.raises(ReportError, match="the target file has no header-x-api-key"):
        repeat(found, Server)


def test_a_requirement_that_the_report_lacks_is_refused() -> None:
    """The message names the one that was meant, or the command that lists them."""
    with pytest.raises(ReportError, match=r"no requirement 'req-99' in the report\. Did you mean REQ-9\?"):
        failing(report(Server), "req-99")
    with pytest.raises(ReportError, match="`checkpoint-contract list` shows them all"):
        failing(report(Server), "x")
    assert failing(report(Broken), "REQ-2") == []


@pytest.mark.parametrize(
    ("language", "advice"), [("en", "Check the port in `url`"), ("zh", "请检查 `url` 中的端口")]
)
def test_a_server_that_is_away_is_told_with_one_advice(language: str, advice: str, tmp_path: Path) -> None:
    """Where nobody listens, the message says once what to check."""
    with running(Server) as table:
        target = write_target(table, tmp_path / "target.toml", patience=0.1)
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report(Broken)), encoding="utf-8")
    told = CliRunner().invoke(main, ["replay", str(file), "--target", str(target), "--lang", language]).stderr
    assert advice in told
    assert told.count("`url`") == 1
