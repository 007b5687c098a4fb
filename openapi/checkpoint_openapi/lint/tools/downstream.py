"""What the tools that read the document really do with it, if that is less than the document says.

Each check names the tool and the version that showed the behaviour; the tests run that tool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from checkpoint_openapi.document.documents import UnresolvedError
from checkpoint_openapi.document.formats.fast_yaml import FastSafeLoader
from checkpoint_openapi.document.pointer import child
from checkpoint_openapi.document.source import Position
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.document.structure.objects import Node
    from checkpoint_openapi.lint.context import Context

__all__ = [
    "anchor_repeated",
    "body_unchecked",
    "content_unread",
    "deep_object_unmet",
    "discriminator_unmapped",
    "format_unchecked",
    "multiple_divergent",
    "parameter_unconverted",
    "range_unchecked",
    "type_missing",
]

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SENT = ("header", "cookie")


def parameter_unconverted(context: Context) -> Iterator[Fault]:
    """Find headers and cookies that are not strings: Connexion 3.3 passes them as text and refuses them."""
    for node in context.own("parameter"):
        kind = node.value.get("in")
        types = _types(context, child(node.pointer, "schema"))
        if kind in _SENT and types and not types & {"string"}:
            yield Fault(
                child(node.pointer, "schema"),
                f"Connexion 3.3 rejects every value of this {kind} parameter: it does not convert the text",
                "describe it as text, for example with `type: string` and a `pattern`",
            )


def type_missing(context: Context) -> Iterator[Fault]:
    """Find schemas without `type` where Connexion 3.3 needs one to read a URL or a form.

    It answers 500 to every request with such a value, also to an allowed one. It reads only OpenAPI 3.0.
    """
    for place in (*_in_url(context), *_in_form(context)) if context.is_3_0 else ():
        if "type" not in _at(context, place):
            what = (
                "Connexion 3.3 responds with 500 to every request with this value: the schema names no type"
            )
            yield Fault(place, what, "add `type`, also beside `enum`, `allOf`, `anyOf` and `oneOf`")


def content_unread(context: Context) -> Iterator[Fault]:
    """Find headers and cookies described by `content`, which Connexion 3.3 does not read."""
    for node in context.own("parameter"):
        if node.value.get("in") in _SENT and members(node.value.get("content")):
            yield Fault(
                child(node.pointer, "content"),
                f"Connexion 3.3 does not check the content of a {node.value['in']} parameter",
                "check it in the handler, or describe the text by `schema`",
            )


def deep_object_unmet(context: Context) -> Iterator[Fault]:
    """Find arrays in a deepObject query parameter: Connexion 3.3 reads them as text and refuses them."""
    for node in context.own("parameter"):
        if node.value.get("in") != "query" or node.value.get("style") != "deepObject":
            continue
        schema = _followed(context, child(node.pointer, "schema"))
        for name in members(_at(context, schema).get("properties")):
            place = child(schema, "properties", name)
            if "array" in _types(context, place):
                yield Fault(
                    place,
                    "Connexion 3.3 rejects every value of an array inside a deepObject",
                    "send the array as a query parameter of its own",
                )


def body_unchecked(context: Context) -> Iterator[Fault]:
    """Find bodies that are neither JSON nor a form: Connexion 3.3 neither requires nor checks them."""
    for node in context.own("request-body"):
        for name, media in members(node.value.get("content")).items():
            if not _is_checked(name) and (node.value.get("required") or members(media).get("schema")):
                yield Fault(
                    child(child(node.pointer, "content"), name),
                    f"Connexion 3.3 neither requires nor checks a body of {name}",
                    "check it in the handler",
                )


def range_unchecked(context: Context) -> Iterator[Fault]:
    """Find responses under a status range, which Connexion 3.3 does not check as it does exact statuses."""
    for node in context.all("response"):
        if node.member == "responses" and node.key.upper().endswith("XX") and _has_schema(context, node):
            yield Fault(
                node.pointer,
                f"Connexion 3.3 does not check responses under {node.key}, only exact statuses and `default`",
                "name each status, or use `default`",
            )


def format_unchecked(context: Context) -> Iterator[Fault]:
    """Find int32 without bounds: Connexion 3.3 accepts 2147483648, Schemathesis 4.32 sends it as invalid."""
    for node in context.own("schema"):
        bounds = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} & node.value.keys()
        if node.value.get("format") == "int32" and len(bounds) < 2:
            yield Fault(
                child(node.pointer, "format"),
                "Connexion 3.3 does not check int32, and Schemathesis 4.32 sends 2147483648 as a fault",
                "add `minimum: -2147483648` and `maximum: 2147483647`",
            )


def discriminator_unmapped(context: Context) -> Iterator[Fault]:
    """Find bare names in the mapping of a discriminator: Schemathesis 4.32 never sends their values.

    In OpenAPI 3.0, openapi-schema-validator 0.9 takes the name for a reference and refuses the values.
    """
    for node in context.own("schema"):
        stated = members(node.value.get("discriminator"))
        for value, target in members(stated.get("mapping")).items():
            if "/" not in str(target) and target != value:
                refusing = " and openapi-schema-validator 0.9 refuses it," if context.is_3_0 else ""
                yield Fault(
                    child(node.pointer, "discriminator", "mapping", value),
                    f"Schemathesis 4.32 never sends {value!r},{refusing} as the mapping has the bare name "
                    f"{target!r}",
                    f"write `#/components/schemas/{target}`",
                )


def multiple_divergent(context: Context) -> Iterator[Fault]:
    """Find fractions in `multipleOf`, which engines compute in binary or in decimal."""
    for node in context.own("schema"):
        step = node.value.get("multipleOf")
        if isinstance(step, float) and not step.is_integer():
            yield Fault(
                child(node.pointer, "multipleOf"),
                f"engines disagree on multiples of {step:g}: jsonschema-rs computes in decimals, Python's "
                "jsonschema and Ajv in binary, and refuse some",
                "count in a smaller unit, such as whole cents, or describe the digits by a `pattern`",
            )


def anchor_repeated(context: Context) -> Iterator[Fault]:
    """Find redefined anchors: YAML 1.2.2, 7.1, allows them, and PyYAML cannot read them."""
    known: set[str] = set()
    text = context.source.text
    has_anchors = context.source.root is not None and "&" in text
    for token in yaml.scan(text, Loader=FastSafeLoader) if has_anchors else ():
        if isinstance(token, yaml.AnchorToken):
            if token.value in known:
                mark = token.start_mark
                yield Fault(
                    "",
                    f"Connexion 3.3 and Schemathesis 4.32 reject a document with two anchors {token.value}",
                    "give the second one another name",
                    Position(context.source.file, mark.line + 1, mark.column + 1),
                )
            known.add(token.value)


def _in_url(context: Context) -> Iterator[str]:
    """Yield the pointers of the schemas of path and query parameters."""
    for node in context.own("parameter"):
        if node.value.get("in") in ("path", "query") and "schema" in node.value:
            yield child(node.pointer, "schema")


def _in_form(context: Context) -> Iterator[str]:
    """Yield the pointers of the schemas of form fields that are not empty and have no encoding."""
    for node in context.own("request-body"):
        for name, media in members(node.value.get("content")).items():
            schema = _followed(context, child(node.pointer, "content", name, "schema"))
            if name in _FORMS and "object" in _types(context, schema):
                encoded = members(members(media).get("encoding"))
                for field, value in members(_at(context, schema).get("properties")).items():
                    if value and field not in encoded:
                        yield child(schema, "properties", field)


def _followed(context: Context, pointer: str) -> str:
    """Return the pointer of what a reference at a place names, or of the place if that is elsewhere."""
    place = context.at(pointer)
    try:
        target = context.documents.follow(place) if context.documents.has(place) else place
    except UnresolvedError:
        return pointer
    return target.pointer if target.file == place.file else pointer


def _at(context: Context, pointer: str) -> dict[str, Any]:
    """Return the object at a place, following its reference; nothing if that dangles."""
    place = context.at(pointer)
    try:
        return members(context.read(place)) if context.documents.has(place) else {}
    except UnresolvedError:
        return {}


def _types(context: Context, pointer: str) -> set[str]:
    stated: Any = _at(context, pointer).get("type")
    return {str(name) for name in (items(stated) or [stated]) if name is not None}


def _is_checked(media_type: str) -> bool:
    name = media_type.split(";", maxsplit=1)[0].strip().lower()
    return name in _FORMS or name.endswith(("/json", "+json"))


def _has_schema(context: Context, node: Node) -> bool:
    content = members(_at(context, node.pointer).get("content"))
    return any(members(media).get("schema") for media in content.values())
