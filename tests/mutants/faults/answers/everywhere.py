"""Mutants with one fault that shows in several places: in responses and lists, or whatever a cache holds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...framework.mutant import breaks, malformed, replaces
from ...framework.shots import BASE, document, item_list, pause
from ...service.server import Server
from ...service.world import SECOND_POLICY, TOKENS

if TYPE_CHECKING:
    from ...service.wire import Request, Response
    from ...service.world import Checkpoint, Token

for _name, _fault, _write in (
    ("zone-in-every-time", "Every time that it writes ends with a Z.", lambda time: f"{time}Z"),
    (
        "space-in-every-time",
        "Every time that it writes has a space for the T.",
        lambda time: time.replace("T", " "),
    ),
):
    replaces(
        "RESP-4",
        _name,
        _fault,
        "created_at",
        lambda self, write=_write: write(Server.created_at(self)),
        shows=(BASE, item_list()),
    )


@breaks("RESP-1", shows=(BASE, item_list()))
class EncodedTwice(Server):
    """Every body that is no error is encoded as JSON twice."""

    def json(self, status: int, document: Any) -> Response:
        """Return the response with its document as a JSON string."""
        return super().json(status, json.dumps(document) if status == 200 else document)


@breaks("RESP-11", shows=(BASE, BASE, BASE.but(provider="x")))
class AnsweredFromMemory(Server):
    """A body that comes again gets the response to the first one, whatever else the request holds."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[bytes, Response] = {}

    def create_checkpoint(self, request: Request, project: str, provider: str) -> Response:
        """Return what is known of the body, once the caller is."""
        self.authorize(request, self.authenticate(request), project)
        if request.body not in self.given:
            self.given[request.body] = super().create_checkpoint(request, project, provider)
        known = self.given[request.body]
        return self.json(200, json.loads(known.body))


@breaks("OBS-1", shows=(BASE, item_list()))
class ListedUnderAnotherId(Server):
    """The id in the response is not the one under which the checkpoint is listed."""

    def created(self, checkpoint: Checkpoint) -> Response:
        """Return the response with a new id."""
        return super().created(replace(checkpoint, id=self.new_id(checkpoint.number)))


@breaks("OBS-1", shows=(item_list(), BASE, pause(0.1), item_list()))
class ListFromACache(Server):
    """A list of items that was asked for before is shown as it was then."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, Response] = {}

    def list_items(self, request: Request, project: str) -> Response:
        """Return the list as it was when it was first asked for."""
        fresh = super().list_items(request, project)
        known = self.lists.setdefault(f"{request.path} {sorted(request.query.items())}", fresh)
        return self.json(200, json.loads(known.body))


@breaks("AUTH-4", shows=BASE.but(token=TOKENS["second"], body=document(SECOND_POLICY.id)))
class PolicyBeforeCaller(Server):
    """The policy of a readable request is looked up before anybody asks who calls."""

    def authenticate(self, request: Request) -> Token:
        """Look up the policy first."""
        match request.segments:
            case ["v1", project, "providers", _, "checkpoints"] if not malformed(request.body):
                members = json.loads(request.body)
                plan = members.get("checkpoint", {}).get("plan_id") if isinstance(members, dict) else None
                if isinstance(plan, str):
                    self.find_policy(project, plan)
            case _:
                pass
        return super().authenticate(request)
