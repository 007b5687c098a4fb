"""Mutants of RESP-5 and RESP-6: what is remembered of one call for another."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...framework.mutant import breaks
from ...framework.shots import BASE, document
from ...service.server import Server
from ...service.world import PROJECT, SECOND_POLICY, SECOND_PROJECT, TOKENS, stable_id

if TYPE_CHECKING:
    from ...service.world import Checkpoint

_OTHERS = (
    BASE,
    BASE.but(project=SECOND_PROJECT, token=TOKENS["second"], body=document(SECOND_POLICY.id)),
    BASE.but(body=document(stable_id("weekly"))),
)


class _Remembering(Server):
    """Remembers a member of its first answer for all others."""

    def remembered(self, name: str, value: Any) -> Any:
        """Return the first value that was ever given under this name."""
        return vars(self).setdefault(f"first_{name}", value)


@breaks("RESP-6", shows=_OTHERS)
class PlanRemembered(_Remembering):
    """The id of the plan is that of the first call, whichever policy is executed later."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        body["protection_plan"]["id"] = self.remembered("plan", body["protection_plan"]["id"])
        return body


@breaks("RESP-6", shows=_OTHERS, profile="discovery")
class PlanRememberedForEachProject(_Remembering):
    """The id of the plan is that of the project's first call."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        name = f"plan_{checkpoint.policy.project}"
        body["protection_plan"]["id"] = self.remembered(name, body["protection_plan"]["id"])
        return body


@breaks("RESP-5", shows=_OTHERS)
class ProjectRemembered(_Remembering):
    """project_id is that of the first call, whichever project calls later."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        return body | {"project_id": self.remembered("project", body["project_id"])}


@breaks("RESP-5", shows=_OTHERS)
class ProjectOfTheConfiguration(Server):
    """project_id is a setting of the server, not the project of the path."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        return super().checkpoint_body(checkpoint) | {"project_id": PROJECT}
