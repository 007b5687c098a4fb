"""What each probe and each comparison of a run is, by its name in reports and waivers."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import cast

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.variations.groups import single_faults
from checkpoint_conformance.run import stages
from checkpoint_conformance.run.schedule import origins
from checkpoint_conformance.run.stages.companions.odd_queries import odd_queries
from checkpoint_conformance.run.stages.recovery import refused_before
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.target.values import PROFILES
from checkpoint_conformance.verdict.groups import GENERATED
from checkpoint_conformance.verdict.origin import Origin

__all__ = ["probe_names", "spelled", "summary_of"]

_AFTER = "HTTP-6/after-"
_NAME = re.compile(r"([A-Z]+-[0-9]+)/([a-z0-9-]+)")
_EXAMPLE = Target(
    "http://csbs.example.com",
    "b942cc8342734d15bcb246babb1953cf",
    "a-token-of-the-example",
    "62171999-3df1-42f7-9513-6f9b1bea4744",
    ("resource-1", "resource-2", "resource-3"),
    expired_token="an-expired-token-of-the-example",  # noqa: S106 - no secret
    read_only_token="a-read-only-token-of-the-example",  # noqa: S106 - no secret
    second_project=SecondProject("0" * 32, "a-second-token-of-the-example", "another-policy"),
    profiles=frozenset(PROFILES),
)
"""A target with every fixture, since a probe exists only if its fixture does."""
_ON_THE_WAY = {
    "NF-2/once-listed": "another project's policy, after its owner has listed it",
    "NF-2/once-used": "another project's policy, after its owner has used it",
    "NF-3/of-another-policy": "a resource of another policy of the project",
    "REQ-1/documented-after-deletion": "the documented request, after a deletion",
    "REQ-1/anew": "a valid call again, in a resumed run",
    "HTTP-6/ended": "the last request before the server stopped",
}
"""Probes that a run makes of what it has found on the way."""


def summary_of(name: str) -> str:
    """Return what the probe or comparison of that name is, or an empty string if there is none."""
    match = _NAME.fullmatch(name)
    if match and match[1] in GENERATED and match[2].isdigit():
        return "a generated request; the report shows it"
    if name.startswith(_AFTER):
        return f"the documented request after {name.removeprefix(_AFTER).replace('-', ' ')}"
    return probe_names().get(name, "")


def spelled(name: str) -> str:
    """Return the name of a probe as reports spell it, whatever the case of its letters."""
    group, slash, variant = name.partition("/")
    usual = f"{group.upper()}{slash}{variant.lower()}"
    known = {each.casefold(): each for each in probe_names()}
    return known.get(name.casefold(), usual)


@cache
def probe_names() -> dict[str, str]:
    """Return every name but those of generated requests, with what it stands for."""
    calls = Calls(_EXAMPLE, policy_name="backup")
    single = [probe for group in single_faults(calls, Secrets(_EXAMPLE)) for probe in group.probes]
    valid = [
        *acceptance.documented(calls),
        *acceptance.shapes(calls),
        *acceptance.variations(calls),
        acceptance.documented_later(calls),
    ]
    return {
        **{name: origin.summary for name, origin in origins(_EXAMPLE).items()},
        **{probe.id: probe.summary for probe in (*valid, *single, *odd_queries(calls))},
        **{f"HTTP-6/{name}": f"a valid call after: {name}" for name in refused_before(calls)},
        **{origin.id: origin.summary for origin in _of_stages()},
        **_ON_THE_WAY,
    }


def _of_stages() -> list[Origin]:
    """Return the origins that the modules of the stages define."""
    found: list[Origin] = []
    for module in walk_packages(stages.__path__, f"{stages.__name__}."):
        for value in vars(import_module(module.name)).values():
            several = list(cast("dict[str, object]", value).values()) if isinstance(value, dict) else [value]
            found += [each for each in several if isinstance(each, Origin) and each.summary]
    return found
