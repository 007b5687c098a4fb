"""The probes of single faults, in the groups that are sent one after another."""

from __future__ import annotations

from dataclasses import dataclass

from checkpoint_openapi.load import advisory

from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.missing import missing
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.probes.refusals import refusals
from checkpoint_conformance.probes.variations.accepts import with_other_accepts
from checkpoint_conformance.probes.variations.pairs import fitting_refusals, several_faults
from checkpoint_conformance.probes.variations.settings import in_other_settings
from checkpoint_conformance.target.secrets import Secrets

__all__ = ["Group", "single_faults"]


@dataclass(frozen=True)
class Group:
    """Probes of single faults that are sent one after another."""

    name: str
    probes: list[Probe]
    may_lock_out: bool = False
    """Whether to follow with a valid call, which shows whether the server locks the caller out."""
    needs_acceptance: bool = True
    """Whether the probes show nothing about a server that accepts no valid call."""


def single_faults(calls: Calls, secrets: Secrets) -> tuple[Group, ...]:
    """Return the probes of single faults, in groups.

    The last group travels with the generated requests, which leave most connections free: it holds
    repetitions in other settings, and what is only advised.
    """

    def repeated(probes: list[Probe]) -> list[Probe]:
        return in_other_settings(with_other_accepts(probes), calls)

    def is_later(probe: Probe) -> bool:
        return probe.id not in plain or not advisory().isdisjoint((probe.requirement, *probe.presumes))

    tokens = repeated(authentication(calls, secrets))
    alone = [*refusals(calls), *missing(calls)]
    combined = [*several_faults(calls), *fitting_refusals(calls)]
    plain = {probe.id for probe in (*alone, *combined)}
    faults = [*repeated(alone), *combined]
    later = [probe for probe in faults if is_later(probe)]
    sooner = [probe for probe in faults if not is_later(probe)]
    return (
        Group("calls without the right token", tokens, may_lock_out=True, needs_acceptance=False),
        Group("invalid calls", sooner, may_lock_out=True),
        Group("repeated invalid calls", later),
    )
