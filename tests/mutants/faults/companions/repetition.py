"""Mutants of DEL-2: the deletion of what is not there; and one that it ends (HTTP-6)."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE, breaks, condition_name, crash, refusing
from ...framework.shots import BASE, DELETE_NEWEST, item_list, pause
from ...service.refusals import CONDITIONS, refuse
from ...service.server import Server

if TYPE_CHECKING:
    from ...service.refusals import Condition
    from ...service.wire import Request, Response
    from ...service.world import Checkpoint, Resource

_NOTHING = BASE.but(method="DELETE", path=f"{BASE.collection}/{OUTSIDE}", body=b"", content_type=None)
_TWICE = (BASE, BASE, pause(0.1), DELETE_NEWEST, DELETE_NEWEST, item_list())


@breaks("DEL-2", shows=_NOTHING)
class DeletionOfNothingSucceeds(Server):
    """The deletion of a checkpoint that does not exist gets 200, as if it had just gone."""

    def refused(self, request: Request, condition: Condition) -> Response:
        if condition_name(condition) == "checkpoint-not-found":
            return self.json(200, {})
        return super().refused(request, condition)


@breaks("DEL-2", shows=_NOTHING)
class DeletionOfNothingCrashes(Server):
    """A checkpoint that does not exist is looked up without a check, and ends in 500."""

    def refused(self, request: Request, condition: Condition) -> Response:
        if condition_name(condition) == "checkpoint-not-found":
            condition = CONDITIONS["internal-error"]
        return super().refused(request, condition)


class _Twice(Server):
    """Does something else on the second deletion of a checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: dict[str, Checkpoint] = {}

    def remove(self, checkpoint: Checkpoint) -> None:
        super().remove(checkpoint)
        self.gone[checkpoint.id] = checkpoint

    def again(self, checkpoint: Checkpoint) -> None:
        """Handle the second deletion."""
        raise NotImplementedError

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        if wanted in self.gone and project == self.gone[wanted].policy.project:
            self.authorize(request, self.authenticate(request), project)
            self.again(self.gone[wanted])
            return self.json(200, {})
        return super().delete_checkpoint(request, project, provider, wanted)


@breaks("DEL-2", shows=_TWICE)
class SecondDeletionCrashes(_Twice):
    """The second deletion of a checkpoint ends in 500."""

    def again(self, checkpoint: Checkpoint) -> None:
        crash(checkpoint)


@breaks("DEL-2", shows=_TWICE)
class SecondDeletionTakesAnother(_Twice):
    """The second deletion of a checkpoint takes the oldest that is left."""

    def again(self, checkpoint: Checkpoint) -> None:
        for oldest in list(self.store.of_project(checkpoint.policy.project))[:1]:
            self.store.remove(oldest.id)


@breaks("DEL-2", shows=_TWICE)
class SecondDeletionRevives(_Twice):
    """The second deletion turns the mark of the first back."""

    def again(self, checkpoint: Checkpoint) -> None:
        self.store.add(self.gone.pop(checkpoint.id))


class _Leaving(Server):
    """Takes a moment to delete a checkpoint, whose items are `deleting` until then."""

    delete_seconds = 0.2

    def __init__(self) -> None:
        super().__init__()
        self.leaving: dict[str, float] = {}

    def remove(self, checkpoint: Checkpoint) -> None:
        self.leaving[checkpoint.id] = self.clock.monotonic()

    def again(self, checkpoint: Checkpoint) -> Response:
        """Answer a deletion while another is under way."""
        del checkpoint
        return self.json(200, {})

    def delete_checkpoint(self, request: Request, project: str, provider: str, wanted: str) -> Response:
        self.leave()
        checkpoint = self.store.find(wanted)
        if checkpoint and wanted in self.leaving and project == checkpoint.policy.project:
            self.authorize(request, self.authenticate(request), project)
            return self.again(checkpoint)
        return super().delete_checkpoint(request, project, provider, wanted)

    def list_items(self, request: Request, project: str) -> Response:
        self.leave()
        return super().list_items(request, project)

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        return "deleting" if checkpoint.id in self.leaving else super().item_status(checkpoint, resource)

    def leave(self) -> None:
        """Take away what was deleted long enough ago."""
        now = self.clock.monotonic()
        for identifier, since in list(self.leaving.items()):
            if now - since > self.delete_seconds:
                del self.leaving[identifier]
                self.store.remove(identifier)


_AT_ONCE = (BASE, pause(0.1), DELETE_NEWEST, DELETE_NEWEST, pause(0.3), item_list())


@breaks("DEL-2", shows=_AT_ONCE)
class DeletionUnderWayIsRolledBack(_Leaving):
    """A deletion is refused while another is under way, and rolls that one back."""

    def again(self, checkpoint: Checkpoint) -> Response:
        del self.leaving[checkpoint.id]
        refuse("checkpoint-protecting")


@breaks("DEL-2", shows=_AT_ONCE)
class DeletionUnderWayIsTurnedOff(_Leaving):
    """A deletion turns the mark over, so that a second one takes the first back."""

    def again(self, checkpoint: Checkpoint) -> Response:
        del self.leaving[checkpoint.id]
        return super().again(checkpoint)


@breaks("DEL-2", shows=_AT_ONCE)
class DeletionUnderWayCrashes(_Leaving):
    """A deletion while another is under way breaks a constraint, and ends in 500."""

    def again(self, checkpoint: Checkpoint) -> Response:
        crash(checkpoint)


@breaks("DEL-2", shows=_AT_ONCE)
class DeletionUnderWayConflicts(_Leaving):
    """A deletion while another is under way gets 409."""

    def again(self, checkpoint: Checkpoint) -> Response:
        del checkpoint
        refusing(409, "CSBS.2003")()


@breaks("HTTP-3", shows=(*_TWICE, BASE), profile="deletion", also={"DEL-2": "a second deletion does it"})
class SecondDeletionEndsTheServer(_Twice):
    """The second deletion of a checkpoint is answered, and ends the server."""

    def again(self, checkpoint: Checkpoint) -> None:
        """Let the deletion succeed."""

    def respond(self, request: Request) -> Response:
        fatal = request.method == "DELETE" and request.segments[-1] in self.gone
        response = super().respond(request)
        if fatal and response.status == 200:
            self.end()
            response.close = True
        return response
