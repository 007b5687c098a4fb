"""Violations of OpenAPI's JSON Schema, reported at their place and in terms of the document.

The specification defines most objects as alternatives: a reference or the object itself, one form for each
location of a parameter, one for each type of a security scheme. An error names them all; a person wants the
one that was meant.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.document.pointer import escaped
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault
from checkpoint_openapi.lint.validator import shortened
from checkpoint_openapi.suggestion import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["told"]

_UNKNOWN = ("additionalProperties", "unevaluatedProperties", "patternProperties")
_EXTENSION = "^x-"


def told(error: Any, above: str = "") -> Iterator[Fault]:
    """Yield the faults behind a jsonschema error; `above` is the place of the validated value."""
    pointer = above + "".join(f"/{escaped(str(token))}" for token in error.absolute_path)
    if error.validator in ("oneOf", "anyOf") and error.context:
        yield from _alternatives(error, above)
    elif error.validator in _UNKNOWN and (names := _named(error, list(members(error.instance)))):
        for name in names:
            yield _unknown(error, name, f"{pointer}/{escaped(name)}")
    elif error.validator == "required" and (names := _named(error, items(error.validator_value))):
        yield Fault(pointer, f"`{names[0]}` is missing", f"add `{names[0]}`")
    elif error.validator == "enum":
        yield _unlisted(pointer, error.instance, error.validator_value)
    elif error.validator == "not" and members(error.validator_value).get("required"):
        pair = " and ".join(f"`{name}`" for name in error.validator_value["required"])
        yield Fault(pointer, f"{pair} must not be used together", "remove one of them")
    elif error.validator == "uniqueItems":
        yield Fault(pointer, "the list contains a value twice", "remove one of them")
    elif error.validator == "type":
        kinds = error.validator_value
        kind = kinds if isinstance(kinds, str) else " or ".join(kinds)
        value = shortened(json.dumps(error.instance, default=str), 60)
        yield Fault(pointer, f"`{value}` is not of type {kind}", "write a value of this type")
    else:
        yield Fault(pointer, shortened(str(error.message)), "correct it as OpenAPI says")


def _named(error: Any, names: list[str]) -> list[str]:
    """Return the given names that an error is about, which only its message tells."""
    return [str(name) for name in names if repr(name) in error.message.split(" does not match any ")[0]]


def _alternatives(error: Any, above: str) -> Iterator[Fault]:
    """Yield the errors of the alternative that was meant."""
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    is_reference = "$ref" in members(error.instance)
    meant = [inner for inner in branches.values() if _is_reference(inner) is is_reference] or [
        *branches.values()
    ]
    kinds = [_kind(inner) for inner in meant]
    if len(meant) > 1 and all(kinds) and len({str(kind.absolute_path) for kind in kinds if kind}) == 1:
        listed = [value for kind in kinds if kind for value in items(kind.validator_value)]
        pointer = above + "".join(f"/{escaped(str(token))}" for token in kinds[0].absolute_path)
        yield _unlisted(pointer, kinds[0].instance, listed)
        return
    for inner in min(meant, key=lambda inner: (_kind(inner) is not None, len(inner))):
        yield from told(inner, above)


def _is_reference(errors: list[Any]) -> bool:
    """Return whether a failed alternative is the one for a reference."""
    return any(error.validator == "required" and error.validator_value == ["$ref"] for error in errors)


def _kind(errors: list[Any]) -> Any:
    """Return the error about the member that distinguishes alternatives, such as a security scheme's type."""
    return next((error for error in errors if error.validator == "enum"), None)


def _unlisted(pointer: str, value: Any, listed: list[Any]) -> Fault:
    known = ", ".join(f"`{one}`" for one in dict.fromkeys(map(str, listed)))
    return Fault(pointer, f"`{shortened(str(value), 60)}` is not one of {known}", "write one of these")


def _unknown(error: Any, name: str, pointer: str) -> Fault:
    """Return the fault for a member that the specification does not define."""
    known = [str(key) for key in members(error.schema.get("properties"))]
    forms = [form for form in members(error.schema.get("patternProperties")) if form != _EXTENSION]
    near = nearest(str(name), known)
    if near:
        fix = f"did you mean `{near}`?"
    elif forms:
        fix = f"write a name of the form {' or '.join(forms)}"
    else:
        fix = "remove it, or begin its name with `x-`"
    return Fault(pointer, f"OpenAPI does not define `{name}` here", fix)
