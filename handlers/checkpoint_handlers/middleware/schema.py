"""OpenAPI 3.0 schemas, compiled at startup into `jsonschema_rs` validators."""

from __future__ import annotations

from typing import Any, Protocol, cast

import jsonschema_rs

from checkpoint_handlers.errors import Refusal

__all__ = ["Check", "compile_check", "takes_any_text"]

_SCHEMAS = ("items", "not", "additionalProperties")
_ANNOTATIONS = frozenset({"default", "deprecated", "description", "example", "externalDocs", "title"})
_LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf")


class Check(Protocol):
    """Refuses a value that is not valid against its schema."""

    def __call__(self, value: Any) -> None:
        """Return if the value is valid; raise `Refusal` (invalid-request) if it is not."""
        ...


def compile_check(schema: dict[str, Any], where: str) -> Check:
    """Return the check for a schema with resolved `$ref`s; `where` names the value in refusals."""
    validator = jsonschema_rs.Draft4Validator(_plain(schema), mask="the value")

    def check(value: Any) -> None:
        if validator.is_valid(value):
            return
        error = next(iter(validator.iter_errors(value)))
        pointer = "".join(f"/{part}" for part in error.instance_path)
        # Keep the message short enough to read: a member's name may be a megabyte long.
        raise Refusal("invalid-request", f"{where}{pointer[:100]}: {error.message[:200]}.")

    return check


def takes_any_text(schema: dict[str, Any]) -> bool:
    """Return whether the keywords of a schema clearly allow every string."""
    return schema.keys() <= {"type", *_ANNOTATIONS} and schema.get("type", "string") == "string"


def _plain(schema: Any) -> Any:
    """Translate a schema to Draft 4: expand `nullable`, and forbid `readOnly` members."""
    if not isinstance(schema, dict):
        return schema
    schema = cast("dict[str, Any]", schema)
    if schema.get("readOnly"):
        return {"not": {}}
    plain = {keyword: _plain_keyword(keyword, value) for keyword, value in schema.items()}
    nullable = plain.pop("nullable", False)
    return {"anyOf": [{"type": "null"}, plain]} if nullable and "type" in plain else plain


def _plain_keyword(keyword: str, value: Any) -> Any:
    if keyword == "properties":
        return {name: _plain(member) for name, member in value.items()}
    if keyword in _LISTS_OF_SCHEMAS:
        return [_plain(member) for member in value]
    return _plain(value) if keyword in _SCHEMAS else value
