"""Conforming variants of the response's members."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..framework.variant import variant
from ..service.server import Server
from ..service.world import PROVIDER, Checkpoint, Policy

if TYPE_CHECKING:
    from datetime import datetime


class _Edited(Server):
    """Edits the members of checkpoint."""

    def edit(self, body: dict[str, Any]) -> None:
        """Change `body` in place."""
        raise NotImplementedError

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        self.edit(body)
        return body


@variant()
class UnknownMembersInCheckpoint(_Edited):
    """checkpoint, its plan and its resources have members that the contract does not name."""

    def edit(self, body: dict[str, Any]) -> None:
        body.update(progress=0, updated_at=None, nested={"a": [1.5, {"b": "c"}]})
        body["protection_plan"].update(provider_id=PROVIDER, description=None)
        for resource in body["protection_plan"]["resources"]:
            resource["flavor"] = {"ram": 2048}


@variant()
class MembersInAnotherOrder(_Edited):
    """The members come in the opposite order."""

    def edit(self, body: dict[str, Any]) -> None:
        for members in (body["protection_plan"], body):
            kept = dict(reversed(members.items()))
            members.clear()
            members.update(kept)


@variant()
class ResourcesInAnotherOrder(_Edited):
    """The resources come in the opposite order."""

    def edit(self, body: dict[str, Any]) -> None:
        body["protection_plan"]["resources"].reverse()


@variant("RESP-12")
class ExtraInfoNull(_Edited):
    """Each extra_info is null."""

    def edit(self, body: dict[str, Any]) -> None:
        for members in (body, *body["protection_plan"]["resources"]):
            members["extra_info"] = None


@variant("RESP-12")
class ExtraInfoAbsent(_Edited):
    """There is no extra_info."""

    def edit(self, body: dict[str, Any]) -> None:
        for members in (body, *body["protection_plan"]["resources"]):
            del members["extra_info"]


@variant()
class ExtraInfoWithUnknownMembers(_Edited):
    """Each extra_info has members that the contract does not name, and a resource's lacks the one it does."""

    def edit(self, body: dict[str, Any]) -> None:
        body["extra_info"] = json.dumps({"created_by": "manual", "retention": {"days": 7}}, indent=1)
        for resource in body["protection_plan"]["resources"]:
            resource["extra_info"] = json.dumps({"backup_name": "n"})


@variant()
class GraphAsString(_Edited):
    """resource_graph is a string."""

    def edit(self, body: dict[str, Any]) -> None:
        body["resource_graph"] = '[{"0x0": ["OS::Nova::Server", "x"]}]'


@variant()
class GraphAsEmptyString(_Edited):
    """resource_graph is an empty string."""

    def edit(self, body: dict[str, Any]) -> None:
        body["resource_graph"] = ""


@variant("RESP-3")
class StatusWaiting(_Edited):
    """The status at creation is waiting_protect, which is known."""

    def edit(self, body: dict[str, Any]) -> None:
        body["status"] = "waiting_protect"


@variant("RESP-3")
class StatusAvailable(_Edited):
    """The status at creation is available, for a backup that was quick."""

    protect_seconds = 0.0

    def edit(self, body: dict[str, Any]) -> None:
        body["status"] = "available"


class _Described(_Edited):
    """Describes resources in its own way, in responses and lists alike."""

    def describe(self, resources: list[dict[str, Any]]) -> None:
        """Change the resources in place."""
        raise NotImplementedError

    def edit(self, body: dict[str, Any]) -> None:
        self.describe(body["protection_plan"]["resources"])

    def policy_body(self, policy: Policy) -> dict[str, Any]:
        body = super().policy_body(policy)
        self.describe(body["resources"])
        return body


@variant()
class BareMetal(_Described):
    """The resources are bare-metal servers."""

    def describe(self, resources: list[dict[str, Any]]) -> None:
        for resource in resources:
            resource["type"] = "OS::Ironic::BareMetalServer"


@variant()
class NamesNotAscii(_Described):
    """Names are Chinese, and in UTF-8."""

    def edit(self, body: dict[str, Any]) -> None:
        super().edit(body)
        body["protection_plan"]["name"] = "每日备份 \N{FLOPPY DISK}"

    def describe(self, resources: list[dict[str, Any]]) -> None:
        for resource in resources:
            resource["name"] = "服务器"


@variant()
class NamesEscaped(NamesNotAscii):
    """Names are Chinese, and escaped."""

    def encode(self, document: Any) -> bytes:
        return json.dumps(document).replace("/", "\\/").encode()


@variant()
class IdsInCapitals(_Edited):
    """UUIDs in answers are in capitals."""

    def new_id(self, number: int) -> str:
        return str(uuid.uuid4()).upper()

    def edit(self, body: dict[str, Any]) -> None:
        body["protection_plan"]["id"] = body["protection_plan"]["id"].upper()
        for resource in body["protection_plan"]["resources"]:
            resource["id"] = resource["id"].upper()


@variant()
class IdsInTimeOrder(Server):
    """Ids are UUIDs of version 1."""

    def new_id(self, number: int) -> str:
        return str(uuid.uuid1())


@variant()
class AutomaticBySchedule(Server):
    """An automatic call is created by schedule."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        if checkpoint.auto_trigger:
            body["extra_info"] = '{"created_by": "schedule"}'
        return body


@variant()
class TimeWithoutFraction(Server):
    """created_at has no fraction."""

    def created_at(self) -> str:
        return f"{self.now():%Y-%m-%dT%H:%M:%S}"


@variant()
class TimeInMilliseconds(Server):
    """created_at has three digits of fraction."""

    def created_at(self) -> str:
        return super().created_at()[:-3]


@variant()
class TimeWithTrailingZerosCut(Server):
    """created_at has as many digits of fraction as it needs, from none to six."""

    def created_at(self) -> str:
        number = self.store.made % 7
        return f"{super().created_at()[:19]}.{'123456'[:number]}".rstrip(".")


@variant()
class ClockFourMinutesAhead(Server):
    """The server's clock is four minutes ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=4)
