"""Mutants of RESP-7, RESP-8 and RESP-9: the resources in a response and their members."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...framework.edits import (
    after_refusal,
    answers,
    automatic,
    dropping,
    every,
    from_second,
    on_occasions,
    selected,
    setting,
    several,
)
from ...framework.mutant import breaks
from ...framework.shots import BASE, parameters
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.world import Checkpoint, Resource

_LIST = "protection_plan.resources"
_FIRST = f"{_LIST}.0"
_ONE = parameters({"resources": [POLICY.resources[0].id]})
_LAST = parameters({"resources": [POLICY.resources[2].id]})


def _each(member: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(body: dict[str, Any]) -> None:
        for resource in body["protection_plan"]["resources"]:
            resource[member] = value

    return edit


answers(
    "RESP-7",
    {
        "resource-id-absent": ("A resource has no id.", dropping(f"{_FIRST}.id")),
        "resource-id-null": ("The id of a resource is null.", setting(f"{_FIRST}.id", None)),
        "resource-id-number": ("The id of a resource is a number.", setting(f"{_FIRST}.id", 7)),
        "resource-name-absent": ("A resource has no name.", dropping(f"{_FIRST}.name")),
        "resource-name-null": ("The name of a resource is null.", _each("name", None)),
        "resource-name-number": ("The name of a resource is a number.", _each("name", 0)),
        "resource-type-absent": ("A resource has no type.", dropping(f"{_FIRST}.type")),
        "resource-type-null": ("The type of a resource is null.", _each("type", None)),
        "resource-type-lower-case": ("The type is os::nova::server.", _each("type", "os::nova::server")),
        "resource-type-short": ("The type is server.", _each("type", "server")),
        "resource-type-volume": ("The type is OS::Cinder::Volume.", _each("type", "OS::Cinder::Volume")),
        "resource-type-list": ("The type is a list of one.", _each("type", ["OS::Nova::Server"])),
        "resources-only-ids": (
            "The resources are a list of ids.",
            setting(_LIST, lambda listed: [each["id"] for each in listed]),
        ),
        "resources-nested-list": (
            "The resources are a list in a list.",
            setting(_LIST, lambda listed: [listed]),
        ),
        "resources-with-null": (
            "A null ends the list of resources.",
            setting(_LIST, lambda listed: [*listed, None]),
        ),
    },
)
answers(
    "RESP-7",
    {
        "second-resource-without-name": ("Only the first resource has a name.", dropping(f"{_LIST}.1.name")),
        "second-resource-without-type": ("Only the first resource has a type.", dropping(f"{_LIST}.1.type")),
        "second-resource-type-wrong": (
            "The type of the second is a class name.",
            setting(f"{_LIST}.1.type", "Server"),
        ),
    },
    when=several,
)
answers(
    "RESP-7",
    {"third-resource-without-name": ("The third resource has no name.", dropping(f"{_LIST}.2.name"))},
    when=lambda _, checkpoint: len(checkpoint.resources) == 3,
)
on_occasions(
    "RESP-7",
    "resource-name-null",
    "the name of a resource is null.",
    setting(f"{_FIRST}.name", None),
    "from-second",
    "when-automatic",
    "once-in-five",
    "after-refusal",
    "when-busy",
)

# -- RESP-8: the selected ones ------------------------------------------------------------------------


def _listing(choose: Callable[[Checkpoint], tuple[Resource, ...]]) -> Callable[[type[Server]], Any]:
    def method(self: Server, checkpoint: Checkpoint) -> dict[str, Any]:
        body = Server.checkpoint_body(self, checkpoint)
        body["protection_plan"]["resources"] = [self.resource_body(each) for each in choose(checkpoint)]
        return body

    def decorate(behaviour: type[Server]) -> Any:
        behaviour.checkpoint_body = method  # type: ignore[method-assign]
        return behaviour

    return decorate


@breaks("RESP-8")
@_listing(lambda checkpoint: checkpoint.policy.resources)
class AllListedDespiteASelection(Server):
    """The answer lists every resource of the policy, whatever was selected."""


@breaks("RESP-8")
@_listing(lambda checkpoint: checkpoint.resources[:1])
class OnlyTheFirstIsListed(Server):
    """The answer lists the first resource only."""


@breaks("RESP-8")
@_listing(lambda checkpoint: checkpoint.resources[:-1] or checkpoint.resources)
class TheLastIsNotListed(Server):
    """The answer leaves the last of several resources out."""


@breaks("RESP-8", shows=_ONE)
@_listing(
    lambda checkpoint: (
        tuple(r for r in checkpoint.policy.resources if r not in checkpoint.resources) or checkpoint.resources
    )
)
class TheOthersAreListed(Server):
    """The answer lists the resources that were not selected."""


@breaks("RESP-8")
@_listing(lambda checkpoint: checkpoint.resources * 2)
class EachIsListedTwice(Server):
    """The answer lists every resource twice, a join without distinct."""


@breaks("RESP-8", also={"REQ-5": "no resources for a list that is empty"})
@_listing(lambda checkpoint: checkpoint.resources if checkpoint.call.resources else ())
class NoneListedWhenAllAreMeant(Server):
    """The answer repeats the request's list, so that nothing is listed when nothing is selected."""


@breaks("RESP-8", shows=_LAST)
@_listing(lambda checkpoint: checkpoint.policy.resources[: len(checkpoint.resources)])
class AsManyButTheFirstOnes(Server):
    """The answer lists as many resources as were selected, but always the first of the policy."""


@breaks("RESP-8", shows=(_ONE, _LAST))
class TheSelectionBeforeIsListed(Server):
    """The answer lists what the call before selected."""

    before: tuple[Resource, ...] = ()

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        shown, self.before = self.before or checkpoint.resources, checkpoint.resources
        body["protection_plan"]["resources"] = [self.resource_body(each) for each in shown]
        return body


