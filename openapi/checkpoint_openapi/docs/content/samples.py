"""Requests that a reader can paste: each operation as a curl line, in Python and in JavaScript.

The server's address and the credential come from the environment (`SERVER`, `TOKEN`), so that no sample holds
a secret, and each runs against any server.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import quote

from checkpoint_openapi.docs.content.snippets import TOKEN, SampleRequest, curl, javascript, python
from checkpoint_openapi.docs.examples.checks import UnusableSchemaError
from checkpoint_openapi.docs.examples.made import NONE, Maker
from checkpoint_openapi.docs.examples.media_types import chosen, written
from checkpoint_openapi.docs.examples.stated import stated_examples
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.operations import Operation, operations
from checkpoint_openapi.document.values import items, members

__all__ = ["Samples", "samples"]


class Samples(NamedTuple):
    """The samples of one operation."""

    method: str
    path: str
    texts: tuple[tuple[str, str], ...]
    """The name of each language and the text in it."""
    examples: tuple[tuple[str, tuple[str, ...]], ...]
    """The names of the examples of each status, for `Prefer: example=NAME`."""


_LANGUAGES = {"curl": curl, "Python": python, "JavaScript": javascript}


def samples(documents: Documents, maker: Maker) -> list[Samples]:
    """Return the samples of each operation of a document; `maker` makes values of requests."""
    return [
        Samples(
            operation.method.upper(),
            operation.path,
            tuple((name, write(request)) for name, write in _LANGUAGES.items()),
            tuple(_examples(documents, operation)),
        )
        for operation in operations(documents).values()
        for request in [_request(documents, maker, operation)]
    ]


def _examples(documents: Documents, operation: Operation) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for status in members(operation.value.get("responses")):
        response = members(documents.get(documents.follow(operation.place / "responses" / status)))
        for media_type in members(response.get("content")).values():
            names = tuple(members(members(media_type).get("examples")))
            if names:
                found.append((status, names))
                break
    return found


def _request(documents: Documents, maker: Maker, operation: Operation) -> SampleRequest:
    found = SampleRequest(operation.method.upper(), operation.path)
    for parameter in operation.parameters.values():
        name, kind = str(parameter.value.get("name")), parameter.value.get("in")
        if kind != "path" and parameter.value.get("required") is not True:
            continue
        text = _text(_example(documents, maker, parameter.place))
        if kind == "path":
            found.path = found.path.replace(f"{{{name}}}", quote(text, safe=""))
        elif kind == "query":
            found.query[name] = text
        elif kind == "header":
            found.headers[name] = text
    _authenticate(documents, operation, found)
    if "requestBody" in operation.value:
        _fill(documents, maker, documents.follow(operation.place / "requestBody"), found)
    return found


def _example(documents: Documents, maker: Maker, holder: Location) -> Any:
    """Return the first example that a parameter or media type states, or a value made for its schema.

    A schema that cannot be used gets none: `lint` says what is wrong with it.
    """
    if stated := stated_examples(documents, holder):
        return next(iter(stated.values()))
    try:
        return maker.value(holder / "schema") if documents.has(holder / "schema") else NONE
    except UnusableSchemaError:
        return NONE


def _fill(documents: Documents, maker: Maker, body: Location, found: SampleRequest) -> None:
    content = list(members(members(documents.get(body)).get("content")))
    media_type = chosen("", content)
    if media_type is None:
        return
    value = _example(documents, maker, body / "content" / media_type)
    content_bytes = None if value is NONE else written(value, media_type)
    if content_bytes is not None:
        found.headers["Content-Type"] = media_type
        found.body = value
        found.text = content_bytes.decode()


def _authenticate(documents: Documents, operation: Operation, found: SampleRequest) -> None:
    """Add the credentials of the first security requirement."""
    root = members(documents.get(documents.root))
    stated = operation.value.get("security", root.get("security", []))
    for name in members(next(iter(items(stated)), None)):
        place = documents.root.below("components", "securitySchemes", name)
        scheme = members(documents.get(documents.follow(place))) if documents.has(place) else {}
        match scheme.get("type"), scheme.get("in"):
            case "apiKey", "header":
                found.headers[str(scheme.get("name"))] = TOKEN
            case "apiKey", "cookie":
                found.headers["Cookie"] = f"{scheme.get('name')}={TOKEN}"
            case "apiKey", _:
                found.query[str(scheme.get("name"))] = TOKEN
            case "http", _:
                found.headers["Authorization"] = f"{str(scheme.get('scheme', 'bearer')).capitalize()} {TOKEN}"
            case _:
                found.headers["Authorization"] = f"Bearer {TOKEN}"


def _text(value: Any) -> str:
    if value is NONE:
        return "value"
    return value if isinstance(value, str) else json.dumps(value)
