"""Mutants of DISC-1, OBS-1 and CONF-1: the lists, and a policy that is running."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...framework.mutant import OUTSIDE, breaks, refusing, replaces
from ...framework.shots import BASE, get, item_list, parameters, pause
from ...service.server import Server
from ...service.world import POLICY, Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.schema import Call
    from ...service.wire import Request, Response
    from ...service.world import Policy, Resource

_POLICIES = get("policies")
_IDS = [resource.id for resource in POLICY.resources]

# -- DISC-1 -------------------------------------------------------------------------------------------


def _rows(name: str, fault: str, change: Callable[[dict[str, Any]], Any], **options: Any) -> None:
    """Register a server that changes each row of the list of policies."""
    replaces("DISC-1", name, fault, "shown_policy", lambda _, row: change(row), shows=_POLICIES, **options)


def _without(member: str) -> Callable[[dict[str, Any]], Any]:
    return lambda row: {name: value for name, value in row.items() if name != member}


def _with(**members: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda row: {**row, **members}


def _each_resource(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda row: {**row, "resources": [change(each) for each in row["resources"]]}


for _name, _fault, _change in (
    ("id-absent", "A policy has no id.", _without("id")),
    ("id-number", "The id of a policy is the number of a row.", _with(id=7)),
    ("name-absent", "A policy has no name.", _without("name")),
    ("name-null", "The name of a policy is null.", _with(name=None)),
    ("resources-absent", "A policy has no resources.", _without("resources")),
    ("resources-null", "The resources of a policy are null.", _with(resources=None)),
    ("resources-count", "The resources of a policy are their number.", _with(resources=3)),
    ("resources-ids", "The resources of a policy are ids only.", _each_resource(lambda each: each["id"])),
    ("resource-id-absent", "A resource of a policy has no id.", _each_resource(_without("id"))),
    ("resource-type-absent", "A resource of a policy has no type.", _each_resource(_without("type"))),
    (
        "resource-info-string",
        "The extra_info of a listed resource is a string.",
        _each_resource(_with(extra_info="{}")),
    ),
    ("status-absent", "A policy has no status.", _without("status")),
    ("project-absent", "A policy has no project_id.", _without("project_id")),
    ("provider-number", "The provider of a policy is a number.", _with(provider_id=1)),
    ("operations-absent", "A policy has no scheduled_operations.", _without("scheduled_operations")),
    ("row-is-id", "A policy is only its id.", lambda row: row["id"]),
):
    _rows(f"policy-{_name}", _fault, _change)


def _list(
    requirement: str, step: str, name: str, fault: str, shows: Any, change: Callable[[Any], Any]
) -> None:
    """Register a server that changes the root of the list returned by `step`."""

    def listed(self: Server, request: Request, project: str) -> Response:
        response = getattr(Server, step)(self, request, project)
        return self.json(200, change(json.loads(response.body)))

    replaces(requirement, name, fault, step, listed, shows=shows)


for _name, _fault, _change in (
    ("policies-at-root", "The list of policies is the root.", lambda root: root["policies"]),
    ("policies-null", "The list of policies is null.", lambda _: {"policies": None}),
    (
        "policies-object",
        "The policies are an object.",
        lambda root: {"policies": {p["id"]: p for p in root["policies"]}},
    ),
    ("policies-renamed", "The list is called plans.", lambda root: {"plans": root["policies"]}),
    ("policies-empty", "No policy is listed.", lambda _: {"policies": []}),
    (
        "policy-under-test-missing",
        "The policy under test is not listed.",
        lambda root: {"policies": [p for p in root["policies"] if p["id"] != POLICY.id]},
    ),
    (
        "policy-under-another-id",
        "The policy under test is listed with another id.",
        lambda root: {"policies": [{**p, "id": OUTSIDE} for p in root["policies"]]},
    ),
    ("policies-single", "A list of one is not a list.", lambda root: {"policies": root["policies"][0]}),
):
    _list("DISC-1", "list_policies", _name, _fault, _POLICIES, _change)


@breaks("DISC-1", shows=_POLICIES)
class PolicyWithoutItsResources(Server):
    """The list shows the policy under test with only the first of its resources."""

    def policy_body(self, policy: Policy) -> dict[str, Any]:
        row = super().policy_body(policy)
        return {**row, "resources": row["resources"][:1]}


@breaks("DISC-1", shows=get("policies"))
class NoPoliciesWithoutLimit(Server):
    """The default of `limit` is forgotten, and a request without it gets an empty list."""

    def list_policies(self, request: Request, project: str) -> Response:
        response = super().list_policies(request, project)
        return response if "limit=" in request.target else self.json(200, {"policies": []})


@breaks("DISC-1", shows=get("policies"))
class OnePolicyWithoutLimit(Server):
    """Without `limit`, the list ends after its first policy, which is another than the one under test."""

    def listed_policies(self, project: str) -> list[Policy]:
        return sorted(super().listed_policies(project), key=lambda policy: policy.id == POLICY.id)

    def read_query(self, request: Request, known: set[str]) -> dict[str, str]:
        default = {} if "checkpoint_id" in known else {"limit": "1"}
        return default | super().read_query(request, known)


@breaks("DISC-1", shows=_POLICIES)
class PoliciesOfEveryProject(Server):
    """The list shows the policies of other projects, too."""

    def listed_policies(self, project: str) -> list[Policy]:
        return list(self.store.policies.values())


@breaks("DISC-1", shows=_POLICIES)
class PoliciesOfOthersAsOwn(PoliciesOfEveryProject):
    """The list shows the policies of other projects, too, each with the project of the path."""

    def shown_policy(self, row: dict[str, Any]) -> Any:
        return {**row, "project_id": POLICY.project}


# -- OBS-1 --------------------------------------------------------------------------------------------

_SEEN = (BASE, pause(0.1), item_list())


@breaks("OBS-1", shows=_SEEN)
class NoItems(Server):
    """A checkpoint has no items."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return ()


