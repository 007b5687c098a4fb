"""The same single faults in a call with `auto_trigger` true, where a server may check less."""

from __future__ import annotations

import json
from dataclasses import replace

from checkpoint_conformance.probe import Probe

__all__ = ["automatic"]

_CHOSEN = frozenset(
    {
        "REQ-9/missing",
        "REQ-9/null",
        "REQ-9/integer",
        "REQ-12/string",
        "REQ-12/item-number",
        "REQ-12/item-object",
        "REQ-13/text",
        "REQ-14/checkpoint",
        "REQ-14/parameters",
        "REQ-15/word",
        "REQ-15/space-after",
        "REQ-16/unknown",
        "REQ-17/resources-65",
        "NF-1/unknown",
        "NF-1/neighbour",
        "NF-3/alone",
        "NF-3/last",
        "AUTH-4/their-token",
        "AUTH-4/neighbour",
    }
)


def automatic(probes: list[Probe]) -> list[Probe]:
    """Return the probes, and those of the chosen ones again with `auto_trigger` true."""
    return [*probes, *(_with_auto_trigger(probe) for probe in probes if probe.id in _CHOSEN)]


def _with_auto_trigger(probe: Probe) -> Probe:
    body = json.loads(probe.request.body)
    body["checkpoint"]["parameters"]["auto_trigger"] = True
    return replace(
        probe,
        id=f"{probe.id}-automatic",
        summary=f"{probe.summary}, auto_trigger true",
        request=replace(probe.request, body=json.dumps(body).encode()),
        presumes=(*probe.presumes, "REQ-3"),
    )
