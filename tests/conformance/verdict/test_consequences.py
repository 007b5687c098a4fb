"""What only follows from another fault, or was never seen, is a skip and never a pass."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome
from mutants.catalogue import mutant
from mutants.framework.verifying import over_a_socket
from mutants.framework.verifying import verify as with_run
from mutants.service.server import Server

from conformance.runs import verify

if TYPE_CHECKING:
    from checkpoint_conformance.verdict.outcome import Result
    from mutants.service.refusals import Condition
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint

SKIPPED = (Outcome.SKIP, SkipReason.PRECONDITION_FAILED)


def results(behaviour: type[Server]) -> dict[str, Result]:
    """Return the result of each requirement of core."""
    return {each.requirement.id: each for each in verify(behaviour, profiles=frozenset()).declared}


def outcome(result: Result) -> tuple[Outcome, SkipReason | None]:
    """Return the outcome with the reason for a skip."""
    return result.outcome, result.reason


class BodyFirst(Server):
    """Judges the body before the token, and answers 422 where it is wrong."""

    def respond(self, request: Request) -> Response:
        """Answer a body that is not an object of objects with 422."""
        response = super().respond(request)
        wrong = request.method == "POST" and not request.body.startswith(b'{"checkpoint": {"plan_id"')
        if wrong and response.status in (400, 401):
            response.status = 422
        return response


class OneCheckpoint(Server):
    """Answers every call with the first checkpoint."""

    def created(self, checkpoint: Checkpoint) -> Any:
        """Answer with the first."""
        del checkpoint
        return super().created(self.store.checkpoints[0])


class OneAtATime(Server):
    """Answers calls that overlap with 409."""

    hold = 0.03

    def created(self, checkpoint: Checkpoint) -> Any:
        """Invent a status for calls in company."""
        response = super().created(checkpoint)
        if self.in_flight > 1:
            response.status = 409
            response.body = b'{"error_code": "CSBS.1001", "error_msg": "Try again."}'
        return response


class LastError(Server):
    """Keeps the error of a call where the others find it."""

    last: Condition

    def refused(self, request: Request, condition: Condition) -> Response:
        """Answer with the error that was met last."""
        self.last = condition
        time.sleep(0.002)
        return super().refused(request, self.last)


def test_errors_that_calls_get_from_each_other_are_one_fault() -> None:
    """Each of them is right when it is sent alone, so the first requirement takes them all."""
    run = with_run(LastError, over_a_socket, profiles=[])
    failed = {each.requirement.id for each in run.results if each.outcome in (Outcome.FAIL, Outcome.WARN)}
    assert len(failed) == 1
    assert failed < {"AUTH-1", "AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5"}


def test_a_call_without_a_token_that_gets_422_shows_nothing_of_the_token() -> None:
    """HTTP-1 takes the status, and AUTH-6 is not met."""
    found = results(BodyFirst)
    assert found["HTTP-1"].outcome is Outcome.FAIL
    assert outcome(found["AUTH-6"]) == SKIPPED
    assert found["AUTH-6"].detail == "HTTP-1 failed during this requirement's probes (status-422)"


def test_one_checkpoint_for_all_shows_nothing_of_other_ids() -> None:
    """RESP-11 takes it, and that ids never repeat was not seen."""
    found = results(OneCheckpoint)
    assert found["RESP-11"].outcome is Outcome.FAIL
    assert outcome(found["RESP-2"]) == SKIPPED


def test_a_server_that_never_answers_leaves_nothing_undecided() -> None:
    """HTTP-1 takes it: after three valid calls without a response, nothing else is sent."""
    found = results(mutant("never-answered").behaviour)
    assert found["HTTP-1"].outcome is Outcome.FAIL
    assert outcome(found["HTTP-3"]) == SKIPPED
    assert [name for name, each in found.items() if each.outcome is Outcome.INCONCLUSIVE] == []


def test_an_invented_status_under_concurrency_is_http_s() -> None:
    """A 409 is no documented status, whoever gets it: HTTP-1, and not RESP-11."""
    found = results(OneAtATime)
    assert [name for name, each in found.items() if each.outcome is Outcome.FAIL] == ["HTTP-1"]
    assert found["HTTP-1"].findings[0].published_symptom == "status-409"


def test_errors_that_cannot_be_read_have_no_shape() -> None:
    """HTTP-2 takes pages in place of errors, and ERR-1 was never exercised."""
    found = results(mutant("error-page").behaviour)
    assert found["HTTP-2"].outcome is Outcome.FAIL
    assert outcome(found["ERR-1"]) == SKIPPED
    assert found["ERR-1"].exercised == 0


@pytest.mark.parametrize("name", ["encoded-twice", "zone-in-every-time", "list-from-a-cache"])
def test_lists_that_cannot_be_used_leave_nothing_undecided(name: str) -> None:
    """What is read from the list of items is not tested, since something else has to be fixed first."""
    run = with_run(mutant(name).behaviour, timeout=1.0, patience=2.0, settle_within=1.5)
    assert [each.requirement.id for each in run.results if each.outcome is Outcome.INCONCLUSIVE] == []


class LocalTime(Server):
    """Writes the time of its own zone."""

    hours = 0.0

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Return a time that is off by the zone."""
        body = super().checkpoint_body(checkpoint)
        moment = datetime.fromisoformat(body["created_at"]) + timedelta(hours=self.hours)
        return body | {"created_at": moment.isoformat()}


@pytest.mark.parametrize(
    ("hours", "zone"),
    [
        (8, ", which is the time in the zone UTC+08:00"),
        (-3.5, ", which is the time in the zone UTC-03:30"),
        (14, ", which is the time in the zone UTC+14:00"),
        (0.25, ""),
        (15, ""),
        (48, ""),
    ],
)
def test_a_time_that_is_off_by_whole_hours_is_told_as_a_zone(hours: float, zone: str) -> None:
    """What no zone explains is told as it stands."""
    found = results(type("Own", (LocalTime,), {"hours": hours}))["RESP-4"]
    assert found.outcome is Outcome.WARN
    assert found.findings[0].actual[26:] == zone
