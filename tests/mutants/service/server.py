"""A conforming server of the contract using only the standard library; override any step to break it.

`with running(Server) as target:` starts it in this process on a free port and yields the members of
a target file. A broken server is a subclass with one step overridden. The steps of the operation run
in the contract's order: token, project and permission, content type and JSON, schema, provider,
policy, resources, state.
"""

# ruff: noqa: ARG002 - the arguments of a step are for subclasses that override it

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from ..service.answers import Answers
from ..service.auth import Auth
from ..service.companions import Companions
from ..service.listener import Listener
from ..service.refusals import CONDITIONS, Condition, Refusal, refuse
from ..service.schema import Schema
from ..service.wire import Request, Response
from ..service.world import (
    POLICY,
    PROJECT,
    PROVIDER,
    SECOND_POLICY,
    SECOND_PROJECT,
    TOKENS,
    Policy,
    Resource,
    Store,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..service.clock import Clock

__all__ = ["Server", "running"]


class Server(Auth, Schema, Answers, Companions, Listener):
    """The conforming server; subclass it and override one step to break it."""

    timeout = 10.0
    """The timeout for a response in the target file, in seconds."""
    protect_seconds = 0.05
    """Seconds that an item stays `protecting`."""
    conflict = False
    """Whether to refuse a second run of a policy that is still running."""
    hold = 0.0
    """Seconds that a call which has created a checkpoint stays in flight, so that others overlap it."""
    real_time = False
    """Whether a fault shows only in real time, not on a virtual clock."""
    prefix = ""
    """The part of the URL path before `/v1`."""
    identity = "independent server on the standard library"
    clock: Clock = time
    """The clock of this server."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.in_flight = 0

    # -- one request ------------------------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        """Return the response to `request`; a refusal by any step becomes its error response."""
        try:
            response = self.route(request)
        except Refusal as refusal:
            request.connection.refused += 1
            return self.refused(request, refusal.condition)
        request.connection.accepted += 1
        return response

    def route(self, request: Request) -> Response:
        """Find the operation by path and method, and return its response."""
        if not request.path.startswith(self.prefix):
            refuse("no-route")
        match request.segments[self.prefix.count("/") :]:
            case ["v1", project, "providers", provider, "checkpoints"]:
                operations = {"POST": lambda: self.create_checkpoint(request, project, provider)}
            case ["v1", project, "providers", provider, "checkpoints", checkpoint] if checkpoint:
                operations = {
                    "DELETE": lambda: self.delete_checkpoint(request, project, provider, checkpoint)
                }
            case ["v1", project, "policies"]:
                operations = {"GET": lambda: self.list_policies(request, project)}
            case ["v1", project, "checkpoint_items"]:
                operations = {"GET": lambda: self.list_items(request, project)}
            case _:
                refuse("no-route")
        if request.method not in operations:
            return self.other_method(request, ", ".join(operations))
        return operations[request.method]()

    def other_method(self, request: Request, allowed: str) -> Response:
        """Handle a method that the path does not support; `allowed` lists the supported ones."""
        condition = CONDITIONS["method-not-allowed"]
        raise Refusal(Condition(condition.status, condition.code, condition.text, allow=allowed))

    def create_checkpoint(self, request: Request, project: str, provider: str) -> Response:
        """Run the operation: the checks in the contract's order, then the new checkpoint."""
        with self.counted():
            token = self.authenticate(request)
            self.authorize(request, token, project)
            self.check_content_type(request)
            if request.oversize:
                refuse("too-large")
            call = self.validate(request, project, self.parse(request.body))
            self.check_provider(provider)
            policy = self.find_policy(project, call.plan_id)
            resources = self.select_resources(policy, call.resources)
            self.check_state(policy, resources)
            checkpoint = self.make(call, policy, resources)
            if self.hold:
                self.linger(self.hold)
            return self.created(checkpoint)

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count the call as in flight."""
        with self.store.lock:
            self.in_flight += 1
        try:
            yield
        finally:
            with self.store.lock:
                self.in_flight -= 1

    # -- provider, policy, resources, state -------------------------------------------------------

    def check_provider(self, provider: str) -> None:
        """Refuse any provider but the documented one."""
        if provider != PROVIDER:
            refuse("unknown-provider")

    def find_policy(self, project: str, plan_id: str) -> Policy:
        """Return the policy with this id in this project."""
        policy = self.store.policies.get(plan_id)
        if policy is None:
            return self.unknown_policy(plan_id)
        if policy.project != project:
            return self.foreign_policy(policy)
        return policy

    def unknown_policy(self, plan_id: str) -> Policy:
        """Handle an unknown policy id."""
        refuse("policy-not-found")

    def foreign_policy(self, policy: Policy) -> Policy:
        """Handle the id of another project's policy, without disclosing that it exists."""
        refuse("policy-not-found")

    def select_resources(self, policy: Policy, wanted: tuple[str, ...] | None) -> tuple[Resource, ...]:
        """Return the resources to back up, each once; all if none is named."""
        if wanted is None:
            return policy.resources
        known = {resource.id: resource for resource in policy.resources}
        if set(wanted) - set(known):
            return self.outside_resource(policy, wanted)
        return tuple(known[each] for each in dict.fromkeys(wanted))

    def outside_resource(self, policy: Policy, wanted: tuple[str, ...]) -> tuple[Resource, ...]:
        """Handle a selection with a resource that is not in the policy."""
        refuse("resource-not-in-policy")

    def check_state(self, policy: Policy, resources: tuple[Resource, ...]) -> None:
        """Refuse what cannot run now."""
        for each in (policy, *resources):
            if each.trouble:
                raise Refusal(each.trouble)
        if self.conflict and self.is_running(policy):
            self.policy_is_running(policy)

    def is_running(self, policy: Policy) -> bool:
        """Return whether a checkpoint of `policy` is still being created."""
        return any(
            checkpoint.policy.id == policy.id and self.age(checkpoint) < self.protect_seconds
            for checkpoint in self.store.of_project(policy.project)
        )

    def policy_is_running(self, policy: Policy) -> None:
        """Handle a second run of a policy that is still running."""
        refuse("running-by-hand")

    # -- for the suite ----------------------------------------------------------------------------

    def target(self) -> dict[str, Any]:
        """Return the members of a target file for this server."""
        return {
            "url": f"http://{self.authority}{self.prefix}",
            "project_id": PROJECT,
            "provider_id": PROVIDER,
            "token": TOKENS["demo"],
            "max_creates": 100,
            "timeout": self.timeout,
            "profiles": ["discovery", "observation", "deletion", *(["conflict"] if self.conflict else [])],
            "policy": {"id": POLICY.id, "resources": [resource.id for resource in POLICY.resources]},
            "fixtures": {
                "expired_token": TOKENS["expired"],
                "read_only_token": TOKENS["read_only"],
                "second_project": {
                    "project_id": SECOND_PROJECT,
                    "token": TOKENS["second"],
                    "policy_id": SECOND_POLICY.id,
                },
            },
            "implementation": {"name": self.identity, "version": "1"},
        }


@contextlib.contextmanager
def running(
    behaviour: type[Server] = Server, timeout: float | None = None, clock: Clock | None = None
) -> Iterator[dict[str, Any]]:
    """Run a server of class `behaviour` and yield its target; `timeout` and `clock` override its own.

    An exception in the server's code, other than its intended fault, is raised at the end.
    """
    server = behaviour()
    if timeout is not None:
        server.timeout = timeout
    if clock is not None:
        server.clock = clock
    server.start()
    try:
        yield server.target()
    finally:
        server.stop()
