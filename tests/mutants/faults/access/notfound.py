"""Mutants of NF-1 to NF-3: what does not exist, or is not visible to the caller."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import fnmatch
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...framework.mutant import OUTSIDE, Roomy, breaks, refusing, replaces
from ...framework.shots import BASE, document, parameters
from ...service.refusals import refuse
from ...service.server import Server
from ...service.world import POLICY, SECOND_POLICY, SECOND_PROJECT, TOKENS, Resource, stable_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.schema import Call
    from ...service.wire import Request
    from ...service.world import Policy

_IDS = [resource.id for resource in POLICY.resources]

_UNKNOWN_POLICY = BASE.but(body=document(OUTSIDE))
_FOREIGN_POLICY = BASE.but(body=document(SECOND_POLICY.id))
_OUTSIDE = parameters({"resources": [OUTSIDE]})
_FOREIGN = {"RESP-6": "the answer may show another policy than was asked for"}

for _name, _fault, _then in (
    (
        "unknown-policy-runs-default",
        "For an unknown policy the project's first one is run.",
        lambda *_: POLICY,
    ),
    ("unknown-policy-invalid", "An unknown policy gets 400.", refusing("invalid-request")),
    ("unknown-policy-forbidden", "An unknown policy gets 403.", refusing("forbidden")),
    (
        "unknown-policy-made",
        "An unknown policy is made on the fly.",
        lambda _, plan_id: POLICY.__class__(plan_id, "new", POLICY.project, POLICY.resources),
    ),
):
    replaces("NF-1", _name, _fault, "unknown_policy", _then, shows=_UNKNOWN_POLICY)


def _adopted(policy: Policy) -> Policy:
    """Return `policy` as the project's own, so that its checkpoint can be seen and deleted there."""
    return replace(policy, project=POLICY.project)


for _name, _fault, _then in (
    ("foreign-policy-run", "Another project's policy is run.", lambda _, policy: _adopted(policy)),
    ("foreign-policy-invalid", "Another project's policy gets 400.", refusing("invalid-request")),
    ("foreign-policy-runs-own", "For another project's policy the own first one is run.", lambda *_: POLICY),
    ("foreign-policy-unauthorised", "Another project's policy gets 401.", refusing("unauthenticated")),
):
    replaces("NF-2", _name, _fault, "foreign_policy", _then, shows=_FOREIGN_POLICY, also=_FOREIGN)


@breaks("NF-1", shows=(_UNKNOWN_POLICY,) * 2)
class UnknownPolicyFoundTheSecondTime(Server):
    """An unknown policy is cached as empty, and found the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.cached: set[str] = set()

    def unknown_policy(self, plan_id: str) -> Policy:
        if plan_id in self.cached:
            return POLICY
        self.cached.add(plan_id)
        return super().unknown_policy(plan_id)


@breaks(
    "NF-1", shows=BASE.but(body=document(OUTSIDE, auto_trigger=True)), also={"FUZZ-1": "a valid combination"}
)
class UnknownPolicyAcceptedWhenAutomatic(Server):
    """With auto_trigger true the policy is looked up later, and an unknown one is accepted."""

    def validate(self, request: Request, project: str, document: Any) -> Call:
        call = super().validate(request, project, document)
        if call.auto_trigger and call.plan_id not in self.store.policies:
            return replace(call, plan_id=POLICY.id)
        return call


@breaks("NF-2", shows=BASE.but(body=document(SECOND_POLICY.id)), also=_FOREIGN)
class ForeignPolicyRunWithoutSelection(Server):
    """Whose policy it is is checked with its resources only, so that a call without any is accepted."""

    def find_policy(self, project: str, plan_id: str) -> Policy:
        found = self.store.policies.get(plan_id)
        return _adopted(found) if found else super().find_policy(project, plan_id)

    def select_resources(self, policy: Policy, wanted: tuple[str, ...] | None) -> tuple[Resource, ...]:
        if wanted is not None and policy.id == SECOND_POLICY.id:
            refuse("policy-not-found")
        return super().select_resources(policy, wanted)


@breaks(
    "NF-2",
    shows=(
        BASE.but(
            method="GET",
            path=f"/v1/{SECOND_PROJECT}/policies",
            token=TOKENS["second"],
            content_type=None,
        ),
        BASE.but(body=document(SECOND_POLICY.id)),
    ),
    also=_FOREIGN,
    profile="discovery",
)
class ForeignPolicyRunOnceItWasListed(Server):
    """A list of policies fills a cache that knows no projects, and what it holds is run for anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.cached: set[str] = set()

    def listed_policies(self, project: str) -> list[Policy]:
        listed = super().listed_policies(project)
        self.cached.update(policy.id for policy in listed)
        return listed

    def foreign_policy(self, policy: Policy) -> Policy:
        return _adopted(policy) if policy.id in self.cached else super().foreign_policy(policy)


