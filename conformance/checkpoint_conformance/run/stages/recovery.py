"""HTTP-6: after a refusal, the server still works, on the same connection or a new one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from checkpoint_conformance.checks.judge import Judgement
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.oversized import MEBIBYTE, with_mebibyte
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.probes.robustness import unknown_route
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.outages import charge_lock
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.sending.client import NotServed
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.ledger import SkipReason

__all__ = ["follower", "recovery", "refused_before", "still_serves"]

_AGAIN = 2
_TRIES = 4
"""Failures in a row that show a locked server: one that fails at random rarely fails so often."""
_SUMMARY = "the documented request after a refusal"


def refused_before(calls: Calls) -> dict[str, tuple[Request, ...]]:
    """Return, by name, the refused requests that precede a valid one on the same connection."""
    good = calls.body(calls.documented)
    no_token = calls.post(good, token=None)
    malformed = calls.post(b'{"checkpoint": ')
    read_only = calls.target.read_only_token
    stranger = calls.post(good, token=read_only) if read_only else calls.post(good, project_id="0" * 32)
    return {
        "no-token": (no_token,),
        "malformed-json": (malformed,),
        "wrong-type": (calls.post(calls.changed(plan_id=None)),),
        "content-type": (calls.post(good, content_type="text/plain"),),
        "forbidden": (stranger,),
        "provider": (calls.post(good, provider_id=calls.unknown_id("provider")),),
        "unknown-policy": (calls.post(calls.changed(plan_id=calls.unknown_id("policy"))),),
        "outside-resource": (calls.post(calls.changed_parameters(resources=[calls.unknown_id("resource")])),),
        "method": (
            calls.request("PUT", calls.path(), json.dumps(good).encode(), content_type="application/json"),
        ),
        "unknown-route": (unknown_route(calls).request,),
        "large": (calls.post(with_mebibyte(calls.changed(plan_id=MEBIBYTE))),),
        "several": (malformed, no_token, malformed, malformed),
    }


def recovery(session: Session) -> None:
    """Send each refused request and then the documented one; judge the second.

    Raises ServerGone if the server stops answering.
    """
    everything = refused_before(session.calls)
    share = session.budget.share("recovery", len(everything))
    if share < len(everything):
        why = session.budget.left_out(len(everything) - share, len(everything))
        session.ledger.skip("HTTP-6", SkipReason.BUDGET_SPENT, why)
    probes = [
        (acceptance.base(session.calls, "HTTP-6", name, f"{_SUMMARY}: {name.replace('-', ' ')}"), refused)
        for name, refused in _fewer(everything, share).items()
    ]
    judgements = _in_step(session, probes)
    if judgements is None or any(_raises_doubt(session, judgement) for judgement in judgements):
        _recover_one_by_one(session, probes)
    if judgements and not session.ledger.failed("HTTP-6"):
        for judgement in judgements:
            session.recorder.record("HTTP-6", judgement)
    if session.ledger.failed("HTTP-6"):
        still_serves(session, "rejected requests")


def _in_step(session: Session, probes: list[tuple[Probe, tuple[Request, ...]]]) -> list[Judgement] | None:
    """Send all refused requests and only then the valid ones, side by side; return what that shows.

    What a refusal leaves behind, on its connection or anywhere, meets one of the valid requests. None means
    that not all of them could be judged, or that one of the refused requests has failed itself.
    """
    with Lanes(session.client) as lanes:
        answers = lanes.carry_in_step([(*refused, probe.request) for probe, refused in probes])
    judgements: list[Judgement] = []
    for (probe, _), received in zip(probes, answers, strict=True):
        if not received or received[-1].request != probe.request:
            return None
        judgement = _judged(session, probe, received)
        failed = any((exchange.status or 0) >= 500 for exchange in received[:-1])
        if judgement.undecided or failed:
            return None
        judgements.append(judgement)
    return judgements


def _recover_one_by_one(session: Session, probes: list[tuple[Probe, tuple[Request, ...]]]) -> None:
    """Send each refused request and then the valid one, with nothing else in between."""
    for probe, refused in probes:
        if not session.budget.has_spare:
            break
        try:
            _judge_follower(session, probe, refused)
        except BudgetSpent as spent:
            session.ledger.skip("HTTP-6", SkipReason.BUDGET_SPENT, str(spent))
            return


def _fewer(everything: dict[str, tuple[Request, ...]], count: int) -> dict[str, tuple[Request, ...]]:
    """Return the refused requests in `count` sequences, each of which is named by its last."""
    named = list(everything.items())
    parts = [named[place::count] for place in range(count)] if count else []
    return {part[-1][0]: tuple(request for _, refused in part for request in refused) for part in parts}


def follower(calls: Calls, name: str) -> Probe:
    """Return the documented request, to be sent after a group of refusals (HTTP-6)."""
    return acceptance.base(
        calls, "HTTP-6", f"after-{name.replace(' ', '-')}", f"the documented request after {name}"
    )


def still_serves(session: Session, name: str, received: Sequence[Exchange] = ()) -> None:
    """Judge the documented request after a group of refusals (HTTP-6); send it if it was not `received`.

    Raises ServerGone if it is refused, since nothing after it could be judged.
    """
    probe = follower(session.calls, name)
    try:
        exchange = received[0] if received else session.client.send(probe.request)
        judgement = session.recorder.judged(probe, exchange)
        session.recorder.record("HTTP-6", judgement)
        if not any(finding.requirement == "HTTP-6" for finding in judgement.findings):
            return
        tries = [exchange]
        while len(tries) < _TRIES:
            tries.append(session.client.insist(session.client.send(probe.request)))
            session.recorder.record("HTTP-6", session.recorder.judged(probe, tries[-1]))
            if is_accepted(tries[-1]):
                return
    except BudgetSpent as spent:
        session.ledger.skip("HTTP-6", SkipReason.BUDGET_SPENT, str(spent))
        return
    if "conflict" not in session.target.profiles:
        charge_lock(session, tries)
        raise NotServed(f"after {name}, the documented request is no longer accepted")


def _judge_follower(session: Session, probe: Probe, refused: tuple[Request, ...]) -> None:
    for _ in range(_AGAIN):
        judgement = _follow(session, probe, refused)
        doubt = _raises_doubt(session, judgement)
        session.recorder.record("HTTP-6", judgement)
        if not doubt:
            return


def _raises_doubt(session: Session, judgement: Judgement) -> bool:
    """Return whether a judgement holds more than what every accepted call of this server shows."""
    return any(
        finding.requirement == "HTTP-6" or not session.ledger.confirmed(finding.key)
        for finding in judgement.findings
    )


def _follow(session: Session, probe: Probe, refused: tuple[Request, ...]) -> Judgement:
    """Return the judgement of the valid request, sent on the same connection or else on a new one."""
    with session.client.connection() as connection:
        before: list[Exchange] = []
        for request in refused:
            kept = connection if connection.reusable or not connection.used else None
            before.append(session.client.send(request, kept))
        kept = connection if connection.reusable else None
        exchange = session.client.send(probe.request, kept)
    return _judged(session, probe, [*before, exchange])


def _judged(session: Session, probe: Probe, exchanges: list[Exchange]) -> Judgement:
    """Judge the last exchange, the one of the valid request, after the refusals before it."""
    judgement = session.recorder.judged(probe, exchanges[-1])
    refusals = tuple(exchange for exchange in exchanges[:-1] if (exchange.status or 0) >= 400)
    if not refusals:
        return Judgement(undecided="nothing was refused, so there was nothing to recover from")
    judgement.findings = [
        replace(finding, exchanges=(*refusals[-1:], *finding.exchanges)) for finding in judgement.findings
    ]
    return judgement
