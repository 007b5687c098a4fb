"""Who may use the companion operations: nobody without a token of the project (`security`, AUTH-7)."""

from __future__ import annotations

from dataclasses import dataclass

from checkpoint_conformance.probes.auth import UNKNOWN_TOKEN
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.probing import settle
from checkpoint_conformance.run.sending.lanes import send_all
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import PASSING
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import FAILING

__all__ = [
    "BY_A_STRANGER",
    "SAYS_NOTHING",
    "Caller",
    "callers_without_permission",
    "judge_refusal",
    "look_as_unauthorized",
    "unauthorized_callers",
]

SAYS_NOTHING = PASSING | {None}
"""The statuses that say nothing about the request; None if there is no answer."""
_UNAUTHORIZED = (frozenset({401}), ("unauthenticated",))
_STRANGER = (frozenset({401, 403}), ("unauthenticated", "forbidden"))
_FORBIDDEN = (frozenset({403}), ("forbidden",))
"""How a caller is refused: the statuses, and the error conditions that fit."""
BY_A_STRANGER = Origin("AUTH-7/delete", "a deletion by a caller who must be refused")
"""The origin of findings in deletions by callers to refuse."""
_ORIGINS = {"GET": Origin("AUTH-7/get", "a list for a caller who must be refused"), "DELETE": BY_A_STRANGER}


@dataclass(frozen=True)
class Caller:
    """Somebody who must be refused."""

    who: str
    """A noun phrase."""
    token: str | None
    refusal: frozenset[int]
    """The statuses that refuse the caller."""
    conditions: tuple[str, ...]
    """The error conditions that fit."""
    project_id: str | None = None
    """The project of the path, if it is not the target's."""


def unauthorized_callers(session: Session) -> list[Caller]:
    """Return the callers that must see nothing of the project.

    Those that the operation itself lets in, or fails for, are left out: AUTH-1 to AUTH-4 and HTTP-3 cover
    them.
    """
    target, second = session.target, session.target.second_project
    callers = [
        ("AUTH-1", Caller("no token", None, *_UNAUTHORIZED)),
        ("AUTH-2", Caller("an empty token", "", *_UNAUTHORIZED)),
        ("AUTH-2", Caller("an unknown token", UNKNOWN_TOKEN, *_UNAUTHORIZED)),
    ]
    if second and second.token:
        theirs = Caller("our token on another project's path", target.token, *_STRANGER, second.project_id)
        callers += [
            ("AUTH-4", Caller("another project's token", second.token, *_STRANGER)),
            ("AUTH-4", theirs),
        ]
    if target.expired_token:
        callers.append(("AUTH-3", Caller("an expired token", target.expired_token, *_UNAUTHORIZED)))
    return _refused_elsewhere(session, callers)


def callers_without_permission(session: Session) -> list[Caller]:
    """Return the callers that may look, but change nothing."""
    token = session.target.read_only_token
    caller = Caller("a token without the permission", token, *_FORBIDDEN)
    return _refused_elsewhere(session, [("AUTH-5", caller)] if token else [])


def _refused_elsewhere(session: Session, callers: list[tuple[str, Caller]]) -> list[Caller]:
    failed = {finding.origin.requirement for finding in session.ledger.findings if finding.symptom in FAILING}
    return [
        caller
        for requirement, caller in callers
        if requirement not in failed and not session.ledger.failed(requirement)
    ]


def look_as_unauthorized(session: Session, path: str, *beside: Request) -> list[Exchange]:
    """Request a list as each unauthorized caller (AUTH-7). Raises ServerGone.

    The requests `beside` travel with the others; returns their exchanges.
    """
    callers, calls = unauthorized_callers(session), session.calls
    requests = [calls.listing(path, project_id=caller.project_id, token=caller.token) for caller in callers]
    exchanges = send_all(session.client, [*requests, *beside])
    for caller, exchange in zip(callers, exchanges, strict=False):
        judge_refusal(session, caller, exchange)
    return exchanges[len(callers) :]


def judge_refusal(session: Session, caller: Caller, exchange: Exchange) -> None:
    """Judge whether and how a companion operation refuses a caller (AUTH-7).

    What is found is confirmed by sending the request again. Raises ServerGone if the server stops answering.
    """
    origin = _ORIGINS[exchange.request.method]
    probe = Probe(
        origin.id,
        "AUTH-7",
        f"{origin.summary}: {caller.who}",
        exchange.request,
        caller.refusal,
        caller.conditions,
        alone=True,
    )
    settle(session, probe, session.recorder.judged(probe, exchange))
