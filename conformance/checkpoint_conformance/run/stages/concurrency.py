"""RESP-2 and RESP-11: simultaneous calls, and comparison of all ids of the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from threading import Barrier

from checkpoint_openapi.document.formats.strict_json import StrictJsonError

from checkpoint_conformance.checks.http import read_body
from checkpoint_conformance.checks.success import checkpoint
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import Call, Calls
from checkpoint_conformance.probes.probe import Circumstance, Probe
from checkpoint_conformance.run.budget import BudgetSpent
from checkpoint_conformance.run.client import ServerGone
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import Ledger, SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = [
    "IDS_OF_THE_RUN",
    "MOST_AT_ONCE",
    "concurrent_call",
    "concurrent_calls",
    "distinct_checkpoints",
    "together",
]

IDS_OF_THE_RUN = Origin("the ids of the run", "accepted calls compared with each other")
"""The origin of a finding that compares accepted calls with each other."""

MOST_AT_ONCE = 16
"""The most calls that are sent at the same time."""
_IN_COMPANY = (Symptom.ANSWERED_5XX, Symptom.REFUSED, Symptom.NO_ANSWER, Symptom.CONNECTION_DROPPED)
"""What may happen to a valid call only under concurrency."""


def together(session: Session) -> list[Probe]:
    """Return the calls to send at the same time, alternating between two kinds so that a mix-up shows."""
    calls = session.calls
    other = Call(True, calls.target.resources[-1:])
    usable = not any(map(session.ledger.failed, ("REQ-3", "REQ-4")))
    kinds = (calls.documented, other if usable else calls.documented)
    remaining = session.budget.remaining
    count = MOST_AT_ONCE if remaining >= 2 * MOST_AT_ONCE else max(0, remaining // 3)
    return [concurrent_call(calls, number + 1, kinds[number % 2]) for number in range(count)]


def concurrent_call(calls: Calls, number: int, call: Call) -> Probe:
    """Return the concurrent call with that number, counted from 1."""
    probe = acceptance.base(calls, "RESP-2", f"concurrent-{number}", "one of several calls at once", call)
    return replace(probe, circumstance=Circumstance.CONCURRENT)


def concurrent_calls(session: Session) -> None:
    """Send the calls on separate connections, all released at the same moment.

    Raises ServerGone if the server stops answering.
    """
    probes = together(session)
    if len(probes) < 2:
        why = f"max_creates = {session.budget.limit} leaves no room for two calls at once"
        session.ledger.skip("RESP-2", SkipReason.BUDGET_SPENT, why)
        return
    barrier = Barrier(len(probes))

    def one(probe: Probe) -> tuple[Probe, Exchange]:
        barrier.wait()
        return probe, session.client.transmit(probe.request)

    with ThreadPoolExecutor(len(probes)) as pool:
        try:
            futures = [pool.submit(one, probe) for probe in probes]
        except BaseException:
            barrier.abort()  # an interrupt: those that wait for the others would wait forever
            raise
    lost: ServerGone | None = None
    alone: dict[Request, set[Symptom]] = {}
    for future in futures:
        try:
            probe, exchange = future.result()
        except BudgetSpent:
            continue
        except ServerGone as gone:
            lost = gone
            continue
        _judge(session, probe, exchange, alone)
    if lost:
        raise lost


def _judge(session: Session, probe: Probe, exchange: Exchange, alone: dict[Request, set[Symptom]]) -> None:
    """Judge one response; what also happens to the same call alone is not due to concurrency (FUZZ-1)."""
    judgement = session.recorder.judged(probe, exchange)
    for index, finding in enumerate(judgement.findings):
        if finding.symptom not in _IN_COMPANY:
            continue
        if probe.request not in alone:
            alone[probe.request] = _symptoms(session, probe)
        refused = finding.symptom is Symptom.REFUSED
        if finding.symptom in alone[probe.request]:
            requirement = "FUZZ-1" if refused else finding.requirement
            charged = replace(finding, requirement=requirement, confirmed=True)
        else:
            requirement = "RESP-11" if refused else finding.requirement
            charged = replace(finding, requirement=requirement, symptom=finding.symptom.under_concurrency)
        judgement.findings[index] = charged
    session.recorder.record(probe.requirement, judgement)


def _symptoms(session: Session, probe: Probe) -> set[Symptom]:
    """Return the symptoms of the call when repeated alone; empty if the budget is spent."""
    try:
        exchange = session.client.send(probe.request)
    except BudgetSpent:
        return set()
    return {finding.symptom for finding in session.recorder.judged(probe, exchange).findings}


def distinct_checkpoints(exchanges: Sequence[Exchange], ledger: Ledger) -> None:
    """Compare all accepted calls of the run with each other (RESP-2, RESP-11).

    A checkpoint returned again to a later call counts against RESP-11, whatever else repeats then. An id that
    stands for two checkpoints, or that simultaneous calls share, counts against RESP-2.
    """
    given: defaultdict[str, list[tuple[Exchange, object]]] = defaultdict(list)
    for exchange in exchanges:
        members = _checkpoint(exchange)
        identifier = members.get("id") if members else None
        if members and isinstance(identifier, str):
            given[identifier.casefold()].append((exchange, members.get("created_at")))
    if sum(len(uses) for uses in given.values()) >= 2:
        ledger.exercise("RESP-2", "RESP-11")
    pairs = [pair for uses in given.values() for pair in pairwise(uses)]
    again = any(created == then and _apart(one, two) for (one, created), (two, then) in pairs)
    requirement = "RESP-11" if again else "RESP-2"
    symptom = Symptom.SAME_CHECKPOINT_AGAIN if again else Symptom.ID_REPEATED
    expected = "a new checkpoint for each call" if again else "an id that was never given before"
    for (first, _), (second, _) in pairs:
        actual = f"one id in exchanges {first.number} and {second.number}"
        evidence = (first, second)
        ledger.add(Finding(requirement, symptom, IDS_OF_THE_RUN, expected, actual, evidence, confirmed=True))


def _apart(first: Exchange, second: Exchange) -> bool:
    """Return whether the second call was sent only after the first had been answered."""
    return first.started + first.elapsed <= second.started


def _checkpoint(exchange: Exchange) -> dict[str, object] | None:
    if exchange.request.method != "POST" or exchange.status is None or not 200 <= exchange.status < 300:
        return None
    try:
        return checkpoint(read_body(exchange))
    except StrictJsonError:
        return None
