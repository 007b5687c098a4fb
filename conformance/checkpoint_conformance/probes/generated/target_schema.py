"""The document narrowed to a target's real ids, and the requirements that a request violates in it.

Without the narrowing, a generator never guesses an id, and so never gets past the first refusal.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs
from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse
from checkpoint_openapi.document.pointer import tokens
from checkpoint_openapi.load import document

from checkpoint_conformance.data import as_list, as_object
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Request

__all__ = ["PATH", "TargetSchema", "target_schema", "with_null_types"]

PATH = "/v1/{project_id}/providers/{provider_id}/checkpoints"
"""The path of the operation in the document."""
_JSON = "application/json"
_BY_MEMBER = {"plan_id": "REQ-9", "parameters": "REQ-10", "auto_trigger": "REQ-11", "resources": "REQ-12"}


class TargetSchema:
    """The contract's document for one target."""

    def __init__(self, project_id: str, provider_id: str, policy_id: str, resources: tuple[str, ...]) -> None:
        """Build the document with the target's ids as enums, no security, and no examples of other ids."""
        self._project_id, self._provider_id, self._policy_id = project_id, provider_id, policy_id
        self.document: dict[str, Any] = _without_examples(document())
        operation = self.document["paths"][PATH]["post"]
        operation.pop("security", None)
        self.document.pop("security", None)
        self.document["components"].pop("securitySchemes", None)
        ids = {"project_id": project_id, "provider_id": provider_id}
        for holder in (operation, self.document["paths"][PATH]):
            for listed in holder.get("parameters", []):
                parameter = self._resolve(listed)
                if parameter["name"] in ids:
                    parameter["schema"] = {"type": "string", "enum": [ids[parameter["name"]]]}
        content = self._resolve(operation["requestBody"])["content"]
        content[_JSON]["schema"] = schema = self._inline(content[_JSON]["schema"])
        checkpoint = schema["properties"]["checkpoint"]["properties"]
        checkpoint["plan_id"]["enum"] = [policy_id]
        checkpoint["parameters"]["properties"]["resources"]["items"]["enum"] = list(resources)
        self._validator = jsonschema_rs.Draft7Validator(with_null_types(schema))

    def violations(self, request: Request) -> set[str]:
        """Return the requirements that the request violates; an empty set means that it is valid."""
        path = request.path.partition("?")[0].split("/")
        wrong = set[str]()
        if path[2:3] != [self._project_id]:
            wrong.add("AUTH-4")
        if path[4:5] != [self._provider_id]:
            wrong.add("REQ-16")
        media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if media_type != _JSON:
            wrong.add("REQ-13")
        try:
            body = parse(request.body)
        except StrictJsonError:
            return wrong | {"REQ-7"}
        return wrong | {_requirement(error) for error in self._validator.iter_errors(body)}

    def is_open(self, request: Request) -> bool:
        """Return whether no source specifies the outcome of the request, so that any is allowed.

        This holds for `auto_trigger: null`, a repeated resource, and a `plan_id` in upper case.
        """
        try:
            body = parse(request.body)
            parameters = body["checkpoint"]["parameters"]
            resources: Any = parameters.get("resources") or []
            plan = body["checkpoint"].get("plan_id")
        except (StrictJsonError, KeyError, TypeError, AttributeError):
            return False
        if isinstance(plan, str) and plan != self._policy_id and plan.lower() == self._policy_id:
            return True
        if "auto_trigger" in parameters and parameters["auto_trigger"] is None:
            return True
        listed = as_list(resources)
        if listed is None or not all(isinstance(item, str) for item in listed):
            return False
        return len(set(listed)) != len(listed) and len(listed) <= 64

    def parameters(self, request: Request) -> dict[str, Any]:
        """Return the `parameters` of a valid request."""
        members: dict[str, Any] = parse(request.body)["checkpoint"]["parameters"]
        return members

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for token in tokens(node["$ref"]):
                found = found[token]
            node = found
        return node

    def _inline(self, node: Any) -> Any:
        """Return a schema with every reference replaced by a copy of its target."""
        if (items := as_list(node)) is not None:
            return [self._inline(item) for item in items]
        members = as_object(node)
        if members is None:
            return node
        return {key: self._inline(value) for key, value in self._resolve(members).items()}


def target_schema(target: Target) -> TargetSchema:
    """Return the document narrowed to a target, cached by its ids."""
    return _narrowed(target.project_id, target.provider_id, target.policy_id, target.resources)


_narrowed = lru_cache(maxsize=8)(TargetSchema)


def _requirement(error: jsonschema_rs.ValidationError) -> str:
    """Return the requirement that a schema error is about."""
    path = [str(step) for step in error.instance_path]
    keyword = error.kind.name
    if keyword == "additionalProperties":
        return "REQ-14"
    if keyword == "required":
        missing = error.message.split('"')[1]
        return _BY_MEMBER.get(missing, "REQ-8")
    if keyword == "maxItems":
        return "REQ-17"
    wrong_type = keyword == "type" or not isinstance(error.instance, str)  # an enum complains of both
    if path[-1:] == ["plan_id"] and not wrong_type:
        return "NF-1" if keyword == "enum" else "REQ-15"
    if keyword == "enum" and not wrong_type:
        return "NF-3"
    for name in reversed(path):
        if name in _BY_MEMBER:
            return _BY_MEMBER[name]
    return "REQ-8" if path else "REQ-7"


def _without_examples(node: Any) -> Any:
    if (items := as_list(node)) is not None:
        return [_without_examples(item) for item in items]
    members = as_object(node)
    if members is None:
        return node
    return {
        key: _without_examples(value) for key, value in members.items() if key not in ("example", "examples")
    }


def with_null_types(node: Any) -> Any:
    """Convert OpenAPI 3.0's `nullable` into JSON Schema's null type."""
    if (items := as_list(node)) is not None:
        return [with_null_types(item) for item in items]
    members = as_object(node)
    if members is None:
        return node
    converted = {key: with_null_types(value) for key, value in members.items() if key != "nullable"}
    if members.get("nullable") is True and isinstance(members.get("type"), str):
        converted["type"] = [members["type"], "null"]
    return converted
