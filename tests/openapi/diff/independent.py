"""A second opinion on witnesses, from a validator that the gate does not use."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012

NAME = "urn:contract"


def accepts(document: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    """Return whether a value is valid against a schema of an OpenAPI document, using jsonschema."""
    old = str(document["openapi"]).startswith("3.0")
    resource = Resource(contents=_absolute(document), specification=DRAFT4 if old else DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(NAME, resource)
    if old:
        validator = OAS30Validator(_absolute(schema), registry=registry, format_checker=oas30_format_checker)
    else:
        checker = Draft202012Validator.FORMAT_CHECKER
        validator = Draft202012Validator(_absolute(schema), registry=registry, format_checker=checker)
    return bool(validator.is_valid(value))


def _absolute(node: Any) -> Any:
    """Return a part of a document with its local references made absolute."""
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: NAME + value
        if key == "$ref" and isinstance(value, str) and value.startswith("#")
        else _absolute(value)
        for key, value in node.items()
    }
