"""RESP-13: the resources in a response are described as in the list of policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from checkpoint_conformance.data import as_list, as_object
from checkpoint_conformance.run.recorder import is_accepted
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding, checkpoint_of
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["resources_as_listed"]

Policies = list[dict[str, Any]]
_ORIGIN = Origin("RESP-13/list", "resources in accepted calls and in the list of policies")
_SYMPTOMS = {"name": Symptom.RESOURCE_NAME_NOT_THE_LISTED, "type": Symptom.RESOURCE_TYPE_NOT_THE_LISTED}


def resources_as_listed(session: Session, listed: Policies, read_again: Callable[[], Policies]) -> None:
    """Compare the accepted calls so far with the list, and with a new reading of it before anything is found.

    A policy may be edited meanwhile. Raises ServerGone if the server stops answering.
    """
    exchanges = list(session.recorder.exchanges)
    compared = list(_differences(exchanges, listed))
    if compared:
        session.ledger.exercise("RESP-13")
    if not any(found for _, found in compared):
        return
    fresh = read_again()
    for exchange, found in _differences(exchanges, fresh):
        if found:
            name, expected, actual = found
            told = (f"{name} {expected!r}", repr(actual))
            finding = Finding("RESP-13", _SYMPTOMS[name], _ORIGIN, *told, (exchange,), confirmed=True)
            session.ledger.add(finding)
            return


def _differences(
    exchanges: Iterable[Exchange], listed: Policies
) -> Iterator[tuple[Exchange, tuple[str, str, str] | None]]:
    """Yield each accepted call of a listed policy with the first member that differs, if any does."""
    policies = {
        policy["id"].casefold(): {each["id"].casefold(): each for each in policy["resources"]}
        for policy in listed
    }
    for exchange in exchanges:
        plan = _plan(exchange)
        known = policies.get(str(plan.get("id")).casefold())
        if known is None:
            continue
        found = None
        for item in as_list(plan.get("resources")) or []:
            resource = as_object(item) or {}
            entry = known.get(str(resource.get("id")).casefold())
            if entry is None:
                continue
            for name in _SYMPTOMS:
                if isinstance(resource.get(name), str) and resource[name] != entry[name]:
                    found = found or (name, entry[name], resource[name])
        yield exchange, found


def _plan(exchange: Exchange) -> dict[str, Any]:
    """Return the `protection_plan` of an accepted call, empty if the response has none."""
    if exchange.request.method != "POST" or not is_accepted(exchange):
        return {}
    return as_object((checkpoint_of(exchange) or {}).get("protection_plan")) or {}
