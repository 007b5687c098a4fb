"""Queries and ids that the companion operations must survive (HTTP-3), and lists that have no entry."""

from __future__ import annotations

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import NOTHING, REFUSALS, Implications, Probe
from checkpoint_conformance.transport.exchange import Request

__all__ = ["odd_queries"]

_LISTS = {
    "discovery": ("policies", ("DISC-1",)),
    "observation": ("checkpoint_items", ("OBS-1", "DEL-1")),
}
"""The list of each profile, and the requirements without which it cannot be read."""
_BEYOND_64_BITS = 1 << 64
_PAGING = {
    "page": "limit=1&offset=1&sort=created_at:desc",
    "limit-zero": "limit=0",
    "limit-negative": "limit=-1",
    "limit-beyond-64-bits": f"limit={_BEYOND_64_BITS}",
    "limit-word": "limit=many",
    "offset-negative": "offset=-1",
    "offset-beyond-64-bits": f"offset={_BEYOND_64_BITS}",
    "marker-unknown": "marker={unknown}",
    "sort-word": "sort=nothing",
    "not-utf-8": "name=%FF",
    "nul": "name=%00",
}
_OF_ITEMS = {
    "whole": "",
    "filters": "status=available&start_time=2026-01-01T00:00:00&end_time=2036-01-01T00:00:00",
    "checkpoint-unknown": "checkpoint_id={unknown}",
    "checkpoint-word": "checkpoint_id=checkpoint",
    "time-word": "start_time=yesterday",
}
_IDS = {
    "word": "checkpoint",
    "nul": "%00",
    "not-utf-8": "%FF%FE",
}
"""Ids in the path of a deletion."""


def odd_queries(calls: Calls) -> list[Probe]:
    """Return the requests for the operations of the target's profiles; each may be answered or refused."""
    profiles = calls.target.profiles
    probes: list[Probe] = []
    for profile in sorted(_LISTS.keys() & profiles):
        path, presumed = _LISTS[profile]
        probes.append(_matches_nothing(calls, path, presumed))
        queries = _PAGING | (_OF_ITEMS if path == "checkpoint_items" else {})
        for name, query in queries.items():
            asked = query.format(unknown=calls.unknown_id("marker"))
            what = f"the list {path} with {asked}" if asked else f"the list {path} without parameters"
            request = calls.listing(path, asked)
            probes.append(_survive(f"{path.replace('_', '-')}-{name}", what, request, presumed))
    if "deletion" in profiles:
        for name, identifier in _IDS.items():
            request = calls.request("DELETE", f"{calls.path()}/{identifier}")
            probes.append(
                _survive(f"delete-{name}", f"the deletion of {identifier}", request, ("DEL-1", "DEL-2"))
            )
    return probes


def _matches_nothing(calls: Calls, path: str, presumed: tuple[str, ...]) -> Probe:
    """Return the request of a list with nothing to show: that is no 404, which no list has."""
    requirement = presumed[0]
    return Probe(
        f"{requirement}/nothing-matches",
        requirement,
        f"the list {path} with a name that nothing has",
        calls.listing(path, f"name={calls.unknown_id('name')}"),
        frozenset({200, 400}),
        presumes=presumed,
        implies=NOTHING if requirement == "DISC-1" else Implications(same_answer="DISC-1"),
    )


def _survive(name: str, what: str, request: Request, presumed: tuple[str, ...]) -> Probe:
    return Probe(f"HTTP-3/{name}", "HTTP-3", what, request, REFUSALS, presumes=presumed, open_outcome=True)
