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


def lists(document: dict[str, Any], line: str) -> bool:
    """Return whether a document lists the operation of a request line, or the status of `response 404`."""
    kind, _, rest = line.partition(" ")
    if kind != "response":
        return kind.lower() in document["paths"].get(rest, {})
    operations = (item["post"] for item in document["paths"].values() if "post" in item)
    return any(rest in operation["responses"] for operation in operations)


def value_of(place: str, body: Any) -> Any:
    """Return the value itself, which a parameter or a header shows with its name."""
    return next(iter(body.values())) if "parameter `" in place or place.startswith("header") else body


def schema_of(document: dict[str, Any], place: str) -> dict[str, Any]:
    """Return the schema of the part of the operation that a finding names."""
    (item,) = (value for value in document["paths"].values() if "post" in value)
    operation = item["post"]
    if place.startswith("request body"):
        return _media(_resolved(document, operation["requestBody"]))
    if "parameter `" in place:
        name = place.split("`")[1]
        found = (_resolved(document, entry) for entry in item["parameters"])
        return dict(next(entry["schema"] for entry in found if entry["name"] == name))
    status = place.rsplit("response ", 1)[1].split(maxsplit=1)[0]
    answer = _resolved(document, operation["responses"][status])
    if place.startswith("header"):
        return dict(answer["headers"][place.split("`")[1]]["schema"])
    return _media(answer)


def _media(holder: dict[str, Any]) -> dict[str, Any]:
    return dict(next(iter(holder["content"].values()))["schema"])


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        target: Any = document
        for token in value["$ref"].removeprefix("#/").split("/"):
            target = target[token]
        value = target
    return value


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
