"""What a gateway does is told from what the server does, and no checkpoint goes uncounted."""

# ruff: noqa: ARG002 - the arguments of a step are those of the server

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckStatus
from checkpoint_conformance.run.misconfiguration import misconfiguration
from checkpoint_conformance.run.record import Options, RunRecord
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.transport.exchange import Response as Answer
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from mutants.service.server import Server, running
from mutants.service.wire import Response

from conformance.runs import TARGET, verify
from conformance.transport.peers import GET, answering, serving

if TYPE_CHECKING:
    from mutants.service.wire import Request

pytestmark = pytest.mark.matrix

CORE = {"profiles": frozenset[str]()}
COMPANIONS = frozenset({"deletion", "discovery", "observation"})


class Gateway(Server):
    """A gateway that sometimes answers in place of the server."""

    status = 502
    fields: tuple[tuple[str, str], ...] = ()
    made = 0

    def replaces(self, request: Request, response: Response) -> bool:
        """Return whether the gateway answers in place of this response."""
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        """Let the server respond, and replace the response by a page."""
        response = super().respond(request)
        if not self.replaces(request, response):
            return response
        page = b"<html><head><title>from the gateway</title></head></html>"
        return Response(self.status, page, [("Content-Type", "text/html"), *self.fields])

    def make(self, *arguments: Any) -> Any:
        """Count."""
        type(self).made += 1
        return super().make(*arguments)


class Away(Gateway):
    """A gateway that loses its server for a while."""

    real_time = True
    first, last = 0, 10**9

    def replaces(self, request: Request, response: Response) -> bool:
        """Return whether this is the while."""
        return self.first <= request.number <= self.last


class Impatient(Gateway):
    """A gateway that gives up waiting for each new checkpoint, which is created all the same."""

    status = 504

    def replaces(self, request: Request, response: Response) -> bool:
        """Return whether a call was accepted."""
        return request.method == "POST" and response.status == 200


class Limiting(Gateway):
    """A gateway that limits requests by a page."""

    status = 429
    fields = (("Retry-After", "0"),)

    def replaces(self, request: Request, response: Response) -> bool:
        """Refuse each fifth request."""
        return request.number % 5 == 0


def own(behaviour: type[Gateway], **members: Any) -> type[Gateway]:
    """Return the behaviour with other members, and its own count."""
    return type("Own", (behaviour,), {"made": 0, **members})


def failed(record: RunRecord) -> list[str]:
    """Return the requirements that failed."""
    return [result.requirement.id for result in record.results if result.outcome is Outcome.FAIL]


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("most", [1, 4, 30])
def test_what_a_gateway_gives_up_may_have_created_a_checkpoint(most: int, status: int) -> None:
    """Such calls count, so that `max_creates` holds; without a proof, none is held against the server."""
    gateway = own(Impatient, status=status)
    record = verify(gateway, max_creates=most, patience=2.0, **CORE)
    assert 0 < gateway.made <= record.created <= most
    proven = most > 20 and status != 503
    assert failed(record) == ["HTTP-3"] * proven


@pytest.mark.parametrize("first", [40, 150])
def test_a_server_that_restarts_behind_a_gateway_is_not_charged(first: int) -> None:
    """However many requests meet the gap, even on a reliable network; the report says what it may be."""
    record = verify(own(Away, first=first, last=first + 12), patience=60.0, **CORE)
    assert failed(record) == []
    told = [result.detail for result in record.results if result.outcome is Outcome.INCONCLUSIVE]
    assert len(told) == 1
    assert "none of them each time: it may be a gateway" in told[0]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_a_server_is_a_matter_of_configuration(status: int) -> None:
    """A run gets no verdict, and the check of the target says the same."""
    gateway = own(Away, status=status)
    with pytest.raises(ConfigurationError, match=f"a gateway returns {status} instead of the server"):
        verify(gateway, patience=1.0)
    with running(gateway) as table:
        steps = [step for step in diagnose(Target.from_table(table)) if step.state is CheckStatus.FIX]
    assert [step.found for step in steps] == [f"a gateway returns {status} instead of the server"]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_starts_late_is_waited_for(status: int) -> None:
    """Within patience, a run begins when the gateway reaches the server."""
    record = verify(own(Away, last=4, status=status), patience=60.0, **CORE)
    assert record.verdict is Verdict.CONFORMANT


class OnOneInput(Gateway):
    """A gateway that answers with a page because its server drops the connection on one input."""

    def replaces(self, request: Request, response: Response) -> bool:
        """Return whether it is that input."""
        return request.body.startswith(b'{"checkpoint": [')


