"""Turns generated requests into probes; the contract says which response each must get (FUZZ-1, FUZZ-2)."""

from __future__ import annotations

from collections.abc import Iterable

from checkpoint_conformance.probes.calls import Call, Calls
from checkpoint_conformance.probes.generated.inputs import GeneratedRequest
from checkpoint_conformance.probes.generated.target_schema import target_schema
from checkpoint_conformance.probes.probe import REFUSALS, Probe

__all__ = ["generated_probes"]


def generated_probes(calls: Calls, requests: Iterable[GeneratedRequest]) -> list[Probe]:
    """Return the generated requests as probes, the invalid ones first."""
    schema = target_schema(calls.target)
    valid: list[Probe] = []
    invalid: list[Probe] = []
    for number, item in enumerate(requests, 1):
        request = calls.request("POST", item.path, item.body, content_type=item.content_type)
        if schema.is_open(request):
            continue
        violated = schema.violations(request)
        if violated <= {"REQ-14"} and violated:
            continue  # advisory for everything else, and covered by REQ-14
        if violated:
            what = f"a generated request against the schema ({', '.join(sorted(violated))})"
            probe = Probe(f"FUZZ-2/{number}", "FUZZ-2", what, request, REFUSALS)
            invalid.append(probe)
        else:
            call = Call.of(schema.parameters(request))
            what = "a generated request that the schema allows"
            valid.append(Probe(f"FUZZ-1/{number}", "FUZZ-1", what, request, call=call))
    return [*invalid, *valid]
