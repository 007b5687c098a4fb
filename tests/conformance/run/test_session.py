"""The session: it waits where waiting is the answer, keeps its pace, and knows when the server is gone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from checkpoint_conformance.verdict.symptom import Symptom
from mutants.framework.in_process import InProcess
from mutants.framework.verifying import with_server
from mutants.service.refusals import CONDITIONS, Refusal
from mutants.service.server import Server, running

from conformance.runs import session_with, target_of

if TYPE_CHECKING:
    from checkpoint_conformance.run.record import RunRecord
    from checkpoint_conformance.transport.clock import Clock
    from mutants.service.wire import Request, Response

CORE = frozenset[str]()


class Busy(Server):
    """A server whose first calls are refused for now."""

    condition = "unavailable"
    times = 2
    retry_after: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.left = self.times

    def check_state(self, *arguments: Any) -> None:
        """Refuse as long as it is busy."""
        if self.left > 0:
            self.left -= 1
            raise Refusal(CONDITIONS[self.condition])
        super().check_state(*arguments)

    def refused(self, request: Any, condition: Any) -> Any:
        """Say when to come again."""
        response = super().refused(request, condition)
        if condition is CONDITIONS[self.condition]:
            response.header("Retry-After", self.retry_after)
        return response


def busy(**members: Any) -> type[Server]:
    """Return a busy server of its own kind."""
    return type("Own", (Busy,), members)


def call(behaviour: type[Server], **changes: Any) -> tuple[int | None, list[str], float]:
    """Send the documented call; return the status that came at last, what was announced, and the seconds."""

    def use(
        table: dict[str, Any], transport: InProcess | None, clock: Clock
    ) -> tuple[int | None, list[str], float]:
        announced: list[str] = []
        target = target_of(table, **changes)
        session = open_session(target, announced.append, transport=transport, clock=clock)
        started = clock.monotonic()
        exchange = session.client.send(session.calls.call(session.calls.documented))
        return exchange.status, announced, clock.monotonic() - started

    return with_server(behaviour, use)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("unavailable", "the service is unavailable (503)"),
        ("too-many-requests", "too many requests (429)"),
        ("running-by-hand", "the policy is already running (500, published conflict)"),
        ("running-by-schedule", "the policy is already running (500, published conflict)"),
    ],
)
def test_what_passes_is_waited_for_and_announced(condition: str, reason: str) -> None:
    """The call is sent again until it is accepted, and each wait is told in a sentence."""
    status, announced, _ = call(busy(condition=condition, times=2, retry_after="0"))
    assert status == 200
    assert len(announced) == 2
    assert all(sentence.startswith(f"{reason}: trying again in ") for sentence in announced)


def test_a_crash_is_not_waited_for() -> None:
    """500 with another code is an answer like any other."""
    status, announced, _ = call(busy(condition="internal-error"))
    assert (status, announced) == (500, [])


def test_retry_after_in_seconds_is_honoured() -> None:
    """A whole second is a whole second."""
    status, announced, seconds = call(busy(times=1, retry_after="1"))
    assert status == 200
    assert announced == ["the service is unavailable (503): trying again in 1 s"]
    assert seconds >= 1


def test_retry_after_as_a_date_is_honoured() -> None:
    """The pause ends at the date, which has no fraction."""
    moment = datetime.fromtimestamp(InProcess(Server).clock.time(), UTC) + timedelta(seconds=2)
    status, announced, seconds = call(busy(times=1, retry_after=format_datetime(moment, usegmt=True)))
    assert status == 200
    assert seconds >= 2
    assert len(announced) == 1


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "soon",
        "-1",
        "1.5",
        "\u00b2",
        " ",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 99999 07:28:00 GMT",
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +99999999999999999999",
        ",,,",
    ],
)
def test_any_retry_after_is_survived(value: str) -> None:
    """Nonsense and the past count as nothing said; the pause is short and never an accident."""
    status, announced, seconds = call(busy(times=1, retry_after=value))
    assert status == 200
    assert len(announced) == 1
    assert seconds < 5


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("120", "120 s more"),
        ("9" * 400, "more than a day"),
        ("Wed, 21 Oct 9999 07:28:00 GMT", "more than a day"),
    ],
)
def test_a_wait_beyond_the_patience_is_not_begun(value: str, asked: str) -> None:
    """The run goes on without, and says how long the server asked for and what the patience is."""
    status, announced, seconds = call(busy(times=99, retry_after=value), patience=2.0)
    assert status == 503
    (sentence,) = announced
    assert sentence == (
        f"the service is unavailable (503): Retry-After asks for {asked}, which exceeds patience = 2 s; "
        "continuing without it"
    )
    assert seconds < 2


def test_a_patience_that_runs_out_tells_the_time_waited() -> None:
    """Without Retry-After, the last sentence says how long was waited, and what the next pause would be."""
    _, announced, _ = call(busy(times=99), patience=0.6)
    assert announced[-1] == (
        "the service is unavailable (503): still the case after 0.2 s, and the next pause takes 0.5 s more, "
        "which exceeds patience = 0.6 s; continuing without it"
    )


@pytest.mark.parametrize(
    "condition", ["unavailable", "too-many-requests", "running-by-hand", "running-by-schedule"]
)
def test_what_never_passes_is_inconclusive_and_no_failure(condition: str) -> None:
    """Once patience is out, what needed the answer is undecided; nothing is held against the server."""
    result = in_process(busy(condition=condition, times=1_000_000), patience=0.2)
    outcomes = {each.requirement.id: each.outcome for each in result.declared}
    assert Outcome.FAIL not in outcomes.values()
    assert outcomes["REQ-1"] is Outcome.INCONCLUSIVE
    assert result.verdict is Verdict.INCONCLUSIVE


def test_a_reason_that_outlasted_the_patience_is_not_waited_for_again() -> None:
    """The patience is spent once for each reason, not once for each request."""
    session = session_with(busy(times=1_000_000), patience=0.5)
    session.client.send(session.calls.call(session.calls.documented))
    first = len(session.recorder.exchanges)
    session.client.send(session.calls.call(session.calls.documented))
    assert first > 1
    assert len(session.recorder.exchanges) == first + 1


def test_the_rate_limit_is_kept() -> None:
    """Requests start at least a period apart, in however many threads."""
    with running(Server) as table:
        session = open_session(target_of(table, rate=20.0))
        for _ in range(6):
            session.client.transmit(session.calls.request("GET", session.calls.path()))
    starts = [exchange.started for exchange in session.recorder.exchanges]
    assert starts[-1] - starts[0] >= 5 / 20 * 0.95


def test_a_connection_that_was_closed_silently_is_opened_again() -> None:
    """A kept connection that the server let go costs a second attempt and no finding."""

    class Forgetful(Server):
        """Close after each answer without a word."""

        def finish(self, request: Any, response: Any) -> None:
            """Keep quiet about the close."""
            super().finish(request, response)
            response.close = True

    with running(Forgetful) as table:
        result = run(target_of(table, profiles=CORE), Options(max_examples=1))
    assert result.verdict is Verdict.CONFORMANT


class Mortal(Server):
    """A server that ends in the middle of the run."""

    lifetime = 40
    back_after: float | None = None

    def respond(self, request: Request) -> Response:
        """End once the time has come, and drop the connection."""
        if request.number != self.lifetime:
            return super().respond(request)
        self.end(self.back_after)
        raise ConnectionAbortedError


@pytest.mark.parametrize("lifetime", [3, 40, 150])
def test_a_server_that_dies_is_not_conformant(lifetime: int) -> None:
    """The last request is charged, and what was not asked any more is a failed precondition."""
    announced: list[str] = []
    result = in_process(type("Own", (Mortal,), {"lifetime": lifetime}), announced)
    assert result.gone
    assert announced[-1] == f"the run ended early: {result.gone}"
    assert result.verdict is Verdict.NOT_CONFORMANT
    charged = [each for each in result.declared if each.outcome is Outcome.FAIL]
    assert [[finding.symptom for finding in each.findings] for each in charged] == [[Symptom.SERVER_ENDED]]
    assert charged[0].findings[0].exchanges[-1].status is None
    rest = [each for each in result.declared if not each.exercised]
    assert rest
    assert {(each.outcome, each.reason) for each in rest} == {(Outcome.SKIP, SkipReason.PRECONDITION_FAILED)}
    assert all(result.gone in each.detail for each in rest if "ended early" in each.detail)


@pytest.mark.parametrize("lifetime", [3, 40, 150])
def test_a_server_that_is_restarted_once_is_undecided(lifetime: int) -> None:
    """What came before is sent again and does no harm: nothing is charged, and nothing is proven either."""
    result = in_process(type("Own", (Mortal,), {"lifetime": lifetime, "back_after": 1.0}))
    assert not result.gone
    assert result.verdict is Verdict.INCONCLUSIVE
    undecided = [each for each in result.declared if each.outcome is Outcome.INCONCLUSIVE]
    assert {each.requirement.id for each in undecided} <= {"HTTP-1", "HTTP-3"}
    told = re.compile(r"after exchange \d+ \(no response\): the server could not be reached for .* tries")
    assert [each for each in undecided if told.fullmatch(each.detail)]


def test_a_host_that_is_gone_is_undecided() -> None:
    """Where no connection to the host works any more, the last request is named and not charged."""
    result = in_process(Mortal, host_answers=False)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert Outcome.FAIL not in {each.outcome for each in result.declared}
    undecided = [each.detail for each in result.declared if each.outcome is Outcome.INCONCLUSIVE]
    assert [detail for detail in undecided if detail.endswith(f" (no response): {result.gone}")]


def in_process(
    behaviour: type[Server],
    announced: list[str] | None = None,
    *,
    host_answers: bool = True,
    **changes: Any,
) -> RunRecord:
    """Return a run against a server without a port."""
    transport = InProcess(behaviour)
    transport.host_answers = lambda: host_answers  # type: ignore[method-assign]
    said = announced if announced is not None else []
    target = target_of(transport.target, **{"profiles": CORE} | changes)
    return run(target, Options(max_examples=1), said.append, transport=transport, clock=transport.clock)


def test_a_server_that_stops_answering_is_gone() -> None:
    """After a lost answer one plain request decides whether anybody is there."""

    class Hanging(Server):
        """Answer nothing from the third request on."""

        def respond(self, request: Any) -> Any:
            """Wait for the end."""
            if request.number > 2:
                self.closing.wait()
            return super().respond(request)

    with running(Hanging) as table:
        session = open_session(target_of(table, timeout=0.3))
        probe = acceptance.documented(session.calls)[0]
        for _ in range(2):
            send_probe(session, probe)
        with pytest.raises(ServerGone, match="the server no longer responds"):
            send_probe(session, probe)
