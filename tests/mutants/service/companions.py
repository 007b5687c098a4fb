"""The companion operations (section 4): list policies, list checkpoint items, delete a checkpoint."""

# ruff: noqa: ARG002 - the arguments of a step are for subclasses that override it

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..service.refusals import refuse
from ..service.world import PROVIDER, stable_id

if TYPE_CHECKING:
    from ..service.server import Server
    from ..service.wire import Request, Response
    from ..service.world import Checkpoint, Policy, Resource

__all__ = ["Companions"]

_EQUAL = {
    "checkpoint_id": "checkpoint_id",
    "resource_id": "resource_id",
    "status": "status",
    "name": "name",
}
_PAGING = {"limit", "marker", "offset", "sort"}


class Companions:
    """The steps of the three companion operations; mixed into `Server`."""

    def list_policies(self: Server, request: Request, project: str) -> Response:
        """Return the response with a page of the policies of `project`."""
        self.authorize(request, self.authenticate(request), project, write=False)
        query = self.read_query(request, _PAGING | {"name"})
        rows = [self.policy_body(each) for each in self.listed_policies(project)]
        if "name" in query:
            rows = [row for row in rows if row["name"] == query["name"]]
        page = [self.shown_policy(row) for row in self.page(rows, query)]
        return self.json(200, {"policies": page})

    def listed_policies(self: Server, project: str) -> list[Policy]:
        """Return the policies that `project` can see."""
        return [policy for policy in self.store.policies.values() if policy.project == project]

    def policy_body(self: Server, policy: Policy) -> dict[str, Any]:
        """Return one policy as the list shows it."""
        return {
            "id": policy.id,
            "name": policy.name,
            "description": "",
            "status": "suspended" if policy.trouble else "enabled",
            "project_id": policy.project,
            "provider_id": PROVIDER,
            "created_at": "2016-12-01T08:00:00.000000",
            "parameters": {"common": {}},
            "resources": [
                {
                    "id": each.id,
                    "type": each.type,
                    "name": each.name,
                    "extra_info": {"exclude_volumes": list(each.excluded)},
                }
                for each in policy.resources
            ],
            "scheduled_operations": [],
            "tags": [],
        }

    def list_items(self: Server, request: Request, project: str) -> Response:
        """Return the response with a page of the checkpoint items of `project`, filtered."""
        self.authorize(request, self.authenticate(request), project, write=False)
        known = _PAGING | set(_EQUAL) | {"policy_id", "start_time", "end_time"}
        query = self.read_query(request, known)
        rows = [
            self.item_body(checkpoint, resource)
            for checkpoint in self.listed_checkpoints(project, query)
            for resource in self.item_resources(checkpoint)
        ]
        page = [self.shown_item(row) for row in self.page(self.filter_items(rows, query), query)]
        return self.json(200, {"checkpoint_items": page})

    def listed_checkpoints(self: Server, project: str, query: dict[str, str]) -> list[Checkpoint]:
        """Return the checkpoints of `project` that the query's filters leave, the newest first."""
        policy, wanted = query.get("policy_id"), query.get("checkpoint_id")
        return [
            each
            for each in reversed(list(self.store.of_project(project)))
            if policy in (None, each.policy.id) and wanted in (None, each.id)
        ]

    def shown_policy(self: Server, row: dict[str, Any]) -> Any:
        """Return a policy of the page in the form that is sent."""
        return row

    def shown_item(self: Server, row: dict[str, Any]) -> Any:
        """Return an item of the page in the form that is sent."""
        return row

    def filter_items(self: Server, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        """Return the rows that match the query's filters."""
        for name, member in _EQUAL.items():
            if name in query:
                rows = [row for row in rows if row[member] == query[name]]
        first, last = query.get("start_time", ""), query.get("end_time", "~")
        return [row for row in rows if first <= row["created_at"] <= last]

    def item_resources(self: Server, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        """Return the resources for which `checkpoint` has items."""
        return checkpoint.resources

    def item_body(self: Server, checkpoint: Checkpoint, resource: Resource) -> dict[str, Any]:
        """Return one item as the list shows it."""
        return {
            "id": stable_id(f"{checkpoint.id}/{resource.id}"),
            "checkpoint_id": checkpoint.id,
            "name": f"{checkpoint.policy.name}-{resource.name}",
            "description": "",
            "status": self.item_status(checkpoint, resource),
            "created_at": checkpoint.created_at,
            "updated_at": checkpoint.created_at,
            "resource_id": resource.id,
            "resource_type": resource.type,
            "tags": [],
            "extend_info": {"auto_trigger": checkpoint.auto_trigger, "size": 40},
            "backup_data": {},
        }

    def item_status(self: Server, checkpoint: Checkpoint, resource: Resource) -> str:
        """Return the current status of an item."""
        return "protecting" if self.age(checkpoint) < self.protect_seconds else "available"

    def delete_checkpoint(
        self: Server, request: Request, project: str, provider: str, wanted: str
    ) -> Response:
        """Delete a checkpoint of `project` that is no longer protecting."""
        self.authorize(request, self.authenticate(request), project)
        self.check_provider(provider)
        checkpoint = self.store.find(wanted)
        if checkpoint is None or checkpoint.policy.project != project:
            refuse("checkpoint-not-found")
        if self.age(checkpoint) < self.protect_seconds:
            refuse("checkpoint-protecting")
        self.remove(checkpoint)
        return self.json(200, {})

    def remove(self: Server, checkpoint: Checkpoint) -> None:
        """Remove the checkpoint and its items."""
        self.store.remove(checkpoint.id)

    def read_query(self: Server, request: Request, known: set[str]) -> dict[str, str]:
        """Return the query parameters; refuse unknown ones and paging values that are not numbers."""
        query = request.query
        if set(query) - known:
            refuse("invalid-request")
        for name, least in (("limit", 1), ("offset", 0)):
            if name in query and not (
                query[name].isascii() and query[name].isdigit() and int(query[name]) >= least
            ):
                refuse("invalid-request")
        return query

    def page(self: Server, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        """Return the rows of one page, after applying sort, marker, offset and limit."""
        for part in reversed(query.get("sort", "").split(",") if "sort" in query else []):
            name, _, direction = part.partition(":")
            if name not in ("id", "name", "status", "created_at") or direction not in ("", "asc", "desc"):
                refuse("invalid-request")
            rows = sorted(rows, key=lambda row, name=name: row[name], reverse=direction == "desc")
        if "marker" in query:
            ids = [row["id"] for row in rows]
            if query["marker"] not in ids:
                refuse("invalid-request")
            rows = rows[ids.index(query["marker"]) + 1 :]
        first = int(query.get("offset", "0"))
        return rows[first : first + int(query.get("limit", "1000"))]
