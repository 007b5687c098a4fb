"""The schedule of a run: what is sent, in which order, and how many checkpoints that creates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated.fuzz import generated_probes
from checkpoint_conformance.probes.generated.inputs import Plan
from checkpoint_conformance.probes.generated.supply import Supply
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.probes.robustness import methods, odd_input, unknown_route
from checkpoint_conformance.probes.variations.groups import single_faults
from checkpoint_conformance.run.limits.allotment import Want
from checkpoint_conformance.run.probing import breadth_first, send_probes
from checkpoint_conformance.run.sending.client import reserve
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.shard import WHOLE, Shard
from checkpoint_conformance.run.stages.boundaries import Boundaries
from checkpoint_conformance.run.stages.companions.created_items import items_of_created
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.companions.discovery import discovery
from checkpoint_conformance.run.stages.companions.judged_deletions import judge_deletions
from checkpoint_conformance.run.stages.companions.observation import Observation
from checkpoint_conformance.run.stages.companions.odd_queries import odd_queries
from checkpoint_conformance.run.stages.companions.other_lists import lists_of_other_projects
from checkpoint_conformance.run.stages.companions.other_policies import second_project
from checkpoint_conformance.run.stages.comparison import distinct_checkpoints
from checkpoint_conformance.run.stages.concurrency import (
    MOST_AT_ONCE,
    concurrent_call,
    concurrent_calls,
)
from checkpoint_conformance.run.stages.conflict import conflict
from checkpoint_conformance.run.stages.intermittent import examine_crashes, examine_statuses
from checkpoint_conformance.run.stages.kept_connections import (
    after_an_accepted_call,
    lost_requests,
    on_kept_connection,
)
from checkpoint_conformance.run.stages.locks import examine_lock
from checkpoint_conformance.run.stages.model import model_run
from checkpoint_conformance.run.stages.recovery import follower, recovery, refused_before, still_serves
from checkpoint_conformance.run.stages.smoke import SMOKE_CALLS, smoke
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.origin import Origin

__all__ = ["enough", "exchange_everything", "odd_requests", "origins"]

_GENERATED_CALLS = 8
"""Generated requests that create a checkpoint: each costs as much as any other call, and shows less."""


def exchange_everything(
    session: Session,
    deletions: Deletions,
    shard: Shard,
    supply: Supply,
    boundaries: Boundaries,
) -> None:
    """Send everything that the shard owns, stage by stage, and judge the responses.

    Raises ConfigurationError if the target file does not fit the server, and ServerGone if the server stops
    answering.
    """
    observation = (
        Observation(session, deletions.deleted) if "observation" in session.target.profiles else None
    )
    session.begin("smoke test", "server reachable, token accepted, fixtures valid?")
    accepted = smoke(session, twice=shard.owns("RESP-11"))
    if accepted:
        session = replace(session, calls=accepted)
        session.budget.divide(wants(session.calls, session.secrets, shard), reserve(session.target))
        _exchange_valid_requests(session, shard)
    session.begin("single faults", "AUTH, REQ, NF, HTTP")
    *groups, later = single_faults(session.calls, session.secrets)
    for group in groups:
        serves = bool(accepted) and shard.owns("HTTP-6") and group.may_lock_out
        if accepted or not group.needs_acceptance:
            _refused(session, observation, group.name, shard.select(group.probes), serves=serves)
    others = shard.select(odd_requests(session.calls))
    if not accepted:
        _refused(session, observation, "unusual requests", others)
        return
    session.begin("unusual and generated requests", "HTTP, FUZZ")
    inputs = supply.inputs(session.clock)
    generated = shard.select(generated_probes(session.calls, inputs.requests))
    invalid = [probe for probe in generated if not probe.wants_acceptance]
    valid = [probe for probe in generated if probe.wants_acceptance]
    others += shard.select(later.probes)
    others += _affordable(session, "generated requests", valid[:_GENERATED_CALLS])
    _refused(session, observation, "unusual and generated requests", [*others, *invalid])
    examine_crashes(session)
    examine_statuses(session)
    examine_lock(session)
    if shard.owns("OBS-1"):
        _exchange_with_companions(session, deletions, observation, inputs.plans, boundaries)


def _exchange_valid_requests(session: Session, shard: Shard) -> None:
    calls = session.calls
    session.begin("valid requests", "REQ, RESP")
    for stage, probes in (
        ("valid requests", valid_requests(calls)),
        ("valid request, later", [acceptance.documented_later(calls)]),
    ):
        send_probes(session, _affordable(session, stage, shard.select(probes)))
    if shard.owns("RESP-2"):
        session.begin("concurrent calls", "RESP-2, RESP-11")
        concurrent_calls(session)
    if shard.owns("HTTP-6"):
        session.begin("recovery after rejected requests", "HTTP-6")
        recovery(session)
        after_an_accepted_call(session, authentication(calls, session.secrets))
        lost_requests(session)


def _exchange_with_companions(
    session: Session,
    deletions: Deletions,
    observation: Observation | None,
    plans: Iterable[Plan],
    boundaries: Boundaries,
) -> None:
    profiles = session.target.profiles
    if profiles:
        session.begin("companion operations", ", ".join(sorted(profiles)))
    boundaries.begin()
    second_project(session, deletions)
    if "discovery" in profiles:
        boundaries.begin()
        discovery(session)
    if "conflict" in profiles:
        boundaries.begin()
        conflict(session)
    distinct_checkpoints(session.recorder.exchanges, session.ledger)
    if any(map(session.ledger.failed, ("RESP-2", "RESP-11"))):
        observation = None
    if observation:
        boundaries.begin(every_call=True)
        items_of_created(session, deletions.removed)
        observation.statuses.progress()
        observation.late_items()
        lists_of_other_projects(session, deletions.of_second_project)
    last = odd_queries(session.calls)
    if "deletion" in profiles:
        boundaries.begin()
        judge_deletions(session, deletions)
        if session.budget.remaining:  # the reserve has served its purpose
            last.append(acceptance.documented_after_deletion(session.calls))
    send_probes(session, last)
    if observation:
        boundaries.begin()
        session.begin("model-based sequences", "OBS")
        model_run(session, deletions, plans, observation.statuses.watch)


def _refused(
    session: Session,
    observation: Observation | None,
    name: str,
    probes: list[Probe],
    *,
    serves: bool = False,
) -> None:
    """Send a group of requests to be refused, and check what they leave behind, if that can be observed.

    With `serves`, a valid call shows whether the server still serves the caller.
    """
    received: list[Exchange] = []
    if observation:
        valid = [follower(session.calls, name).request] if serves else []
        received = observation.refusals_leave_nothing(name, lambda: send_probes(session, probes), valid)
    else:
        send_probes(session, probes)
    if serves:
        still_serves(session, name, received)


def _affordable(session: Session, stage: str, probes: Iterable[Probe]) -> list[Probe]:
    """Return the probes that the stage's share of the budget covers, breadth first; skip the others."""
    listed = breadth_first(probes)
    share = session.budget.share(stage, len(listed))
    for requirement, unsent in Counter(probe.requirement for probe in listed[share:]).items():
        calls = sum(probe.requirement == requirement for probe in listed)
        why = session.budget.left_out(unsent, calls)
        session.ledger.skip(requirement, SkipReason.BUDGET_SPENT, why)
    return listed[:share]


