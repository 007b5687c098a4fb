"""Generates OpenAPI documents of any size, and revisions of them, for the `diff` benchmark."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

__all__ = ["document", "interwoven", "loosened", "revision", "tangle", "written"]

_TYPES: list[dict[str, Any]] = [
    {"type": "string", "maxLength": 64},
    {"type": "integer", "format": "int32", "minimum": 0},
    {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    {"type": "string", "enum": ["new", "active", "closed"]},
    {"type": "boolean", "default": False},
    {"type": "string", "format": "date-time", "nullable": True},
]


def written(folder: Path, name: str, base: Any, changed: Any) -> tuple[Path, Path]:
    """Write two versions of a document to a folder, and return their files."""
    paths = folder / f"{name}.base.yaml", folder / f"{name}.revision.yaml"
    for path, content in zip(paths, (base, changed), strict=True):
        path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    return paths


def document(operations: int) -> dict[str, Any]:
    """Return a document with this many operations: four per resource, and three schemas per resource."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Error": _object(["code", "message"], {}), "Page": _object(["next"], {})}
    for number in range((operations + 3) // 4):
        name = f"Resource{number}"
        # Each resource contains its predecessors, so that schemas are shared and deeply nested.
        near = {f"related{step}": _ref(f"Resource{number - step}") for step in (1, 7) if number >= step}
        schemas[name] = _object([f"field{index}" for index in range(8)], {**near, "parent": _ref(name)})
        schemas[f"{name}Order"] = _object(
            [f"field{index}" for index in range(6)], {"detail": _ref(f"{name}Detail")}
        )
        schemas[f"{name}Detail"] = {"allOf": [_ref("Page"), _object(["note", "count"], {})]}
        paths[f"/resource{number}"] = {
            "get": _operation(None, _list(name)),
            "post": _operation(f"{name}Order", _ref(name)),
        }
        item = {"get": _operation(None, _ref(name)), "put": _operation(f"{name}Order", _ref(name))}
        parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"/resource{number}/{{id}}"] = {"parameters": [parameter], **item}
    info = {"title": "Generated", "version": "1.0.0"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def interwoven(resources: int) -> dict[str, Any]:
    """Return a document whose resources contain each other as alternatives: the hardest case."""
    found = document(resources * 4)
    for number in range(resources):
        near = [_ref(f"Resource{other}") for other in range(max(0, number - 6), number + 1)]
        found["components"]["schemas"][f"Resource{number}"]["properties"]["any"] = {"oneOf": near}
    return found


def revision(base: dict[str, Any]) -> dict[str, Any]:
    """Return a revision with every tenth resource changed, half of them in a breaking way."""
    changed = copy.deepcopy(base)
    schemas = changed["components"]["schemas"]
    for number in range(0, len(base["paths"]) // 2, 10):
        schemas[f"Resource{number}"]["properties"]["field0"]["maxLength"] = 32
        order = schemas[f"Resource{number}Order"]
        if number % 20:
            order["properties"]["field0"]["maxLength"] = 16
        else:
            order["properties"]["added"] = {"type": "string"}
    return changed


def tangle(schemas: int) -> dict[str, Any]:
    """Return a document of this many mutually recursive schemas, each with an operation."""
    paths: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for number in range(schemas):
        near = {"type": "array", "items": _ref(f"S{(3 * number + 2) % schemas}")}
        found[f"S{number}"] = {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "next": _ref(f"S{(7 * number + 1) % schemas}"),
                "list": near,
                "value": {"type": "integer", "maximum": number + 1},
            },
        }
        paths[f"/s{number}"] = {"get": _operation(None, _ref(f"S{number}"))}
    found["Error"] = _object(["code", "message"], {})
    info = {"title": "Tangle", "version": "1.0.0"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": found}}


def loosened(base: dict[str, Any]) -> dict[str, Any]:
    """Return a revision of a tangle with a changed member in each schema, so that every response breaks."""
    changed = copy.deepcopy(base)
    for name, schema in changed["components"]["schemas"].items():
        if name != "Error":
            schema["properties"]["value"] = {"type": "number"}
    return changed


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": _ref(name)}},
    }


def _object(names: list[str], more: dict[str, Any]) -> dict[str, Any]:
    properties = {name: copy.deepcopy(_TYPES[index % len(_TYPES)]) for index, name in enumerate(names)}
    return {"type": "object", "required": names[:2], "properties": {**properties, **more}}


def _operation(body: str | None, answer: dict[str, Any]) -> dict[str, Any]:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
    found: dict[str, Any] = {
        "parameters": [limit],
        "responses": {
            "200": {"description": "done", "content": {"application/json": {"schema": answer}}},
            "default": {"description": "failed", "content": {"application/json": {"schema": _ref("Error")}}},
        },
    }
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    return found
