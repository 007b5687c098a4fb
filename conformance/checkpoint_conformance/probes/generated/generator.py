"""The breadth: Schemathesis's coverage and fuzzing phases on the narrowed document (FUZZ-1, FUZZ-2).

Only the requests are Schemathesis's. They are sent by the suite's own client and judged by its own rules,
because Schemathesis's defaults take any 4xx for a refusal and even a 5xx for one, and because its fields
would let a server know who is asking. This is the one module that imports it.
"""

# Schemathesis leaves the type parameters of its operations open.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from checkpoint_conformance.data import as_list
from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.generated.hypothesis_settings import same_everywhere
from checkpoint_conformance.probes.generated.target_schema import PATH, Narrowed
from checkpoint_conformance.probes.probe import REFUSALS, Probe

__all__ = ["generated_probes"]


@dataclass(frozen=True)
class _Generated:
    """A request of the generator, before the target's token and fields are added."""

    path: str
    content_type: str | None
    body: bytes


def generated_probes(calls: Calls, max_examples: int, seed: int | None = None) -> list[Probe]:
    """Return the generated requests as probes, the invalid ones first, each request once.

    The same target, `max_examples` and `seed` give the same requests; without a seed they derive from the
    document alone.
    """
    narrowed = Narrowed(calls.target)
    valid: list[Probe] = []
    invalid: list[Probe] = []
    source = json.dumps(narrowed.document, sort_keys=True)
    for number, item in enumerate(_generate(source, max_examples, seed), 1):
        request = calls.request("POST", item.path, item.body, content_type=item.content_type)
        if narrowed.is_open(request):
            continue
        violated = narrowed.violations(request)
        if violated <= {"REQ-14"} and violated:
            continue  # only advisory for others, and REQ-14's own matter
        if violated:
            what = f"a generated request against the schema ({', '.join(sorted(violated))})"
            probe = Probe(f"FUZZ-2/{number}", "FUZZ-2", what, request, REFUSALS)
            invalid.append(probe)
        else:
            call = _call(narrowed.parameters(request))
            what = "a generated request that the schema allows"
            valid.append(Probe(f"FUZZ-1/{number}", "FUZZ-1", what, request, call=call))
    return [*invalid, *valid]


@lru_cache(maxsize=4)
def _generate(source: str, max_examples: int, seed: int | None) -> tuple[_Generated, ...]:
    import hypothesis
    import schemathesis
    from requests import Request as Prepared
    from schemathesis.generation.hypothesis import builder

    schema = schemathesis.openapi.from_dict(json.loads(source), config=schemathesis.Config())
    operation = schema[PATH]["POST"]
    cases: list[Any] = []

    def collect(case: Any) -> None:
        cases.append(case)

    settings = hypothesis.settings(
        derandomize=seed is None,
        database=None,
        max_examples=max_examples,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),  # pyright: ignore[reportArgumentType] - its metaclass
    )
    config = builder.HypothesisTestConfig(
        project=schema.config,
        modes=[builder.HypothesisTestMode.COVERAGE, builder.HypothesisTestMode.FUZZING],
        settings=settings,
        seed=seed,
        apply_ci_profile=False,
    )
    with same_everywhere():
        builder.create_test(operation=operation, test_func=collect, config=config)()
    unique: dict[_Generated, None] = {}
    for case in cases:
        if case.method.upper() != "POST":
            continue  # HTTP-4's probes ask for the other methods
        prepared = Prepared(**case.as_transport_kwargs(base_url="http://target")).prepare()
        content_type = prepared.headers.get("Content-Type")
        unique[
            _Generated(
                prepared.path_url,
                content_type.decode("latin-1") if isinstance(content_type, bytes) else content_type,
                _bytes(prepared.body),
            )
        ] = None
    return tuple(unique)


def _bytes(body: Any) -> bytes:
    """Return a prepared body as it would be sent."""
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)


def _call(parameters: dict[str, Any]) -> Call:
    resources = parameters.get("resources", ABSENT)
    listed = as_list(resources)
    return Call(parameters.get("auto_trigger", ABSENT), resources if listed is None else tuple(listed))
