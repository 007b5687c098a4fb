"""Reads the parameters of a request as the document says that they are written (OpenAPI 3.0.3, 4.7.12.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast
from urllib.parse import unquote, unquote_plus

from checkpoint_openapi.docs.examples.checks import Checker
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse
from checkpoint_openapi.document.values import items, members

__all__ = ["Fault", "Parameters", "Sent"]

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
"""The style of a parameter that names none, by where it is sent."""
_SEPARATORS = {"spaceDelimited": re.compile(r"%20|\+| "), "pipeDelimited": re.compile(r"%7[Cc]|\|")}
_DEEPEST = 6
"""The number of nested alternatives that are entered."""
_TYPES = frozenset(("string", "integer", "number", "boolean", "array", "object", "null"))


@dataclass(frozen=True)
class Fault(Exception):
    """Raised for a parameter that is missing or invalid."""

    reason: str
    missing: bool = False


class Sent:
    """Where the parameters of one request stand, still percent-encoded."""

    def __init__(self, path: dict[str, str], query: str, headers: dict[str, str]) -> None:
        self.path = path
        self.headers = headers
        pairs = (pair.partition("=") for pair in query.split("&") if pair)
        self.query = [(unquote_plus(name), value) for name, _, value in pairs]
        try:
            self.cookies = {name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()}
        except CookieError:
            self.cookies = {}

    def named(self, name: str) -> list[str]:
        """Return the values of one name in the query."""
        return [value for key, value in self.query if key == name]


class Parameters:
    """Checks the parameters of requests against one document."""

    def __init__(self, documents: Documents, checker: Checker) -> None:
        self._documents = documents
        self._checker = checker

    def check(self, places: list[Location], sent: Sent) -> None:
        """Check the parameters of an operation; raises `Fault`, whose reason names the parameter."""
        taken = {str(self._documents.get(place).get("name")) for place in places}
        for place in places:
            self._check_one(place, sent, taken)

    def _check_one(self, place: Location, sent: Sent, taken: set[str]) -> None:
        parameter = members(self._documents.get(place))
        name, kind = str(parameter.get("name")), str(parameter.get("in"))
        if kind == "header" and name.lower() in ("accept", "content-type", "authorization"):
            return
        if "content" in parameter:
            schema, found = self._of_content(place, name, kind, sent)
        else:
            schema = place / "schema"
            found = list(self._values(parameter, schema, sent, taken - {name}))
        if not found:
            if parameter.get("required") is True:
                raise Fault(f"The {kind} parameter {name} is missing.", missing=True)
        elif self._documents.has(schema):
            faults = [self._checker.fault(schema, value) for value in found]
            if all(faults):
                fault = faults[0]
                assert fault is not None
                inside = f" at {fault.where}" if fault.where else ""
                raise Fault(f"The {kind} parameter {name} is refused{inside}: {fault.what}")

    def _of_content(self, place: Location, name: str, kind: str, sent: Sent) -> tuple[Location, list[Any]]:
        """Return the schema and the value of a parameter that is written in a media type."""
        content = members(self._documents.get(place).get("content"))
        media_type = next(iter(content), "")
        schema = place.below("content", media_type, "schema")
        texts = [unquote_plus(text) if kind == "query" else unquote(text) for text in _raw(name, kind, sent)]
        if not texts or "json" not in media_type:
            return schema, texts[:1]
        try:
            return schema, [parse(texts[0].encode())]
        except StrictJsonError as error:
            raise Fault(f"The {kind} parameter {name} is refused: it is not strict JSON: {error}.") from error

    def _values(
        self, parameter: dict[str, Any], schema: Location, sent: Sent, others: set[str]
    ) -> Iterator[Any]:
        """Yield what a parameter may mean, the reading that fits its types first; nothing if it is absent."""
        name, kind = str(parameter.get("name")), str(parameter.get("in"))
        style = str(parameter.get("style", _STYLES.get(kind, "form")))
        explode = parameter.get("explode", style == "form") is True
        types = self._types(schema)
        texts = _raw(name, kind, sent)
        if "object" in types:
            pairs = _pairs(name, style, texts, sent, others, explode=explode)
            if pairs:
                yield {
                    key: self._nested(value, self._inside(schema, "properties", key))
                    for key, value in pairs.items()
                }
        if "array" in types and texts:
            inner = self._inside(schema, "items")
            # Many clients also encode the separators, which a strict reader takes for data.
            for written in (texts, [_decoded(text, kind) for text in texts]):
                pieces = _pieces(name, style, written, explode=explode)
                yield [self._scalar(_decoded(piece, kind), inner) for piece in pieces]
        if texts and (types - {"array", "object"} or not types):
            yield self._scalar(_decoded(_bare(name, style, texts[0]), kind), schema)

    def _nested(self, value: Any, schema: Location | None) -> Any:
        """Return a member of an object with its texts read as its schema says."""
        if isinstance(value, dict):
            return {
                key: self._nested(member, schema and self._inside(schema, "properties", key))
                for key, member in cast("dict[str, Any]", value).items()
            }
        if schema is not None and "array" in self._types(schema):
            within = self._inside(schema, "items")
            return [self._scalar(text, within) for text in value]
        return self._scalar(value[-1], schema)

    def _scalar(self, text: str, schema: Location | None) -> Any:
        """Return what a text means to a schema: itself, a number, a Boolean or null."""
        if schema is None:
            return text
        types = self._types(schema)
        readings = [value for value in _read(text) if not types or _type_of(value) & types] or [text]
        fitting = (value for value in readings if self._checker.fault(schema, value) is None)
        return next(fitting, readings[0])

    def _types(self, schema: Location) -> frozenset[str]:
        """Return the types that a schema names itself or in its parts; empty if it names none."""
        found: set[str] = set()
        for part in self._parts(schema):
            stated = members(self._documents.get(part)).get("type")
            found |= {str(name) for name in items(stated) or ([stated] if stated else [])}
            if "properties" in members(self._documents.get(part)):
                found.add("object")
        return frozenset(found & _TYPES)

    def _inside(self, schema: Location, *path: str) -> Location | None:
        """Return the schema of a member or of the items, if any part of a schema says what they are."""
        for part in self._parts(schema):
            if self._documents.has(part.below(*path)):
                return part.below(*path)
            if path[0] == "properties" and isinstance(
                members(self._documents.get(part)).get("additionalProperties"), dict
            ):
                return part / "additionalProperties"
        return None

    def _parts(self, schema: Location, depth: int = 0) -> Iterator[Location]:
        """Yield a schema and the alternatives and parts in it."""
        if depth > _DEEPEST or not self._documents.has(schema):
            return
        place = self._documents.follow(schema)
        yield place
        for key in ("allOf", "anyOf", "oneOf"):
            for number in range(len(items(members(self._documents.get(place)).get(key)))):
                yield from self._parts(place.below(key, number), depth + 1)


def _raw(name: str, kind: str, sent: Sent) -> list[str]:
    """Return what a request carries under a parameter's name."""
    match kind:
        case "path":
            found = sent.path.get(name)
        case "query":
            return sent.named(name)
        case "header":
            found = sent.headers.get(name.lower())
        case _:
            found = sent.cookies.get(name)
    return [] if found is None else [found]


