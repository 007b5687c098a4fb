"""Mutants of OBS-1 to OBS-3: items that are not shown or must not exist, and the course of their status."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...framework.mutant import OUTSIDE, breaks, malformed, replaces
from ...framework.shots import BASE, document, item_list, parameters, pause
from ...service.server import Server
from ...service.world import POLICY, SECOND_POLICY, SECOND_PROJECT, TOKENS, Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.refusals import Condition
    from ...service.wire import Request, Response
    from ...service.world import Policy, Resource


class _Leaking(Server):
    """Keeps a checkpoint for calls that it refuses."""

    methods: tuple[str, ...] = ("POST",)
    """The methods affected."""
    policy: Policy = POLICY
    """The policy that is run."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        """Return whether the refused call should leave a checkpoint."""
        raise NotImplementedError

    def refused(self, request: Request, condition: Condition) -> Response:
        if (
            request.path.endswith("/checkpoints")
            and request.method in self.methods
            and self.leaks(request, condition)
        ):
            self.add_checkpoint(self.policy, self.policy.resources[:2])
        return super().refused(request, condition)


@breaks("OBS-2", shows=(parameters({"resources": [OUTSIDE]}), pause(0.1), item_list()))
class CheckpointForAResourceOutside(_Leaking):
    """A call with a resource outside the policy is refused after its checkpoint was made."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.code == "CSBS.6000"


@breaks("OBS-2", shows=(parameters({"resources": [OUTSIDE]}), pause(0.8), item_list()))
class LateCheckpointForAResourceOutside(CheckpointForAResourceOutside):
    """What a refused call with a resource outside the policy left in a queue appears half a second later."""

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        waits = checkpoint.call is None and self.age(checkpoint) < 0.5
        return () if waits else super().item_resources(checkpoint)


@breaks("OBS-2", shows=(BASE, BASE, pause(0.1), item_list()))
class CheckpointForASecondRun(_Leaking):
    """A second run of a policy that is running is refused after its checkpoint was made."""

    conflict = True
    protect_seconds = 0.2

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.code == "CSBS.1001"

    def is_running(self, policy: Policy) -> bool:
        return any(
            checkpoint.call and self.age(checkpoint) < self.protect_seconds
            for checkpoint in self.store.of_project(policy.project)
        )


@breaks("OBS-2", shows=(BASE.but(method="PUT"), pause(0.1), item_list()))
class CheckpointForAnotherMethod(_Leaking):
    """PUT is routed to the operation, which runs, and only its answer becomes a 405."""

    methods = ("PUT",)

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.status == 405


@breaks("OBS-2", shows=(parameters({"auto_trigger": "x"}), pause(0.1), item_list()))
class CheckpointForAnInvalidTrigger(_Leaking):
    """An auto_trigger of another type is found only when the checkpoint is shown."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return (
            condition.code == "CSBS.9001" and b"auto_trigger" in request.body and not malformed(request.body)
        )


@breaks("OBS-2", shows=(BASE.but(body=b"{"), pause(0.1), item_list()))
class CheckpointForAnyInvalidBody(_Leaking):
    """Any invalid request leaves a checkpoint."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.code == "CSBS.9001"


@breaks("OBS-2", shows=(BASE.but(token=TOKENS["read_only"]), pause(0.1), item_list()))
class CheckpointWithoutPermission(_Leaking):
    """The permission is checked when the checkpoint is there."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.status == 403 and request.header("x-auth-token") == TOKENS["read_only"]


@breaks("OBS-2", shows=(BASE.but(token=TOKENS["second"]), pause(0.1), item_list()))
class CheckpointForATokenOfAnotherProject(_Leaking):
    """A token of another project is refused after the checkpoint was made."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.status == 403 and request.header("x-auth-token") == TOKENS["second"]


