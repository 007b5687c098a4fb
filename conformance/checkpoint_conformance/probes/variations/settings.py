"""Repeats single faults in the other valid shapes of a call, which a server may check less strictly."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from checkpoint_conformance.probes.calls import ABSENT, Calls, merged
from checkpoint_conformance.probes.probe import Probe

__all__ = ["REPEATED", "Setting", "in_other_settings", "settings"]

_OUTSIDE = (
    "AUTH-1/absent",
    "AUTH-2/unknown",
    "AUTH-3/expired",
    "AUTH-4/their-token",
    "AUTH-5/read-only",
    "REQ-9/null",
    "REQ-13/text",
    "REQ-15/word",
    "REQ-16/unknown",
    "NF-1/unknown",
    "NF-2/documented",
)
_SETTINGS = {
    **dict.fromkeys(
        _OUTSIDE, ("auto-trigger", "no-parameters", "one-resource", "null-resources", "empty-resources")
    ),
    **dict.fromkeys(
        ("REQ-9/missing", "REQ-9/integer", "REQ-15/space-after", "NF-1/neighbour", "AUTH-4/neighbour"),
        ("auto-trigger",),
    ),
    **dict.fromkeys(
        ("REQ-11/string-true", "REQ-11/one"), ("no-resources", "null-resources", "empty-resources")
    ),
    **dict.fromkeys(("REQ-11/string-false", "REQ-11/zero"), ("no-resources",)),
    **dict.fromkeys(
        (
            "REQ-12/string",
            "REQ-12/item-number",
            "REQ-12/item-object",
            "REQ-17/resources-65",
            "NF-3/alone",
            "NF-3/last",
        ),
        ("auto-trigger", "no-auto-trigger"),
    ),
    **dict.fromkeys(("REQ-12/zero", "REQ-12/empty-object"), ("no-auto-trigger",)),
    "REQ-14/root": ("no-parameters",),
    **dict.fromkeys(("REQ-14/checkpoint", "REQ-14/parameters"), ("auto-trigger", "no-parameters")),
}
"""The settings in which each probe is repeated: few, because each one that is accepted costs a backup."""
REPEATED = frozenset(_SETTINGS)
"""The ids of the probes that are repeated in another setting."""


@dataclass(frozen=True)
class Setting:
    """A valid shape of `parameters`: the documented one with some members changed."""

    name: str
    summary: str
    changes: dict[str, Any]
    presumes: str
    """The requirement that a server accepts a valid call of this shape."""

    def of(self, probe: Probe) -> Probe:
        """Return the probe with its single fault in a call of this shape."""
        body = json.loads(probe.request.body)
        body["checkpoint"]["parameters"] = merged(body["checkpoint"]["parameters"], self.changes)
        return replace(
            probe,
            id=f"{probe.id}-{self.name}",
            summary=f"{probe.summary}, {self.summary}",
            request=replace(probe.request, body=json.dumps(body).encode()),
            presumes=(*probe.presumes, self.presumes),
            plain=False,
            # A server that lets others in with this shape may still keep them out with the rest.
            implies=replace(probe.implies, accepted_too=()),
        )


def settings(calls: Calls) -> tuple[Setting, ...]:
    """Return the shapes of REQ-2 to REQ-5."""
    one = list(calls.target.resources[:1])
    return (
        Setting("auto-trigger", "auto_trigger true", {"auto_trigger": True}, "REQ-3"),
        Setting("no-auto-trigger", "no auto_trigger", {"auto_trigger": ABSENT}, "REQ-4"),
        Setting("no-parameters", "parameters {}", {"auto_trigger": ABSENT, "resources": ABSENT}, "REQ-2"),
        Setting("no-resources", "no resources", {"resources": ABSENT}, "REQ-3"),
        Setting("one-resource", "one resource", {"resources": one}, "REQ-4"),
        Setting("null-resources", "resources null", {"resources": None}, "REQ-5"),
        Setting("empty-resources", "resources []", {"resources": []}, "REQ-5"),
    )


def in_other_settings(probes: list[Probe], calls: Calls) -> list[Probe]:
    """Return the probes, with each of the selected ones followed by its repetitions in other settings."""
    shapes = {setting.name: setting for setting in settings(calls)}
    found: list[Probe] = []
    for probe in probes:
        found += [probe, *(shapes[name].of(probe) for name in _SETTINGS.get(probe.id, ()))]
    return found
