"""Sends probes, judges each, and repeats it until its findings are confirmed or remain single."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from checkpoint_openapi.load import advisory

from checkpoint_conformance.checks.http_layer import answered_by_gateway, is_page_of_gateway
from checkpoint_conformance.checks.judge import Judgement, error_code_of, is_conflict
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.outages import examine_outages
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["breadth_first", "send_probe", "send_probes", "settle"]

_MOST_REPEATS = 5
_FULL_ENOUGH = 8
"""Probes with which a wave is sent rather than filled with others out of turn; as many fill the lanes."""
_MOST_LOSSES = 12
"""Tries after which it is left undecided whether the network loses a request, or the server."""
_ENOUGH = 3
"""Accepted faults after which a requirement gets no more probes: each costs a backup, and shows no more."""


def send_probe(session: Session, probe: Probe, received: Sequence[Exchange] = ()) -> None:
    """Send a probe, judge it, and repeat it until each finding is confirmed or remains single.

    `received` has its exchange if it was sent already. Raises ServerGone if the server stops answering.
    """
    _conclude(session, probe, received)


def send_probes(session: Session, probes: Iterable[Probe]) -> None:
    """Send probes that do not depend on each other, side by side, and conclude each as `send_probe` does.

    Every requirement gets its first probe before any gets its second. Raises ServerGone if the server stops
    answering.
    """
    waiting = breadth_first(probes)
    with Lanes(session.client) as lanes:
        while waiting:
            wave, waiting = _next_wave(session, waiting)
            answers = lanes.carry([(probe.request,) for probe in wave])
            for probe, received in zip(wave, answers, strict=True):
                session.recorder.asked.update((exchange.number, probe) for exchange in received)
            for probe, received in zip(wave, answers, strict=True):
                _conclude(session, probe, received)


def breadth_first(probes: Iterable[Probe]) -> list[Probe]:
    """Return the first probe of each requirement, then the others of each, spread evenly: the MUSTs first."""
    listed = list(probes)
    total = Counter(probe.requirement for probe in listed)
    seen = Counter[str]()
    places: list[tuple[float, Probe]] = []
    for probe in listed:
        place = seen[probe.requirement]
        advice = probe.requirement in advisory()
        places.append((place and place / total[probe.requirement] + advice, probe))
        seen[probe.requirement] += 1
    return [probe for _, probe in sorted(places, key=lambda item: item[0])]


def _next_wave(session: Session, waiting: list[Probe]) -> tuple[list[Probe], list[Probe]]:
    """Return the next probes to send together, and those left for later; drop those that became pointless.

    No more are sent for a requirement than may be accepted, and none before what it presumes is known, so
    that a wave holds only what would also be sent one at a time.
    """
    most = min(session.client.wave, max(1, session.budget.remaining))
    pending = Counter(probe.requirement for probe in waiting)
    wave: list[Probe] = []
    later: list[Probe] = []
    for place, probe in enumerate(waiting):
        if len(wave) >= most:
            return wave[:most], wave[most:] + later + waiting[place:]
        if _is_pointless(session, probe):
            pending[probe.requirement] -= 1
        elif _must_wait(session, probe, wave, pending):
            most = min(most, max(len(wave) // _FULL_ENOUGH * _FULL_ENOUGH, _FULL_ENOUGH))
            later.append(probe)
        else:
            wave.append(probe)
    return (wave, later) if wave else (later[:1], later[1:])


def _must_wait(session: Session, probe: Probe, wave: list[Probe], pending: Counter[str]) -> bool:
    """Return whether a probe depends on what others of the wave, or before it, will show."""
    if any(pending[presumed] for presumed in probe.presumes if presumed != probe.requirement):
        return True
    free = probe.wants_acceptance or probe.open_outcome
    if free or (session.thorough and probe.requirement not in advisory()):
        return False
    beside = sum(other.requirement == probe.requirement for other in wave)
    return session.ledger.accepted(probe.requirement) + beside >= _ENOUGH


def _conclude(session: Session, probe: Probe, received: Sequence[Exchange]) -> None:
    """Judge what a probe received, after sending it alone if it has not been sent; confirm what is found."""
    if not received and _is_pointless(session, probe):
        return
    try:
        client = session.client
        exchange = client.persist(received[0]) if received else client.send(probe.request)
    except BudgetSpent as spent:
        session.ledger.skip(probe.requirement, SkipReason.BUDGET_SPENT, str(spent))
        return
    settle(session, probe, session.recorder.judged(probe, exchange))
    _question_page(session, exchange)
    session.client.check_alive(exchange, session.calls.harmless())
    examine_outages(session)
    if not probe.wants_acceptance and is_conflict(exchange):
        _question_conflict(session, probe, exchange)


def settle(session: Session, probe: Probe, judgement: Judgement) -> None:
    """Record a judgement, and repeat the probe until each finding is confirmed or remains single."""
    session.recorder.record(probe.requirement, judgement)
    if any(map(session.ledger.may_be_chance, judgement.findings)):
        _prove_loss(session, probe, judgement)
        return
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


def _prove_loss(session: Session, probe: Probe, judgement: Judgement) -> None:
    """Repeat a lost request until it gets a response, or until its losses are no coincidence.

    A server loses a request in the same way each time, and the network in any: what was seen most often is
    charged.
    """
    ledger, losses = session.ledger, [judgement]
    while len(losses) < ledger.tries_to_prove(probe.request):
        if len(losses) == _MOST_LOSSES:
            return
        try:
            exchange = session.client.send(probe.request)
        except BudgetSpent:
            return
        judgement = session.recorder.judged(probe, exchange)
        if not any(finding.is_loss for finding in judgement.findings):
            settle(session, probe, judgement)
            return
        losses.append(judgement)
        session.client.check_alive(exchange, session.calls.harmless())
    ways = [tuple(finding.key for finding in lost.findings) for lost in losses]
    ((way, seen),) = Counter(ways).most_common(1)
    for finding in losses[ways.index(way)].findings:
        told = f"{finding.actual}, in {seen} of {len(losses)} tries"
        ledger.add(replace(finding, actual=told, confirmed=True), proven=True)


def _question_page(session: Session, exchange: Exchange) -> None:
    """Leave HTTP-3 in doubt if a gateway keeps answering this request with 503, but not a harmless one.

    Some gateways do so if the server drops the connection. Raises NotServed if it answers everything so.
    """
    if not is_page_of_gateway(exchange):
        return
    if answered_by_gateway(session.client.transmit(session.calls.harmless())):
        session.monitor.ask_for_server(exchange)
    else:
        told = f"a gateway keeps returning 503 to exchange {exchange.number}, but not to other requests"
        session.ledger.doubt("HTTP-3", told)


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
    actual = f"500 {error_code_of(exchange)}, though the policy was not running"
    evidence = (exchange, valid)
    session.ledger.add(
        Finding(
            "HTTP-3", Symptom.ANSWERED_5XX, Origin.of(probe), probe.expected, actual, evidence, confirmed=True
        )
    )


def _is_pointless(session: Session, probe: Probe) -> bool:
    """Return whether it would repeat a known fault, time out a third time, or spend another backup on it."""
    if any(session.ledger.failed(presumed) for presumed in probe.presumes):
        return True
    enough = session.ledger.accepted(probe.requirement) >= _ENOUGH
    if enough and (probe.requirement in advisory() or not session.thorough):
        return True
    return not probe.wants_acceptance and session.ledger.unanswered(probe.requirement)
