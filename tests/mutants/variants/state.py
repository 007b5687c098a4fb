"""Conforming variants in what they tolerate, and in what changes over time."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..framework.variant import variant
from ..service.refusals import CONDITIONS, Condition, Refusal, refuse
from ..service.schema import ABSENT
from ..service.server import Server
from ..service.world import POLICY, Checkpoint

if TYPE_CHECKING:
    from ..service.schema import Call
    from ..service.wire import Request, Response
    from ..service.world import Policy, Resource, Token


@variant("REQ-14")
class UnknownMembersTolerated(Server):
    """Unknown members of a request are ignored."""

    def check_unknown(self, place: str, members: dict[str, Any], known: set[str]) -> None:
        """Accept any additional members."""


@variant("NF-3")
class OutsideResourceLeftOut(Server):
    """A resource outside the policy is left out."""

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        return tuple(each for each in policy.resources if each.id in wanted) or refuse(
            "resource-not-in-policy"
        )


@variant("REQ-5")
class NullResourcesRefused(Server):
    """Resources that are null or empty are refused."""

    def read_resources(self, value: Any) -> tuple[str, ...] | None:
        if value is None or value == []:
            refuse("invalid-request")
        return super().read_resources(value)


@variant("RESP-8")
class AllResourcesListed(Server):
    """The answer lists all resources of the policy, whatever was selected."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        body = super().checkpoint_body(checkpoint)
        body["protection_plan"]["resources"] = [self.resource_body(each) for each in POLICY.resources]
        return body


@variant()
class OpenDuplicateNames(Server):
    """Of a name that occurs twice in a request the last one counts."""

    def parse(self, body: bytes) -> Any:
        try:
            return super().parse(body)
        except Refusal:
            if self.is_json_otherwise(body):
                return json.loads(body)
            raise

    def is_json_otherwise(self, body: bytes) -> bool:
        """Return whether `body` was refused only for a duplicate name."""
        seen: list[bool] = []

        def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
            seen.append(len(dict(members)) < len(members))
            return dict(members)

        def constant(name: str) -> None:
            raise ValueError(name)

        try:
            json.loads(body.decode(), object_pairs_hook=pairs, parse_constant=constant)
        except (ValueError, RecursionError):
            return False
        return any(seen)


@variant()
class OpenByteOrderMark(Server):
    """A byte-order mark before a request's body is ignored, as RFC 8259 allows."""

    def parse(self, body: bytes) -> Any:
        return super().parse(body.removeprefix(b"\xef\xbb\xbf"))


@variant()
class OpenNullTrigger(Server):
    """An auto_trigger that is null is the default."""

    def read_auto_trigger(self, value: Any) -> bool:
        return super().read_auto_trigger(ABSENT if value is None else value)


@variant()
class OpenPlanInCapitals(Server):
    """A plan_id in capitals is the same policy."""

    def read_plan_id(self, value: Any) -> str:
        return super().read_plan_id(value.lower() if isinstance(value, str) else value)


@variant()
class OpenProviderInCapitals(Server):
    """The provider in capitals is the same one."""

    def check_provider(self, provider: str) -> None:
        super().check_provider(provider.lower())


@variant()
class OpenProjectInCapitals(Server):
    """The project in capitals is the same one."""

    def authorize(self, request: Request, token: Token, project: str, *, write: bool = True) -> None:
        super().authorize(request, token, project.lower(), write=write)

    def find_policy(self, project: str, plan_id: str) -> Policy:
        return super().find_policy(project.lower(), plan_id)


@variant()
class OpenResourceTwiceRefused(Server):
    """A resource that is listed twice is refused."""

    def read_resources(self, value: Any) -> tuple[str, ...] | None:
        wanted = super().read_resources(value)
        if wanted and len(set(wanted)) < len(wanted):
            refuse("invalid-request")
        return wanted


@variant()
class OpenCharsetIgnored(Server):
    """A charset other than UTF-8 in a request is ignored."""

    def wrong_content_type(self, request: Request, media_type: str) -> None:
        if media_type != "application/json":
            super().wrong_content_type(request, media_type)


class _Passing(Server):
    """Answers some valid calls with a condition that passes."""

    condition = "running-by-hand"
    every = 5
    retry_after = ""
    once = False

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        with self.store.lock:
            self.tries += 1
            mine = self.tries
        if mine % self.every == 0 and not (self.once and mine > self.every):
            refuse(self.condition)
        return super().make(call, policy, resources)

    def refused(self, request: Request, condition: Condition) -> Response:
        response = super().refused(request, condition)
        if self.retry_after and condition is CONDITIONS[self.condition]:
            response.header("Retry-After", self.retry_after)
        return response


