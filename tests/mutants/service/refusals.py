"""The conditions for refusing a request (section 3), each with its status and code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

__all__ = ["CONDITIONS", "Condition", "Refusal", "refuse"]


@dataclass(frozen=True)
class Condition:
    """A row of the contract's error table; `allow` is the value of the `Allow` header, if any."""

    status: int
    code: str
    text: str
    allow: str = ""


class Refusal(Exception):
    """Raised by a step to refuse the request; `condition` determines the response."""

    def __init__(self, condition: Condition) -> None:
        super().__init__(condition.text)
        self.condition = condition


CONDITIONS = {
    "invalid-request": Condition(400, "CSBS.9001", "The request is invalid."),
    "unknown-provider": Condition(400, "CSBS.9001", "The provider is not supported."),
    "resource-not-in-policy": Condition(400, "CSBS.6000", "A resource does not belong to the policy."),
    "resource-terminated": Condition(400, "CSBS.6001", "The server has been terminated."),
    "resource-type-unsupported": Condition(400, "CSBS.6003", "The type of the resource is not supported."),
    "resource-state-forbids": Condition(400, "CSBS.6005", "The state of the server forbids a backup."),
    "resource-type-forbids": Condition(400, "CSBS.6006", "The type of the server forbids a backup."),
    "resource-without-disk": Condition(400, "CSBS.6007", "The server has no disk."),
    "zone-without-backup": Condition(400, "CSBS.6027", "The availability zone has no backup service."),
    "pool-without-backup": Condition(400, "CSBS.6033", "The storage pool has no backup service."),
    "pod-without-backup": Condition(400, "CSBS.6061", "The pod has no backup service."),
    "quota-exceeded": Condition(400, "CSBS.9006", "The quota is used up."),
    "project-closed": Condition(400, "BackupService.4008", "The project is closed to this service."),
    "unauthenticated": Condition(401, "APIGW.0301", "Authentication failed."),
    "forbidden": Condition(403, "APIGW.0302", "The operation is not permitted."),
    "account-not-verified": Condition(403, "CSBS.9009", "The account is not verified."),
    "policy-not-found": Condition(404, "CSBS.3000", "The policy does not exist."),
    "checkpoint-not-found": Condition(404, "CSBS.3001", "The checkpoint does not exist."),
    "checkpoint-protecting": Condition(400, "CSBS.2003", "The checkpoint is still protecting."),
    "running-by-hand": Condition(500, "CSBS.1001", "The policy is already running."),
    "running-by-schedule": Condition(500, "CSBS.6030", "The policy is already running by schedule."),
    "nothing-to-back-up": Condition(500, "CSBS.6032", "The policy has nothing to back up."),
    "internal-error": Condition(500, "CSBS.9999", "Internal error."),
    "unavailable": Condition(503, "APIGW.0106", "The service is out of reach."),
    "no-route": Condition(404, "APIGW.0101", "There is no such address."),
    "method-not-allowed": Condition(405, "APIGW.0101", "The method is not allowed here."),
    "too-large": Condition(413, "APIGW.0201", "The request is too large."),
    "too-many-requests": Condition(429, "APIGW.0308", "There are too many requests."),
}
"""The rows of the error table by condition name."""


def refuse(name: str) -> NoReturn:
    """Raise the refusal for the condition of this name."""
    raise Refusal(CONDITIONS[name])
