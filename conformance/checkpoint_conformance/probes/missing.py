"""NF-1 to NF-3: what does not exist or is hidden from the caller; and a large resource (REQ-17)."""

from __future__ import annotations

from dataclasses import replace

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.oversized import MEBIBYTE, with_mebibyte
from checkpoint_conformance.probes.probe import ANY_REFUSAL, Implications, Probe
from checkpoint_conformance.transport.exchange import Request

__all__ = ["foreign_policy", "foreign_resource", "missing"]


def missing(calls: Calls) -> list[Probe]:
    """Return every probe of the group; NF-2 only with its fixture."""
    return [
        *_unknown_policy(calls),
        *foreign_policy(calls, "documented"),
        *_foreign_resources(calls),
        _large_resource(calls),
    ]


def _unknown_policy(calls: Calls) -> list[Probe]:
    own = calls.target.policy_id
    policies = {
        "unknown": calls.unknown_id("policy"),
        "neighbour": own[:-1] + ("0" if own[-1] != "0" else "1"),
        "nil": "00000000-0000-0000-0000-000000000000",
        "a-resource": calls.unknown_id("resource-as-policy"),
        "another": calls.unknown_id("policy again"),
    }
    what = "a policy that does not exist"
    requests = {name: calls.post(calls.changed(plan_id=policy)) for name, policy in policies.items()}
    unknown, *others = (
        _probe("NF-1", name, what, request, {404}, "policy-not-found") for name, request in requests.items()
    )
    return [replace(unknown, implies=Implications(accepted_too=("NF-2", "REQ-15"))), *others]


def foreign_policy(calls: Calls, name: str) -> list[Probe]:
    """Return the probe of another project's policy (NF-2), if the target has one."""
    second = calls.target.second_project
    if second is None or second.policy_id is None:
        return []
    request = calls.post(calls.changed(plan_id=second.policy_id))
    conditions = ("policy-not-found", "forbidden")
    probe = _probe("NF-2", name, "another project's policy", request, {403, 404}, *conditions)
    return [replace(probe, implies=Implications(same_answer="NF-1"))]


def _foreign_resources(calls: Calls) -> list[Probe]:
    own, stranger = calls.target.resources, calls.unknown_id("resource")
    ill_formed = [
        foreign_resource(calls, "empty-string", [""]),
        foreign_resource(calls, "space-after", [own[0] + " "]),
        foreign_resource(calls, "short", [own[0][:-1]]),
        foreign_resource(calls, "long", [own[0] + "0"]),
        foreign_resource(calls, "wildcard", ["%"]),
        foreign_resource(calls, "star", ["*"]),
        foreign_resource(calls, "like", [own[0][:-1] + "_"]),
        foreign_resource(calls, "glob", [own[0][:-1] + "?"]),
        foreign_resource(calls, "pattern", [own[0][:-1] + "."]),
        foreign_resource(calls, "constructor", ["constructor"]),
        foreign_resource(calls, "proto", ["__proto__"]),
    ]
    return [
        foreign_resource(calls, "alone", [stranger]),
        foreign_resource(calls, "last", [own[0], stranger]),
        foreign_resource(calls, "first", [stranger, own[-1]]),
        foreign_resource(calls, "policy-id", [calls.target.policy_id]),
        *(replace(probe, conditions=(*probe.conditions, "invalid-request")) for probe in ill_formed),
    ]


def foreign_resource(calls: Calls, name: str, selection: list[str]) -> Probe:
    """Return the probe of a selection with a resource outside the policy (NF-3)."""
    request = calls.post(calls.changed_parameters(resources=selection))
    what = f"a resource outside the policy, {name.replace('-', ' ')}"
    probe = _probe("NF-3", name, what, request, {400, 404}, "resource-not-in-policy")
    return replace(probe, presumes=("REQ-4",))


def _large_resource(calls: Calls) -> Probe:
    """Return a probe with a resource of 1 MiB, which a lenient server would list for the rest of the run."""
    request = calls.post(with_mebibyte(calls.changed_parameters(resources=[MEBIBYTE])))
    what = "a resource of 1 MiB"
    return Probe(
        "REQ-17/resource-1-mib",
        "REQ-17",
        what,
        request,
        ANY_REFUSAL,
        ("invalid-request", "resource-not-in-policy", "too-large"),
        presumes=("REQ-4", "NF-3"),
        implies=Implications(smaller="NF-3"),
    )


def _probe(
    requirement: str, name: str, what: str, request: Request, allowed: set[int], *conditions: str
) -> Probe:
    return Probe(f"{requirement}/{name}", requirement, what, request, frozenset(allowed), conditions)
