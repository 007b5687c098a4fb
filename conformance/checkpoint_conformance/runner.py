"""A run, from smoke to results: what is sent in which order, and what each requirement's outcome is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from checkpoint_openapi.load import Requirement, requirements

from checkpoint_conformance.attribution import Attribution, attribute
from checkpoint_conformance.concurrency import concurrent_calls, distinct_checkpoints
from checkpoint_conformance.finding import Finding
from checkpoint_conformance.generated import generated_probes
from checkpoint_conformance.ledger import SkipReason
from checkpoint_conformance.narrowed import Narrowed
from checkpoint_conformance.outcome import Outcome, Result, Verdict, verdict_of
from checkpoint_conformance.probe import Probe
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.missing import missing
from checkpoint_conformance.probes.refusals import refusals
from checkpoint_conformance.probes.robustness import methods, odd_input, unknown_route
from checkpoint_conformance.profiles.conflict import conflict
from checkpoint_conformance.profiles.deletion import clean_up, deletion
from checkpoint_conformance.profiles.discovery import discovery
from checkpoint_conformance.profiles.observation import items_of_created, progress, refusals_leave_nothing
from checkpoint_conformance.recovery import recovery
from checkpoint_conformance.session import ServerGone, Session
from checkpoint_conformance.smoke import smoke
from checkpoint_conformance.target import Target

__all__ = ["Options", "Run", "run"]

_RESERVE = 3
"""Calls kept back from what only wants acceptance, so that refusals can still be asked for."""


@dataclass(frozen=True)
class Options:
    """What a run may be told beyond the target."""

    max_examples: int = 60
    """Examples of the fuzzing phase."""
    seed: int | None = None
    """None: the requests derive from the document and the target alone."""


@dataclass
class Run:
    """A finished run."""

    session: Session
    options: Options
    started: float
    elapsed: float = 0.0
    results: list[Result] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    """Ids of created checkpoints that the clean-up could not delete."""
    gone: str = ""
    """Why the server could not be judged to the end, if so."""

    @property
    def verdict(self) -> Verdict:
        """The verdict over all declared profiles."""
        return verdict_of(self.declared)

    @property
    def declared(self) -> list[Result]:
        """The results of the profiles that the target declares."""
        profiles = {"core", *self.session.target.profiles}
        return [result for result in self.results if result.requirement.profile in profiles]

    def verdicts(self) -> dict[str, Verdict]:
        """Return the verdict of each declared profile."""
        profiles = ("core", *sorted(self.session.target.profiles))
        return {
            name: verdict_of(result for result in self.results if result.requirement.profile == name)
            for name in profiles
        }


def run(
    target: Target, options: Options | None = None, announce: Callable[[str], None] = lambda _: None
) -> Run:
    """Verify a target. Raises ConfigurationError where the target file does not fit the server."""
    options = options or Options()
    session = Session(target, announce)
    result = Run(session, options, time.time())
    clock = time.monotonic()
    try:
        _exchange_everything(session, options, announce)
    except ServerGone as gone:
        result.gone = str(gone)
        announce(f"the server is gone: {gone}")
    finally:
        if "deletion" in target.profiles:
            result.left_behind = clean_up(session, announce)
    distinct_checkpoints(session)
    narrowed = Narrowed(target)
    attribution = attribute(
        session.ledger.findings, lambda finding: narrowed.violations(finding.exchanges[0].request)
    )
    result.results = [_result(requirement, session, attribution, result.gone) for requirement in _active()]
    result.elapsed = time.monotonic() - clock
    return result


def _active() -> list[Requirement]:
    return [requirement for requirement in requirements() if requirement.status == "active"]


def _exchange_everything(session: Session, options: Options, announce: Callable[[str], None]) -> None:
    calls = session.calls
    announce("smoke: reachable, token accepted, fixtures there?")
    accepts = smoke(session)
    if accepts:
        announce("valid requests (REQ, RESP)")
        _spend(session, acceptance.shapes(calls))
        _spend(session, acceptance.variations(calls))
        announce("calls at the same time (RESP-2, RESP-11)")
        concurrent_calls(session)
        announce("recovery after refusals (HTTP-6)")
        recovery(session)
    announce("single faults (AUTH, REQ, NF, HTTP)")
    groups = {
        "calls without the right token": authentication(calls, session.secrets),
        "calls with one fault": refusals(calls),
        "calls for what is not there": missing(calls),
        "other methods and paths": [*methods(calls), unknown_route(calls)],
        "odd input": odd_input(calls),
    }
    for name, probes in groups.items():
        refusals_leave_nothing(session, name, partial(_send, session, probes))
    announce("generated requests (FUZZ)")
    generated = generated_probes(calls, options.max_examples, options.seed)
    invalid = [probe for probe in generated if not probe.wants_acceptance]
    refusals_leave_nothing(session, "generated requests", partial(_send, session, invalid))
    if accepts:
        _spend(session, [probe for probe in generated if probe.wants_acceptance])
    _exchange_with_companions(session, announce)


def _exchange_with_companions(session: Session, announce: Callable[[str], None]) -> None:
    profiles = session.target.profiles
    if profiles:
        announce(f"companion operations ({', '.join(sorted(profiles))})")
    if "discovery" in profiles:
        discovery(session)
    if "conflict" in profiles:
        conflict(session)
    if "observation" in profiles:
        items_of_created(session)
        progress(session)
    if "deletion" in profiles:
        deletion(session)


def _send(session: Session, probes: Iterable[Probe]) -> None:
    for probe in probes:
        session.run(probe)


def _spend(session: Session, probes: Iterable[Probe]) -> None:
    """Send probes that create, as far as the budget has them to spare."""
    for probe in probes:
        if session.budget.remaining > _RESERVE:
            session.run(probe)
        elif not session.ledger.exercised[probe.requirement]:
            why = f"max_creates = {session.budget.limit} leaves no call for it"
            session.ledger.skip(probe.requirement, SkipReason.BUDGET_SPENT, why)


def _result(requirement: Requirement, session: Session, attribution: Attribution, gone: str) -> Result:
    """Decide the outcome of one requirement."""
    identifier, ledger = requirement.id, session.ledger
    exercised = ledger.exercised[identifier]
    found = tuple(finding for finding in attribution.charged if finding.requirement == identifier)
    if found:
        return _found(requirement, found, exercised)
    missing_feature = _missing_feature(requirement, session.target)
    if missing_feature:
        return Result(requirement, Outcome.SKIP, SkipReason.FEATURE_NOT_DECLARED, missing_feature)
    if identifier in attribution.consequences:
        detail = attribution.consequences[identifier]
        return Result(requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, detail, exercised=exercised)
    if identifier in ledger.skipped:
        reason, why = ledger.skipped[identifier]
        return Result(requirement, Outcome.SKIP, reason, why, exercised=exercised)
    if exercised:
        return Result(requirement, Outcome.PASS, exercised=exercised)
    if identifier in ledger.undecided:
        return Result(requirement, Outcome.INCONCLUSIVE, None, ledger.undecided[identifier])
    if gone:
        return Result(
            requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, f"the server is gone: {gone}"
        )
    if any(finding.level == "MUST" for finding in attribution.charged):
        why = "what it needs was not there, because of the failures above"
        return Result(requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, why)
    return Result(requirement, Outcome.INCONCLUSIVE, None, "no answer let it be judged")


def _found(requirement: Requirement, findings: tuple[Finding, ...], exercised: int) -> Result:
    confirmed = [finding for finding in findings if finding.confirmed]
    if not confirmed:
        detail = "seen once and not again on repetition: flaky"
        return Result(requirement, Outcome.INCONCLUSIVE, None, detail, findings, exercised)
    binding = requirement.level == "MUST" and any(finding.level == "MUST" for finding in confirmed)
    return Result(requirement, Outcome.FAIL if binding else Outcome.WARN, None, "", findings, exercised)


def _missing_feature(requirement: Requirement, target: Target) -> str:
    """Return what the target would have to declare, or nothing."""
    if requirement.profile != "core" and requirement.profile not in target.profiles:
        return f'the target does not declare the profile "{requirement.profile}"'
    second = target.second_project
    fixtures = {
        "expired_token": target.expired_token,
        "read_only_token": target.read_only_token,
        "second_project": second and (second.token if requirement.id == "AUTH-4" else second.policy_id),
    }
    if requirement.needs and not fixtures[requirement.needs]:
        return f"the target has no fixture `{requirement.needs}`"
    return ""
