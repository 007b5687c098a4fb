"""A published schema leaves room for more members; a test of what is described does not."""

from __future__ import annotations

from typing import Any


def closed(schema: Any) -> Any:
    """Return the schema with no room for members that it does not describe."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        copy["unevaluatedProperties"] = False
    return copy
