"""Whether a request fails, or gets a wrong status, because of its content or because of other requests.

A transaction that a refusal leaves open breaks whatever uses its connection next; with a pool of
connections, that may be any later request, valid or not. A server that keeps the error of a call where other
calls find it gives them that error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from checkpoint_conformance.checks.judge import error_code_of
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.gathering import SEVERAL, is_wrong_error
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["examine_crashes", "examine_statuses"]

_TRIES = 4
"""Times that a request which has only failed is sent again: once in each of a few states."""
_POOL = 16
"""Times that a refusal is sent, to meet each connection of a pool."""
_SAMPLE = 5
"""Failing requests that are sent again to see whether they always fail."""
_MOST = 50
"""Requests that are sent again."""
_CHARGED = frozenset({"HTTP-3", "HTTP-6"})
_SUMMARY = "the documented request after refusals"


def examine_crashes(session: Session) -> None:
    """Send failing requests and refusals again, if some requests fail at one time and not at another.

    A valid call that fails after a refusal is charged to HTTP-6; attribution then knows by the other answers
    which failures follow from it. Raises ServerGone if the server stops answering.
    """
    failing = Counter(_failing(session))
    try:
        if not _follows_refusals(session):
            _send_again(session, list(failing)[:_SAMPLE])
            if any(_varies(session, each) for each in failing):
                _provoke(session)
        if _follows_refusals(session):
            always = [each for each, times in failing.items() if times > 1 and not _varies(session, each)]
            _send_again(session, always[:_MOST])
    except BudgetSpent:
        return


def examine_statuses(session: Session) -> None:
    """Send requests with a wrong status again, one at a time, if they are of several requirements.

    Attribution then knows which of them get the right status at other times. Raises ServerGone if the server
    stops answering.
    """
    wrong = [finding for finding in session.ledger.findings if is_wrong_error(finding)]
    if len({finding.requirement for finding in wrong}) < SEVERAL:
        return
    requests = list(dict.fromkeys(finding.exchanges[-1].request for finding in wrong))
    try:
        _send_again(session, requests[:_SAMPLE], _got_another)
        if any(_got_another(session, request) for request in requests):
            _send_again(session, requests[_SAMPLE:_MOST], _got_another)
    except BudgetSpent:
        return


def _got_another(session: Session, request: Request) -> bool:
    """Return whether the request got more than one status."""
    return len(session.ledger.answers[request]) > 1


def _follows_refusals(session: Session) -> bool:
    """Return whether valid calls are known to fail after refusals."""
    return any(finding.requirement == "HTTP-6" and finding.confirmed for finding in session.ledger.findings)


def _failing(session: Session) -> list[Request]:
    """Return the requests that failed, for what they hold (HTTP-3) or perhaps for a refusal (HTTP-6)."""
    return [
        finding.exchanges[-1].request
        for finding in session.ledger.findings
        if finding.requirement in _CHARGED and finding.symptom is Symptom.ANSWERED_5XX
    ]


def _varies(session: Session, request: Request) -> bool:
    """Return whether the request got other answers than failures, too."""
    return any(status < 500 for status in session.ledger.answers[request])


def _send_again(
    session: Session, requests: list[Request], varies: Callable[[Session, Request], bool] = _varies
) -> None:
    """Send each request again until its status varies, but only so often."""
    for request in requests:
        for _ in range(_TRIES):
            if varies(session, request):
                break
            session.client.transmit(request)


def _provoke(session: Session) -> None:
    """Send a refusal of each kind until something fails, and then a valid call; twice, to confirm it."""
    for refused in _kinds_of_refusal(session):
        if all(_fails_after(session, refused) for _ in range(2)):
            return


def _kinds_of_refusal(session: Session) -> list[Exchange]:
    """Return the first refused call with each status and code."""
    kinds: dict[tuple[int | None, str | None], Exchange] = {}
    for exchange in session.recorder.exchanges:
        if exchange.request.method == "POST" and exchange.status in range(400, 500):
            kinds.setdefault((exchange.status, error_code_of(exchange)), exchange)
    return list(kinds.values())


def _fails_after(session: Session, refused: Exchange) -> bool:
    """Return whether a valid call fails once the refusal, sent again and again, has failed itself.

    If a valid call has failed after refusals before, it may also be the only one that fails.
    """
    for _ in range(_POOL):
        if (session.client.transmit(refused.request).status or 0) >= 500:
            break
    else:
        if not any(finding.requirement == "HTTP-6" for finding in session.ledger.findings):
            return False
    probe = acceptance.base(session.calls, "HTTP-6", "after-refusals", _SUMMARY)
    judgement = session.recorder.judged(probe, session.client.transmit(probe.request))
    judgement.findings = [
        replace(finding, exchanges=(refused, *finding.exchanges)) for finding in judgement.findings
    ]
    session.recorder.record("HTTP-6", judgement)
    return any(finding.requirement == "HTTP-6" for finding in judgement.findings)
