"""Request validation: content type, JSON, and the schema member by member (section 1)."""

# ruff: noqa: ARG002 - the arguments of a step are for subclasses that override it

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from functools import cache
from typing import TYPE_CHECKING, Any

from ..service import strictjson
from ..service.refusals import refuse

if TYPE_CHECKING:
    from ..service.wire import Request

__all__ = ["ABSENT", "Call", "Schema"]

ABSENT = object()
"""The value that a step receives for a missing member."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Call:
    """The content of a valid request; `resources` None means every resource of the policy."""

    request: Request
    project: str
    plan_id: str
    auto_trigger: bool
    resources: tuple[str, ...] | None


@cache
def _media_type(value: str) -> tuple[str, str]:
    """Return the media type and the charset of a Content-Type, in lower case."""
    message = Message()
    message["content-type"] = value
    charset = str(message.get_param("charset", "utf-8")).lower()
    return value.partition(";")[0].strip().lower(), charset


class Schema:
    """The steps that validate the request; mixed into `Server`."""

    depth = 64
    """The maximum nesting depth of JSON brackets."""

    def check_content_type(self, request: Request) -> None:
        """Refuse anything but `application/json`, optionally with a charset of UTF-8."""
        media_type, charset = _media_type(request.header("content-type") or "")
        if media_type != "application/json" or charset != "utf-8":
            self.wrong_content_type(request, media_type)

    def wrong_content_type(self, request: Request, media_type: str) -> None:
        """Handle a body of another media type."""
        refuse("invalid-request")

    def parse(self, body: bytes) -> Any:
        """Return the JSON value of `body`."""
        try:
            return strictjson.read(body, self.depth)
        except strictjson.NotJson:
            refuse("invalid-request")

    def validate(self, request: Request, project: str, document: Any) -> Call:
        """Validate `document` against the schema, member by member, and return its content."""
        root = self.read_root(document)
        checkpoint = self.read_checkpoint(root.get("checkpoint", ABSENT))
        plan_id = self.read_plan_id(checkpoint.get("plan_id", ABSENT))
        parameters = self.read_parameters(checkpoint.get("parameters", ABSENT))
        auto_trigger = self.read_auto_trigger(parameters.get("auto_trigger", ABSENT))
        resources = self.read_resources(parameters.get("resources", ABSENT))
        self.check_unknown("root", root, {"checkpoint"})
        self.check_unknown("checkpoint", checkpoint, {"plan_id", "parameters"})
        self.check_unknown("parameters", parameters, {"auto_trigger", "resources"})
        self.check_combination(root, auto_trigger, resources)
        return Call(request, project, plan_id, auto_trigger, resources)

    def read_root(self, value: Any) -> dict[str, Any]:
        """Return the root object."""
        return self.object(value)

    def read_checkpoint(self, value: Any) -> dict[str, Any]:
        """Return the member `checkpoint`."""
        return self.object(value)

    def read_plan_id(self, value: Any) -> str:
        """Return the id of the policy: a string, a hyphenated UUID in lower case."""
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            refuse("invalid-request")
        return value

    def read_parameters(self, value: Any) -> dict[str, Any]:
        """Return the member `parameters`."""
        return self.object(value)

    def read_auto_trigger(self, value: Any) -> bool:
        """Return whether the call is automatic; the default is false."""
        if value is ABSENT:
            return False
        if not isinstance(value, bool):
            refuse("invalid-request")
        return value

    def read_resources(self, value: Any) -> tuple[str, ...] | None:
        """Return the ids of the selected resources, or None for all."""
        if value is ABSENT or value is None or value == []:
            return None
        if not isinstance(value, list) or len(value) > 64 or not all(isinstance(item, str) for item in value):
            refuse("invalid-request")
        return tuple(value)

    def check_unknown(self, place: str, members: dict[str, Any], known: set[str]) -> None:
        """Refuse members that the schema does not define at `place`."""
        if set(members) - known:
            refuse("invalid-request")

    def check_combination(self, root: Any, auto_trigger: bool, resources: tuple[str, ...] | None) -> None:
        """Accept every combination of valid members; override it to refuse some."""

    def object(self, value: Any) -> dict[str, Any]:
        """Return `value` if it is an object, else refuse the request."""
        if not isinstance(value, dict):
            refuse("invalid-request")
        return value
