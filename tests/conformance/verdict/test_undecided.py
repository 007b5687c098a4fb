"""What may be the network, a gateway, a token, a quota or another user is undecided, and never a fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from mutants.catalogue import mutant
from mutants.framework.in_process import InProcess
from mutants.service.refusals import CONDITIONS, refuse
from mutants.service.server import Server
from mutants.service.world import PROJECT, TOKENS, Token

from conformance.runs import target_of

if TYPE_CHECKING:
    from checkpoint_conformance.run.record import RunRecord
    from mutants.service.schema import Call
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint, Policy, Resource

EVERYTHING = frozenset({"deletion", "discovery", "observation"})
CORE = frozenset[str]()
MOMENTS = (20, 60, 150, 300, 450)
"""Numbers of requests after which something ends, from the first stage of a run to the last."""


def judged(behaviour: type[Server], profiles: frozenset[str] = EVERYTHING) -> RunRecord:
    """Return a run against a server without a port."""
    transport = InProcess(behaviour)
    target = replace(target_of(transport.target, profiles=profiles), patience=2.0)
    return run(target, Options(max_examples=1), transport=transport, clock=transport.clock)


def outcomes(record: RunRecord) -> dict[str, Outcome]:
    """Return the outcome of each declared requirement."""
    return {result.requirement.id: result.outcome for result in record.declared}


def detail(record: RunRecord, identifier: str) -> str:
    """Return what the record says about a requirement."""
    return next(result.detail for result in record.declared if result.requirement.id == identifier)


class Expiring(Server):
    """A server whose token expires in the middle of a run."""

    lifetime = 0

    def respond(self, request: Request) -> Response:
        """Forget the token once the time has come."""
        if request.number > self.lifetime:
            self.store.tokens.pop(TOKENS["demo"], None)
        return super().respond(request)


class Limited(Server):
    """A server with a quota that is reached in the middle of a run."""

    quota = 0

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        """Refuse beyond the quota."""
        if len(self.store.checkpoints) >= self.quota:
            refuse("quota-exceeded")
        return super().make(call, policy, resources)


class Suspended(Server):
    """A server on which the account changes its state in the middle of a run, which is checked first."""

    lifetime = 0
    state = ""

    def respond(self, request: Request) -> Response:
        """Note the state once the time has come."""
        if request.number > self.lifetime:
            self.store.tokens[TOKENS["demo"]] = Token(PROJECT, trouble=CONDITIONS[self.state])
        return super().respond(request)


class Behind(Server):
    """A gateway that loses its server in the middle of a run."""

    lifetime = 0
    status = 502

    def respond(self, request: Request) -> Response:
        """Answer as a gateway alone does."""
        response = super().respond(request)
        if self.is_lost(request):
            response.status = self.status
            response.body = b"<html><body><h1>Bad Gateway</h1></body></html>"
            response.header("Content-Type", "text/html")
        return response

    def is_lost(self, request: Request) -> bool:
        """Return whether the server behind it is lost."""
        return request.number > self.lifetime


class LosingOnOne(Behind):
    """A gateway whose server fails on one input, and on no other."""

    def is_lost(self, request: Request) -> bool:
        """Return whether it is that input."""
        return request.body.startswith(b'{"checkpoint": [')


@pytest.mark.parametrize("lifetime", MOMENTS)
def test_a_token_that_expires_is_told_as_that(lifetime: int) -> None:
    """The run ends and names the token; whatever is refused afterwards is held against nobody."""
    record = judged(type("Own", (Expiring,), {"lifetime": lifetime}))
    assert record.verdict is Verdict.INCONCLUSIVE
    assert "the token may have expired" in record.gone
    assert Outcome.FAIL not in outcomes(record).values()
    assert detail(record, "HTTP-6") == record.gone


@pytest.mark.parametrize("quota", [5, 20, 40, 60])
def test_a_quota_that_is_reached_is_told_as_that(quota: int) -> None:
    """HTTP-6 is undecided and names the answer; nothing is a failure."""
    record = judged(type("Own", (Limited,), {"quota": quota}))
    assert record.verdict is Verdict.INCONCLUSIVE
    assert Outcome.FAIL not in outcomes(record).values()
    assert detail(record, "HTTP-6").endswith("no valid call is accepted: 400 CSBS.9006")


@pytest.mark.parametrize("state", ["account-not-verified", "project-closed"])
@pytest.mark.parametrize("lifetime", MOMENTS)
def test_an_account_that_is_suspended_is_told_as_that(state: str, lifetime: int) -> None:
    """Invalid requests get the same answer as valid ones, which is held against no requirement."""
    record = judged(type("Own", (Suspended,), {"lifetime": lifetime, "state": state}))
    assert record.verdict is Verdict.INCONCLUSIVE
    assert {Outcome.FAIL, Outcome.WARN}.isdisjoint(outcomes(record).values())
    told = f"no valid call is accepted: {CONDITIONS[state].status} {CONDITIONS[state].code}"
    assert detail(record, "HTTP-6").endswith(told)


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("lifetime", MOMENTS)
def test_a_gateway_without_its_server_is_undecided(status: int, lifetime: int) -> None:
    """Nothing is charged, whatever was sent last."""
    record = judged(type("Own", (Behind,), {"lifetime": lifetime, "status": status}))
    assert record.verdict is Verdict.INCONCLUSIVE
    assert Outcome.FAIL not in outcomes(record).values()
    assert outcomes(record)["HTTP-6"] is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_answers_one_input_is_no_excuse(status: int) -> None:
    """All else is served, so the server fails on that input, each time: HTTP-3."""
    record = judged(type("Own", (LosingOnOne,), {"status": status}), CORE)
    assert [name for name, outcome in outcomes(record).items() if outcome is Outcome.FAIL] == ["HTTP-3"]


@pytest.mark.parametrize("name", ["locked-as-running", "locked-as-scheduled"])
def test_a_policy_that_seems_to_run_for_ever_is_undecided_without_its_items(name: str) -> None:
    """Others may run it, and only the list of items could tell: neither charged nor conformant."""
    record = judged(mutant(name).behaviour, CORE)
    assert record.verdict is Verdict.INCONCLUSIVE
    assert Outcome.FAIL not in outcomes(record).values()
    assert "no valid call is accepted: 500 CSBS." in detail(record, "HTTP-6")


class Absent(Server):
    """A server that lets one call for another provider through, and never again."""

    def check_provider(self, provider: str) -> None:
        """Look away once."""
        if provider == "provider" and not getattr(self, "_looked_away", False):
            self._looked_away = True
            return
        super().check_provider(provider)


def test_what_happens_once_is_never_a_failure() -> None:
    """A fault that is accepted once, and refused in all repetitions, is undecided."""
    record = judged(Absent, CORE)
    assert outcomes(record)["REQ-16"] is Outcome.INCONCLUSIVE
    assert Outcome.FAIL not in outcomes(record).values()
    assert record.ledger.tries["REQ-16/word"] == 6
