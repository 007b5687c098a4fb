"""Validates a value against an OpenAPI Schema Object, using openapi-schema-validator."""

from __future__ import annotations

import decimal
import json
import math
import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.values import members
from checkpoint_openapi.lint.finding import SkippedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from checkpoint_openapi.document.documents import Location
    from checkpoint_openapi.lint.context import Context

__all__ = ["faults", "faults_alone", "innermost", "shortened", "untyped"]


def untyped(name: str) -> Any:
    """Import a library that type checkers cannot follow, as `Any`."""
    return import_module(name)


_OAS = untyped("openapi_schema_validator")
_REFERENCING = untyped("referencing")
_DRAFTS = untyped("referencing.jsonschema")
_BUNDLE = "urn:bundle"


def _type_of_3_0(validator: Any, wanted: str, value: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """Check a type in place of the library, which reports a null twice."""
    if not (validator.is_type(value, wanted) or (value is None and schema.get("nullable") is True)):
        yield untyped("jsonschema").ValidationError(f"{value!r} is not of type {wanted!r}")


def _multiple_of(_: Any, step: float, value: Any, schema: dict[str, Any]) -> Iterator[Any]:  # noqa: ARG001 - jsonschema's
    """Check multiples in decimal, as the numbers are written: in binary, 4.35 is not a multiple of 0.01."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return
    if decimal.Decimal(str(value)) % decimal.Decimal(str(step)):
        yield untyped("jsonschema").ValidationError(f"{value!r} is not a multiple of {step}")


def _required_in(direction: Direction | None) -> Callable[..., Iterator[Any]]:
    """Return a check that does not require the members that do not travel in a direction, if one is given.

    The library handles a member that is written where it is required, but not one behind a reference.
    """
    silent = direction and direction.value

    def required(validator: Any, names: list[str], value: Any, schema: dict[str, Any]) -> Iterator[Any]:
        declared = members(schema.get("properties"))
        for name in names if isinstance(value, dict) else []:
            if name in value:
                continue
            member = _followed(declared.get(name), validator._resolver)
            if not (silent and member.get(silent) is True):
                yield untyped("jsonschema").ValidationError(f"{name!r} is a required property")

    return required


# A discriminator only names the branch, and the library mistakes a schema name for a file.
_PLAIN = {
    keyword: untyped("jsonschema").Draft4Validator.VALIDATORS[keyword]
    for keyword in ("allOf", "anyOf", "oneOf")
}
_OF_3_0: dict[Direction | None, Any] = {
    direction: untyped("jsonschema.validators").extend(
        validator,
        {
            **_PLAIN,
            "type": _type_of_3_0,
            "multipleOf": _multiple_of,
            "required": _required_in(direction),
        },
    )
    for direction, validator in (
        (Direction.REQUEST, _OAS.OAS30WriteValidator),
        (Direction.RESPONSE, _OAS.OAS30ReadValidator),
        (None, _OAS.OAS30Validator),
    )
}


_OF_3_1: Any = untyped("jsonschema.validators").extend(_OAS.OAS31Validator, {"multipleOf": _multiple_of})


def faults(
    context: Context, schema: Location, value: Any, direction: Direction | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the place (a JSON pointer into the value) and description of each violation of a schema.

    The value may travel in one `direction`, or by default in both. Nothing is yielded for an unusable schema:
    dangling references and patterns that do not compile have rules of their own.
    """
    yield from _faults(context, {"$ref": f"{_BUNDLE}{context.bundle.pointer(schema)}"}, value, direction)


def faults_alone(context: Context, schema: dict[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    """Yield the same for a schema without references."""
    yield from _faults(context, schema, value, None)


def shortened(text: str, most: int = 160) -> str:
    """Return a text on one line, shortened to a readable length."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def innermost(error: Any) -> tuple[str, str]:
    """Return the pointer and description of the most informative part of a jsonschema error."""
    inner = untyped("jsonschema.exceptions").best_match([error]) or error
    pointer = "".join(f"/{escaped(str(token))}" for token in inner.absolute_path)
    message = str(inner.message)
    value: Any = inner.instance
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        message = message.replace(repr(value), json.dumps(value, ensure_ascii=False), 1)
    return pointer, shortened(message)


def _faults(
    context: Context, schema: Any, value: Any, direction: Direction | None
) -> Iterator[tuple[str, str]]:
    kind = _OF_3_0[direction] if context.is_3_0 else _OF_3_1
    validator = kind(schema, registry=_registry(context), format_checker=kind.FORMAT_CHECKER)
    try:
        yield from map(innermost, validator.iter_errors(value))
    except (_REFERENCING.exceptions.Unresolvable, re.error, RecursionError):
        return
    # An invalid schema can make the validator raise anything; the rule `specification` says what is wrong.
    except Exception as error:
        raise SkippedError(f"a schema is malformed: {type(error).__name__}") from error


@lru_cache(maxsize=16)
def _registry(context: Context) -> Any:
    """Return a registry in which references find the document."""
    draft = _DRAFTS.DRAFT4 if context.is_3_0 else _DRAFTS.DRAFT202012
    whole = _REFERENCING.Resource(contents=context.bundle.document, specification=draft)
    return _REFERENCING.Registry().with_resource(_BUNDLE, whole)


def _followed(schema: Any, resolver: Any) -> dict[str, Any]:
    """Return a schema of the bundle, following its references."""
    seen: set[str] = set()
    while "$ref" in members(schema) and schema["$ref"] not in seen:
        seen.add(schema["$ref"])
        try:
            found = resolver.lookup(str(schema["$ref"]))
        except _REFERENCING.exceptions.Unresolvable:
            return {}
        schema, resolver = found.contents, found.resolver
    return members(schema)
