"""Mutants of REQ-1 to REQ-6: valid requests that are refused or misread.

They refuse last, after every other check, so that nothing else changes.
"""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...framework.mutant import breaks, refusing, replaces
from ...framework.shots import BASE, parameters
from ...service.refusals import refuse
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.schema import Call
    from ...service.wire import Request
    from ...service.world import Checkpoint, Policy, Resource

_IDS = [resource.id for resource in POLICY.resources]
_CODES = {400: "CSBS.9001", 403: "APIGW.0302", 404: "CSBS.3000", 415: "APIGW.0201"}


def _declines(
    requirement: str,
    name: str,
    fault: str,
    when: Callable[[Any, Request], bool],
    shows: Any,
    status: int = 400,
    **options: Any,
) -> None:
    """Register a server that refuses valid calls if `when` holds for their `parameters` and request."""

    def declined(call: Call, *_: Any) -> bool:
        return when(json.loads(call.request.body)["checkpoint"]["parameters"], call.request)

    refusal = refusing(status, _CODES[status])
    replaces(requirement, name, fault, "make", refusal, declined, shows=shows, **options)


# -- REQ-1: the documented request --------------------------------------------------------------------

_SMOKE = {"HTTP-1": "a server that accepts nothing is found by the first request of a run"}
_COMBINED = {"FUZZ-1": "the combination is one that a generator makes"}

_declines(
    "REQ-1",
    "user-agent-of-one-client-required",
    "Only calls of the vendor's own client are accepted.",
    lambda _, request: "vendor-sdk" not in (request.header("user-agent") or ""),
    shows=BASE,
    also=_SMOKE,
)
_declines(
    "REQ-1",
    "one-call-for-each-connection",
    "A second call on a connection is refused as a replay.",
    lambda _, request: request.connection.accepted > 0,
    shows=(BASE, BASE),
    also={"HTTP-6": "a connection serves no second call"},
)
_declines(
    "REQ-1",
    "selection-by-hand-refused",
    "A call by hand that selects resources is refused: false and a list exclude each other.",
    lambda params, _: params.get("auto_trigger") is False and bool(params.get("resources")),
    shows=BASE,
    also={**_COMBINED, "REQ-3": "if its base has both", "REQ-4": "if its base has both"},
)


class _Counting(Server):
    """Counts the calls that pass every check."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = itertools.count(1)


@breaks("REQ-1", shows=(BASE,) * 2)
class OneCallInTwoRefused(_Counting):
    """One call in two is refused, by a replica with an older release behind the balancer."""

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        if next(self.tries) % 2 == 0:
            refuse("invalid-request")
        return super().make(call, policy, resources)


@breaks("REQ-1", shows=(BASE,) * 5)
class OneCallInFiveRefused(_Counting):
    """One call in five is refused as invalid."""

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        if next(self.tries) % 5 == 0:
            refuse("invalid-request")
        return super().make(call, policy, resources)


@breaks("REQ-1", shows=BASE, also={**_SMOKE, "configuration": "no call tells it from a wrong policy id"})
class PolicyNeverFound(Server):
    """The policy is looked up under the wrong project, and no call finds it."""

    def find_policy(self, project: str, plan_id: str) -> Policy:
        return super().find_policy("0" * 32, plan_id)


@breaks("REQ-1", shows=(BASE,) * 4, equivalent="a quota that is used up is a published refusal; inconclusive")
class ThreeCallsAndNoMore(Server):
    """After three checkpoints the quota of the policy is used up for good."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if self.store.made >= 3:
            refuse("quota-exceeded")


# -- REQ-2, REQ-3, REQ-4: parameters ------------------------------------------------------------------

for _name, _fault, _status in (
    ("empty-parameters-refused", "Empty parameters are taken for missing ones.", 400),
    ("empty-parameters-not-found", "Empty parameters find no resource and get 404.", 404),
    ("empty-parameters-forbidden", "To back up everything another role is needed.", 403),
):
    _declines("REQ-2", _name, _fault, lambda params, _: params == {}, parameters({}), _status)

