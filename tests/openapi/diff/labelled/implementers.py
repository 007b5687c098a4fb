"""What the labelled edits do to who implements the contract, and further edits that matter to them."""

from __future__ import annotations

from .edits import (
    EDITS,
    PATH,
    UUID,
    Edit,
    body,
    member,
    move,
    operation,
    parameters,
    response,
    schema,
    success,
)
from .shown import SHOWN

BROKEN = {
    "pattern tightened": "request-pattern-widened",
    "pattern loosened": "request-pattern-widened",
    "pattern removed": "request-pattern-widened",
    "maxItems raised": "request-item-count-widened",
    "maxItems removed": "request-item-count-widened",
    "null allowed": "request-null-allowed",
    "type changed": "request-type-widened",
    "type of items changed": "request-type-widened",
    "default changed": "request-default-changed",
    "member became optional": "request-member-became-optional",
    "optional member added": "request-member-added",
    "required member added": "request-member-unexpected",
    "member renamed": "request-member-added",
    "required member renamed": "request-required-member-removed",
    "object opened": "request-unknown-members-allowed",
    "body became optional": "request-body-became-optional",
    "body removed": "request-body-became-optional",
    "media type of the request removed": "request-media-type-added",
    "media type of the request added": "request-media-type-added",
    "pattern of an answer tightened": "response-pattern-narrowed",
    "value removed from an enum of an answer": "response-value-removed",
    "open text of an answer became an enum": "response-value-removed",
    "null refused in an answer": "response-null-refused",
    "type of an answer changed": "response-type-narrowed",
    "member of an answer became required": "response-member-became-required",
    "required member of an answer renamed": "response-required-member-added",
    "object of an answer closed": "response-unknown-members-refused",
    "format of an answer added": "response-format-narrowed",
    "status of success changed": "response-removed",
    "status of failure removed": "response-error-removed",
    "media type of the answer removed": "response-media-type-removed",
    "body of the answer removed": "response-body-removed",
    "required header removed": "response-header-removed",
    "optional header removed": "response-optional-header-removed",
    "optional header became required": "response-header-became-required",
    "type of a header changed": "header-type-narrowed",
    "path renamed": "path-added",
    "version of the path raised": "path-added",
    "method changed": "operation-added",
    "method added": "operation-added",
    "path added": "path-added",
    "optional parameter added": "parameter-added",
    "required parameter added": "parameter-added-required",
    "header of the token renamed": "security-scheme-changed",
    "token sent in the query": "security-scheme-changed",
    "authentication dropped": "security-removed",
    "second scheme accepted": "security-alternative-added",
    "base path added to the server": "server-base-path-changed",
}
"""The edits of the shared table that break implementers, each with the finding that says so.

All others do not break them; only `second scheme demanded` is left for review.
"""

FURTHER = (
    # Requests that a server of the old contract may refuse.
    Edit("longer ids accepted", "compatible", "request-length-widened",
         lambda d: member(d, "CheckpointOrder", "plan_id").update(
             maxLength=40, pattern="^[0-9a-f-]{36}([0-9a-f]{4})?$")),
    Edit("null accepted among the items", "compatible", "request-null-allowed",
         lambda d: member(d, "CheckpointParameters", "resources")["items"].update(nullable=True)),
    Edit("items of another type accepted", "compatible", "request-type-widened",
         lambda d: member(d, "CheckpointParameters", "resources").update(
             items={"anyOf": [{"type": "string"}, {"type": "integer"}]})),
    Edit("ids of items bounded and null accepted", "breaking", "request-null-allowed",
         lambda d: member(d, "CheckpointParameters", "resources")["items"].update(minLength=1, nullable=True)),
    Edit("root of the request opened", "compatible", "request-unknown-members-allowed",
         lambda d: schema(d, "CheckpointRequest").pop("additionalProperties")),
    Edit("any media type accepted", "compatible", "request-media-type-added",
         lambda d: move(body(d)["content"], "application/json", "application/*")),
    Edit("header parameter added", "compatible", "parameter-added",
         lambda d: parameters(d).append({"name": "X-Dry-Run", "in": "header", "schema": {"type": "boolean"}})),
    Edit("text accepted for a switch", "compatible", "request-type-widened",
         lambda d: schema(d, "CheckpointParameters")["properties"].update(
             auto_trigger={"default": False, "anyOf": [{"type": "boolean"}, {"type": "string"}]})),
    Edit("second base path offered", "compatible", "server-base-path-added",
         lambda d: d.update(servers=[{"url": "/"}, {"url": "/csbs"}])),
    # Answers that a server of the old contract may give.
    Edit("ids of answers shortened", "compatible", "response-pattern-narrowed",
         lambda d: member(d, "Checkpoint", "id").update(pattern=UUID)),
    Edit("name of the plan given a length", "compatible", "response-length-narrowed",
         lambda d: member(d, "ProtectionPlan", "name").update(minLength=1)),
    Edit("resources of the plan counted", "compatible", "response-item-count-narrowed",
         lambda d: member(d, "ProtectionPlan", "resources").update(minItems=1)),
    Edit("resources of the plan told apart", "compatible", "response-uniqueness-demanded",
         lambda d: member(d, "ProtectionPlan", "resources").update(uniqueItems=True)),
    Edit("number of the request required in errors", "compatible", "response-member-became-required",
         lambda d: schema(d, "ErrorBody")["required"].append("request_id")),
    Edit("errors given a pattern", "compatible", "response-pattern-narrowed",
         lambda d: member(d, "ErrorBody", "error_code").update(pattern=r"^CSBS\.[0-9]{4}$")),
    Edit("new required member of an answer", "compatible", "response-required-member-added",
         lambda d: (schema(d, "Checkpoint")["properties"].update(size={"type": "integer"}),
                    schema(d, "Checkpoint")["required"].append("size"))),
    Edit("extra information made a list", "breaking", "response-type-narrowed",
         lambda d: member(d, "Checkpoint", "extra_info").update(
             {"type": "array", "items": {"type": "string"}, "nullable": False})),
    Edit("required header added", "compatible", "response-header-added-required",
         lambda d: success(d).update(headers={"X-Request-Id": {"required": True, "schema": {"type": "string"}}})),
    Edit("delay given a pattern", "compatible", "header-pattern-narrowed",
         lambda d: response(d, "Unavailable")["headers"]["Retry-After"]["schema"].update(pattern="^[0-9]+$")),
    Edit("one error of many removed", "compatible", "response-error-removed",
         lambda d: operation(d)["responses"].pop("503")),
    Edit("body of an error removed", "breaking", "response-body-removed",
         lambda d: response(d, "Unavailable").pop("content")),
    Edit("listing added under the path", "compatible", "operation-added",
         lambda d: d["paths"][PATH].update(
             head={"responses": {"200": {"description": "there"}}})),
)  # fmt: skip
"""Edits that break implementers, with the verdict for clients and the finding that says whom."""

ALL = [(edit, BROKEN.get(edit.name)) for edit in EDITS]
ALL += [(edit, edit.finding) for edit in (*FURTHER, *SHOWN)]
