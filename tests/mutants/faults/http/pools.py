"""Mutants of HTTP-6: what a refusal leaves in a pool of sessions, and callers who are locked out."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ...framework.mutant import OUTSIDE, breaks
from ...framework.shots import BASE, document, parameters
from ...service.refusals import CONDITIONS, Condition, refuse
from ...service.server import Server

if TYPE_CHECKING:
    from ...service.wire import Request, Response
    from ...service.world import Policy, Resource, Token


class _Pooled(Server):
    """Takes the sessions of a pool in turn; after some refusals one keeps an aborted transaction."""

    size = 1
    cause = "policy-not-found"
    for_good = False

    def __init__(self) -> None:
        super().__init__()
        self.aborted = [False] * self.size
        self.uses = 0
        self.session: dict[int, int] = {}

    def authenticate(self, request: Request) -> Token:
        token = super().authenticate(request)
        if request.method == "POST":
            with self.store.lock:
                self.uses += 1
                self.session[id(request)] = session = self.uses % self.size
            if self.aborted[session]:
                self.aborted[session] = self.for_good
                refuse("internal-error")
        return token

    def refused(self, request: Request, condition: Condition) -> Response:
        session = self.session.pop(id(request), None)
        if condition is CONDITIONS[self.cause] and session is not None:
            self.aborted[session] = True
        return super().refused(request, condition)


_UNKNOWN = BASE.but(body=document(OUTSIDE))


@breaks("HTTP-6", shows=(_UNKNOWN, BASE))
class TransactionAbortedByAnUnknownPolicy(_Pooled):
    """An unknown policy aborts the transaction of the only session, and whatever comes next fails."""


@breaks("HTTP-6", shows=(*[_UNKNOWN] * 5, BASE))
class TransactionAbortedInAPool(_Pooled):
    """An unknown policy aborts the transaction of one session of five, and what is given that next fails."""

    size = 5


@breaks("HTTP-6", shows=(BASE.but(body=b"{"), BASE))
class TransactionAbortedByAnInvalidRequest(_Pooled):
    """An invalid request aborts the transaction of the only session, and whatever comes next fails."""

    cause = "invalid-request"


@breaks("HTTP-6", shows=(*[parameters({"resources": [OUTSIDE]})] * 3, BASE))
class SessionLostToAnOutsideResource(_Pooled):
    """A resource outside the policy leaves one session of three unusable for good."""

    size = 3
    cause = "resource-not-in-policy"
    for_good = True


@breaks("HTTP-6", shows=(*[_UNKNOWN] * 6, BASE))
class PolicyDetachedByRefusals(Server):
    """After six unknown policies the known one has left the session, and its next call fails once."""

    refusals = 0

    def unknown_policy(self, plan_id: str) -> Policy:
        self.refusals += 1
        return super().unknown_policy(plan_id)

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        if self.refusals >= 6:
            self.refusals = 0
            refuse("internal-error")
        super().check_state(policy, resources)


@breaks("HTTP-6", shows=(*[_UNKNOWN] * 16, BASE))
class SessionsLeaked(Server):
    """An unknown policy does not give its session back, and after fifteen the pool is empty for good."""

    leaked = 0

    def find_policy(self, project: str, plan_id: str) -> Policy:
        if self.leaked >= 15:
            refuse("internal-error")
        return super().find_policy(project, plan_id)

    def unknown_policy(self, plan_id: str) -> Policy:
        self.leaked += 1
        return super().unknown_policy(plan_id)


class _LockingOut(Server):
    """Locks everybody out for a while once it has refused often enough."""

    counting: ClassVar[tuple[str, ...]] = ("unauthenticated",)
    most = 10
    error = "unauthenticated"
    seconds = 0.9

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 0
        self.until = float("-inf")

    def authenticate(self, request: Request) -> Token:
        if self.clock.monotonic() < self.until:
            refuse(self.error)
        return super().authenticate(request)

    def refused(self, request: Request, condition: Condition) -> Response:
        if self.store.checkpoints and any(condition is CONDITIONS[name] for name in self.counting):
            self.refusals += 1
            if self.refusals == self.most:
                self.refusals = 0
                self.until = self.clock.monotonic() + self.seconds
        return super().refused(request, condition)


@breaks("HTTP-6", shows=(BASE, *[BASE.but(token="x")] * 10, BASE))
class LockedOutForAWhileByBadTokens(_LockingOut):
    """After ten bad tokens every token gets 401 for a while."""


@breaks("HTTP-6", shows=(BASE, *[BASE.but(body=b"{")] * 20, BASE))
class LockedOutForAWhileByInvalidRequests(_LockingOut):
    """After twenty invalid requests every token gets 401 for a while."""

    counting = ("invalid-request",)
    most = 20


@breaks("HTTP-6", shows=(BASE, *[BASE.but(token="x")] * 10, BASE))
class ForbiddenByBadTokens(_LockingOut):
    """After ten bad tokens every call is forbidden for ten minutes."""

    error = "forbidden"
    seconds = 600.0
