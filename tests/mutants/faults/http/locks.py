"""Mutants of HTTP-6 that stay locked after one refusal, and of HTTP-1 that only look as if they did."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE, breaks, register
from ...framework.shots import BASE, Shot, document, parameters
from ...service.refusals import CONDITIONS, Condition, Refusal, refuse
from ...service.server import Server

if TYPE_CHECKING:
    from ...service.schema import Call
    from ...service.wire import Request, Response
    from ...service.world import Checkpoint, Policy, Resource


class _Locking(Server):
    """Refuses every valid call after one refusal."""

    cause = ""
    """The condition of that refusal."""
    error = ""
    """The condition of all that follow."""

    def __init__(self) -> None:
        super().__init__()
        self.locked = False

    def refused(self, request: Request, condition: Condition) -> Response:
        self.locked = self.locked or (condition is CONDITIONS[self.cause] and self.in_use)
        return super().refused(request, condition)

    @property
    def in_use(self) -> bool:
        """Whether a call has been accepted: what refuses from the start is a mistake of configuration."""
        return bool(self.store.checkpoints)

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        if self.locked:
            refuse(self.error)
        return super().make(call, policy, resources)


@breaks("HTTP-1", shows=(BASE, BASE), also={"REQ-1": "the same call is accepted at other times"})
class SubmittedTwice(Server):
    """A body that came a second before is taken for a double click and answered 409, valid or not."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[bytes, float] = {}

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        now, body = self.clock.monotonic(), call.request.body
        if now - self.seen.get(body, float("-inf")) < 1.0:
            raise Refusal(Condition(409, "CSBS.1001", "The request was submitted twice."))
        self.seen[body] = now
        return super().make(call, policy, resources)


_MALFORMED, _UNKNOWN = BASE.but(body=b"{"), BASE.but(body=document(OUTSIDE))
_SHOTS: dict[str, Shot] = {
    "invalid-request": _MALFORMED,
    "policy-not-found": _UNKNOWN,
    "resource-not-in-policy": parameters({"resources": [OUTSIDE]}),
    "unauthenticated": BASE.but(token="x"),
}
for _name, _fault, _cause, _error, _profile in (
    (
        "locked-as-running",
        "An invalid request leaves the policy marked as running, and every call after it is told so.",
        "invalid-request",
        "running-by-hand",
        "observation",
    ),
    (
        "locked-as-scheduled",
        "An unknown policy leaves the scheduler's lock behind, and every call after it finds it running.",
        "policy-not-found",
        "running-by-schedule",
        "observation",
    ),
    (
        "locked-by-an-outside-resource",
        "A resource outside the policy leaves a transaction open, and every call after it fails.",
        "resource-not-in-policy",
        "internal-error",
        "core",
    ),
    (
        "locked-by-an-unknown-policy",
        "After an unknown policy its absence is remembered for all, and no policy is found any more.",
        "policy-not-found",
        "policy-not-found",
        "core",
    ),
    (
        "locked-by-a-bad-token",
        "After a bad token the account is locked, and every call after it is forbidden.",
        "unauthenticated",
        "forbidden",
        "core",
    ),
):
    register(
        _name,
        "HTTP-6",
        _fault,
        type(_name, (_Locking,), {"cause": _cause, "error": _error, "__doc__": _fault}),
        shows=(BASE, _SHOTS[_cause], BASE),
        profile=_profile,
    )
