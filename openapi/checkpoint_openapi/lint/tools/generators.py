"""What generators make of a document that surprises the users of the generated code.

Each check names the generator and the version that showed the behaviour; the tests run that generator. Not
everyone generates code, so these rules are applied only if asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = ["LANGUAGES", "default_required", "model_names_collide", "model_strict"]

LANGUAGES = {
    "java": frozenset(
        (
            *("ApiResponse", "Boolean", "Class", "Configuration", "Default", "Enum", "File", "List", "Null"),
            *("Object", "Package", "Void"),
        )
    ),
    "python": frozenset(("Class", "Date")),
    "typescript-fetch": frozenset(
        (
            *("ApiResponse", "Array", "Boolean", "Configuration", "Date", "Error", "File", "Integer", "Map"),
            *("Object", "Record", "Set", "String"),
        )
    ),
}
"""The model names that OpenAPI Generator 7.26 does not use, by the name of the generator."""


def model_strict(context: Context) -> Iterator[Fault]:
    """Find objects that do not say whether they are open: OpenAPI Generator 7.26 closes them in Java."""
    for node in context.own("schema"):
        schema = node.value
        if members(schema.get("properties")) and schema.keys().isdisjoint(
            ("additionalProperties", "unevaluatedProperties", "allOf")
        ):
            yield Fault(
                node.pointer,
                "OpenAPI Generator 7.26 (java) makes a model that refuses members it does not know, so that "
                "each new one breaks its users",
                "write `additionalProperties: true`, or tell users to generate with "
                "`disallowAdditionalPropertiesIfNotPresent=false`",
            )


def default_required(context: Context) -> Iterator[Fault]:
    """Find optional members with a default: openapi-typescript 7.13 makes them required."""
    for node in context.own("schema"):
        required = items(node.value.get("required"))
        for name, schema in members(node.value.get("properties")).items():
            if "default" in members(schema) and name not in required:
                yield Fault(
                    child(node.pointer, "properties", name, "default"),
                    f"openapi-typescript 7.13 makes {name!r} required, because it has a default",
                    "describe the default in words, or tell users to set `--default-non-nullable=false`",
                )


def model_names_collide(context: Context) -> Iterator[Fault]:
    """Find schema names that OpenAPI Generator 7.26 turns into one model, or that a language reserves."""
    place = child("", "components", "schemas")
    first: dict[str, str] = {}
    for name in members(members(context.document.get("components")).get("schemas")):
        model = _model(name)
        other = first.setdefault(model, name)
        if other != name:
            yield Fault(
                child(place, name),
                f"OpenAPI Generator 7.26 makes one model {model} of {other!r} and {name!r}: one is lost",
                "give one of them another name",
            )
        taken = sorted(language for language, names in LANGUAGES.items() if model in names)
        if taken:
            yield Fault(
                child(place, name),
                f"OpenAPI Generator 7.26 ({', '.join(taken)}) calls the model of {name!r} Model{model}: the "
                "language has taken the name",
                "give it a name that says what it is about, such as `OrderError` for `Error`",
            )


def _model(name: str) -> str:
    """Return the name of the model for a schema's name: in camel case."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
