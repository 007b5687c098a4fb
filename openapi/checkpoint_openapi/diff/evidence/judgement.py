"""Judges a recorded exchange against one version of a contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from checkpoint_openapi.diff.compare.context import Comparison
from checkpoint_openapi.diff.compare.describe import path_text
from checkpoint_openapi.diff.evidence.recorded import Exchange, whole_text
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse
from checkpoint_openapi.document.structure.operations import Operation, Parameter, operations
from checkpoint_openapi.document.values import members

__all__ = ["Judgement", "Version", "Violation", "json_of"]

_VARIABLE = re.compile(r"\{[^}]*\}")
_SECRET = re.compile(r"\{\{\w+\}\}")
"""What stands in a report in place of a secret."""


@dataclass(frozen=True)
class Violation:
    """What a contract does not allow in a request or in a response."""

    kind: str
    """`request` or `response`."""
    subject: str
    """`status`, `media type`, `body`, `header` or `parameter`."""
    path: str
    """The member of the body, or the name of the header or the parameter."""
    what: str
    value: Any = None
    """The recorded value that proves it."""

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is about, whatever the value."""
        return self.kind, self.subject, self.path


@dataclass(frozen=True)
class Judgement:
    """What one version of a contract says of an exchange."""

    operation: Operation | None
    """The operation that was called, or None if the version has none."""
    status: str
    """The key of the status of the response, or an empty text."""
    request: tuple[Violation, ...] = ()
    response: tuple[Violation, ...] = ()
    request_value: Any = None
    response_value: Any = None


