"""Small servers like those in the recipes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mutants.service.refusals import refuse
from mutants.service.server import Server
from mutants.service.world import PROVIDER

if TYPE_CHECKING:
    from mutants.service.refusals import Condition
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint

__all__ = ["SERVERS"]

KARBOR_PROVIDER = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"


class Cloud(Server):
    """A cloud whose times end in Z and whose clock is an hour wrong."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        return body | {"created_at": body["created_at"] + "Z"}

    def finish(self, request: Request, response: Response) -> None:
        response.headers.append(("Date", "Tue, 06 Dec 2016 21:20:29 GMT"))
        super().finish(request, response)


class Karbor(Server):
    """A server like OpenStack's: another provider, its own error format and optional parameters."""

    def check_provider(self, provider: str) -> None:
        if provider != KARBOR_PROVIDER:
            refuse("unknown-provider")
        super().check_provider(PROVIDER)

    def read_checkpoint(self, value: Any) -> dict[str, Any]:
        return {"parameters": {}} | super().read_checkpoint(value)

    def refused(self, request: Request, condition: Condition) -> Response:
        response = super().refused(request, condition)
        told = {"code": condition.status, "message": condition.text}
        response.body = json.dumps({"badRequest": told}).encode()
        return response

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        for resource in body["protection_plan"]["resources"]:
            if isinstance(resource.get("extra_info"), str):
                resource["extra_info"] = json.loads(resource["extra_info"])
        return body

    def target(self) -> dict[str, Any]:
        changed = {"provider_id": KARBOR_PROVIDER, "profiles": []}
        return super().target() | changed | {"deviations": {"resource_extra_info": "object"}}


class Gateway(Server):
    """A server behind a gateway with a path prefix and its own key."""

    prefix = "/backup"
    key = "k" * 20

    def route(self, request: Request) -> Response:
        if request.header("x-api-key") != self.key:
            refuse("forbidden")
        return super().route(request)

    def target(self) -> dict[str, Any]:
        return super().target() | {"headers": {"X-Api-Key": self.key}}


SERVERS = {behaviour.__name__: behaviour for behaviour in (Server, Cloud, Karbor, Gateway)}
"""The servers that pages may name."""
