"""Mutants of DEL-1: what a deletion takes away, and what it answers."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...framework.mutant import breaks, crash, misanswers, refusing, replaces
from ...framework.shots import BASE, DELETE_NEWEST, item_list, parameters, pause
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Response
    from ...service.world import Checkpoint, Resource


def _delete(name: str, fault: str, then: Callable[..., Any], step: str = "remove", **options: Any) -> None:
    replaces(
        "DEL-1", name, fault, step, then, shows=(BASE, pause(0.1), DELETE_NEWEST, item_list()), **options
    )


def _half(_server: Server, checkpoint: Checkpoint) -> None:
    checkpoint.resources = checkpoint.resources[1:]


_delete("deletion-does-nothing", "A deletion gets 200 and does nothing.", lambda *_: None)
_delete("deletion-leaves-an-item", "A deletion takes only the first item away.", _half)
_delete("deletion-not-found", "A checkpoint that is there gets 404.", refusing("checkpoint-not-found"))
_delete(
    "deletion-refused", "A checkpoint is said to be protecting for ever.", refusing("checkpoint-protecting")
)
_delete("deletion-forbidden", "A deletion needs a role that the token does not have.", refusing("forbidden"))


@breaks("DEL-1", shows=(BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletionSkipsEverySecond(Server):
    """A deletion removes items from the list over which it runs, so that every second one stays."""

    def remove(self, checkpoint: Checkpoint) -> None:
        checkpoint.resources = checkpoint.resources[1::2]


@breaks("DEL-1", shows=(parameters({}), pause(0.1), DELETE_NEWEST, item_list()))
class DeletionOfAFewItems(Server):
    """A deletion is a statement with LIMIT 2, so that of a checkpoint with three items one stays."""

    def remove(self, checkpoint: Checkpoint) -> None:
        checkpoint.resources = checkpoint.resources[2:]


@breaks("DEL-1", shows=(BASE, BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletionTakesTheOldest(Server):
    """A deletion takes the oldest checkpoint away, whichever was named."""

    def remove(self, checkpoint: Checkpoint) -> None:
        oldest = next(iter(self.store.of_project(checkpoint.policy.project)), checkpoint)
        self.store.remove(oldest.id)


@breaks("DEL-1", shows=(BASE, BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletionTakesAllOfThePolicy(Server):
    """A deletion takes every checkpoint of the policy away."""

    def remove(self, checkpoint: Checkpoint) -> None:
        for each in list(self.store.of_project(checkpoint.policy.project)):
            self.store.remove(each.id)


@breaks("DEL-1", shows=(BASE, BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletionTakesTheLatestOther(Server):
    """A deletion also takes the latest of the other checkpoints away, of whichever policy it is."""

    def remove(self, checkpoint: Checkpoint) -> None:
        super().remove(checkpoint)
        for other in list(self.store.of_project(checkpoint.policy.project))[-1:]:
            self.store.remove(other.id)


@breaks("DEL-1", shows=[BASE] * 40 + [pause(0.1), DELETE_NEWEST, item_list()])
class DeletionByTheBeginning(Server):
    """A deletion takes every checkpoint away whose id begins alike, as LIKE finds them."""

    def remove(self, checkpoint: Checkpoint) -> None:
        for each in list(self.store.of_project(checkpoint.policy.project)):
            if each.id.startswith(checkpoint.id[:1]):
                self.store.remove(each.id)


@breaks("DEL-1", shows=(parameters({}), BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletionTakesItemsOfOthers(Server):
    """A deletion takes the items of its resources away, whichever checkpoint they belong to."""

    def remove(self, checkpoint: Checkpoint) -> None:
        for each in self.store.of_project(checkpoint.policy.project):
            each.resources = tuple(kept for kept in each.resources if kept not in checkpoint.resources)
        super().remove(checkpoint)


@breaks("DEL-1", shows=(BASE, BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletionBreaksTheList(Server):
    """A deletion leaves items without their checkpoint, so that the list ends in 500."""

    broken = False

    def remove(self, checkpoint: Checkpoint) -> None:
        super().remove(checkpoint)
        self.broken = True

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        if self.broken:
            crash(checkpoint)
        return super().item_resources(checkpoint)


@breaks("DEL-1", shows=(BASE, pause(0.1), DELETE_NEWEST, pause(0.1), item_list()))
class DeletionNeverEnds(Server):
    """The items of a deleted checkpoint stay in the list as deleting."""

    def __init__(self) -> None:
        super().__init__()
        self.deleting: set[str] = set()

    def remove(self, checkpoint: Checkpoint) -> None:
        self.deleting.add(checkpoint.id)

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        return "deleting" if checkpoint.id in self.deleting else super().item_status(checkpoint, resource)


@breaks("DEL-1", shows=(BASE, pause(0.1), DELETE_NEWEST, item_list()))
class DeletedItemsStayAsDeleted(DeletionNeverEnds):
    """The items of a deleted checkpoint stay in the list as deleted."""

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        status = super().item_status(checkpoint, resource)
        return "deleted" if status == "deleting" else status


@breaks("DEL-1", shows=(BASE, pause(0.1), DELETE_NEWEST, item_list(), item_list()))
class DeletedCheckpointsComeBack(Server):
    """A deletion is seen once and then undone, as a replica that missed it takes over."""

    def __init__(self) -> None:
        super().__init__()
        self.removed: dict[str, int] = {}

    def remove(self, checkpoint: Checkpoint) -> None:
        self.removed.setdefault(checkpoint.id, 0)

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        if checkpoint.id in self.removed:
            self.removed[checkpoint.id] += 1
        return () if self.removed.get(checkpoint.id) == 1 else checkpoint.resources


def _answers(name: str, fault: str, body: Any) -> None:
    def answered(self: Server, *arguments: Any) -> Response:
        Server.delete_checkpoint(self, *arguments)
        return self.json(200, body)

    replaces("DEL-1", name, fault, "delete_checkpoint", answered, shows=(BASE, pause(0.1), DELETE_NEWEST))


_answers("deletion-answers-null", "A deletion returns nothing, which a framework writes as null.", None)
_answers("deletion-answers-true", "A deletion is answered with true.", True)
_answers("deletion-answers-list", "A deletion is answered with a list of what is left.", [])

# -- only for checkpoints of some kind ----------------------------------------------------------------

_AUTOMATIC = parameters({"auto_trigger": True})
for _name, _fault, _then, _when, _kind in (
    (
        "deletion-of-automatic-does-nothing",
        "The deletion of a checkpoint that the service triggered gets 200 and does nothing.",
        lambda *_: None,
        lambda checkpoint: checkpoint.auto_trigger,
        _AUTOMATIC,
    ),
    (
        "deletion-of-automatic-crashes",
        "The deletion of a checkpoint that the service triggered looks for its user, and fails.",
        crash,
        lambda checkpoint: checkpoint.auto_trigger,
        _AUTOMATIC,
    ),
    (
        "deletion-of-one-item-not-found",
        "A checkpoint of a single server is looked for among the groups, and gets 404.",
        refusing("checkpoint-not-found"),
        lambda checkpoint: len(checkpoint.resources) == 1,
        parameters({"resources": [POLICY.resources[0].id]}),
    ),
):
    replaces(
        "DEL-1",
        _name,
        _fault,
        "remove",
        _then,
        _when,
        shows=(_kind, pause(0.1), DELETE_NEWEST, item_list()),
    )
for _requirement, _name, _fault, _status, _code in (
    (
        "DEL-1",
        "deletion-while-protecting-crashes",
        "The deletion of a checkpoint that is still protecting stops its run, which fails.",
        500,
        "CSBS.9999",
    ),
    (
        "DEL-1",
        "deletion-while-protecting-conflicts",
        "The deletion of a checkpoint that is still protecting gets 409.",
        409,
        "CSBS.2003",
    ),
    (
        "ERR-3",
        "deletion-while-protecting-invalid",
        "The deletion of a checkpoint that is still protecting gets the code of an invalid request.",
        400,
        "CSBS.9001",
    ),
):
    misanswers(
        _requirement,
        _name,
        _fault,
        "checkpoint-protecting",
        status=_status,
        code=_code,
        shows=(BASE, DELETE_NEWEST),
        profile="deletion",
    )
