"""The server's responses: the new checkpoint (section 2) and errors (section 3)."""

# ruff: noqa: ARG002 - the arguments of a step are for subclasses that override it

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..service.wire import Request, Response
from ..service.world import Checkpoint, Policy, Resource, Store

if TYPE_CHECKING:
    from ..service.clock import Clock
    from ..service.refusals import Condition
    from ..service.schema import Call

__all__ = ["Answers"]


class Answers:
    """The steps that create a checkpoint and build the response or error; mixed into `Server`."""

    store: Store
    clock: Clock

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        """Create and store the checkpoint."""
        return self.add_checkpoint(policy, resources, call, auto_trigger=call.auto_trigger)

    def add_checkpoint(
        self,
        policy: Policy,
        resources: tuple[Resource, ...],
        call: Call | None = None,
        *,
        auto_trigger: bool = False,
    ) -> Checkpoint:
        """Store a new checkpoint of a policy, whether or not a call asked for it."""
        number = self.store.next_number()
        checkpoint = Checkpoint(
            id=self.new_id(number),
            number=number,
            created_at=self.created_at(),
            policy=policy,
            resources=resources,
            auto_trigger=auto_trigger,
            call=call,
            born=self.clock.monotonic(),
        )
        self.store.add(checkpoint)
        return checkpoint

    def new_id(self, number: int) -> str:
        """Return an id that was never used."""
        return str(uuid.uuid4())

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.fromtimestamp(self.clock.time(), UTC)

    def age(self, checkpoint: Checkpoint) -> float:
        """Return the seconds since `checkpoint` was created."""
        return self.clock.monotonic() - checkpoint.born

    def created_at(self) -> str:
        """Return the current time in the documented form: UTC, no zone, six fractional digits."""
        return f"{self.now():%Y-%m-%dT%H:%M:%S.%f}"

    def created(self, checkpoint: Checkpoint) -> Response:
        """Return the response with the new checkpoint."""
        return self.json(200, self.root_body(checkpoint))

    def root_body(self, checkpoint: Checkpoint) -> Any:
        """Return the root of the response body."""
        return {"checkpoint": self.checkpoint_body(checkpoint)}

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Return the members of `checkpoint` (section 2)."""
        created_by = "operation-engine" if checkpoint.auto_trigger else "manual"
        return {
            "id": checkpoint.id,
            "status": "protecting",
            "created_at": checkpoint.created_at,
            "resource_graph": None,
            "project_id": checkpoint.policy.project,
            "protection_plan": {
                "id": checkpoint.policy.id,
                "name": checkpoint.policy.name,
                "resources": [self.resource_body(each) for each in checkpoint.resources],
            },
            "extra_info": json.dumps({"created_by": created_by}),
        }

    def resource_body(self, resource: Resource) -> dict[str, Any]:
        """Return the members of one resource (section 2)."""
        return {
            "id": resource.id,
            "type": resource.type,
            "name": resource.name,
            "extra_info": json.dumps({"exclude_volumes": list(resource.excluded)}),
        }

    def refused(self, request: Request, condition: Condition) -> Response:
        """Return the error response for `condition`."""
        response = self.json(condition.status, self.error_body(condition))
        if condition.allow:
            response.header("Allow", condition.allow)
        return response

    def error_body(self, condition: Condition) -> Any:
        """Return the body of an error."""
        return {"error_code": condition.code, "error_msg": condition.text}

    def json(self, status: int, document: Any) -> Response:
        """Return a JSON response with `document` as its body."""
        return Response(status, self.encode(document), [("Content-Type", "application/json")])

    def encode(self, document: Any) -> bytes:
        """Return `document` as JSON in UTF-8."""
        try:
            return json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return json.dumps(document).encode()  # a lone surrogate, which only an escape can represent
