"""Mutants of OBS-4, and others whose lists are wrong for some projects only."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.mutant import breaks, crash, replaces
from ...framework.shots import BASE, document, get, pause
from ...service.server import Server
from ...service.world import POLICY, SECOND_POLICY, SECOND_PROJECT, TOKENS

if TYPE_CHECKING:
    from ...service.wire import Request, Response

_THEIRS = BASE.but(project=SECOND_PROJECT, token=TOKENS["second"], body=document(SECOND_POLICY.id))
_THEIR_LIST = f"/v1/{SECOND_PROJECT}/checkpoint_items"
_SHOWS = tuple(
    get("").but(path=path, token=token)
    for path, token in (
        (_THEIR_LIST, TOKENS["second"]),
        (f"{_THEIR_LIST}?policy_id={POLICY.id}", TOKENS["second"]),
        (f"{_THEIR_LIST}?resource_id={POLICY.resources[0].id}", TOKENS["second"]),
    )
)


class _Mixing(Server):
    """Lists items of every project for some requests."""

    def mixes(self, request: Request, project: str) -> bool:
        """Return whether the project is forgotten."""
        raise NotImplementedError

    def list_items(self, request: Request, project: str) -> Response:
        if not self.mixes(request, project):
            return super().list_items(request, project)
        self.authorize(request, self.authenticate(request), project, write=False)
        rows = [
            self.item_body(checkpoint, resource)
            for checkpoint in reversed(self.store.checkpoints)
            if request.query.get("policy_id", checkpoint.policy.id) == checkpoint.policy.id
            for resource in self.item_resources(checkpoint)
        ]
        page = self.page(self.filter_items(rows, request.query), request.query)
        return self.json(200, {"checkpoint_items": page})


@breaks("OBS-4", shows=(BASE, pause(0.1), *_SHOWS), also={"OBS-2": "items of unknown checkpoints appear"})
class ItemsOfEveryProject(_Mixing):
    """The list of items does not look at the project."""

    def mixes(self, request: Request, project: str) -> bool:
        return True


@breaks("OBS-4", shows=(BASE, pause(0.1), *_SHOWS))
class ItemsOfAPolicyForEverybody(_Mixing):
    """The items of a policy are listed without a look at the project."""

    def mixes(self, request: Request, project: str) -> bool:
        return "policy_id" in request.query


@breaks("OBS-4", shows=(BASE, pause(0.1), *_SHOWS))
class ItemsOfACheckpointForEverybody(_Mixing):
    """The items of a checkpoint or resource are listed without a look at the project."""

    def mixes(self, request: Request, project: str) -> bool:
        return not {"checkpoint_id", "resource_id"}.isdisjoint(request.query)


@breaks("OBS-4", shows=(_THEIRS, pause(0.1), get("checkpoint_items")))
class ItemsOfTheWholeForOneProject(_Mixing):
    """The first project is the administrator's, and its list shows the items of all."""

    def mixes(self, request: Request, project: str) -> bool:
        return project == POLICY.project


replaces(
    "DISC-1",
    "policies-of-one-project-crash",
    "The policies of a project without settings of its own cannot be listed.",
    "listed_policies",
    crash,
    lambda project: project == SECOND_PROJECT,
    shows=get("").but(path=f"/v1/{SECOND_PROJECT}/policies", token=TOKENS["second"]),
)


@breaks("OBS-1", shows=_SHOWS)
class ItemsOfOneProjectCrash(Server):
    """The items of a project without settings of its own cannot be listed."""

    def list_items(self, request: Request, project: str) -> Response:
        answer = super().list_items(request, project)
        return crash() if project == SECOND_PROJECT else answer
