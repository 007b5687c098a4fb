"""Validates values against the schemas of a document."""

from __future__ import annotations

from typing import Any, NamedTuple

import jsonschema_rs

from checkpoint_openapi.docs.examples.schemas import as_json_schemas
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse

__all__ = ["BodyError", "Checker", "SchemaFault", "UnusableSchemaError"]

_DOCUMENT = "urn:document"
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)


class BodyError(Exception):
    """Raised for a body that is not JSON or does not match its schema; the message says where and why."""


class UnusableSchemaError(Exception):
    """Raised for a schema that cannot be compiled; the message says why."""


class SchemaFault(NamedTuple):
    """Why a value is invalid."""

    where: str
    """The path into the value, such as `checkpoint.plan_id`; empty for the value itself."""
    what: str


class Checker:
    """Validates values that travel in one direction, compiling each schema of a document once."""

    def __init__(self, bundle: Bundle, direction: Direction) -> None:
        self._bundle = bundle
        self.direction = direction
        is_3_0 = str(bundle.document.get("openapi", "")).startswith("3.0")
        schemas = as_json_schemas(bundle.document, direction, bundle.resolved, is_3_0=is_3_0)
        # Registered once: a validator that held the whole document would index it again for each schema.
        self._registry = jsonschema_rs.Registry([(_DOCUMENT, schemas)], draft=jsonschema_rs.Draft202012)
        self._compiled: dict[Location, jsonschema_rs.Validator] = {}

    def parsed(self, body: bytes) -> Any:
        """Return the value of a JSON body (RFC 8259, no duplicate keys); raises `BodyError` if invalid."""
        if not body:
            raise BodyError("The body is missing.")
        try:
            return parse(body)
        except StrictJsonError as error:
            raise BodyError(f"The body is not strict JSON: {error}.") from error

    def check(self, place: Location, value: Any) -> None:
        """Validate a body; raises `BodyError` if it is invalid, `UnusableSchemaError` if its schema is."""
        fault = self.fault(place, value)
        if fault is not None:
            raise BodyError(f"{fault.where or 'The body'}: {fault.what}")

    def fault(self, place: Location, value: Any) -> SchemaFault | None:
        """Return why a value is invalid, or None; raises `UnusableSchemaError` for an unusable schema."""
        try:
            error = next(iter(self._validator(place).iter_errors(value)), None)
        except (UnicodeEncodeError, RecursionError) as error:
            return SchemaFault("", f"It contains something that no schema can judge: {error}.")
        if error is None:
            return None
        return SchemaFault(".".join(str(token) for token in error.instance_path), error.message)

    def _validator(self, place: Location) -> jsonschema_rs.Validator:
        if place not in self._compiled:
            schema = {"$ref": f"{_DOCUMENT}{self._bundle.pointer(place)}"}
            try:
                self._compiled[place] = jsonschema_rs.Draft202012Validator(
                    schema,
                    validate_formats=True,
                    pattern_options=_PATTERNS,
                    offline=True,
                    registry=self._registry,
                )
            except (ValueError, jsonschema_rs.ReferencingError) as error:
                raise UnusableSchemaError(f"The schema cannot be used: {error}") from error
        return self._compiled[place]
