"""Conforming variants in the companion operations, and in what others do in the project meanwhile."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..framework.variant import variant
from ..service.refusals import CONDITIONS, Condition, refuse
from ..service.server import Server
from ..service.world import POLICY, SECOND_POLICY, SECOND_PROJECT, Checkpoint, stable_id

if TYPE_CHECKING:
    from ..service.wire import Request, Response
    from ..service.world import Resource


@variant()
class OthersRestoreAndDelete(Server):
    """Others restore and delete what they have backed up before, while the run goes on."""

    courses = (
        ("available", "waiting_restore", "restoring", "available"),
        ("available", "waiting_delete", "deleting", "deleted"),
        ("error", "deleting", "error", "deleting"),
        ("protecting", "available", "restoring", "error"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.readings = 0
        for place in range(len(self.courses)):
            self.store.add(
                Checkpoint(
                    id=stable_id(f"of others {place}"),
                    number=-1 - place,
                    created_at="2026-01-02T03:04:05.000000",
                    policy=POLICY,
                    resources=POLICY.resources[:1],
                    auto_trigger=True,
                    call=None,
                    born=float("-inf"),
                )
            )

    def list_items(self, request: Request, project: str) -> Response:
        self.readings += 1
        return super().list_items(request, project)

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        if checkpoint.number >= 0:
            return super().item_status(checkpoint, resource)
        course = self.courses[-1 - checkpoint.number]
        return course[self.readings // 2 % len(course)]


@variant()
class ManyLongItems(Server):
    """Each item is so long that a page of the whole list goes beyond what is read of it."""

    def item_body(self, checkpoint: Checkpoint, resource: Resource) -> dict[str, Any]:
        body = super().item_body(checkpoint, resource)
        return body | {"backup_data": {"snapshots": "0" * 20_000}}


@variant()
class OthersRunTheirPolicy(Server):
    """The second project's policy is executed by its owners, again and again while the run goes on."""

    def list_items(self, request: Request, project: str) -> Response:
        if project == SECOND_PROJECT:
            self.add_checkpoint(SECOND_POLICY, SECOND_POLICY.resources, auto_trigger=True)
        return super().list_items(request, project)


@variant()
class SecondDeletionSucceeds(Server):
    """A checkpoint that is gone may be deleted again."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: set[str] = set()

    def remove(self, checkpoint: Checkpoint) -> None:
        super().remove(checkpoint)
        self.gone.add(checkpoint.id)

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        if wanted in self.gone:
            self.authorize(request, self.authenticate(request), project)
            return self.json(200, {})
        return super().delete_checkpoint(request, project, provider, wanted)


@variant()
class DeletionTellsWhat(Server):
    """The answer to a deletion has members that the contract does not name."""

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        super().delete_checkpoint(request, project, provider, wanted)
        return self.json(200, {"checkpoint_id": wanted, "status": "deleted"})


@variant()
class UnknownCheckpointIsInvalid(Server):
    """The deletion of a checkpoint that does not exist is an invalid request."""

    def refused(self, request: Request, condition: Condition) -> Response:
        if condition == CONDITIONS["checkpoint-not-found"]:
            condition = CONDITIONS["invalid-request"]
        return super().refused(request, condition)


@variant()
class OddPagingIgnored(Server):
    """Limits, offsets and markers that make no sense are left out, and so are unknown parameters."""

    def read_query(self, request: Request, known: set[str]) -> dict[str, str]:
        query = {name: value for name, value in request.query.items() if name in known}
        for name, least in (("limit", 1), ("offset", 0)):
            value = query.get(name, "")
            if not (value.isascii() and value.isdigit() and least <= int(value) < 1 << 31):
                query.pop(name, None)
        return query

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        known = {row["id"] for row in rows}
        kept = {
            name: value
            for name, value in query.items()
            if name != "sort" and (name != "marker" or value in known)
        }
        return super().page(rows, kept)


@variant()
class ListsFromTheOldest(Server):
    """Lists begin with the oldest entries."""

    def filter_items(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        return super().filter_items(rows, query)[::-1]


@variant()
class FiltersAreCheckedFirst(Server):
    """A filter by a checkpoint that does not exist is not found, instead of matching nothing."""

    def filter_items(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        wanted = query.get("checkpoint_id")
        if wanted and not self.store.find(wanted):
            refuse("checkpoint-not-found")
        return super().filter_items(rows, query)


@variant()
class NamesNoFilter(Server):
    """The lists cannot be filtered by name: one refuses the parameter, the other shows everything."""

    def list_policies(self, request: Request, project: str) -> Response:
        request.target = request.target.replace("?name=", "?sort=")
        return super().list_policies(request, project)

    def list_items(self, request: Request, project: str) -> Response:
        if "name" in request.query:
            refuse("invalid-request")
        return super().list_items(request, project)


@variant()
class UnknownCheckpointNotFound(Server):
    """The items of a checkpoint that does not exist get 404."""

    def list_items(self, request: Request, project: str) -> Response:
        wanted = request.query.get("checkpoint_id")
        if wanted is not None and self.store.find(wanted) is None:
            refuse("checkpoint-not-found")
        return super().list_items(request, project)
