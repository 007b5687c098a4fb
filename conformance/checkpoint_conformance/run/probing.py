"""Sends probes, judges each, and repeats it until its findings are confirmed or remain single."""

from __future__ import annotations

from checkpoint_openapi.load import advisory

from checkpoint_conformance.checks.judge import Judgement, error_code_of, is_conflict
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.budget import BudgetSpent
from checkpoint_conformance.run.endings import examine_endings
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["send_probe", "settle"]

_MOST_REPEATS = 5
_ENOUGH_ADVICE = 3
"""Accepted faults after which a SHOULD gets no more probes: the advice is clear, and each costs a backup."""


def send_probe(session: Session, probe: Probe) -> Exchange | None:
    """Send a probe, judge it, and repeat it until each finding is confirmed or remains single.

    Returns the first exchange, or None if it was not sent. Raises ServerGone if the server stops answering.
    """
    if _is_pointless(session, probe):
        return None
    try:
        exchange = session.client.send(probe.request)
    except BudgetSpent as spent:
        session.ledger.skip(probe.requirement, SkipReason.BUDGET_SPENT, str(spent))
        return None
    settle(session, probe, session.recorder.judged(probe, exchange))
    session.client.check_alive(exchange, session.calls.request("GET", session.calls.path()))
    examine_endings(session)
    if not probe.wants_acceptance and is_conflict(exchange):
        _question_conflict(session, probe, exchange)
    return exchange


def settle(session: Session, probe: Probe, judgement: Judgement) -> None:
    """Record a judgement, and repeat the probe until each finding is confirmed or remains single."""
    session.recorder.record(probe.requirement, judgement)
    doubtful = {finding.key for finding in judgement.findings if not session.ledger.confirmed(finding.key)}
    for repeat in range(_MOST_REPEATS):
        if not doubtful:
            return
        try:
            again = session.recorder.judged(probe, session.client.send(probe.request))
        except BudgetSpent:
            return
        session.recorder.record(probe.requirement, again)
        doubtful = {key for key in doubtful if not session.ledger.confirmed(key)}
        if repeat == 0 and any(finding.symptom is Symptom.NO_ANSWER for finding in again.findings):
            return


def _question_conflict(session: Session, probe: Probe, exchange: Exchange) -> None:
    """Check whether a fault is answered with a conflict although the policy is not running.

    The state is checked last (contract, errors), so refusing a fault never depends on it.
    """
    try:
        valid = session.client.transmit(session.calls.call(session.calls.documented))
    except BudgetSpent:
        return
    if valid.status != 200:
        return
    expected = " or ".join(str(status) for status in sorted(probe.allowed))
    actual = f"500 {error_code_of(exchange)}, though the policy was not running"
    evidence = (exchange, valid)
    session.ledger.add(
        Finding("HTTP-3", Symptom.ANSWERED_5XX, Origin.of(probe), expected, actual, evidence, confirmed=True)
    )


def _is_pointless(session: Session, probe: Probe) -> bool:
    """Return whether it would repeat a known fault, time out a third time, or spend a backup on advice."""
    if any(session.ledger.failed(presumed) for presumed in probe.presumes):
        return True
    if probe.requirement in advisory() and session.ledger.accepted(probe.requirement) >= _ENOUGH_ADVICE:
        return True
    return not probe.wants_acceptance and any(
        finding.symptom is Symptom.NO_ANSWER
        and finding.confirmed
        and finding.origin.requirement == probe.requirement
        for finding in session.ledger.findings
    )
