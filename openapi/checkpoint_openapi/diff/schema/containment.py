"""Whether one JSON Schema accepts every value of another: the one module that knows jsonschema-rs.

Its canonical form is marked experimental, hence this single door. Schemas are JSON Schema 2020-12, with
`format` asserted and everything they refer to under `$defs`.
"""

from __future__ import annotations

from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, cast

import jsonschema_rs
from jsonschema_rs import canonical

__all__ = ["Answer", "JsonSchema", "Operand", "accepts", "is_pattern", "operand"]

JsonSchema = dict[str, Any]
"""A JSON Schema (2020-12) as JSON data."""


class Answer(Enum):
    """Whether a thing was proven, refuted, or neither."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "unknown": Answer.UNKNOWN}
_REGULAR_EXPRESSIONS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)


class Operand:
    """A schema in canonical form, or the fact that it has none."""

    def __init__(self, schema: JsonSchema) -> None:
        self.schema = schema
        self._canonical: jsonschema_rs.CanonicalSchema | None = None
        try:
            self._canonical = jsonschema_rs.canonicalize(
                schema,
                draft=jsonschema_rs.Draft202012,
                validate_formats=True,
                pattern_options=_REGULAR_EXPRESSIONS,
                offline=True,
            )
        except (
            canonical.CanonicalizationError,
            jsonschema_rs.ValidationError,
            jsonschema_rs.ReferencingError,
        ):
            # A schema outside the canonical form leaves the question open; the caller asks in smaller pieces.
            return

    def covers(self, other: Operand) -> Answer:
        """Say whether every value that `other` accepts is accepted by this schema."""
        if self._canonical is None or other._canonical is None:
            return Answer.UNKNOWN
        try:
            return _ANSWERS[self._canonical.covers(other._canonical).value]
        except canonical.CanonicalizationError:
            return Answer.UNKNOWN

    def without(self, other: Operand) -> JsonSchema | None:
        """Return a schema of the values that this one accepts and `other` refuses, or None without a form."""
        if self._canonical is None or other._canonical is None:
            return None
        try:
            return _object(self._canonical.subtract(other._canonical).to_json_schema())
        except canonical.CanonicalizationError:
            return None

    def may_be_satisfied(self) -> bool:
        """Say whether a value may be accepted; False is proven."""
        return self._canonical is None or self._canonical.satisfiability().value != "no"

    @cached_property
    def _simplified(self) -> JsonSchema:
        return self.schema if self._canonical is None else _object(self._canonical.to_json_schema())

    def simplified(self) -> JsonSchema:
        """Return the schema in its canonical form, or as it was given."""
        return self._simplified

    def accepts(self, value: Any) -> bool:
        """Say whether a value is valid; a schema that cannot be compiled accepts nothing."""
        return self._validator is not None and self._validator.is_valid(value)

    @cached_property
    def _validator(self) -> jsonschema_rs.Validator | None:
        try:
            return jsonschema_rs.Draft202012Validator(
                self.schema, validate_formats=True, pattern_options=_REGULAR_EXPRESSIONS, offline=True
            )
        except (ValueError, jsonschema_rs.ReferencingError):
            return None


def operand(schema: JsonSchema) -> Operand:
    """Return a schema as an operand of containment."""
    return Operand(schema)


def accepts(schema: JsonSchema, value: Any) -> bool:
    """Say whether a value is valid against a schema."""
    return Operand(schema).accepts(value)


@lru_cache(maxsize=4096)
def is_pattern(text: str) -> bool:
    """Say whether the engine can read a regular expression."""
    try:
        jsonschema_rs.canonicalize({"pattern": text}, pattern_options=_REGULAR_EXPRESSIONS, offline=True)
    except (canonical.CanonicalizationError, jsonschema_rs.ValidationError):
        return False
    return True


def _object(schema: Any) -> JsonSchema:
    return cast("JsonSchema", schema) if isinstance(schema, dict) else ({} if schema else {"not": {}})
