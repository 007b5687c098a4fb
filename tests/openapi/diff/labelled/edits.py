"""Edits of the project's own contract, each with the gate's expected verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

PATH = "/v1/{project_id}/providers/{provider_id}/checkpoints"
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class Edit(NamedTuple):
    """A change, whether it breaks, and the finding that reports it; None if only text changes."""

    name: str
    label: str
    """`breaking`, `review` or `compatible`."""
    finding: str | None
    change: Callable[[dict[str, Any]], object]


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a component schema."""
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def member(document: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """Return the schema of a member of a component schema."""
    found: dict[str, Any] = schema(document, name)["properties"][key]
    return found


def operation(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operation."""
    found: dict[str, Any] = document["paths"][PATH]["post"]
    return found


def response(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a component response."""
    found: dict[str, Any] = document["components"]["responses"][name]
    return found


def body(document: dict[str, Any]) -> dict[str, Any]:
    """Return the request body."""
    found: dict[str, Any] = document["components"]["requestBodies"]["CreateCheckpoint"]
    return found


def success(document: dict[str, Any]) -> dict[str, Any]:
    """Return the 200 response."""
    found: dict[str, Any] = operation(document)["responses"]["200"]
    return found


def parameters(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the path parameters."""
    found: list[dict[str, Any]] = document["paths"][PATH]["parameters"]
    return found


def rename(document: dict[str, Any], old: str, new: str) -> None:
    """Replace a name with another everywhere."""
    text = json.dumps({key: document[key] for key in ("paths", "components")}).replace(old, new)
    document.update(json.loads(text))


def move(holder: dict[str, Any], old: str, new: str) -> None:
    """Rename a member."""
    holder[new] = holder.pop(old)


def _split(document: dict[str, Any]) -> None:
    order = document["components"]["schemas"].pop("Checkpoint")
    first = {key: order["properties"].pop(key) for key in ("id", "status")}
    own = {"type": "object", "required": ["id", "status"], "properties": first}
    order["required"] = [name for name in order["required"] if name not in first]
    document["components"]["schemas"].update(
        CheckpointHead=own, Checkpoint={"allOf": [{"$ref": "#/components/schemas/CheckpointHead"}, order]}
    )


def _inline(document: dict[str, Any]) -> None:
    request = schema(document, "CheckpointRequest")
    request["properties"]["checkpoint"] = document["components"]["schemas"].pop("CheckpointOrder")


def _extract(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["PolicyId"] = member(document, "CheckpointOrder", "plan_id")
    schema(document, "CheckpointOrder")["properties"]["plan_id"] = {"$ref": "#/components/schemas/PolicyId"}


def _token_as_parameter(document: dict[str, Any]) -> None:
    parameters(document).append(
        {"name": "X-Auth-Token", "in": "header", "required": True, "schema": {"type": "string"}}
    )


EDITS = (
    # What the caller sends.
    Edit("pattern tightened", "breaking", "request-pattern-narrowed",
         lambda d: member(d, "CheckpointOrder", "plan_id").update(pattern=UUID.replace("8", "7").replace("12", "13"))),
    Edit("pattern loosened", "compatible", "request-pattern-widened",
         lambda d: member(d, "CheckpointOrder", "plan_id").update(pattern=UUID.replace("a-f", "a-fA-F"))),
    Edit("pattern removed", "compatible", "request-pattern-widened",
         lambda d: member(d, "CheckpointOrder", "plan_id").pop("pattern")),
    Edit("pattern written otherwise", "compatible", None,
         lambda d: member(d, "CheckpointOrder", "plan_id").update(
             pattern=r"^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$")),
    Edit("maxLength that the pattern implies removed", "compatible", None,
         lambda d: member(d, "CheckpointOrder", "plan_id").pop("maxLength")),
    Edit("maxLength lowered", "breaking", "request-length-narrowed",
         lambda d: member(d, "CheckpointOrder", "plan_id").update(maxLength=35)),
    Edit("minLength added to an item", "breaking", "request-length-narrowed",
         lambda d: member(d, "CheckpointParameters", "resources")["items"].update(minLength=1)),
    Edit("pattern added to an item", "breaking", "request-pattern-narrowed",
         lambda d: member(d, "CheckpointParameters", "resources")["items"].update(pattern=UUID)),
    Edit("format added to an item", "breaking", "request-format-narrowed",
         lambda d: member(d, "CheckpointParameters", "resources")["items"].update(format="uuid")),
    Edit("format that the pattern implies added", "compatible", None,
         lambda d: member(d, "CheckpointOrder", "plan_id").update(format="uuid")),
    Edit("maxItems lowered", "breaking", "request-item-count-narrowed",
         lambda d: member(d, "CheckpointParameters", "resources").update(maxItems=32)),
    Edit("maxItems raised", "compatible", "request-item-count-widened",
         lambda d: member(d, "CheckpointParameters", "resources").update(maxItems=128)),
    Edit("maxItems removed", "compatible", "request-item-count-widened",
         lambda d: member(d, "CheckpointParameters", "resources").pop("maxItems")),
    Edit("minItems added", "breaking", "request-item-count-narrowed",
         lambda d: member(d, "CheckpointParameters", "resources").update(minItems=1)),
    Edit("uniqueItems added", "breaking", "request-uniqueness-demanded",
         lambda d: member(d, "CheckpointParameters", "resources").update(uniqueItems=True)),
    Edit("null refused", "breaking", "request-null-refused",
         lambda d: member(d, "CheckpointParameters", "resources").pop("nullable")),
    Edit("null allowed", "compatible", "request-null-allowed",
         lambda d: member(d, "CheckpointParameters", "auto_trigger").update(nullable=True)),
    Edit("type changed", "breaking", "request-type-narrowed",
         lambda d: member(d, "CheckpointParameters", "auto_trigger").update(type="string")),
    Edit("type of items changed", "breaking", "request-type-narrowed",
         lambda d: member(d, "CheckpointParameters", "resources").update(items={"type": "integer"})),
    Edit("enum added", "breaking", "request-value-removed",
         lambda d: member(d, "CheckpointParameters", "auto_trigger").update(enum=[False])),
    Edit("default changed", "breaking", "request-default-changed",
         lambda d: member(d, "CheckpointParameters", "auto_trigger").update(default=True)),
    Edit("default removed", "review", "request-default-removed",
         lambda d: member(d, "CheckpointParameters", "auto_trigger").pop("default")),
    Edit("member became required", "breaking", "request-member-became-required",
         lambda d: schema(d, "CheckpointParameters").update(required=["resources"])),
    Edit("member became optional", "compatible", "request-member-became-optional",
         lambda d: schema(d, "CheckpointOrder").update(required=["plan_id"])),
    Edit("optional member added", "compatible", "request-member-added",
         lambda d: schema(d, "CheckpointParameters")["properties"].update(name={"type": "string"})),
    Edit("required member added", "breaking", "request-required-member-added",
         lambda d: (schema(d, "CheckpointOrder")["properties"].update(name={"type": "string"}),
                    schema(d, "CheckpointOrder")["required"].append("name"))),
    Edit("member removed", "breaking", "request-member-refused",
         lambda d: schema(d, "CheckpointParameters")["properties"].pop("auto_trigger")),
    Edit("member renamed", "breaking", "request-member-refused",
         lambda d: move(schema(d, "CheckpointParameters")["properties"], "resources", "servers")),
    Edit("required member renamed", "breaking", "request-required-member-added",
         lambda d: (move(schema(d, "CheckpointOrder")["properties"], "plan_id", "policy_id"),
                    schema(d, "CheckpointOrder").update(required=["policy_id", "parameters"]))),
    Edit("object opened", "compatible", "request-unknown-members-allowed",
         lambda d: schema(d, "CheckpointParameters").pop("additionalProperties")),
    Edit("body became optional", "compatible", "request-body-became-optional",
         lambda d: body(d).update(required=False)),
    Edit("body removed", "breaking", "request-body-removed",
         lambda d: operation(d).pop("requestBody")),
    Edit("media type of the request removed", "breaking", "request-media-type-removed",
         lambda d: move(body(d)["content"], "application/json", "application/vnd.csbs+json")),
    Edit("media type of the request added", "compatible", "request-media-type-added",
         lambda d: body(d)["content"].update({"text/yaml": {"schema": {"type": "string"}}})),
    Edit("media type of the request given a charset", "compatible", None,
         lambda d: move(body(d)["content"], "application/json", "application/json; charset=utf-8")),
    # What the server returns.
    Edit("pattern of an answer loosened", "breaking", "response-pattern-widened",
         lambda d: member(d, "Checkpoint", "id").update(pattern="^[0-9A-Fa-f-]{36}$")),
    Edit("pattern of an answer tightened", "compatible", "response-pattern-narrowed",
         lambda d: member(d, "Checkpoint", "id").update(pattern=UUID)),
    Edit("pattern of an answer removed", "breaking", "response-pattern-widened",
         lambda d: member(d, "Checkpoint", "created_at").pop("pattern")),
    Edit("maxLength of an answer raised with its pattern", "breaking", "response-pattern-widened",
         lambda d: member(d, "Checkpoint", "created_at").update(
             maxLength=29, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?$")),
    Edit("value added to an enum of an answer", "breaking", "response-value-added",
         lambda d: member(d, "Resource", "type")["enum"].append("OS::Trove::Instance")),
    Edit("value removed from an enum of an answer", "compatible", "response-value-removed",
         lambda d: member(d, "Resource", "type")["enum"].pop()),
    Edit("enum of an answer dropped", "breaking", "response-value-added",
         lambda d: member(d, "Resource", "type").pop("enum")),
    Edit("open text of an answer became an enum", "compatible", "response-value-removed",
         lambda d: member(d, "Checkpoint", "status").update(enum=["protecting", "available", "error"])),
    Edit("null allowed in an answer", "breaking", "response-null-allowed",
         lambda d: member(d, "ProtectionPlan", "name").update(nullable=True)),
    Edit("null refused in an answer", "compatible", "response-null-refused",
         lambda d: member(d, "Checkpoint", "resource_graph").pop("nullable")),
    Edit("type of an answer changed", "breaking", "response-type-widened",
         lambda d: member(d, "Resource", "extra_info").update(type="object")),
    Edit("member of an answer became optional", "breaking", "response-member-became-optional",
         lambda d: schema(d, "Checkpoint")["required"].remove("resource_graph")),
    Edit("member of an answer became required", "compatible", "response-member-became-required",
         lambda d: schema(d, "Checkpoint")["required"].append("extra_info")),
    Edit("required member of an answer removed", "breaking", "response-required-member-removed",
         lambda d: (schema(d, "Checkpoint")["properties"].pop("project_id"),
                    schema(d, "Checkpoint")["required"].remove("project_id"))),
    Edit("optional member of an answer removed", "breaking", "response-member-removed",
         lambda d: schema(d, "Checkpoint")["properties"].pop("extra_info")),
    Edit("required member of an answer renamed", "breaking", "response-required-member-removed",
         lambda d: (move(schema(d, "ProtectionPlan")["properties"], "name", "title"),
                    schema(d, "ProtectionPlan").update(required=["id", "title", "resources"]))),
    Edit("optional member added to an open object of an answer", "compatible", "response-member-added",
         lambda d: schema(d, "Checkpoint")["properties"].update(updated_at={"type": "string"})),
    Edit("second root member added to the answer", "breaking", "response-member-unexpected",
         lambda d: schema(d, "CheckpointResponse")["properties"].update(links={"type": "array"})),
    Edit("root of the answer opened", "breaking", "response-unknown-members-allowed",
         lambda d: schema(d, "CheckpointResponse").pop("additionalProperties")),
    Edit("object of an answer closed", "compatible", "response-unknown-members-refused",
         lambda d: schema(d, "ProtectionPlan").update(additionalProperties=False)),
    Edit("minLength of an error dropped", "breaking", "response-length-widened",
         lambda d: member(d, "ErrorBody", "error_code").pop("minLength")),
    Edit("format of an answer added", "compatible", "response-format-narrowed",
         lambda d: member(d, "ProtectionPlan", "id").update(format="uuid")),
    Edit("status of success changed", "breaking", "response-removed",
         lambda d: move(operation(d)["responses"], "200", "201")),
    Edit("status of success added", "review", "response-added-success",
         lambda d: operation(d)["responses"].update({"202": success(d)})),
    Edit("status of failure added", "compatible", "response-added",
         lambda d: operation(d)["responses"].update({"409": {"$ref": "#/components/responses/BadRequest"}})),
    Edit("status of failure removed", "compatible", "response-error-removed",
         lambda d: operation(d)["responses"].pop("415")),
    Edit("media type of the answer removed", "breaking", "response-media-type-removed",
         lambda d: move(success(d)["content"], "application/json", "text/plain")),
    Edit("media type of the answer added", "compatible", "response-media-type-added",
         lambda d: success(d)["content"].update({"text/plain": {"schema": {"type": "string"}}})),
    Edit("body of the answer removed", "breaking", "response-body-removed",
         lambda d: success(d).pop("content")),
    Edit("required header removed", "breaking", "response-header-removed",
         lambda d: response(d, "MethodNotAllowed").pop("headers")),
    Edit("required header became optional", "breaking", "response-header-became-optional",
         lambda d: response(d, "MethodNotAllowed")["headers"]["Allow"].pop("required")),
    Edit("optional header removed", "breaking", "response-optional-header-removed",
         lambda d: response(d, "TooManyRequests").pop("headers")),
    Edit("optional header became required", "compatible", "response-header-became-required",
         lambda d: response(d, "Unavailable")["headers"]["Retry-After"].update(required=True)),
    Edit("header added", "compatible", "response-header-added",
         lambda d: success(d).update(headers={"X-Request-Id": {"schema": {"type": "string"}}})),
    Edit("type of a header changed", "breaking", "header-type-widened",
         lambda d: response(d, "Unavailable")["headers"]["Retry-After"].update(schema={"type": "object"})),
    Edit("link removed", "compatible", "response-link-removed",
         lambda d: success(d).pop("links")),
    # Path, parameters, security and the rest.
    Edit("path renamed", "breaking", "path-removed",
         lambda d: move(d["paths"], PATH, PATH.replace("checkpoints", "backups"))),
    Edit("version of the path raised", "breaking", "path-removed",
         lambda d: move(d["paths"], PATH, PATH.replace("v1", "v2"))),
    Edit("method changed", "breaking", "operation-removed",
         lambda d: move(d["paths"][PATH], "post", "put")),
    Edit("method added", "compatible", "operation-added",
         lambda d: d["paths"][PATH].update(get={"responses": {"200": {"description": "a list"}}})),
    Edit("path added", "compatible", "path-added",
         lambda d: d["paths"].update({"/v1/status": {"get": {"responses": {"200": {"description": "up"}}}}})),
    Edit("path parameter renamed", "compatible", None,
         lambda d: rename(d, "{provider_id}", "{provider}") or rename(
             d, '"name": "provider_id"', '"name": "provider"')),
    Edit("path parameter given a pattern", "breaking", "parameter-pattern-narrowed",
         lambda d: d["components"]["parameters"]["ProjectId"]["schema"].update(pattern="^[0-9a-f]{32}$")),
    Edit("path parameter given an enum", "breaking", "parameter-value-removed",
         lambda d: d["components"]["parameters"]["ProviderId"]["schema"].update(
             enum=["fc4d5750-22e7-4798-8a46-f48f62c4c1da"])),
    Edit("optional parameter added", "compatible", "parameter-added",
         lambda d: parameters(d).append({"name": "dry_run", "in": "query", "schema": {"type": "boolean"}})),
    Edit("required parameter added", "breaking", "parameter-added-required",
         lambda d: parameters(d).append(
             {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}})),
    Edit("token written as a parameter, too", "compatible", None, _token_as_parameter),
    Edit("scheme renamed", "compatible", "security-scheme-renamed",
         lambda d: (move(d["components"]["securitySchemes"], "token", "keystone"),
                    d.update(security=[{"keystone": []}]))),
    Edit("header of the token renamed", "breaking", "security-scheme-changed",
         lambda d: d["components"]["securitySchemes"]["token"].update(name="Authorization")),
    Edit("token sent in the query", "breaking", "security-scheme-changed",
         lambda d: d["components"]["securitySchemes"]["token"].update({"in": "query"})),
    Edit("authentication dropped", "compatible", "security-removed", lambda d: d.pop("security")),
    Edit("second scheme demanded", "breaking", "security-alternative-removed",
         lambda d: (d["components"]["securitySchemes"].update(mac={"type": "http", "scheme": "mac"}),
                    d.update(security=[{"token": [], "mac": []}]))),
    Edit("second scheme accepted", "compatible", "security-alternative-added",
         lambda d: (d["components"]["securitySchemes"].update(mac={"type": "http", "scheme": "mac"}),
                    d["security"].append({"mac": []}))),
    Edit("base path added to the server", "breaking", "server-base-path-changed",
         lambda d: d.update(servers=[{"url": "/csbs"}])),
    Edit("server named", "compatible", "server-added",
         lambda d: d.update(servers=[{"url": "https://csbs.example.com"}])),
    Edit("operationId changed", "compatible", "operation-id-changed",
         lambda d: operation(d).update(operationId="executePolicy")),
    Edit("operation deprecated", "compatible", "operation-deprecated",
         lambda d: operation(d).update(deprecated=True)),
    # Texts and refactorings.
    Edit("descriptions rewritten", "compatible", None,
         lambda d: (operation(d).update(description="Other words."), success(d).update(description="Done."))),
    Edit("examples dropped", "compatible", None,
         lambda d: success(d)["content"]["application/json"].pop("examples")),
    Edit("tags changed", "compatible", None, lambda d: operation(d).update(tags=["backups"])),
    Edit("component renamed", "compatible", None,
         lambda d: rename(d, "ProtectionPlan", "Plan")),
    Edit("allOf split", "compatible", None, _split),
    Edit("component inlined", "compatible", None, _inline),
    Edit("component extracted", "compatible", None, _extract),
    Edit("required listed in another order", "compatible", None,
         lambda d: schema(d, "Checkpoint")["required"].reverse()),
    Edit("unused component added", "compatible", None,
         lambda d: d["components"]["schemas"].update(Spare={"type": "string"})),
    Edit("security said at the operation", "compatible", None,
         lambda d: operation(d).update(security=d.pop("security"))),
    Edit("parameters moved to the operation", "compatible", None,
         lambda d: operation(d).update(parameters=d["paths"][PATH].pop("parameters"))),
    Edit("parameters listed in another order", "compatible", "parameter-order-changed",
         lambda d: parameters(d).reverse()),
)  # fmt: skip
