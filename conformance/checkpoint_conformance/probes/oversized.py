"""REQ-17: requests that are too long, too large or too deep."""

from __future__ import annotations

import json
from typing import Any

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import ANY_REFUSAL, Implications, Probe

__all__ = ["MEBIBYTE", "oversized", "with_mebibyte"]

MEBIBYTE = "{{MEBIBYTE}}"
"""What stands for that much text in the body of a request."""
_DEPTH = 10_000


def oversized(calls: Calls) -> list[Probe]:
    """Return every probe of the group; any 4xx status is allowed.

    Each body is listed with the requirement that refuses the same value when it is small.
    """
    own, nested = list(calls.target.resources), b"[" * _DEPTH + b"]" * _DEPTH
    objects = b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH
    good = json.dumps(calls.changed(parameters={"resources": "HERE"}))
    root = json.dumps(calls.body(calls.documented))
    bodies: dict[str, tuple[str, bytes, str | None]] = {
        "resources-65": ("65 resources", _with_resources(calls, (own * 65)[:65]), None),
        "resources-1000": ("1000 resources", _with_resources(calls, (own * 1000)[:1000]), None),
        "plan-1-mib": (
            "a plan_id of 1 MiB that begins like the policy's",
            with_mebibyte(calls.changed(plan_id=calls.target.policy_id + MEBIBYTE)),
            "REQ-15",
        ),
        "trigger-1-mib": (
            "an auto_trigger of 1 MiB",
            with_mebibyte(calls.changed_parameters(auto_trigger=MEBIBYTE)),
            "REQ-11",
        ),
        "lists-10000": ("lists 10,000 deep in resources", good.encode().replace(b'"HERE"', nested), "REQ-12"),
        "objects-10000": (
            "objects 10,000 deep in resources",
            good.encode().replace(b'"HERE"', objects),
            "REQ-12",
        ),
        "root-10000": ("lists 10,000 deep at the root", nested, "REQ-7"),
        "member-10000": (
            "lists 10,000 deep in an unknown member",
            root[:-1].encode() + b', "x": ' + nested + b"}",
            None,
        ),
    }
    return [
        Probe(
            f"REQ-17/{name}",
            "REQ-17",
            what,
            calls.post(body),
            ANY_REFUSAL,
            ("invalid-request", "too-large"),
            implies=Implications(smaller=smaller),
        )
        for name, (what, body, smaller) in bodies.items()
    ]


def with_mebibyte(body: Any) -> bytes:
    """Return a body as JSON, with the text that MEBIBYTE stands for: to encode all of it takes far longer."""
    return json.dumps(body).encode().replace(MEBIBYTE.encode(), b"a" * (1 << 20))


def _with_resources(calls: Calls, resources: list[str]) -> bytes:
    return json.dumps(calls.changed_parameters(resources=resources)).encode()
