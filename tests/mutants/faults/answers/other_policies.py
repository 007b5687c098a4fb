"""Mutants whose answers are wrong only for another policy, since the one under test has no such data."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from ...framework.mutant import breaks, crash
from ...framework.shots import BASE, document
from ...service.refusals import Condition, refuse
from ...service.server import Server
from ...service.world import POLICY, SECOND_POLICY, SECOND_PROJECT, TOKENS, stable_id

if TYPE_CHECKING:
    from ...service.wire import Request, Response
    from ...service.world import Checkpoint, Policy, Resource

_THEIRS = BASE.but(project=SECOND_PROJECT, token=TOKENS["second"], body=document(SECOND_POLICY.id))
_WEEKLY = BASE.but(body=document(stable_id("weekly")))


class _Named(Server):
    """Gives every policy but the one under test another name."""

    name = ""

    def find_policy(self, project: str, plan_id: str) -> Policy:
        policy = super().find_policy(project, plan_id)
        return policy if policy.id == POLICY.id else replace(policy, name=self.name)


@breaks("HTTP-2", shows=_THEIRS)
class NameWithQuotesNotEscaped(_Named):
    """The answer is made of a template, which a name with quotes breaks."""

    name = 'The "archive"'

    def encode(self, document: Any) -> bytes:
        return super().encode(document).replace(rb"\"archive\"", b'"archive"')


@breaks("HTTP-2", shows=_THEIRS)
class NameInLatin1(_Named):
    """The answer is in ISO-8859-1, which shows once a name has an accent."""

    name = "Données"

    def encode(self, document: Any) -> bytes:
        return super().encode(document).decode().encode("latin-1", "replace")


@breaks("RESP-1", shows=_THEIRS)
class EmptyMembersLeftOut(_Named):
    """Members that are empty are left out of the plan, such as the name of a policy without one."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        body["protection_plan"] = {name: value for name, value in body["protection_plan"].items() if value}
        return body


@breaks("RESP-1", shows=_THEIRS)
class NameOfDigitsAsNumber(_Named):
    """A name of nothing but digits comes as a number, as from a serializer that guesses types."""

    name = "2026"

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        name = body["protection_plan"]["name"]
        body["protection_plan"]["name"] = int(name) if name.isdigit() else name
        return body


class _BareMetal(Server):
    """Has one bare metal server, which belongs to another policy of the project."""

    members: ClassVar[dict[str, Any]] = {}
    """What differs in the members of such a server."""

    def resource_body(self, resource: Resource) -> dict[str, Any]:
        body = super().resource_body(resource)
        return body | self.members if "Ironic" in resource.type else body


@breaks("RESP-7", shows=_WEEKLY, profile="discovery")
class BareMetalNameNull(_BareMetal):
    """A bare metal server has its name in another table, and null in the answer."""

    members: ClassVar[dict[str, Any]] = {"name": None}


@breaks("RESP-9", shows=_WEEKLY, profile="discovery")
class BareMetalExtraInfoNullAsText(_BareMetal):
    """What is unknown of a bare metal server is encoded as the text null."""

    members: ClassVar[dict[str, Any]] = {"extra_info": json.dumps(None)}


@breaks("RESP-7", shows=BASE.but(body=document(resources=[POLICY.resources[0].id] * 2)))
class RepeatedResourceWithoutName(Server):
    """A resource that is named twice is listed twice, the second time without its name."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        listed = body["protection_plan"]["resources"]
        wanted = checkpoint.call.resources or ()
        if len(set(wanted)) < len(wanted):
            listed.append({name: value for name, value in listed[0].items() if name != "name"})
        return body


@breaks("FUZZ-1", shows=_WEEKLY, profile="discovery")
class DisabledPolicyRefusedAsInvalid(Server):
    """A policy that its schedule no longer runs is listed, but a call by hand is refused as invalid."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if policy.name == "weekly":
            refuse("invalid-request")


@breaks("FUZZ-1", shows=_WEEKLY, profile="discovery")
class NewPolicyNotFound(Server):
    """The list shows every policy, but a call finds only those that were there when the server started."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if policy.name == "weekly":
            refuse("policy-not-found")


@breaks("HTTP-3", shows=_WEEKLY, profile="discovery")
class BareMetalAloneCrashes(Server):
    """The largest disk of a selection is looked for, and bare metal servers have none."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if all("Ironic" in resource.type for resource in resources):
            crash()


@breaks("HTTP-3", shows=_THEIRS)
class ProjectWithoutSettingsCrashes(Server):
    """The settings of a project are read, which only one project has."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if policy.project == SECOND_PROJECT:
            crash()


@breaks("ERR-1", shows=_THEIRS)
class ClosedProjectWithoutText(Server):
    """A project that is closed to the service is refused with a code alone."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if policy.project == SECOND_PROJECT:
            refuse("project-closed")

    def refused(self, request: Request, condition: Condition) -> Response:
        response = super().refused(request, condition)
        if condition.code == "BackupService.4008":
            response.body = json.dumps({"error_code": condition.code}).encode()
        return response
