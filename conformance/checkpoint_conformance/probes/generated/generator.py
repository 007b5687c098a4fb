"""Generates requests from a target's document with Schemathesis's coverage and fuzzing (FUZZ-1, FUZZ-2).

Only the requests come from Schemathesis. The suite sends them with its own client and judges them by its
own rules, because Schemathesis by default counts any 4xx, and even a 5xx, as a refusal, and because its
headers would reveal to a server who is asking. No other module imports Schemathesis.
"""

# Schemathesis leaves the type parameters of its operations unspecified.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
from typing import Any

import hypothesis
import schemathesis
from requests import Request as Prepared
from schemathesis.generation.hypothesis import builder

from checkpoint_conformance.probes.generated.hypothesis_settings import same_everywhere
from checkpoint_conformance.probes.generated.inputs import GeneratedRequest

__all__ = ["generate_requests"]


def generate_requests(document: str, max_examples: int, seed: int | None) -> tuple[GeneratedRequest, ...]:
    """Generate requests from a JSON document with one operation, without duplicates.

    The same document, `max_examples` and `seed` give the same requests; without a seed they depend on the
    document alone.
    """
    parsed = json.loads(document)
    (path,) = parsed["paths"]
    schema = schemathesis.openapi.from_dict(parsed, config=schemathesis.Config())
    operation = schema[path]["POST"]
    cases: list[Any] = []

    def collect(case: Any) -> None:
        cases.append(case)

    settings: dict[str, Any] = {
        "derandomize": seed is None,
        "database": None,
        "max_examples": max_examples,
        "deadline": None,
        "phases": (hypothesis.Phase.explicit, hypothesis.Phase.generate),
        "suppress_health_check": list(hypothesis.HealthCheck),  # pyright: ignore[reportArgumentType] - its metaclass
    }
    config = builder.HypothesisTestConfig(
        project=schema.config,
        modes=[builder.HypothesisTestMode.COVERAGE, builder.HypothesisTestMode.FUZZING],
        settings=hypothesis.settings(**settings),
        explicit_setting_names=set(settings),  # else a profile that is loaded takes precedence
        seed=seed,
        apply_ci_profile=False,
    )
    with same_everywhere():
        builder.create_test(operation=operation, test_func=collect, config=config)()
    unique: dict[GeneratedRequest, None] = {}
    for case in cases:
        if case.method.upper() != "POST":
            continue  # the probes of HTTP-4 cover the other methods
        prepared = Prepared(**case.as_transport_kwargs(base_url="http://target")).prepare()
        content_type = prepared.headers.get("Content-Type")
        unique[
            GeneratedRequest(
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
