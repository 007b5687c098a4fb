"""HTTP-2: repeats faults with the `Accept` of other clients, for which a framework may use another format.

curl and most client libraries send `*/*` or nothing. Valid calls of that kind are among the variations
(FUZZ-1).
"""

from __future__ import annotations

from dataclasses import replace

from checkpoint_conformance.probes.probe import NOTHING, Probe

__all__ = ["REPEATED", "with_other_accepts"]

REPEATED = frozenset(
    {
        "AUTH-1/absent",
        "AUTH-2/unknown",
        "AUTH-4/neighbour",
        "REQ-7/truncated",
        "REQ-9/null",
        "REQ-13/text",
        "REQ-16/unknown",
        "NF-1/unknown",
        "NF-3/alone",
    }
)
"""One probe for each part of a server that may write errors of its own."""
_ACCEPTS = {
    "any-accept": ("Accept: */*", "*/*"),
    "no-accept": ("no Accept", None),
}


def with_other_accepts(probes: list[Probe]) -> list[Probe]:
    """Return the probes, with each of the selected ones followed by its repetitions."""
    found: list[Probe] = []
    for probe in probes:
        found.append(probe)
        if probe.id in REPEATED:
            found += [_accepting(probe, name, what, value) for name, (what, value) in _ACCEPTS.items()]
    return found


def _accepting(probe: Probe, name: str, what: str, value: str | None) -> Probe:
    return replace(
        probe,
        id=f"{probe.id}-{name}",
        summary=f"{probe.summary}, {what}",
        request=probe.request.with_header("Accept", value),
        implies=NOTHING,
        on_kept_connection=False,
    )