@breaks("OBS-2", shows=(BASE.but(token=None), pause(0.1), item_list()))
class CheckpointWithoutAToken(_Leaking):
    """The answer is 401, but the work was queued before."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.status == 401


@breaks("OBS-2", shows=(BASE.but(provider=OUTSIDE), pause(0.1), item_list()))
class CheckpointForAnUnknownProvider(_Leaking):
    """Another provider is found only when the checkpoint is handed to it."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.text == "The provider is not supported."


@breaks("OBS-2", shows=(BASE.but(body=document(SECOND_POLICY.id)), pause(0.1), item_list()))
class CheckpointForAForeignPolicy(_Leaking):
    """A policy that is not found leaves a checkpoint of the default one."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.code == "CSBS.3000"


_THEIR_LIST = item_list().but(path=f"/v1/{SECOND_PROJECT}/checkpoint_items", token=TOKENS["second"])


@breaks("OBS-2", shows=(BASE.but(body=document(SECOND_POLICY.id)), pause(0.1), _THEIR_LIST))
class CheckpointInTheProjectOfAForeignPolicy(_Leaking):
    """Another project's policy is run for its owner before it is found that the caller is not."""

    policy = SECOND_POLICY

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.code == "CSBS.3000" and SECOND_POLICY.id.encode() in request.body


@breaks("OBS-2", shows=(BASE.but(project=SECOND_PROJECT), pause(0.1), _THEIR_LIST))
class CheckpointInTheProjectOfThePath(_Leaking):
    """A call on another project's path is carried out there, and only its answer is refused."""

    policy = replace(POLICY, project=SECOND_PROJECT)

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.status == 403 and SECOND_PROJECT in request.path


