"""Validates values against the schemas of a document."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs

from checkpoint_openapi.docs.schemas import as_json_schemas
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse

__all__ = ["BodyError", "Checker", "UnusableSchemaError"]

_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)


class BodyError(Exception):
    """Raised for a body that is not JSON or does not match its schema; the message says where and why."""


class UnusableSchemaError(Exception):
    """Raised for a schema that cannot be compiled; the message says why."""


class Checker:
    """Validates values against the schemas of one document, compiling each schema once."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._schemas = bundle.document
        if str(bundle.document.get("openapi", "")).startswith("3.0"):
            self._schemas = as_json_schemas(bundle.document)
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
        """Validate a value; raises `BodyError` if it is invalid, `UnusableSchemaError` if its schema is."""
        try:
            fault = next(iter(self._validator(place).iter_errors(value)), None)
        except (UnicodeEncodeError, RecursionError) as error:
            raise BodyError(f"The body holds what no schema can be asked about: {error}.") from error
        if fault is not None:
            where = ".".join(str(token) for token in fault.instance_path)
            raise BodyError(f"{where or 'The body'}: {fault.message}")

    def text_fault(self, place: Location, text: str) -> str | None:
        """Return why a parameter is invalid, or None; numbers and Booleans are parsed from the text.

        Raises `UnusableSchemaError` if the schema cannot be compiled.
        """
        faults: list[str] = []
        for value in (text, *_read(text)):
            try:
                self.check(place, value)
            except BodyError as fault:
                faults.append(str(fault))
            else:
                return None
        return faults[0]

    def _validator(self, place: Location) -> jsonschema_rs.Validator:
        if place not in self._compiled:
            schema = {**self._schemas, "$ref": self._bundle.pointer(place)}
            try:
                self._compiled[place] = jsonschema_rs.Draft202012Validator(
                    schema, validate_formats=True, pattern_options=_PATTERNS, offline=True
                )
            except (ValueError, jsonschema_rs.ReferencingError) as error:
                raise UnusableSchemaError(f"The schema cannot be used: {error}") from error
        return self._compiled[place]


def _read(text: str) -> list[Any]:
    """Return what a text may represent besides itself: a scalar, or a comma-separated list."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    scalars = [value] if isinstance(value, (bool, int, float)) else []
    return [*scalars, text.split(",")]
