"""A run, from smoke to results: what is sent in which order, and what each requirement's outcome is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated.fuzz import generated_probes
from checkpoint_conformance.probes.generated.inputs import Plan
from checkpoint_conformance.probes.generated.supply import Supply
from checkpoint_conformance.probes.missing import missing
from checkpoint_conformance.probes.pairs import fitting_refusals, several_faults
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.probes.refusals import refusals
from checkpoint_conformance.probes.robustness import methods, odd_input, unknown_route
from checkpoint_conformance.probes.settings import in_other_settings
from checkpoint_conformance.run.session import ServerGone, Session
from checkpoint_conformance.run.shard import WHOLE, Shard
from checkpoint_conformance.run.stages.concurrency import concurrent_calls, distinct_checkpoints
from checkpoint_conformance.run.stages.conflict import conflict
from checkpoint_conformance.run.stages.deletion import clean_up, deletion
from checkpoint_conformance.run.stages.discovery import discovery
from checkpoint_conformance.run.stages.kept_connections import after_an_accepted_call, lost_requests
from checkpoint_conformance.run.stages.model import model_run
from checkpoint_conformance.run.stages.observation import (
    items_of_created,
    late_items,
    progress,
    refusals_leave_nothing,
    wait_until_idle,
)
from checkpoint_conformance.run.stages.recovery import recovery, still_serves
from checkpoint_conformance.run.stages.smoke import smoke
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock
from checkpoint_conformance.transport.connection import Transport
from checkpoint_conformance.verdict.conclusion import conclude
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Result, Verdict, verdict_of

__all__ = ["Options", "Run", "run", "single_faults"]

_MAY_LOCK_OUT = frozenset({"calls without the right token", "calls with one fault"})
"""Groups after which a valid call shows whether the server holds them against the caller."""
_GENERATED_CALLS = 8
"""Generated requests that create: each costs as much as any other call, and says less."""
_INDEPENDENT = frozenset({"calls without the right token", "other methods and paths", "odd input"})
"""Groups whose probes say something even of a server that accepts no valid call."""


@dataclass(frozen=True)
class Options:
    """What a run may be told beyond the target."""

    max_examples: int = 60
    """Examples of the fuzzing phase."""
    seed: int | None = None
    """None: the requests derive from the document and the target alone."""
    shard: Shard = WHOLE
    """Which part of the requests is sent."""
    use_cache: bool = True
    """Whether generated requests are read from the cache folder and kept there."""


@dataclass
class Run:
    """A finished run."""

    session: Session
    options: Options
    started: float
    elapsed: float = 0.0
    results: list[Result] = field(default_factory=list[Result])
    left_behind: list[str] = field(default_factory=list[str])
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
        """Return the verdict of each declared profile, in a shard of those that it has a part of."""
        parts = {
            name: [result for result in self.declared if result.requirement.profile == name]
            for name in ("core", *sorted(self.session.target.profiles))
        }
        return {
            name: verdict_of(part)
            for name, part in parts.items()
            if any(result.reason is not SkipReason.OTHER_SHARD for result in part)
        }


def run(
    target: Target,
    options: Options | None = None,
    announce: Callable[[str], None] = lambda _: None,
    watch: Callable[[Session], None] = lambda _: None,
    session: Session | None = None,
    transport: Transport | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Run:
    """Verify a target; `watch` is called after each exchange, and `session` is a new one unless given.

    The requests travel on sockets unless another transport is given; every wait is the clock's.

    Raises ConfigurationError where the target file does not fit the server.
    """
    options = options or Options()
    session = session or Session(target, announce, transport, clock)
    session.watch = watch
    result = Run(session, options, clock.time())
    began = clock.monotonic()
    try:
        with Supply(target, options.max_examples, options.seed, use_cache=options.use_cache) as supply:
            _exchange_everything(session, options.shard, supply, announce)
    except ServerGone as gone:
        result.gone = str(gone)
        announce(f"the server is gone: {gone}")
    finally:
        if "deletion" in target.profiles:
            result.left_behind = clean_up(session, announce)
    if result.gone:
        distinct_checkpoints(session.exchanges, session.ledger)
    owned = None if options.shard.whole else options.shard.owned
    result.results = conclude(target, session.ledger, result.gone, owned)
    result.elapsed = clock.monotonic() - began
    return result


def single_faults(calls: Calls, secrets: Secrets) -> dict[str, list[Probe]]:
    """Return the probes of single faults, in groups by name."""
    return {
        "calls without the right token": in_other_settings(authentication(calls, secrets), calls),
        "calls with one fault": in_other_settings(refusals(calls), calls),
        "calls for what is not there": in_other_settings(missing(calls), calls),
        "other methods and paths": [*methods(calls), unknown_route(calls)],
        "several faults at once": [*several_faults(calls), *fitting_refusals(calls)],
        "odd input": odd_input(calls),
    }


def _exchange_everything(
    session: Session, shard: Shard, supply: Supply, announce: Callable[[str], None]
) -> None:
    calls = session.calls
    if "observation" in session.target.profiles:
        session.until_idle = partial(wait_until_idle, session)
    announce("smoke: reachable, token accepted, fixtures there?")
    accepts = smoke(session, twice=shard.owns("RESP-11"))
    if accepts:
        announce("valid requests (REQ, RESP)")
        _spend(session, shard.takes(acceptance.shapes(calls)))
        _spend(session, shard.takes(acceptance.variations(calls)))
        _spend(session, shard.takes([acceptance.documented_later(calls)]))
        if shard.owns("RESP-2"):
            announce("calls at the same time (RESP-2, RESP-11)")
            concurrent_calls(session)
        if shard.owns("HTTP-6"):
            announce("recovery after refusals (HTTP-6)")
            recovery(session)
            after_an_accepted_call(session, authentication(calls, session.secrets))
            lost_requests(session)
    announce("single faults (AUTH, REQ, NF, HTTP)")
    for name, probes in single_faults(calls, session.secrets).items():
        if accepts or name in _INDEPENDENT:
            refusals_leave_nothing(session, name, partial(_send, session, shard.takes(probes)))
        if accepts and shard.owns("HTTP-6") and name in _MAY_LOCK_OUT:
            still_serves(session, name)
    if not accepts:
        return
    announce("generated requests (FUZZ)")
    generated = shard.takes(generated_probes(calls, supply.inputs.requests))
    invalid = [probe for probe in generated if not probe.wants_acceptance]
    refusals_leave_nothing(session, "generated requests", partial(_send, session, invalid))
    _spend(session, [probe for probe in generated if probe.wants_acceptance][:_GENERATED_CALLS])
    if shard.owns("OBS-1"):
        _exchange_with_companions(session, supply.inputs.plans, announce)


def _exchange_with_companions(
    session: Session, plans: Iterable[Plan], announce: Callable[[str], None]
) -> None:
    profiles = session.target.profiles
    if profiles:
        announce(f"companion operations ({', '.join(sorted(profiles))})")
    if "discovery" in profiles:
        discovery(session)
    if "conflict" in profiles:
        conflict(session)
    distinct_checkpoints(session.exchanges, session.ledger)
    observed = "observation" in profiles and not any(map(session.ledger.failed, ("RESP-2", "RESP-11")))
    if observed:
        items_of_created(session)
        progress(session)
        late_items(session)
    if "deletion" in profiles:
        deletion(session)
    if observed:
        announce("sequences against a model (OBS)")
        model_run(session, plans, announce)


def _send(session: Session, probes: Iterable[Probe]) -> None:
    for probe in probes:
        session.run(probe)


def _spend(session: Session, probes: Iterable[Probe]) -> None:
    """Send probes that create, as far as the budget has them to spare."""
    for probe in probes:
        if session.budget.remaining > session.reserve:
            session.run(probe)
        elif not session.ledger.exercised[probe.requirement]:
            why = f"max_creates = {session.budget.limit} leaves no call for it"
            session.ledger.skip(probe.requirement, SkipReason.BUDGET_SPENT, why)