@breaks("OBS-2", shows=(BASE.but(body=document(OUTSIDE)), pause(0.1), item_list()))
class CheckpointOfAPolicyThatDoesNotExist(_Leaking):
    """The checkpoint is stored under the id of the policy as it was sent, before the policy is looked up."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        if condition.code == "CSBS.3000":
            self.policy = replace(POLICY, id=json.loads(request.body)["checkpoint"]["plan_id"])
        return condition.code == "CSBS.3000"


@breaks("OBS-2", shows=(BASE.but(content_type="text/plain"), pause(0.1), item_list()))
class CheckpointForAWrongType(_Leaking):
    """A wrong content type is refused after the checkpoint was made."""

    def leaks(self, request: Request, condition: Condition) -> bool:
        return condition.status == 400 and "json" not in (request.header("content-type") or "")


# -- OBS-3 --------------------------------------------------------------------------------------------


def _status(
    name: str,
    fault: str,
    course: Callable[[float, Checkpoint], str],
    seconds: float = 0.4,
    real_time: bool = False,
    **options: Any,
) -> None:
    """Register a server whose items have the status from `course`, by age in units of `seconds`."""
    base = type("Slow", (Server,), {"protect_seconds": seconds, "real_time": real_time})
    shows = (
        *[BASE] * 4,
        item_list(),
        pause(seconds * 0.6),
        item_list(),
        pause(seconds * 0.6),
        item_list(),
        item_list(),
    )
    replaces(
        "OBS-3",
        name,
        fault,
        "item_status",
        lambda server, checkpoint, _resource: course(server.age(checkpoint) / seconds, checkpoint),
        base=base,
        shows=shows,
        **options,
    )


_FORM = {"OBS-1": "a status that items do not have is also against the form of the list"}


def _then(before: str, middle: str, after: str) -> Callable[[float, Checkpoint], str]:
    return lambda age, _: before if age < 0.5 else middle if age < 1 else after


_status("item-stuck-in-protecting", "An item stays protecting for ever.", lambda *_: "protecting")
_status("item-stuck-in-waiting", "An item stays waiting_protect for ever.", lambda *_: "waiting_protect")
_status(
    "item-back-to-waiting",
    "An item goes from protecting back to waiting_protect.",
    _then("protecting", "waiting_protect", "available"),
)
_status(
    "item-back-to-protecting",
    "An item goes from available back to protecting.",
    _then("available", "protecting", "available"),
)
_status(
    "item-back-for-good",
    "An item is available at first, and protecting after.",
    _then("available", "protecting", "protecting"),
)
_status(
    "item-ends-in-unknown",
    "An item ends in finished.",
    _then("protecting", "protecting", "finished"),
    also=_FORM,
)
_status(
    "item-ends-in-upper-case",
    "An item ends in AVAILABLE.",
    _then("protecting", "protecting", "AVAILABLE"),
    also=_FORM,
)
_status(
    "item-ends-in-deleted",
    "An item ends in deleted, without a deletion.",
    _then("protecting", "protecting", "deleted"),
    real_time=True,
)
_status(
    "item-ends-in-restoring", "An item ends in restoring.", _then("protecting", "protecting", "restoring")
)
_status(
    "item-status-empty",
    "The status of an item is empty once it is done.",
    _then("protecting", "protecting", ""),
    also=_FORM,
)
_status(
    "one-checkpoint-in-four-stuck",
    "The items of one checkpoint in four stay protecting for ever.",
    lambda age, checkpoint: "protecting" if age < 1 or checkpoint.number % 4 == 0 else "available",
)


@breaks("OBS-3", shows=(BASE, pause(0.3), item_list()))
class SecondItemStuck(Server):
    """Only the first item of a checkpoint is ever finished."""

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        first = resource == checkpoint.resources[0]
        return super().item_status(checkpoint, resource) if first else "protecting"


@breaks("OBS-3", shows=(BASE, pause(0.5), item_list(), BASE, item_list()))
class StatusKeptByServer(Server):
    """The status is kept by server, so that a new run sets the items of earlier checkpoints back."""

    protect_seconds = 0.4

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        runs = [
            each for each in self.store.of_project(checkpoint.policy.project) if resource in each.resources
        ]
        return super().item_status(max(runs, key=lambda each: each.born), resource)


class _Alternating(Server):
    """Answers the lists from several copies in turn."""

    reads = 0
    copies = 2

    def list_items(self, request: Request, project: str) -> Response:
        self.reads += 1
        return super().list_items(request, project)

    @property
    def is_behind(self) -> bool:
        """Whether this list comes from the copy that is not like the others."""
        return self.reads % self.copies == 0


_READINGS = (BASE, pause(0.1), *[item_list()] * 4)


@breaks("OBS-3", shows=_READINGS)
class StatusFromACopyThatLags(_Alternating):
    """One list in two comes from a copy that is a second behind, in which a finished item is protecting."""

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        lags = self.is_behind and self.age(checkpoint) < self.protect_seconds + 1.0
        return "protecting" if lags else super().item_status(checkpoint, resource)


@breaks("OBS-3", shows=_READINGS)
class StatusFromOneCopyInThreeThatLags(StatusFromACopyThatLags):
    """One list in three comes from a copy that lags for a quarter of a second."""

    copies = 3

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        lags = self.is_behind and self.age(checkpoint) < self.protect_seconds + 0.25
        return "protecting" if lags else Server.item_status(self, checkpoint, resource)


@breaks("OBS-3", shows=_READINGS)
class StatusOfTwoWorkers(_Alternating):
    """One worker in two takes a finished item for failed."""

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        status = super().item_status(checkpoint, resource)
        return "error" if status == "available" and self.is_behind else status


@breaks("OBS-1", shows=(*[parameters({})] * 5, pause(0.1), item_list()))
class TenItemsWithoutLimit(Server):
    """Without `limit`, the list of items ends after the tenth."""

    def read_query(self, request: Request, known: set[str]) -> dict[str, str]:
        default = {"limit": "10"} if "checkpoint_id" in known else {}
        return default | super().read_query(request, known)


@breaks("OBS-1", shows=(*[BASE] * 26, pause(0.1), item_list()))
class FiftyItemsAtMost(Server):
    """The list shows the latest fifty items, and no page goes beyond them."""

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        return super().page(rows[:50], query)