@pytest.mark.parametrize(("status", "outcome"), [(502, "fail"), (503, "inconclusive"), (504, "fail")])
def test_a_server_that_fails_on_one_input_behind_a_gateway_never_passes(status: int, outcome: str) -> None:
    """502 and 504 prove it, and 503 leaves it in doubt."""
    record = verify(own(OnOneInput, status=status), patience=2.0, **CORE)
    assert {result.requirement.id: result.outcome.value for result in record.results}["HTTP-3"] == outcome


@pytest.mark.parametrize("first", [300, 600, 700])
@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_loses_its_server_for_good_leaves_the_rest_undecided(first: int, status: int) -> None:
    """Whatever part of the run meets it, nothing is held against the server."""
    gateway = own(Away, first=first, status=status, real_time=False)
    record = verify(gateway, patience=5.0, profiles=COMPANIONS)
    assert failed(record) == []
    assert record.verdict is Verdict.INCONCLUSIVE


class LosingDeletions(Gateway):
    """A gateway that gives up waiting for the first deletion of each checkpoint, which takes place."""

    lost: ClassVar[set[str]] = set()

    def replaces(self, request: Request, response: Response) -> bool:
        """Return whether this is the first one."""
        is_first = request.method == "DELETE" and response.status == 200 and request.target not in self.lost
        self.lost.add(request.target)
        return is_first


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_deletion_whose_response_a_gateway_lost_may_have_removed_the_checkpoint(status: int) -> None:
    """The 404 to its repetition is not held against the server."""
    record = verify(own(LosingDeletions, status=status, lost=set()), profiles=COMPANIONS)
    assert failed(record) == []
    assert record.left_behind == ()


def test_a_port_that_never_responds_is_a_matter_of_configuration() -> None:
    """Such as one that expects TLS, and closes each connection on plain HTTP."""
    with running(Server) as table, serving(answering()) as endpoint:
        target = replace(Target.from_table(table), url=f"http://127.0.0.1:{endpoint.port}")
        with pytest.raises(ConfigurationError, match="does not speak HTTP: no response") as raised:
            run(target, Options(max_examples=1))
    assert "Check the port, and whether `url` must start with https://." in str(raised.value)


def test_a_page_that_demands_a_client_certificate_is_told_as_that() -> None:
    """Some gateways complete the handshake, and then refuse every request."""
    page = b"<html><title>400 No required SSL certificate was sent</title></html>"
    target = Target.from_table(TARGET | {"url": "https://csbs.example.com"})
    exchange = Exchange(GET, Answer(400, (), page), None, 0.0, 0.0)
    wrong = misconfiguration(exchange, target, lambda: False)
    assert wrong is not None
    assert (wrong.topic, "client_certificate" in wrong.advice) == ("tls", True)
    plain = replace(target, url="http://csbs.example.com")
    assert misconfiguration(exchange, plain, lambda: False) is None


@pytest.mark.parametrize("connections", [1, 4])
def test_a_page_of_a_limit_breaks_http_2_wherever_it_is_met(connections: int) -> None:
    """The contract asks the same body of a limit, whether a run judges its response or waits for another."""
    record = verify(Limiting, connections=connections, **CORE)
    assert failed(record) == ["HTTP-2"]
    (result,) = [result for result in record.results if result.requirement.id == "HTTP-2"]
    assert "on a page titled 'from the gateway'" in result.findings[0].actual


def test_the_check_of_a_target_waits_for_a_limit() -> None:
    """A 429 leaves nothing open."""
    with running(Limiting) as table:
        steps = list(diagnose(Target.from_table(table)))
    assert [step for step in steps if step.state in (CheckStatus.OPEN, CheckStatus.FIX)] == []


class Cached(Server):
    """A server behind a cache that returns an old list."""

    def list_items(self, request: Request, project: str) -> Response:
        """Return an empty list from the cache."""
        response = self.json(200, {"checkpoint_items": []})
        response.header("Age", "58")
        return response


def test_a_finding_in_a_cached_response_says_so() -> None:
    """Who reads it looks at the cache, and not at the server."""
    record = verify(Cached, profiles=frozenset({"observation"}))
    (result,) = [result for result in record.results if result.requirement.id == "OBS-1"]
    assert result.outcome is Outcome.FAIL
    assert result.findings[0].actual.endswith(" (from a cache, 58 s old)")