@breaks("OBS-1", shows=_SEEN)
class OneItemTooFew(Server):
    """The last of several selected resources has no item."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return checkpoint.resources[:-1] or checkpoint.resources


@breaks("OBS-1", shows=(parameters({}), pause(0.1), item_list()))
class NoItemsForTheWholePolicy(Server):
    """A call that selects nothing has an item for the first resource only."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return checkpoint.resources if checkpoint.call.resources else checkpoint.resources[:1]


@breaks("OBS-1", shows=(parameters({"auto_trigger": True}), pause(0.1), item_list()))
class NoItemsWhenAutomatic(Server):
    """An automatic call has no items."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return () if checkpoint.auto_trigger else checkpoint.resources


@breaks("OBS-1", shows=(BASE, BASE, pause(0.1), item_list()))
class NoItemsFromTheSecondOn(Server):
    """Only the first checkpoint of the server has items."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return checkpoint.resources if checkpoint.number == 1 else ()


@breaks("OBS-1", shows=[BASE] * 4 + [pause(0.1), item_list()])
class NoItemsOnceInFour(Server):
    """One checkpoint in four has no items."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return checkpoint.resources if checkpoint.number % 4 else ()


@breaks("OBS-1", shows=(parameters({"resources": _IDS[2:]}), pause(0.1), item_list()))
class ItemsOfTheWrongResources(Server):
    """The items are of the first resources of the policy, whichever were selected."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return checkpoint.policy.resources[: len(checkpoint.resources)]


@breaks("OBS-1", shows=(parameters({"resources": _IDS[2:]}), pause(0.1), item_list()))
class EverythingIsBackedUp(Server):
    """The selection is checked and then forgotten: all of the policy is backed up, and the answer says so."""

    def select_resources(self, policy: Policy, wanted: tuple[str, ...] | None) -> tuple[Resource, ...]:
        super().select_resources(policy, wanted)
        return policy.resources


@breaks("OBS-1", shows=(BASE, pause(0.1), item_list()))
class OnlyTheFirstIsBackedUp(Server):
    """Of the selected resources only the first is backed up, and the answer says so."""

    def select_resources(self, policy: Policy, wanted: tuple[str, ...] | None) -> tuple[Resource, ...]:
        return super().select_resources(policy, wanted)[:1]


for _name, _fault, _change in (
    (
        "item-checkpoint-id-wrong",
        "Items show the policy's id for the checkpoint's.",
        _with(checkpoint_id=POLICY.id),
    ),
    (
        "item-ids-shared",
        "The items of a checkpoint share its id.",
        lambda row: {**row, "id": row["checkpoint_id"]},
    ),
    ("item-checkpoint-id-absent", "Items do not say whose they are.", _without("checkpoint_id")),
    ("item-resource-id-absent", "Items do not say which resource they are of.", _without("resource_id")),
    ("item-resource-id-null", "The resource_id of items is null.", _with(resource_id=None)),
):
    replaces("OBS-1", _name, _fault, "shown_item", lambda _, row, _change=_change: _change(row), shows=_SEEN)
for _name, _fault, _change in (
    ("items-at-root", "The list of items is the root.", lambda root: root["checkpoint_items"]),
    ("items-null", "The list of items is null.", lambda _: {"checkpoint_items": None}),
    ("items-renamed", "The list of items is called items.", lambda root: {"items": root["checkpoint_items"]}),
):
    _list("OBS-1", "list_items", _name, _fault, _SEEN, _change)


@breaks("OBS-1", shows=_SEEN)
class ItemsOnFirstPageOnly(Server):
    """A page holds one item, whatever the limit, and no page follows the first."""

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        page = super().page(rows, query)
        return [] if "marker" in query else page[:1]


