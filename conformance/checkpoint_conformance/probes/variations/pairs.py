"""Deterministic probes for FUZZ-1 and FUZZ-2: several faults at once, and valid requests to refuse."""

from __future__ import annotations

from itertools import product
from typing import Any

from checkpoint_conformance.probes.calls import ABSENT, Calls
from checkpoint_conformance.probes.probe import REFUSALS, Probe

__all__ = ["fitting_refusals", "several_faults"]

_PLANS: dict[str, Any] = {
    "no-plan": ABSENT,
    "plan-null": None,
    "plan-zero": 0,
    "plan-empty": "",
    "plan-list": [],
}
_PARAMETERS: dict[str, Any] = {
    "no-parameters": ABSENT,
    "parameters-null": None,
    "parameters-list": [],
    "trigger": {"auto_trigger": "true"},
    "resources": {"resources": "all"},
    "both": {"auto_trigger": 1, "resources": {}},
}


def several_faults(calls: Calls) -> list[Probe]:
    """Return requests with two or more faults, where one must not hide the other (FUZZ-2)."""
    bodies: dict[str, Any] = {
        f"{plan}-{parameters}": calls.changed(plan_id=_PLANS[plan], parameters=_PARAMETERS[parameters])
        for plan, parameters in product(_PLANS, _PARAMETERS)
    }
    bodies["both-parameters"] = calls.changed(parameters=_PARAMETERS["both"])
    for name, fault in (("plan", {"plan_id": 0}), ("trigger", {"parameters": {"auto_trigger": "true"}})):
        bodies[f"unknown-and-{name}"] = calls.changed(unknown=1, **fault)
        bodies[f"unknown-root-and-{name}"] = {**calls.changed(**fault), "unknown": 1}
    bodies["unknown-and-resources"] = calls.changed(parameters={"unknown": 1, "resources": "all"})
    return [
        Probe(
            f"FUZZ-2/{name}",
            "FUZZ-2",
            f"several faults: {name.replace('-', ' ')}",
            calls.post(body),
            REFUSALS,
            ("invalid-request",),
        )
        for name, body in bodies.items()
    ]


def fitting_refusals(calls: Calls) -> list[Probe]:
    """Return requests that the schema allows and for which only "no such resource" is right (FUZZ-1)."""
    strangers = [calls.unknown_id(f"resource {number}") for number in range(64)]
    outside, odd = ("resource-not-in-policy",), ("resource-not-in-policy", "invalid-request")
    selections = {
        "64-resources": ("64 resources outside the policy", strangers, outside),
        "long-resource": ("a resource of 300 letters", ["r" * 300], odd),
        "odd-resource": ("a resource of punctuation", ["../%00 ;'\""], odd),
    }
    return [
        Probe(
            f"FUZZ-1/{name}",
            "FUZZ-1",
            what,
            calls.post(calls.changed_parameters(resources=selection)),
            frozenset({400, 404}),
            conditions,
            presumes=("REQ-4", "NF-3"),
        )
        for name, (what, selection, conditions) in selections.items()
    ]
