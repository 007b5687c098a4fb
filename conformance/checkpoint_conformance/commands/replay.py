"""Repeat exactly the exchanges that failed in a report, and show which findings still fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from checkpoint_openapi.suggestion import nearest

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.probes.generated.target_schema import target_schema
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.reports.evidence import exchange_from, with_context
from checkpoint_conformance.reports.report import Report, ReportError, check_same_target
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.recorder import may_create
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.run.simulation import simulate
from checkpoint_conformance.run.stages.companions.created_items import items_of_created
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.companions.discovery import discovery
from checkpoint_conformance.run.stages.companions.judged_deletions import judge_deletions
from checkpoint_conformance.run.stages.companions.observation import Observation
from checkpoint_conformance.run.stages.companions.other_lists import lists_of_other_projects
from checkpoint_conformance.run.stages.companions.statuses import Statuses
from checkpoint_conformance.run.stages.comparison import IDS_OF_THE_RUN, distinct_checkpoints
from checkpoint_conformance.run.stages.conflict import conflict
from checkpoint_conformance.run.stages.kept_connections import LOST
from checkpoint_conformance.run.stages.model import MODEL, repeat_sequence
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.connection import Connection
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.ledger import Ledger
from checkpoint_conformance.verdict.symptom import published, read_symptom

__all__ = ["Repeated", "ReplayState", "failing", "replay"]

_ENOUGH = 100_000
"""A budget that excludes no probe: the simulated run sends nothing."""


class ReplayState(StrEnum):
    """The result of repeating a finding."""

    STILL_FAILS = "still fails"
    FAILS_NO_MORE = "no longer fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Repeated:
    """A finding of the report, and the result of repeating it."""

    requirement: str
    probe: str
    symptom: str
    state: ReplayState
    note: str = ""
    """Why it is undecided, or what the server answered this time."""

    def data(self) -> dict[str, str]:
        """Return it as JSON data."""
        return asdict(self)


def failing(report: Report, requirement: str | None) -> list[tuple[str, dict[str, Any]]]:
    """Return the findings to repeat, each with its requirement: all that count, or all of one requirement.

    Raises ReportError if the report does not have the requirement.
    """
    items = {item["id"]: item for item in report["requirements"]}
    if requirement is not None and requirement not in items:
        near = nearest(requirement, items)
        hint = f"Did you mean {near}?" if near else "`checkpoint-contract list` shows them all."
        raise ReportError(f"no requirement {requirement!r} in the report. {hint}")
    chosen = items.values() if requirement is None else [items[requirement]]
    return [
        (item["id"], finding)
        for item in chosen
        if requirement or item["outcome"] in ("fail", "warn", "inconclusive")
        for finding in item["findings"]
    ]


def replay(
    report: Report,
    target: Target,
    findings: Iterable[tuple[str, dict[str, Any]]],
    announce: Callable[[str], None] = lambda _: None,
    times: int = 1,
) -> list[Repeated]:
    """Repeat the exchanges of the findings, within the target's budget.

    A finding that does not fail at once is tried `times` times, because a fault may be intermittent. Raises
    ReportError if the report is of another target, and ServerGone if the server stops answering.
    """
    chosen = list(findings)
    if not chosen:
        return []
    check_same_target(report, target)
    replayed = _Replay(report, target, announce)
    calls = min(replayed.creating_calls(chosen) * times, target.max_creates)
    announce(f"this may create {calls} checkpoints, but never more than max_creates = {target.max_creates}")
    try:
        return [_repeat(replayed, *each, times) for each in chosen]
    finally:
        if "deletion" in target.profiles:
            replayed.deletions.clean_up(announce)
        elif left := replayed.deletions.created():
            announce(f"left behind, without the profile deletion: {', '.join(left)}")


def _repeat(replayed: _Replay, requirement: str, finding: dict[str, Any], times: int) -> Repeated:
    """Repeat a finding, up to `times` times as long as it does not fail; return the last result."""
    repeated = replayed.repeat(requirement, finding, 0)
    for attempt in range(1, times):
        if repeated.state is not ReplayState.FAILS_NO_MORE:
            break
        repeated = replayed.repeat(requirement, finding, attempt)
    return repeated


class _Replay:
    """A session with the target, in which the exchanges of a report are repeated."""

    def __init__(self, report: Report, target: Target, announce: Callable[[str], None]) -> None:
        self.session = open_session(target, announce)
        self.deletions = Deletions(self.session)
        self._schema = target_schema(target)
        secrets = self.session.secrets
        self._recorded = {data["number"]: exchange_from(data, secrets) for data in report["exchanges"]}
        for exchange in self._recorded.values():
            _check_restored(exchange.request)
        self._header = report["header"]
        self._repeated: dict[tuple[frozenset[int], int], dict[int, Exchange]] = {}
        """The new exchanges by their recorded numbers, for each set of recorded numbers and attempt."""
        self._attempt = 0

    @cached_property
    def _probes(self) -> dict[str, Probe]:
        """The probes of the run that the report is of, by id; it takes a simulation of that run."""
        generous = replace(self.session.target, max_creates=_ENOUGH)
        planned = simulate(generous, Options(self._header["max_examples"], self._header["seed"]))
        return {each.probe.id: each.probe for each in planned if each.probe}

    def creating_calls(self, findings: Iterable[tuple[str, dict[str, Any]]]) -> int:
        """Return how many requests that may create a checkpoint it takes to repeat the findings once.

        Findings that rest on the same exchanges share them.
        """
        needed = {self._needed(finding) for _, finding in findings}
        return sum(may_create(self._recorded[number].request) for numbers in needed for number in numbers)

    def repeat(self, requirement: str, finding: dict[str, Any], attempt: int) -> Repeated:
        """Repeat the exchanges of a finding, at most once per attempt, and judge them as the run did."""
        probe, self._attempt = finding["probe"], attempt
        probed = requirement if requirement in _STAGES else probe.partition("/")[0]
        try:
            if probe == IDS_OF_THE_RUN.id:
                state, note = self._ids(requirement, finding)
            elif probe == LOST.id:
                state, note = self._lost(finding)
            elif probe in {origin.id for origin in MODEL.values()}:
                state, note = self._sequence(finding)
            elif probe in self._probes:
                state, note = self._single(self._probes[probe], finding)
            elif probed in _STAGES:
                state, note = self._stage(probed, requirement, finding)
            else:
                state, note = ReplayState.UNDECIDED, "this suite cannot repeat it alone; run `verify`"
        except BudgetSpent as spent:
            state, note = ReplayState.UNDECIDED, str(spent)
        return Repeated(requirement, probe, finding["symptom"], state, note)

    def _single(self, probe: Probe, finding: dict[str, Any]) -> tuple[ReplayState, str]:
        exchange = self._again(finding)[finding["exchanges"][-1]]
        judgement = self.session.recorder.judge(self._as_recorded(probe, exchange.request), exchange)
        shown = exchange.status or (exchange.fault.kind.value if exchange.fault else "no response")
        symptoms = {found.published_symptom for found in judgement.findings}
        if _of_one_answer(finding["symptom"]) in symptoms:
            return ReplayState.STILL_FAILS, f"result: {shown}"
        if judgement.undecided:
            return ReplayState.UNDECIDED, judgement.undecided
        others = f", but now {', '.join(sorted(symptoms))}" if symptoms else ""
        return ReplayState.FAILS_NO_MORE, f"result: {shown}{others}"

    def _ids(self, requirement: str, finding: dict[str, Any]) -> tuple[ReplayState, str]:
        ledger = Ledger()
        distinct_checkpoints(list(self._again(finding).values()), ledger)
        if ledger.failed(requirement):
            return ReplayState.STILL_FAILS, next(each.actual for each in ledger.findings)
        return ReplayState.FAILS_NO_MORE, "different ids"

    def _lost(self, finding: dict[str, Any]) -> tuple[ReplayState, str]:
        """Repeat what a connection carried; the session notes what it had to resend."""
        lost = self._again(finding)[finding["exchanges"][-1]].request
        if any(each.exchange.request == lost for each in self.session.recorder.lost):
            return ReplayState.STILL_FAILS, "lost on a kept connection"
        return ReplayState.FAILS_NO_MORE, "got a response on the same connection"

    def _sequence(self, finding: dict[str, Any]) -> tuple[ReplayState, str]:
        """Run a sequence of the model-based run, comparing after every step."""
        recorded = [self._recorded[number] for number in finding["exchanges"]]
        actual = repeat_sequence(self.session, self.deletions, recorded)
        return (
            (ReplayState.STILL_FAILS, actual) if actual else (ReplayState.FAILS_NO_MORE, "as the model says")
        )

    def _stage(self, probed: str, requirement: str, finding: dict[str, Any]) -> tuple[ReplayState, str]:
        """Run the stage of the requirement `probed` again, in which the finding against another was made.

        Its responses are about newly created checkpoints.
        """
        session = replace(self.session, recorder=self.session.recorder.with_new_ledger())
        recorded = [self._recorded[number].request for number in finding["exchanges"]]
        deletions = replace(self.deletions, session=session)
        _STAGES[probed](session, deletions, recorded)
        found = [each for each in session.ledger.findings if each.requirement == requirement]
        if found:
            return ReplayState.STILL_FAILS, found[0].actual
        if requirement in session.ledger.exercised:
            return ReplayState.FAILS_NO_MORE, ""
        why = (
            session.ledger.undecided.get(requirement) or session.ledger.skipped.get(requirement, ("", ""))[1]
        )
        return ReplayState.UNDECIDED, why or "it could not be judged"

    def _needed(self, finding: dict[str, Any]) -> frozenset[int]:
        """Return the numbers of the exchanges that must be repeated for a finding."""
        return frozenset(with_context(finding["exchanges"], self._recorded.values()))

    def _again(self, finding: dict[str, Any]) -> dict[int, Exchange]:
        """Repeat the exchanges of a finding; return the new ones by their recorded numbers."""
        numbers = self._needed(finding)
        key = (numbers, self._attempt)
        if key not in self._repeated:
            with ExitStack() as connections:
                self._repeated[key] = self._exchange(numbers, connections)
        return self._repeated[key]

    def _exchange(self, numbers: frozenset[int], connections: ExitStack) -> dict[int, Exchange]:
        """Send in the recorded order, sharing connections and overlapping in time as recorded."""
        opened: dict[int, Connection] = {}
        answers: dict[int, Exchange] = {}

        def send(number: int) -> Exchange:
            exchange = self._recorded[number]
            connection = opened.get(exchange.connection)
            usable = connection if connection and (connection.reusable or not connection.used) else None
            return self.session.client.send(exchange.request, usable)

        for together in _overlapping(self._recorded[number] for number in sorted(numbers)):
            for number in together:
                if self._recorded[number].connection not in opened:
                    connection = connections.enter_context(self.session.client.connection())
                    opened[self._recorded[number].connection] = connection
            with ThreadPoolExecutor(len(together)) as pool:
                answers |= dict(zip(together, pool.map(send, together), strict=True))
        return answers

    def _as_recorded(self, probe: Probe, request: Request) -> Probe:
        """Return the probe with the call that was recorded, if smoke had chosen another shape."""
        if probe.call is None or self._schema.violations(request):
            return probe
        return replace(probe, call=Call.of(self._schema.parameters(request)))


def _of_one_answer(name: str) -> str:
    """Return the symptom as a single response shows it. Raises ReportError if the symptom is unknown."""
    try:
        symptom, status = read_symptom(name)
    except ValueError as error:
        raise ReportError(
            f"a finding's symptom: {error}. Replay with the suite that made the report."
        ) from error
    return published(symptom.of_one_answer, status)


def _overlapping(exchanges: Iterable[Exchange]) -> list[list[int]]:
    """Return the numbers in order, grouping exchanges that overlapped in time."""
    groups: list[list[int]] = []
    ends = float("-inf")
    for exchange in exchanges:
        if exchange.started < ends:
            groups[-1].append(exchange.number)
        else:
            groups.append([exchange.number])
        ends = max(ends, exchange.started + exchange.elapsed)
    return groups


def _check_restored(request: Request) -> None:
    text = request.path + "".join(value for _, value in request.headers)
    if missing := re.search(r"\{\{([a-z0-9-]+)\}\}", text):
        raise ReportError(f"the target file has no {missing[1]}, with which a request was made. Add it.")


def _after_a_call(
    judge: Callable[[Session, Deletions], None],
) -> Callable[[Session, Deletions, list[Request]], None]:
    """Return a check that first creates the checkpoint it needs."""

    def check(session: Session, deletions: Deletions, _: list[Request]) -> None:
        probe = acceptance.documented(session.calls)[0]
        session.recorder.judged(probe, session.client.send(probe.request))
        judge(session, deletions)

    return check


def _refused_again(session: Session, deletions: Deletions, recorded: list[Request]) -> None:
    def send() -> None:
        for request in recorded:
            session.client.transmit(request)

    Observation(session, deletions.deleted).refusals_leave_nothing("the recorded requests", send)


def _unauthorized_again(session: Session, deletions: Deletions, recorded: list[Request]) -> None:
    """Let unauthorized callers use the operation of the recorded request again (AUTH-7)."""
    last = recorded[-1]
    if last.method == "DELETE":
        _after_a_call(judge_deletions)(session, deletions, recorded)
    elif "/checkpoint_items" in last.path:
        _after_a_call(lambda session, _: items_of_created(session))(session, deletions, recorded)
    else:
        discovery(session)


_STAGES: dict[str, Callable[[Session, Deletions, list[Request]], None]] = {
    "AUTH-7": _unauthorized_again,
    "DISC-1": lambda session, _deletions, _recorded: discovery(session),
    "RESP-13": _after_a_call(lambda session, _: discovery(session)),
    "CONF-1": lambda session, _deletions, _recorded: conflict(session),
    "OBS-1": _after_a_call(lambda session, _: items_of_created(session)),
    "OBS-4": _after_a_call(lambda session, _: lists_of_other_projects(session, ())),
    "OBS-2": _refused_again,
    "OBS-3": _after_a_call(lambda session, deletions: Statuses(session, deletions.deleted).progress()),
    "DEL-2": _after_a_call(judge_deletions),
    "DEL-1": _after_a_call(judge_deletions),
}
"""The stages to run again, by requirement: more than one exchange shows whether it is met."""
