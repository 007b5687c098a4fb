"""Mutants of REQ-8 to REQ-12: requests that violate the schema but are accepted or wrongly refused."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...framework.mutant import DEFAULTS, Roomy, accepts, breaks, refusing, replaces
from ...framework.shots import BASE, Shot, checkpoint, document, parameters
from ...service.schema import ABSENT
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOSE = {"FUZZ-2": "a generator may send it too"}


_VALUES: dict[str, tuple[Callable[[Any], bool], Any]] = {
    "missing": (lambda v: v is ABSENT, ABSENT),
    "null": (lambda v: v is None, None),
    "string": (lambda v: isinstance(v, str), "x"),
    "number": (lambda v: isinstance(v, (int, float)) and not isinstance(v, bool), 1),
    "bool": (lambda v: isinstance(v, bool), True),
    "list": (lambda v: isinstance(v, list), ["x"]),
    "object": (lambda v: isinstance(v, dict), {"a": "b"}),
}


def _without(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}


def _sent(member: str, value: Any) -> Shot:
    match member:
        case "checkpoint":
            return BASE.but(body=_without({"checkpoint": value}))
        case "plan_id":
            return checkpoint(_without({"plan_id": value, "parameters": {}}))
        case "parameters":
            return checkpoint(_without({"plan_id": POLICY.id, "parameters": value}))
        case _:
            return parameters({member: value})


def _lax(requirement: str, member: str, words: dict[str, str]) -> None:
    step = f"read_{member}"
    for kind, fault in words.items():
        when, value = _VALUES[kind]
        name = f"{member.replace('_', '-')}-{kind}-accepted"
        accepts(requirement, name, fault, step, when, _sent(member, value), also=_LOOSE)


_lax(
    "REQ-8",
    "checkpoint",
    {
        "missing": "Without checkpoint the default policy is run.",
        "null": "A checkpoint that is null runs the default policy.",
        "string": "A checkpoint that is a string is taken for the name of a policy.",
        "list": "Of a list of checkpoints the first is taken.",
        "number": "A checkpoint that is a number is taken for the number of a policy.",
        "bool": "A checkpoint that is true runs the default policy.",
    },
)
_lax(
    "REQ-9",
    "plan_id",
    {
        "missing": "Without plan_id the project's first policy is run.",
        "null": "A plan_id that is null means the project's first policy.",
        "number": "A plan_id that is a number is taken for the number of a row.",
        "list": "Of a list of plan ids the first is taken.",
        "bool": "A plan_id that is true means the project's only policy.",
        "object": "A plan_id that is an object is taken for a reference.",
    },
)
_lax(
    "REQ-10",
    "parameters",
    {
        "missing": "Without parameters everything is backed up.",
        "null": "Parameters that are null are taken for none.",
        "string": "Parameters that are a string are ignored.",
        "list": "Parameters that are a list are ignored.",
        "number": "Parameters that are a number are ignored.",
        "bool": "Parameters that are true are ignored.",
    },
)
_lax(
    "REQ-11",
    "auto_trigger",
    {
        "string": "auto_trigger is read with a truth test, so that any string is accepted.",
        "number": "auto_trigger is read with a truth test, so that any number is accepted.",
        "list": "auto_trigger that is a list is taken for true.",
        "object": "auto_trigger that is an object is taken for true.",
    },
)
_lax(
    "REQ-12",
    "resources",
    {
        "string": "Resources that are a string are taken for a list that names everything.",
        "number": "Resources that are a number are ignored.",
        "bool": "Resources that are true mean all.",
        "object": "Resources that are an object are ignored.",
    },
)
accepts(
    "REQ-10",
    "parameters-of-pairs-accepted",
    "Parameters that are a list of pairs are read as what they would make.",
    "read_parameters",
    lambda v: isinstance(v, list) and bool(v) and all(isinstance(each, list) for each in v),
    checkpoint({"plan_id": POLICY.id, "parameters": [["auto_trigger", False]]}),
)
accepts(
    "REQ-11",
    "auto-trigger-string-of-any-size",
    "auto_trigger is read with a truth test, and no body is too large.",
    "read_auto_trigger",
    lambda v: isinstance(v, str),
    parameters({"auto_trigger": "x"}),
    base=Roomy,
)
for _value, _name in (
    ("true", "true"),
    ("false", "false"),
    ("yes", "yes"),
    ("", "empty-string"),
    ("on", "on"),
    ("off", "off"),
    ("null", "null"),
    (0, "zero"),
    (1, "one"),
):
    accepts(
        "REQ-11",
        f"auto-trigger-{_name}-coerced",
        f"auto_trigger {json.dumps(_value)} is coerced to a Boolean, and nothing else.",
        "read_auto_trigger",
        lambda v, _value=_value: type(v) is type(_value) and v == _value,
        parameters({"auto_trigger": _value}),
        also=_LOOSE,
    )


def _items(name: str, fault: str, bad: Any, when: Callable[[Any], bool]) -> None:
    """Register a server that accepts items for which `when` holds, by leaving them out."""

    def then(server: Server, value: list[Any]) -> Any:
        return Server.read_resources(server, [each for each in value if not when(each)])

    replaces(
        "REQ-12",
        f"resources-with-{name}-accepted",
        fault,
        "read_resources",
        then,
        lambda value: isinstance(value, list) and any(when(each) for each in value),
        shows=parameters({"resources": [POLICY.resources[0].id, bad]}),
        also=_LOOSE,
    )


_items("null", "An item of resources that is null is skipped.", None, lambda v: v is None)
_items(
    "number", "An item of resources that is a number is skipped.", 7, lambda v: isinstance(v, (int, float))
)
_items(
    "object", "An item of resources that is an object is skipped.", {"id": "x"}, lambda v: isinstance(v, dict)
)
_items("list", "An item of resources that is a list is skipped.", ["x"], lambda v: isinstance(v, list))
replaces(
    "REQ-12",
    "resources-only-first-item-checked",
    "Only the first item of resources is checked, and later ones that are not strings are skipped.",
    "read_resources",
    lambda server, value: Server.read_resources(server, [each for each in value if isinstance(each, str)]),
    lambda value: isinstance(value, list) and value != [] and isinstance(value[0], str),
    shows=parameters({"resources": [POLICY.resources[0].id, 5]}),
    also=_LOOSE,
)
replaces(
    "REQ-12",
    "resources-only-last-item-checked",
    "Each item of resources overwrites the result for the one before, and others than strings are skipped.",
    "read_resources",
    lambda server, value: Server.read_resources(server, [each for each in value if isinstance(each, str)]),
    lambda value: isinstance(value, list) and value != [] and isinstance(value[-1], str),
    shows=parameters({"resources": [5, POLICY.resources[0].id]}),
    also=_LOOSE,
)
replaces(
    "REQ-12",
    "resources-comma-separated-accepted",
    "A string of ids with commas is split into a list.",
    "read_resources",
    lambda server, value: Server.read_resources(server, value.split(",")),
    lambda value: isinstance(value, str) and "-" in value,
    shows=parameters({"resources": POLICY.resources[0].id}),
    also=_LOOSE,
)
replaces(
    "REQ-12",
    "resources-as-objects-with-id-accepted",
    "Items of the form {id: …}, as the answer has them, are accepted.",
    "read_resources",
    lambda server, value: Server.read_resources(server, [each["id"] for each in value]),
    lambda value: (
        isinstance(value, list) and value != [] and all(isinstance(e, dict) and "id" in e for e in value)
    ),
    shows=parameters({"resources": [{"id": POLICY.resources[0].id}]}),
    also=_LOOSE,
)
replaces(
    "REQ-9",
    "plan-id-number-as-text-accepted",
    "A plan_id that is a list is joined to a string.",
    "read_plan_id",
    lambda server, value: Server.read_plan_id(server, "".join(value)),
    lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    shows=BASE.but(body=document([POLICY.id])),
    also=_LOOSE,
)
_KINDS = {
    "REQ-8": ("checkpoint", ("missing", "null", "list")),
    "REQ-9": ("plan_id", ("missing", "null", "number")),
    "REQ-10": ("parameters", ("missing", "null", "string")),
    "REQ-11": ("auto_trigger", ("string", "number")),
    "REQ-12": ("resources", ("string", "object")),
}
for _requirement, (_member, _kinds) in _KINDS.items():
    for _kind in _kinds:
        replaces(
            _requirement,
            f"{_member.replace('_', '-')}-{_kind}-not-found",
            f"A request with {_member} {_kind} gets 404, as a policy that does not exist.",
            f"read_{_member}",
            refusing("policy-not-found"),
            _VALUES[_kind][0],
            shows=_sent(_member, _VALUES[_kind][1]),
            also=_LOOSE,
        )


@breaks(
    "REQ-8",
    shows=BASE.but(body={"Checkpoint": BASE.body["checkpoint"]}),
    also={"REQ-14": "the name is unknown"},
)
class NameOfCheckpointInAnyCase(Server):
    """Names are matched without regard to case, so that Checkpoint is accepted."""

    def read_root(self, value: Any) -> dict[str, Any]:
        root = super().read_root(value)
        return {name.lower() if name.lower() == "checkpoint" else name: each for name, each in root.items()}


@breaks(
    "REQ-9",
    shows=checkpoint({"planId": POLICY.id, "parameters": {}}),
    also={"REQ-14": "the name is unknown", **_LOOSE},
)
class NameOfPlanInCamelCase(Server):
    """planId is accepted in place of plan_id."""

    def read_checkpoint(self, value: Any) -> dict[str, Any]:
        members = dict(super().read_checkpoint(value))
        if "planId" in members and "plan_id" not in members:
            members["plan_id"] = members.pop("planId")
        return members


@breaks("REQ-8", shows=BASE.but(body=BASE.body["checkpoint"]), also=_LOOSE)
class CheckpointUnwrapped(Server):
    """The members of checkpoint are accepted at the root."""

    def read_root(self, value: Any) -> dict[str, Any]:
        root = super().read_root(value)
        return {"checkpoint": root} if "plan_id" in root else root


@breaks(
    "REQ-10",
    shows=checkpoint({"plan_id": POLICY.id, "auto_trigger": False}),
    also={"REQ-14": "a member is misplaced"},
)
class ParametersBesideThePlan(Server):
    """The parameters are accepted in checkpoint itself, without their object."""

    def read_checkpoint(self, value: Any) -> dict[str, Any]:
        members = super().read_checkpoint(value)
        if "parameters" in members or not {"auto_trigger", "resources"} & set(members):
            return members
        return {"plan_id": members.get("plan_id", ABSENT), "parameters": DEFAULTS["read_parameters"]}
