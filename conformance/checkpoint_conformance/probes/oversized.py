"""REQ-17: requests that are too long, too large or too deep."""

from __future__ import annotations

import json

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import ANY_REFUSAL, Probe

__all__ = ["MEBIBYTE", "oversized"]

MEBIBYTE = 1 << 20
"""Octets."""
_DEPTH = 10_000


def oversized(calls: Calls) -> list[Probe]:
    """Return every probe of the group; the statuses allowed are all of 4xx."""
    own, nested = list(calls.target.resources), b"[" * _DEPTH + b"]" * _DEPTH
    objects = b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH
    good = json.dumps(calls.changed(parameters={"resources": "HERE"}))
    root = json.dumps(calls.body(calls.documented))
    long = "a" * MEBIBYTE
    bodies: dict[str, tuple[str, bytes]] = {
        "resources-65": ("65 resources", _with_resources(calls, (own * 65)[:65])),
        "resources-1000": ("1000 resources", _with_resources(calls, (own * 1000)[:1000])),
        "plan-1-mib": (
            "a plan_id of 1 MiB that begins as the policy's",
            json.dumps(calls.changed(plan_id=calls.target.policy_id + long)).encode(),
        ),
        "trigger-1-mib": (
            "an auto_trigger of 1 MiB",
            json.dumps(calls.changed_parameters(auto_trigger=long)).encode(),
        ),
        "lists-10000": ("lists 10 000 deep in resources", good.encode().replace(b'"HERE"', nested)),
        "objects-10000": ("objects 10 000 deep in resources", good.encode().replace(b'"HERE"', objects)),
        "root-10000": ("lists 10 000 deep at the root", nested),
        "member-10000": (
            "lists 10 000 deep in an unknown member",
            root[:-1].encode() + b', "x": ' + nested + b"}",
        ),
    }
    return [
        Probe(f"REQ-17/{name}", "REQ-17", what, calls.post(body), ANY_REFUSAL)
        for name, (what, body) in bodies.items()
    ]


def _with_resources(calls: Calls, resources: list[str]) -> bytes:
    return json.dumps(calls.changed_parameters(resources=resources)).encode()