@variant()
class RunningByHandNowAndThen(_Passing):
    """One call in five finds the policy running, started by hand."""


@variant()
class RunningByScheduleNowAndThen(_Passing):
    """One call in five finds the policy running, started by its schedule."""

    condition = "running-by-schedule"


@variant()
class UnavailableNowAndThen(_Passing):
    """One call in seven gets 503 with Retry-After: 0."""

    condition, every, retry_after = "unavailable", 7, "0"


@variant()
class UnavailableWithoutRetryAfter(_Passing):
    """One call in nine gets 503 without Retry-After."""

    condition, every = "unavailable", 9


@variant()
class TooManyRequestsOnce(_Passing):
    """One call gets 429 with Retry-After: 1."""

    condition, every, retry_after, once = "too-many-requests", 4, "1", True


@variant()
class OneRunAtATime(Server):
    """A policy that is running refuses a second run."""

    conflict = True


@variant()
class OneRunAtATimeUndeclared(OneRunAtATime):
    """A policy that is running refuses a second run, and the target does not say that it does."""

    def target(self) -> dict[str, Any]:
        target = super().target()
        return {**target, "profiles": [each for each in target["profiles"] if each != "conflict"]}


@variant()
class CoreOnly(Server):
    """No companion operation is there, and no profile declared."""

    def route(self, request: Request) -> Response:
        if not request.path.endswith("/checkpoints"):
            refuse("no-route")
        return super().route(request)

    def target(self) -> dict[str, Any]:
        return {**super().target(), "profiles": []}


@variant()
class ItemsInThreeSteps(Server):
    """Items wait before they are protected."""

    protect_seconds = 0.2

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        return "waiting_protect" if self.age(checkpoint) < 0.1 else super().item_status(checkpoint, resource)


@variant()
class ItemsEndInError(Server):
    """Backups of the second resource fail."""

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        status = super().item_status(checkpoint, resource)
        return "error" if status == "available" and resource == POLICY.resources[1] else status


@variant()
class ItemsAtOnceAvailable(Server):
    """Items are available at once."""

    protect_seconds = 0.0


@variant()
class ItemsAppearLate(Server):
    """Items appear 0.2 s after their checkpoint."""

    protect_seconds = 0.3

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        return () if self.age(checkpoint) < 0.2 else checkpoint.resources


@variant()
class DeletionTakesTime(Server):
    """The items of a deleted checkpoint are deleting for 0.2 s before they leave the list."""

    def __init__(self) -> None:
        super().__init__()
        self.deleted: dict[str, float] = {}

    def remove(self, checkpoint: Checkpoint) -> None:
        self.deleted.setdefault(checkpoint.id, self.age(checkpoint))

    def item_resources(self, checkpoint: Checkpoint) -> tuple[Resource, ...]:
        gone = self.age(checkpoint) - self.deleted.get(checkpoint.id, self.age(checkpoint)) > 0.2
        return () if gone else super().item_resources(checkpoint)

    def item_status(self, checkpoint: Checkpoint, resource: Resource) -> str:
        if checkpoint.id not in self.deleted:
            return super().item_status(checkpoint, resource)
        late = self.age(checkpoint) - self.deleted[checkpoint.id] > 0.1
        return "deleting" if late else "waiting_delete"


@variant()
class PagesOfTwo(Server):
    """A page of a list holds two entries at the most, however many were asked for."""

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        return super().page(rows, query)[:2]


@variant()
class MarkersIgnored(Server):
    """Lists know no markers: each is one page."""

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        return super().page(rows, {name: value for name, value in query.items() if name != "marker"})


@variant()
class MarkersRefused(Server):
    """Lists refuse markers: each is one page."""

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        if "marker" in query:
            refuse("invalid-request")
        return super().page(rows, query)


@variant()
class OtherPoliciesUnfit(Server):
    """The servers of every policy but the one under test are switched off, which forbids a backup."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if policy.id != POLICY.id:
            refuse("resource-state-forbids")


@variant()
class OtherPoliciesOfOthers(Server):
    """A token may see every policy of its project, but run only those of its owner."""

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        super().check_state(policy, resources)
        if policy.id != POLICY.id:
            refuse("forbidden")