_AUTO = parameters({"auto_trigger": True})
_declines(
    "REQ-3",
    "auto-trigger-true-refused",
    "auto_trigger true is refused, only the scheduler may say so.",
    lambda params, _: params.get("auto_trigger") is True,
    _AUTO,
)
_declines(
    "REQ-3",
    "auto-trigger-true-forbidden",
    "auto_trigger true needs another role.",
    lambda params, _: params.get("auto_trigger") is True,
    _AUTO,
    403,
)
_declines(
    "REQ-3",
    "auto-trigger-true-with-resources-refused",
    "auto_trigger true and a list of resources exclude each other.",
    lambda params, _: params.get("auto_trigger") is True and bool(params.get("resources")),
    parameters({"auto_trigger": True, "resources": _IDS[:2]}),
    also={**_COMBINED, "REQ-4": "a list is refused"},
)
_declines(
    "REQ-3",
    "auto-trigger-true-alone-refused",
    "auto_trigger true needs a list of resources.",
    lambda params, _: params.get("auto_trigger") is True and not params.get("resources"),
    _AUTO,
    also=_COMBINED,
)
_declines(
    "REQ-3",
    "auto-trigger-false-alone-refused",
    "auto_trigger false without resources is refused, as if false were no value.",
    lambda params, _: params == {"auto_trigger": False},
    parameters({"auto_trigger": False}),
    also=_COMBINED,
)
_declines(
    "REQ-4",
    "whole-list-refused",
    "A list of every resource of the policy is refused.",
    lambda params, _: set(params.get("resources") or ()) == set(_IDS),
    parameters({"resources": _IDS}),
)
_declines(
    "REQ-4",
    "single-resource-refused",
    "A list of one resource is refused.",
    lambda params, _: len(params.get("resources") or ()) == 1,
    parameters({"resources": _IDS[:1]}),
)
_declines(
    "REQ-4",
    "last-resource-refused",
    "The last resource of the policy is not known yet.",
    lambda params, _: _IDS[-1] in (params.get("resources") or ()),
    parameters({"resources": _IDS[-1:]}),
)
_declines(
    "REQ-4",
    "resources-with-a-gap-refused",
    "Resources that do not follow each other in the policy are refused.",
    lambda params, _: set(params.get("resources") or ()) == {_IDS[0], _IDS[2]},
    parameters({"resources": [_IDS[0], _IDS[2]]}),
)
_declines(
    "REQ-4",
    "any-list-refused",
    "A call without auto_trigger may not select resources.",
    lambda params, _: bool(params.get("resources")) and "auto_trigger" not in params,
    parameters({"resources": _IDS[:2]}),
    also=_COMBINED,
)
_declines(
    "REQ-4",
    "many-resources-refused",
    "Only one resource may be selected at a time.",
    lambda params, _: len(params.get("resources") or ()) > 1,
    BASE,
    also={"REQ-1": "the documented request has a list of two"},
)
_declines(
    "FUZZ-1",
    "resources-in-another-order-refused",
    "Resources in another order than the policy's are refused.",
    lambda params, _: (
        (chosen := params.get("resources") or []) != sorted(chosen, key=_IDS.index) if params else False
    ),
    parameters({"resources": _IDS[::-1]}),
    also={"REQ-4": "they are resources of the policy"},
)


@breaks("REQ-3", shows=(_AUTO,) * 2)
class AutoTriggerTrueOnlyOnce(Server):
    """auto_trigger true is accepted once, then the schedule is said to exist."""

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        if call.auto_trigger and any(each.auto_trigger for each in self.store.of_project(policy.project)):
            refuse("invalid-request")
        return super().make(call, policy, resources)


# -- REQ-5: null and [] mean all ----------------------------------------------------------------------


def _sends(value: Any) -> Callable[[Any, Request], bool]:
    return lambda params, _: "resources" in params and params["resources"] == value


for _value, _word in ((None, "null"), ([], "empty")):
    _shot = parameters({"resources": _value})
    _declines(
        "REQ-5",
        f"resources-{_word}-refused",
        f"Resources that are {_word} are refused.",
        _sends(_value),
        _shot,
    )
    for _meaning, _taken in (("none", ()), ("first", (_IDS[0],))):
        replaces(
            "REQ-5",
            f"resources-{_word}-means-{_meaning}",
            f"Resources that are {_word} select {_meaning}.",
            "read_resources",
            lambda *_, _taken=_taken: _taken,
            lambda value, _value=_value: value == _value,
            shows=_shot,
            also={"RESP-8": "the answer does not list all"},
        )
_declines(
    "REQ-5",
    "resources-empty-refused-when-automatic",
    "An empty list together with auto_trigger true is refused.",
    lambda params, _: params.get("auto_trigger") is True and params.get("resources") == [],
    parameters({"resources": [], "auto_trigger": True}),
    also=_COMBINED,
)

# -- REQ-6: charset -----------------------------------------------------------------------------------


def _charset(name: str, fault: str, test: Callable[[str], bool], sent: str, status: int = 400) -> None:
    def when(_: Any, request: Request) -> bool:
        value = request.header("content-type") or ""
        return "charset" in value.lower() and test(value)

    _declines("REQ-6", name, fault, when, BASE.but(content_type=sent), status)


_charset(
    "charset-refused",
    "The content type is compared as a whole, and a charset makes it another.",
    lambda _: True,
    "application/json; charset=utf-8",
)
_charset(
    "charset-unsupported",
    "A charset parameter gets 415.",
    lambda _: True,
    "application/json; charset=utf-8",
    415,
)
_charset(
    "charset-upper-case-refused",
    "The charset UTF-8 in capitals, as many clients write it, is refused.",
    lambda value: "UTF-8" in value,
    "application/json; charset=UTF-8",
)
_charset(
    "charset-lower-case-refused",
    "The charset utf-8 in small letters is refused.",
    lambda value: "utf-8" in value,
    "application/json; charset=utf-8",
)
_charset(
    "charset-without-space-refused",
    "A charset is refused unless a space precedes it.",
    lambda value: "; " not in value,
    "application/json;charset=utf-8",
)
_charset(
    "charset-quoted-refused",
    "A charset in quotation marks is refused.",
    lambda value: '"' in value,
    'application/json; charset="utf-8"',
)


@breaks("REQ-4", shows=(parameters({"resources": _IDS[:1]}), parameters({"resources": _IDS[1:]})))
class SelectionNarrowsThePolicy(Server):
    """A selection is written back to the policy, which has only those resources from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.narrowed: dict[str, Policy] = {}

    def select_resources(self, policy: Policy, wanted: tuple[str, ...] | None) -> tuple[Resource, ...]:
        left = self.narrowed.get(policy.id, policy)
        selected = super().select_resources(left, wanted)
        self.narrowed[policy.id] = replace(left, resources=selected)
        return selected
