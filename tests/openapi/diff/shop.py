"""A document with one of everything that a change can touch, for tests of the gate."""

from __future__ import annotations

import copy
from typing import Any

TEXT = {"type": "string"}


def shop(version: str = "3.0.3") -> dict[str, Any]:
    """Return a document with most features of OpenAPI."""
    ref = {"$ref": "#/components/schemas/Order"}
    answer = {"description": "done", "content": {"application/json": {"schema": ref}}}
    return copy.deepcopy({
        "openapi": version,
        "info": {"title": "Shop", "version": "1.0.0"},
        "servers": [{"url": "https://{region}.example.com/v1", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}}],
        "security": [{"oauth": ["read"]}, {"key": []}],
        "paths": {
            "/orders": {
                "get": {
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 20}},
                        {"name": "tags", "in": "query", "schema": {"type": "array", "items": TEXT}},
                    ],
                    "x-rate-limit": 100,
                    "responses": {"200": copy.deepcopy(answer), "4XX": {"description": "failed"}},
                },
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": ref}, "application/xml": {"schema": ref}}},
                    "callbacks": {"done": {"{$request.body#/url}": {"post": {
                        "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"state": {"enum": ["paid"]}}}}}},
                        "responses": {"200": {"description": "seen"}}}}}},
                    "responses": {"201": copy.deepcopy(answer)},
                },
            },
            "/orders/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
                "delete": {"deprecated": True, "x-sunset": "2020-01-01", "responses": {"204": {"description": "gone"}}},
                "get": {"responses": {"200": copy.deepcopy(answer)}},
            },
        },
        "components": {
            "securitySchemes": {
                "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example.com", "scopes": {}}}},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            },
            "schemas": {
                "Order": {
                    "type": "object",
                    "required": ["id", "secret"],
                    "properties": {
                        "id": {**TEXT, "readOnly": True},
                        "secret": {**TEXT, "writeOnly": True},
                        "note": TEXT,
                        "item": {"$ref": "#/components/schemas/Item"},
                        "parent": {"$ref": "#/components/schemas/Order"},
                    },
                },
                "Item": {"type": "object", "required": ["kind"], "properties": {"kind": TEXT},
                         "discriminator": {"propertyName": "kind"}},
                "Book": {"allOf": [{"$ref": "#/components/schemas/Item"}, {"type": "object", "properties": {"pages": {"type": "integer"}}}]},
                "Song": {"allOf": [{"$ref": "#/components/schemas/Item"}, {"type": "object", "properties": {"length": {"type": "integer"}}}]},
            },
        },
    })  # fmt: skip


def order(document: dict[str, Any]) -> dict[str, Any]:
    """Return the members of an order."""
    found: dict[str, Any] = document["components"]["schemas"]["Order"]["properties"]
    return found


def get(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that lists orders."""
    found: dict[str, Any] = document["paths"]["/orders"]["get"]
    return found


def post(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that creates an order."""
    found: dict[str, Any] = document["paths"]["/orders"]["post"]
    return found


def callback(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operation of the callback."""
    found: dict[str, Any] = post(document)["callbacks"]["done"]["{$request.body#/url}"]["post"]
    return found


def state(document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the callback's payload."""
    found: dict[str, Any] = callback(document)["requestBody"]["content"]["application/json"]["schema"][
        "properties"
    ]["state"]
    return found
