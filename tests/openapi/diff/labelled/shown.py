"""Further edits that break implementers, each of which a value shows: headers, errors, members, requests."""

from __future__ import annotations

from typing import Any

from .edits import Edit, member, response, schema


def header(document: dict[str, Any], answer: str, name: str) -> dict[str, Any]:
    """Return the schema of a header of a component response."""
    found: dict[str, Any] = response(document, answer)["headers"][name]["schema"]
    return found


def required(document: dict[str, Any], name: str, key: str) -> None:
    """Make a member of a component schema required."""
    schema(document, name)["required"].append(key)


HEADERS = (
    Edit("challenge bounded", "compatible", "header-length-narrowed",
         lambda d: header(d, "Unauthorized", "WWW-Authenticate").update(maxLength=20)),
    Edit("challenge of one scheme", "compatible", "header-pattern-narrowed",
         lambda d: header(d, "Unauthorized", "WWW-Authenticate").update(pattern="^Keystone ")),
    Edit("allowed methods fixed", "compatible", "header-value-removed",
         lambda d: header(d, "MethodNotAllowed", "Allow").update(enum=["POST"])),
    Edit("allowed methods given a length", "compatible", "header-length-narrowed",
         lambda d: header(d, "MethodNotAllowed", "Allow").update(minLength=4)),
    Edit("delays of too many requests listed", "compatible", "header-value-removed",
         lambda d: header(d, "TooManyRequests", "Retry-After").update(enum=["1", "60"])),
    Edit("delay counted in seconds", "compatible", "header-type-narrowed",
         lambda d: header(d, "TooManyRequests", "Retry-After").update(type="integer")),
)  # fmt: skip

ERRORS = (
    Edit("code of an error bounded", "compatible", "response-length-narrowed",
         lambda d: member(d, "ErrorBody", "error_code").update(maxLength=12)),
    Edit("codes of errors listed", "compatible", "response-value-removed",
         lambda d: member(d, "ErrorBody", "error_code").update(enum=["CSBS.9001", "CSBS.9999"])),
    Edit("text of an error bounded", "compatible", "response-length-narrowed",
         lambda d: member(d, "ErrorBody", "error_msg").update(maxLength=200)),
    Edit("errors closed", "compatible", "response-unknown-members-refused",
         lambda d: schema(d, "ErrorBody").update(additionalProperties=False)),
    Edit("number of the request given a pattern", "compatible", "response-pattern-narrowed",
         lambda d: member(d, "ErrorBody", "request_id").update(pattern="^req-")),
    Edit("new required member of an error", "compatible", "response-required-member-added",
         lambda d: (schema(d, "ErrorBody")["properties"].update(retry={"type": "boolean"}),
                    required(d, "ErrorBody", "retry"))),
)  # fmt: skip

ANSWERS = (
    Edit("name of a server bounded", "compatible", "response-length-narrowed",
         lambda d: member(d, "Resource", "name").update(maxLength=64)),
    Edit("servers of an answer limited", "compatible", "response-item-count-narrowed",
         lambda d: member(d, "ProtectionPlan", "resources").update(maxItems=64)),
    Edit("null refused about a server", "compatible", "response-null-refused",
         lambda d: member(d, "Resource", "extra_info").update(nullable=False)),
    Edit("project given a pattern", "compatible", "response-pattern-narrowed",
         lambda d: member(d, "Checkpoint", "project_id").update(pattern="^[0-9a-f]{32}$")),
    Edit("fraction of a time required", "compatible", "response-pattern-narrowed",
         lambda d: member(d, "Checkpoint", "created_at").update(
             pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}$")),
    Edit("time without a fraction", "compatible", "response-length-narrowed",
         lambda d: member(d, "Checkpoint", "created_at").update(maxLength=19)),
    Edit("status given a length", "compatible", "response-length-narrowed",
         lambda d: member(d, "Checkpoint", "status").update(minLength=5)),
    Edit("graph required to have text", "compatible", "response-length-narrowed",
         lambda d: member(d, "Checkpoint", "resource_graph").update(minLength=1)),
    Edit("more about the checkpoint required", "compatible", "response-member-became-required",
         lambda d: required(d, "Checkpoint", "extra_info")),
    Edit("more about a server required", "compatible", "response-member-became-required",
         lambda d: required(d, "Resource", "extra_info")),
    Edit("new required member of the plan", "compatible", "response-required-member-added",
         lambda d: (schema(d, "ProtectionPlan")["properties"].update(status={"type": "string"}),
                    required(d, "ProtectionPlan", "status"))),
    Edit("plan closed", "compatible", "response-unknown-members-refused",
         lambda d: schema(d, "ProtectionPlan").update(additionalProperties=False)),
    Edit("servers closed", "compatible", "response-unknown-members-refused",
         lambda d: schema(d, "Resource").update(additionalProperties=False)),
    Edit("members of the checkpoint counted", "compatible", "response-member-count-narrowed",
         lambda d: schema(d, "Checkpoint").update(minProperties=7)),
    Edit("unknown members of the plan bounded", "compatible", "response-type-narrowed",
         lambda d: schema(d, "ProtectionPlan").update(additionalProperties={"type": "string"})),
)  # fmt: skip

REQUESTS = (
    Edit("null accepted for the switch", "compatible", "request-null-allowed",
         lambda d: member(d, "CheckpointParameters", "auto_trigger").update(nullable=True)),
    Edit("numbers accepted for the switch", "compatible", "request-type-widened",
         lambda d: schema(d, "CheckpointParameters")["properties"].update(
             auto_trigger={"default": False, "anyOf": [{"type": "boolean"}, {"type": "integer"}]})),
    Edit("one server accepted as text", "compatible", "request-type-widened",
         lambda d: schema(d, "CheckpointParameters")["properties"].update(
             resources={"anyOf": [{"type": "string"}, member(d, "CheckpointParameters", "resources")]})),
    Edit("parameters opened", "compatible", "request-unknown-members-allowed",
         lambda d: schema(d, "CheckpointParameters").pop("additionalProperties")),
    Edit("names of the policy accepted", "compatible", "request-pattern-widened",
         lambda d: schema(d, "CheckpointOrder")["properties"].update(
             plan_id={"anyOf": [{"type": "string", "pattern": "^[a-z]+$"}, member(d, "CheckpointOrder", "plan_id")]})),
    Edit("description accepted", "compatible", "request-member-added",
         lambda d: schema(d, "CheckpointOrder")["properties"].update(description={"type": "string"})),
)  # fmt: skip

SHOWN = (*HEADERS, *ERRORS, *ANSWERS, *REQUESTS)