def _decoded(text: str, kind: str) -> str:
    return unquote_plus(text) if kind == "query" else unquote(text) if kind == "path" else text.strip()


def _bare(name: str, style: str, text: str) -> str:
    """Return a value without what the styles of paths put before it."""
    if style == "label":
        return text.removeprefix(".")
    if style == "matrix":
        return text.removeprefix(f";{name}").removeprefix("=")
    return text


def _pieces(name: str, style: str, texts: list[str], *, explode: bool) -> list[str]:
    """Return the items of an array as they are written."""
    if style in ("form", *_SEPARATORS) and explode:
        return texts
    text = _bare(name, style, texts[0])
    if style in _SEPARATORS:
        return _SEPARATORS[style].split(text)
    if style == "matrix" and explode:
        return text.split(f";{name}=")
    return text.split("." if style == "label" and explode else ",")


def _pairs(
    name: str, style: str, texts: list[str], sent: Sent, others: set[str], *, explode: bool
) -> dict[str, Any]:
    """Return the members of an object as texts, in nested objects for `deepObject`; empty if absent."""
    if style == "deepObject":
        return _deep(name, sent)
    if style == "form" and explode:
        found: dict[str, Any] = {}
        for key, value in sent.query:
            if key not in others:
                found.setdefault(key, []).append(unquote_plus(value))
        return found
    if not texts:
        return {}
    text = _bare(name, style, texts[0])
    if explode:
        between = {"matrix": ";", "label": "."}.get(style, ",")
        split = [piece.partition("=")[::2] for piece in text.split(between)]
    else:
        words = _SEPARATORS[style].split(text) if style in _SEPARATORS else text.split(",")
        split = list(zip(words[::2], words[1::2], strict=False))
    return {unquote(key): [unquote(value)] for key, value in split}


def _deep(name: str, sent: Sent) -> dict[str, Any]:
    """Return the object that `name[member]=value` and deeper brackets describe."""
    found: dict[str, Any] = {}
    for key, value in sent.query:
        path = re.fullmatch(rf"{re.escape(name)}((?:\[[^\[\]]*\])+)", key)
        if path is None:
            continue
        *parents, last = [step for step in re.findall(r"\[([^\[\]]*)\]", path[1]) if step] or [""]
        holder = found
        for step in parents:
            # A name that is a member and a parent at once keeps what it was first.
            holder = members(holder.setdefault(step, {}))
        holder[last] = [*items(holder.get(last)), unquote_plus(value)]
    return found


def _read(text: str) -> list[Any]:
    """Return what a text may mean: itself, and the scalar that it is in JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return [text, value] if value is None or isinstance(value, bool | int | float) else [text]


def _type_of(value: Any) -> frozenset[str]:
    """Return the JSON types that a scalar belongs to."""
    if isinstance(value, bool):
        return frozenset(("boolean",))
    if isinstance(value, int | float):
        return frozenset(("number", "integer"))
    return frozenset(("null",)) if value is None else frozenset(("string",))