def valid_requests(calls: Calls) -> list[Probe]:
    """Return the valid requests that are sent alone."""
    return [*acceptance.shapes(calls), *acceptance.variations(calls)]


def wants(calls: Calls, secrets: Secrets, shard: Shard = WHOLE) -> list[Want]:
    """Return what the stages after smoke would create on a conforming server, the most important first."""
    valid = shard.select(valid_requests(calls))
    listed = [Want("valid requests", len(valid), len({probe.requirement for probe in valid}))]
    if shard.owns("RESP-2"):
        listed.append(Want("concurrent calls", MOST_AT_ONCE, 2))
    if shard.owns("HTTP-6"):
        kept = on_kept_connection(authentication(calls, secrets))
        listed += [Want("recovery", len(refused_before(calls))), Want("kept connections", len(kept))]
    if shard.owns("FUZZ-1"):
        listed.append(Want("generated requests", _GENERATED_CALLS))
    if shard.owns("REQ-1"):
        listed.append(Want("valid request, later", 1, 0))
    return listed


def enough(target: Target) -> int:
    """Return the `max_creates` with which nothing is left out on a conforming server."""
    calls = Calls(target)
    wanted = sum(want.calls for want in wants(calls, Secrets(target)))
    return SMOKE_CALLS + wanted + reserve(target)


def odd_requests(calls: Calls) -> list[Probe]:
    """Return the probes with another method, an unknown route or odd input."""
    return [*methods(calls), unknown_route(calls), *odd_input(calls)]


def origins(target: Target) -> dict[str, Origin]:
    """Return, by name, the origins whose findings may cause others."""
    calls, secrets = Calls(target), Secrets(target)
    singles = [probe for group in single_faults(calls, secrets) for probe in group.probes]
    singles += odd_requests(calls)
    kept = on_kept_connection(authentication(calls, secrets))
    at_once = [concurrent_call(calls, number + 1, calls.documented) for number in range(MOST_AT_ONCE)]
    return {probe.id: Origin.of(probe) for probe in (*singles, *kept, *at_once)}