class Version:
    """One version of a contract, ready to judge exchanges."""

    def __init__(self, comparison: Comparison, *, new: bool) -> None:
        self._comparison = comparison
        self._new = new
        self._documents: Documents = comparison.revision if new else comparison.base
        self._operations = [
            (operation.method, re.compile(_pattern(operation.path)), operation)
            for operation in operations(self._documents).values()
        ]

    def judge(self, exchange: Exchange) -> Judgement:
        """Return what this version says of an exchange; credentials are not judged."""
        called = (each for each in self._operations if each[0] == exchange.method)
        operation = next((each for _, path, each in called if path.fullmatch(exchange.path)), None)
        if operation is None:
            return Judgement(None, "")
        sent, answered = json_of(exchange.request_body), json_of(exchange.body or b"")
        place, status = self._response(operation, exchange.status)
        return Judgement(
            operation,
            status,
            tuple(self._request(operation, exchange, sent)),
            tuple(self._received(place, exchange, answered)),
            None if sent is _NONE else sent,
            None if answered is _NONE else answered,
        )

    def _response(self, operation: Operation, status: int) -> tuple[Location | None, str]:
        responses = members(operation.value.get("responses"))
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in responses:
                return self._documents.follow(operation.place / "responses" / key), key
        return None, ""

    def _request(self, operation: Operation, exchange: Exchange, sent: Any) -> Iterator[Violation]:
        yield from self._parameters(operation, exchange)
        if "requestBody" not in operation.value:
            return
        place = self._documents.follow(operation.place / "requestBody")
        value = members(self._documents.get(place))
        if not exchange.request_body:
            if value.get("required") is True:
                yield Violation("request", "body", "", "has no body")
            return
        yield from self._content("request", place, value, exchange.request_headers, sent)

    def _received(self, place: Location | None, exchange: Exchange, answered: Any) -> Iterator[Violation]:
        if place is None:
            yield Violation("response", "status", "", f"has the status {exchange.status}", exchange.status)
            return
        value = members(self._documents.get(place))
        for name in members(value.get("headers")):
            at = self._documents.follow(place / "headers" / name)
            yield from self._header(name, at, exchange.headers.get(name.lower()))
        if exchange.body is None:
            return
        if not exchange.body:
            if members(value.get("content")) and exchange.method != "head":
                yield Violation("response", "body", "", "has no body")
        elif not members(value.get("content")):
            yield Violation("response", "body", "", "has a body", _shown(exchange.body))
        else:
            yield from self._content("response", place, value, exchange.headers, answered)

    def _header(self, name: str, place: Location, found: str | None) -> Iterator[Violation]:
        header = members(self._documents.get(place))
        if found is None:
            if header.get("required") is True and name.lower() != "content-type":
                yield Violation("response", "header", name, f"has no header {name}")
        elif "schema" in header and not self._fits_as_text(place / "schema", found, request=False):
            yield Violation("response", "header", name, f"has the header {name}: {found}", found)

    def _content(
        self, kind: str, place: Location, holder: dict[str, Any], headers: dict[str, str], body: Any
    ) -> Iterator[Violation]:
        stated = headers.get("content-type", "").split(";")[0].strip().lower()
        found = _media_type(stated, members(holder.get("content")))
        if found is None:
            yield Violation(kind, "media type", "", f"is of type {stated or 'unknown'}", stated)
            return
        if not (stated.endswith(("/json", "+json"))) or "schema" not in members(holder["content"][found]):
            return
        if body is _NONE:
            yield Violation(kind, "body", "", "is not strict JSON")
            return
        schema = self._schema(place / "content" / found / "schema", request=kind == "request")
        for path, why, value in schema.operand.violations(body):
            if not _SECRET.search(json.dumps(value, default=str)):
                yield Violation(kind, "body", path_text(path), whole_text(why[:_LONGEST]), value)

    def _parameters(self, operation: Operation, exchange: Exchange) -> Iterator[Violation]:
        query = parse_qs(exchange.query, keep_blank_values=True)
        match = re.fullmatch(_pattern(operation.path), exchange.path)
        for parameter in operation.parameters.values():
            kind, name = str(parameter.value.get("in")), str(parameter.value.get("name"))
            if kind == "query":
                found = query.get(name, [None])[0]
            elif kind == "header":
                found = exchange.request_headers.get(name.lower())
            elif kind == "path" and match is not None:
                found = _variable(operation.path, match, name)
            else:
                continue
            yield from self._parameter(parameter, name, found)

    def _parameter(self, parameter: Parameter, name: str, found: str | None) -> Iterator[Violation]:
        if found is None:
            if parameter.value.get("required") is True:
                yield Violation("request", "parameter", name, f"has no parameter {name}")
        elif (
            "schema" in parameter.value
            and not _SECRET.search(found)
            and not self._fits_as_text(parameter.place / "schema", found, request=True)
        ):
            yield Violation("request", "parameter", name, f"has {name}={found}", found)

    def _fits_as_text(self, place: Location, text: str, *, request: bool) -> bool:
        """Return whether a text is valid, as itself or as the number, Boolean or list that it stands for."""
        operand = self._schema(place, request=request).operand
        value = json_of(text.encode())
        readings = [text, [text], *([] if value is _NONE else [value])]
        return not all(operand.refuses(reading) for reading in readings)

    def _schema(self, place: Location, *, request: bool) -> Schema:
        return self._comparison.converter(new=self._new, by_client=request, sender=False).schema(place)


_NONE = object()
_LONGEST = 300
"""Characters of a reason; it may quote a whole body."""


def _pattern(path: str) -> str:
    """Return a regular expression for the paths of a template, under any base path."""
    parts = _VARIABLE.split(path)
    return "(?:/.*)?" + "([^/]+)".join(map(re.escape, parts))


def _variable(path: str, match: re.Match[str], name: str) -> str | None:
    names = [variable[1:-1] for variable in _VARIABLE.findall(path)]
    return unquote(match.group(names.index(name) + 1)) if name in names else None


def json_of(body: bytes) -> Any:
    """Return the value of a body, or `_NONE`; halves of characters are replaced: no validator takes them."""
    try:
        value = parse(body)
    except StrictJsonError:
        return _NONE
    text = json.dumps(value, ensure_ascii=False)
    return value if text.isascii() else json.loads(whole_text(text))


def _shown(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace")


def _media_type(stated: str, content: dict[str, Any]) -> str | None:
    """Return the key that covers a media type, the most specific first (RFC 9110, 12.5.1)."""
    keys = {key.split(";")[0].strip().lower(): key for key in content}
    for wanted in (stated, f"{stated.partition('/')[0]}/*", "*/*"):
        if wanted in keys:
            return keys[wanted]
    return None
