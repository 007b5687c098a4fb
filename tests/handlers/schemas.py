"""Validation of responses against the documents' schemas, independent of the server's own."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
from checkpoint_openapi.load import document


def check_schema(source: str, name: str, value: Any) -> None:
    """Raise `jsonschema_rs.ValidationError` if the value is invalid against a document's named schema."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": _plain(document(source)["components"])}
    jsonschema_rs.Draft4Validator(schema).validate(value)


def _plain(node: Any) -> Any:
    """Return the node with `nullable`, which JSON Schema does not have, expanded."""
    if isinstance(node, list):
        return [_plain(member) for member in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _plain(member) for name, member in node.items()}
    if node.get("nullable") is True:
        plain["type"] = [node["type"], "null"]
    return plain