@breaks("OBS-1", shows=(BASE, pause(0.5), item_list()))
class CheckpointsInACache(Server):
    """Checkpoints are kept in a cache, which forgets them after a moment."""

    def list_items(self, request: Request, project: str) -> Response:
        self.forget()
        return super().list_items(request, project)

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        self.forget()
        return super().delete_checkpoint(request, project, provider, wanted)

    def forget(self) -> None:
        for checkpoint in list(self.store.checkpoints):
            if self.age(checkpoint) > 0.3:
                self.store.remove(checkpoint.id)


@breaks("OBS-1", shows=(parameters({}), pause(0.1), item_list()))
class TwoItemsWithoutLimit(Server):
    """Without `limit`, the list of items ends after the second."""

    def read_query(self, request: Request, known: set[str]) -> dict[str, str]:
        default = {"limit": "2"} if "checkpoint_id" in known else {}
        return default | super().read_query(request, known)


@breaks("OBS-1", shows=(BASE, BASE, pause(0.1), item_list(f"?checkpoint_id={OUTSIDE}")))
class CheckpointFilterIgnored(Server):
    """The list holds the items of every checkpoint, whichever is asked for."""

    def read_query(self, request: Request, known: set[str]) -> dict[str, str]:
        query = super().read_query(request, known)
        return {name: value for name, value in query.items() if name != "checkpoint_id"}


@breaks("OBS-1", shows=(BASE, item_list(f"?checkpoint_id={OUTSIDE}")))
class UnknownCheckpointShowsAll(Server):
    """The filter by a checkpoint that does not exist is left out."""

    def read_query(self, request: Request, known: set[str]) -> dict[str, str]:
        query = super().read_query(request, known)
        if "checkpoint_id" in query and not self.store.find(query["checkpoint_id"]):
            del query["checkpoint_id"]
        return query


# -- CONF-1 -------------------------------------------------------------------------------------------


class _Running(Server):
    """Refuses a second run, and protects for long enough to be seen running."""

    conflict = True
    protect_seconds = 0.2


for _name, _fault, _then_ in (
    ("second-run-accepted", "A policy that is running runs again.", lambda *_: None),
    ("second-run-conflict", "A policy that is running gets 409.", refusing(409, "APIGW.0409")),
    ("second-run-invalid", "A policy that is running gets 400.", refusing("invalid-request")),
    ("second-run-not-found", "A policy that is running gets 404.", refusing("policy-not-found")),
    (
        "second-run-internal-error",
        "A policy that is running gets 500 with the code of a crash.",
        refusing("internal-error"),
    ),
    ("second-run-unavailable", "A policy that is running gets 503.", refusing("unavailable")),
    ("second-run-too-many", "A policy that is running gets 429.", refusing("too-many-requests")),
    (
        "second-run-nothing-to-do",
        "A policy that is running has nothing to back up.",
        refusing("nothing-to-back-up"),
    ),
):
    _also = {
        "second-run-conflict": {"HTTP-1": "409 is not documented"},
        "second-run-invalid": {"REQ-1": "a valid call is refused at times"},
        "second-run-not-found": {"REQ-1": "a valid call is refused at times"},
        "second-run-internal-error": {"HTTP-3": "a crash is told"},
        "second-run-unavailable": {"HTTP-3": "a 503 that does not pass"},
        "second-run-too-many": {"REQ-1": "a 429 that does not pass"},
    }.get(_name, {})
    replaces(
        "CONF-1", _name, _fault, "policy_is_running", _then_, base=_Running, shows=(BASE, BASE), also=_also
    )


@breaks("CONF-1", shows=(parameters({"auto_trigger": True}), BASE))
class AutomaticRunDoesNotCount(_Running):
    """A run that the schedule has triggered does not count as running."""

    def is_running(self, policy: Policy) -> bool:
        return any(
            not checkpoint.auto_trigger and self.age(checkpoint) < self.protect_seconds
            for checkpoint in self.store.of_project(policy.project)
            if checkpoint.policy.id == policy.id
        )


@breaks("CONF-1", shows=(parameters({"resources": _IDS[:1]}), parameters({"resources": _IDS[1:]})))
class OtherResourcesRunBesideIt(_Running):
    """A policy that is running runs again for resources that are not in its run."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        busy = {
            resource.id
            for checkpoint in self.store.of_project(policy.project)
            if checkpoint.policy.id == policy.id and self.age(checkpoint) < self.protect_seconds
            for resource in checkpoint.resources
        }
        if busy.intersection(resource.id for resource in resources):
            super().check_state(policy, resources)


@breaks("CONF-1", shows=(BASE, parameters({"auto_trigger": True})))
class SecondRunByScheduleAccepted(_Running):
    """A policy that is running runs again for a call that says the schedule has triggered it."""

    scheduled = False

    def validate(self, request: Request, project: str, document: Any) -> Call:
        call = super().validate(request, project, document)
        self.scheduled = call.auto_trigger
        return call

    def policy_is_running(self, policy: Policy) -> None:
        if not self.scheduled:
            super().policy_is_running(policy)
