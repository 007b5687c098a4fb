"""Who may use the companion operations: nobody without a token of the project (`security`, AUTH-7)."""

from __future__ import annotations

from dataclasses import dataclass

from checkpoint_conformance.probes.auth import UNKNOWN_TOKEN
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.sending.lanes import send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = [
    "PASSING",
    "Caller",
    "callers_without_permission",
    "judge_refusal",
    "look_as_unauthorized",
    "unauthorized_callers",
]

PASSING = frozenset({None, 429, 503})
"""The statuses that say nothing about the request; None if there is no answer."""
_UNAUTHORIZED, _STRANGER, _FORBIDDEN = frozenset({401}), frozenset({401, 403}), frozenset({403})


@dataclass(frozen=True)
class Caller:
    """Somebody who must be refused."""

    who: str
    """A noun phrase."""
    token: str | None
    refusal: frozenset[int]
    """The statuses that refuse the caller."""


def unauthorized_callers(session: Session) -> list[Caller]:
    """Return the callers that must see nothing of the project.

    Those that the operation itself lets in are left out, since AUTH-1 to AUTH-4 cover them.
    """
    target = session.target
    callers = {
        "AUTH-1": Caller("no token", None, _UNAUTHORIZED),
        "AUTH-2": Caller("an unknown token", UNKNOWN_TOKEN, _UNAUTHORIZED),
    }
    if target.second_project and target.second_project.token:
        callers["AUTH-4"] = Caller("another project's token", target.second_project.token, _STRANGER)
    if target.expired_token:
        callers["AUTH-3"] = Caller("an expired token", target.expired_token, _UNAUTHORIZED)
    return _refused_elsewhere(session, callers)


def callers_without_permission(session: Session) -> list[Caller]:
    """Return the callers that may look, but change nothing."""
    token = session.target.read_only_token
    caller = Caller("a token without the permission", token, _FORBIDDEN)
    return _refused_elsewhere(session, {"AUTH-5": caller} if token else {})


def _refused_elsewhere(session: Session, callers: dict[str, Caller]) -> list[Caller]:
    return [caller for requirement, caller in callers.items() if not session.ledger.failed(requirement)]


def look_as_unauthorized(session: Session, path: str) -> None:
    """Request a list as each unauthorized caller (AUTH-7). Raises ServerGone."""
    callers, calls = unauthorized_callers(session), session.calls
    requests = [calls.request("GET", calls.list_path(path), token=caller.token) for caller in callers]
    for caller, exchange in zip(callers, send_all(session.client, requests), strict=True):
        judge_refusal(session, caller, exchange)


def judge_refusal(session: Session, caller: Caller, exchange: Exchange) -> None:
    """Advise if a companion operation does not refuse a caller as the operation does (AUTH-7).

    What is refused otherwise is sent again. Raises ServerGone if the server stops answering.
    """
    if exchange.status in PASSING:
        session.ledger.leave_undecided("AUTH-7", f"the answer for {caller.who} stayed {exchange.status}")
        return
    session.ledger.exercise("AUTH-7")
    if exchange.status in caller.refusal:
        return
    accepted = is_accepted(exchange)
    confirmed = accepted or session.client.send(exchange.request).status == exchange.status
    finding = Finding(
        "AUTH-7",
        Symptom.ACCEPTED if accepted else Symptom.WRONG_STATUS,
        Origin(f"AUTH-7/{exchange.request.method.lower()}", "a companion operation for a caller to refuse"),
        f"{' or '.join(map(str, sorted(caller.refusal)))} for {caller.who}",
        f"{exchange.status}",
        (exchange,),
        confirmed=confirmed,
        status=None if accepted else exchange.status,
    )
    session.ledger.add(finding)