@breaks("RESP-8", shows=parameters({"auto_trigger": True, "resources": [POLICY.resources[0].id]}))
@_listing(lambda checkpoint: checkpoint.policy.resources if checkpoint.auto_trigger else checkpoint.resources)
class AllListedWhenAutomatic(Server):
    """With auto_trigger true the answer lists every resource, whatever was selected."""


# -- RESP-9: extra_info -------------------------------------------------------------------------------


def _inside(**members: Any) -> str:
    return json.dumps(members)


answers(
    "RESP-9",
    {
        "resource-info-object": (
            "The extra_info of a resource is a bare object.",
            _each("extra_info", {"exclude_volumes": []}),
        ),
        "resource-info-broken": (
            "The extra_info of a resource is not JSON: its names have no quotes.",
            _each("extra_info", "{exclude_volumes: []}"),
        ),
        "resource-info-list": ("The extra_info of a resource holds a JSON list.", _each("extra_info", "[]")),
        "resource-info-holds-null": (
            "The extra_info of a resource holds null as JSON.",
            _each("extra_info", "null"),
        ),
        "resource-info-empty": ("The extra_info of a resource is an empty string.", _each("extra_info", "")),
        "resource-info-number": ("The extra_info of a resource is a number.", _each("extra_info", 0)),
        "resource-info-bare-list": (
            "The extra_info of a resource is an empty list.",
            _each("extra_info", []),
        ),
        "resource-info-python": (
            "The extra_info of a resource is written as Python, with single quotes.",
            _each("extra_info", "{'exclude_volumes': []}"),
        ),
        "resource-info-encoded-twice": (
            "The extra_info of a resource is encoded twice.",
            _each("extra_info", json.dumps(_inside(exclude_volumes=[]))),
        ),
        "resource-info-cut": (
            "The extra_info of a resource is cut.",
            _each("extra_info", '{"exclude_volumes": ['),
        ),
        "resource-info-nan": (
            "The extra_info of a resource holds NaN.",
            _each("extra_info", '{"size": NaN}'),
        ),
        "volumes-string": (
            "exclude_volumes is a string of ids.",
            _each("extra_info", _inside(exclude_volumes="a,b")),
        ),
        "volumes-null": ("exclude_volumes is null.", _each("extra_info", _inside(exclude_volumes=None))),
        "volumes-numbers": (
            "exclude_volumes is a list of numbers.",
            _each("extra_info", _inside(exclude_volumes=[1, 2])),
        ),
        "volumes-objects": (
            "exclude_volumes is a list of objects.",
            _each("extra_info", _inside(exclude_volumes=[{"id": POLICY.resources[0].excluded[0]}])),
        ),
        "volumes-object": ("exclude_volumes is an object.", _each("extra_info", _inside(exclude_volumes={}))),
        "info-object": (
            "The extra_info of the checkpoint is a bare object.",
            setting("extra_info", {"created_by": "manual"}),
        ),
        "info-broken": (
            "The extra_info of the checkpoint is not JSON, a word.",
            setting("extra_info", "created_by=manual"),
        ),
        "info-list": ("The extra_info of the checkpoint holds a JSON list.", setting("extra_info", "[]")),
        "info-word": (
            "The extra_info of the checkpoint holds a JSON string.",
            setting("extra_info", '"manual"'),
        ),
        "info-empty": ("The extra_info of the checkpoint is an empty string.", setting("extra_info", "")),
        "info-false": ("The extra_info of the checkpoint is false.", setting("extra_info", False)),
        "info-trailing-comma": (
            "The extra_info of the checkpoint holds JSON with a trailing comma.",
            setting("extra_info", '{"created_by": "manual",}'),
        ),
    },
)
answers(
    "RESP-9",
    {
        "created-by-empty": ("created_by is empty.", setting("extra_info", _inside(created_by=""))),
        "created-by-null": ("created_by is null.", setting("extra_info", _inside(created_by=None))),
        "created-by-number": (
            "created_by is the number of a user.",
            setting("extra_info", _inside(created_by=1)),
        ),
        "created-by-object": (
            "created_by is an object.",
            setting("extra_info", _inside(created_by={"name": "manual"})),
        ),
    },
    also={"RESP-12": "created_by is then not manual"},
)
for _name, _when, _words, _edit in (
    (
        "created-by-empty-when-automatic",
        automatic,
        "With auto_trigger true",
        setting("extra_info", _inside(created_by="")),
    ),
    ("info-object-when-automatic", automatic, "With auto_trigger true", setting("extra_info", {})),
    ("info-object-from-second", from_second, "From the second answer on", setting("extra_info", {})),
    (
        "info-object-after-refusal",
        after_refusal,
        "After a refusal on the connection",
        setting("extra_info", {}),
    ),
    ("info-broken-once-in-four", every(4), "In one answer of four", setting("extra_info", "{")),
    ("resource-info-object-when-selected", selected, "With a selection", _each("extra_info", {})),
    ("second-resource-info-object", several, "With several resources", setting(f"{_LIST}.1.extra_info", {})),
    ("second-resource-info-broken", several, "With several resources", setting(f"{_LIST}.1.extra_info", "{")),
):
    _member = (
        "a resource's extra_info" if "resource" in _name else "created_by" if "by" in _name else "extra_info"
    )
    answers(
        "RESP-9",
        {_name: (f"{_words}, {_member} is not as documented.", _edit)},
        when=_when,
        shows=(BASE,) * 5 + (parameters({"auto_trigger": True}), BASE.but(body=b"{"), BASE, _ONE),
    )