def _known(policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
    return tuple(resource for resource in policy.resources if resource.id in wanted)


for _name, _fault, _then, _when in (
    (
        "outside-resource-ignored",
        "A resource outside the policy is left out silently.",
        lambda _, p, w: _known(p, w),
        None,
    ),
    (
        "outside-resource-means-all",
        "A selection with a resource outside the policy backs up everything.",
        lambda _, policy, _wanted: policy.resources,
        None,
    ),
    (
        "outside-resource-accepted",
        "A resource outside the policy is backed up too.",
        lambda _, _policy, w: tuple(Resource(each, "unknown") for each in w),
        None,
    ),
    (
        "outside-resource-forbidden",
        "A resource outside the policy gets 403.",
        refusing("forbidden"),
        None,
    ),
    (
        "only-first-resource-checked",
        "Only the first resource is looked up in the policy.",
        lambda _, p, w: _known(p, w),
        lambda p, w: bool(_known(p, w[:1])),
    ),
    (
        "outside-resource-refused-only-alone",
        "A resource outside the policy is refused only if no other is left.",
        lambda _, p, w: _known(p, w),
        _known,
    ),
):
    replaces(
        "NF-3",
        _name,
        _fault,
        "outside_resource",
        _then,
        _when or (lambda *_: True),
        shows=(_OUTSIDE, parameters({"resources": [_IDS[0], OUTSIDE]})),
    )
replaces(
    "NF-3",
    "outside-resource-of-any-size-ignored",
    "A resource outside the policy is left out silently, and no body is too large.",
    "outside_resource",
    lambda _, policy, wanted: _known(policy, wanted),
    base=Roomy,
    shows=_OUTSIDE,
)


@breaks("NF-3", shows=parameters({"resources": ["constructor"]}))
class ResourceInherited(Server):
    """Resources are looked up in an object, which inherits some members that are no resources."""

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        if set(wanted) <= {"constructor", "__proto__", "toString", "hasOwnProperty"}:
            return tuple(Resource(each, "Object") for each in wanted)
        return super().outside_resource(policy, wanted)


@breaks("NF-3", shows=parameters({"resources": [_IDS[0] + " "]}))
class ResourceTrimmed(Server):
    """Blanks around the id of a resource are taken away before it is looked up."""

    def read_resources(self, value: Any) -> tuple[str, ...] | None:
        wanted = super().read_resources(value)
        return wanted and tuple(each.strip() for each in wanted)


@breaks("NF-3", shows=parameters({"resources": [stable_id("metal0")]}), profile="discovery")
class ResourceOfAnotherPolicyAccepted(Server):
    """A resource of another policy of the project is backed up."""

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        policies = [each for each in self.store.policies.values() if each.project == policy.project]
        known = {resource.id: resource for each in policies for resource in each.resources}
        if set(wanted) <= known.keys():
            return tuple(known[each] for each in dict.fromkeys(wanted))
        return super().outside_resource(policy, wanted)


def _as_patterns(
    policy: Policy, wanted: tuple[str, ...], pattern: Callable[[str], str]
) -> tuple[Resource, ...]:
    """Return the resources of the policy whose id any of the wanted patterns matches."""
    return tuple(
        resource
        for resource in policy.resources
        if any(re.fullmatch(pattern(each), resource.id) for each in wanted)
    )


for _name, _fault, _pattern, _sent in (
    (
        "resource-like-accepted",
        "The ids of resources are matched by SQL's LIKE.",
        lambda each: re.escape(each).replace("%", ".*").replace("_", "."),
        _IDS[0][:-1] + "_",
    ),
    (
        "resource-by-its-beginning-accepted",
        "A resource is found by the beginning of its id.",
        lambda each: re.escape(each) + ".+",
        _IDS[0][:8],
    ),
    (
        "resource-cut-to-its-column",
        "The id of a resource is cut to the width of its column before it is looked up.",
        lambda each: re.escape(each[:36]),
        _IDS[0] + "0",
    ),
    (
        "resource-glob-accepted",
        "The ids of resources are matched like file names.",
        fnmatch.translate,
        "*",
    ),
    (
        "resource-any-letter-accepted",
        "A question mark in the id of a resource stands for any letter.",
        lambda each: re.escape(each).replace(r"\?", "."),
        _IDS[0][:-1] + "?",
    ),
):
    replaces(
        "NF-3",
        _name,
        _fault,
        "outside_resource",
        lambda _, policy, wanted, pattern=_pattern: _as_patterns(policy, wanted, pattern),
        lambda policy, wanted, pattern=_pattern: bool(_as_patterns(policy, wanted, pattern)),
        shows=parameters({"resources": [_sent]}),
    )


@breaks(
    "NF-2",
    shows=(
        BASE.but(project=SECOND_PROJECT, token=TOKENS["second"], body=document(SECOND_POLICY.id)),
        _FOREIGN_POLICY,
    ),
    also=_FOREIGN,
)
class PolicyOnceUsedForEverybody(Server):
    """A policy that its owner has executed stays in a cache, which knows no projects."""

    def __init__(self) -> None:
        super().__init__()
        self.used: dict[str, Policy] = {}

    def find_policy(self, project: str, plan_id: str) -> Policy:
        policy = self.used.get(plan_id) or super().find_policy(project, plan_id)
        self.used[plan_id] = policy
        return policy
