"""Responses built from the examples of a document."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from checkpoint_openapi.docs.examples.made import NONE, Maker
from checkpoint_openapi.docs.examples.media_types import JSON, chosen, concrete, is_json, written
from checkpoint_openapi.docs.examples.stated import stated_examples
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import equal, members

__all__ = ["REASON", "Answer", "Answers", "Wish"]

REASON = "Preview-Reason"
"""The header that says why a request is refused, or what the document lacks for a response."""
_FRAMING = ("content-type", "content-length", "transfer-encoding", "connection")
"""Headers that the server of the preview decides on."""


@dataclass(frozen=True)
class Answer:
    """A response before it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    def allowing(self, methods: list[str]) -> Answer:
        """Return the response with an `Allow` header (RFC 9110, 10.2.1)."""
        return replace(self, headers={**self.headers, "Allow": ", ".join(methods).upper()})


class Wish(NamedTuple):
    """Which response a client asks for."""

    accept: str = ""
    """The value of its `Accept` header."""
    code: str | None = None
    example: str | None = None


class _Chosen(NamedTuple):
    """A response object of an operation, and the status to send it with."""

    status: int
    place: Location


class Answers:
    """Finds the matching response of an operation, and an example of it."""

    def __init__(self, documents: Documents, maker: Maker) -> None:
        self._documents = documents
        self._maker = maker

    def plain(self, status: str, reason: str) -> Answer:
        """Return a response that the document does not define."""
        body = json.dumps({"preview": reason}).encode()
        return Answer(int(status), {"Content-Type": JSON, REASON: _header(reason)}, body)

    def refusal(self, operation: Location, statuses: tuple[str, ...], reason: str, accept: str) -> Answer:
        """Return the response to a refused request: the first declared status, with its first example.

        If `accept` admits none of its media types, the status is still worth more than a 406.
        """
        found = self._choose(operation, statuses)
        if found is None:
            return self.plain(statuses[0], reason)
        content = list(members(self._documents.get(found.place).get("content")))
        answer = self._written(found, chosen(accept, content) or chosen("", content))
        return replace(answer, headers={**answer.headers, REASON: _header(reason)})

    def success(self, operation: Location, body: Any, wish: Wish) -> Answer:
        """Return the response to a valid request, or the one that its sender prefers."""
        stated = members(self._documents.get(operation).get("responses"))
        code = wish.code
        if wish.example is not None and code is None:
            code = next((key for key in stated if self._has_example(operation, key, wish.example)), None)
            if code is None:
                return self.plain("501", f"No response of the operation has an example {wish.example}.")
        successes = tuple(key for key in stated if key.startswith("2"))
        found = self._choose(operation, (code,) if code else successes or ("200",))
        if found is None:
            return self.plain("501", f"The operation has no response {code or '200'}.")
        content = list(members(self._documents.get(found.place).get("content")))
        media_type = chosen(wish.accept, content)
        if content and media_type is None:
            offered = " or ".join(content)
            reason = f"The response {found.status} comes as {offered}; Accept: {wish.accept} admits none."
            return self.refusal(operation, ("406",), reason, wish.accept)
        hint = wish.example or self._fitting(operation, body)
        return self._written(found, media_type, wish.example, hint)

    def _has_example(self, operation: Location, key: str, name: str) -> bool:
        response = self._response(operation, key)
        content = members(self._documents.get(response).get("content"))
        return any(
            name in stated_examples(self._documents, response / "content" / media_type)
            for media_type in content
        )

    def _response(self, operation: Location, key: str) -> Location:
        return self._documents.follow(operation / "responses" / key)

    def _choose(self, operation: Location, statuses: tuple[str, ...]) -> _Chosen | None:
        """Return the first response declared for one of the statuses, exactly or by range, or the default."""
        stated = members(self._documents.get(operation).get("responses"))
        for status in statuses:
            for key in (status, f"{status[:1]}XX", f"{status[:1]}xx"):
                if key in stated:
                    number = int(status) if status.isdigit() else int(status[0]) * 100
                    return _Chosen(number, self._response(operation, key))
        if "default" in stated and statuses[0].isdigit():
            return _Chosen(int(statuses[0]), self._response(operation, "default"))
        return None

    def _written(
        self, found: _Chosen, media_type: str | None, wanted: str | None = None, hint: str | None = None
    ) -> Answer:
        """Return a response in one of its media types, with a stated example or else one that is made.

        The example is the one that is `wanted`, else the one that `hint` names, else the first.
        """
        headers = self._headers(found.place)
        if media_type is None or found.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            return Answer(found.status, headers, b"")
        place = found.place / "content" / media_type
        examples = stated_examples(self._documents, place)
        if wanted is not None and wanted not in examples:
            return self.plain("501", f"The response {found.status} has no example {wanted}.")
        if examples:
            value = examples[hint] if hint in examples else next(iter(examples.values()))
        else:
            headers[REASON] = "The document has no example of this response."
            value = self._maker.value(place / "schema") if self._documents.has(place / "schema") else None
        content = None if value is NONE else written(value, media_type)
        if content is None:
            reason = f"No example could be made of the response {found.status} as {media_type}: add one."
            return self.plain("501", reason)
        headers["Content-Type"] = concrete(media_type)
        return Answer(found.status, headers, content)

    def _headers(self, response: Location) -> dict[str, str]:
        """Return the headers of a response that are required or have an example."""
        found: dict[str, str] = {}
        for name in members(self._documents.get(response).get("headers")):
            place = self._documents.follow(response / "headers" / name)
            value = self._header_value(place)
            if value not in (None, NONE) and name.lower() not in _FRAMING:
                found[name] = _header(value)
        return found

    def _header_value(self, place: Location) -> Any:
        header = self._documents.get(place)
        if "example" in header:
            return header["example"]
        schema = place / "schema"
        stated = members(header.get("schema"))
        wanted = header.get("required") is True or "example" in stated
        return self._maker.value(schema) if wanted and stated else None

    def _fitting(self, operation: Location, body: Any) -> str | None:
        """Return the name of the request example that a body equals, or whose members it has."""
        if body is None or "requestBody" not in self._documents.get(operation):
            return None
        holder = self._documents.follow(operation / "requestBody")
        content = members(self._documents.get(holder).get("content"))
        examples: dict[str, Any] = {}
        for media_type in filter(is_json, content):
            examples |= stated_examples(self._documents, holder / "content" / media_type)
        same = [name for name, value in examples.items() if equal(value, body)]
        alike = [name for name, value in examples.items() if _members(value) == _members(body)]
        return next(iter(same + alike), None)


def _members(value: Any, at: str = "") -> set[str]:
    """Return the paths of all members of a value, ignoring lists."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, member in cast("dict[str, Any]", value).items():
            found |= {f"{at}/{key}"} | _members(member, f"{at}/{key}")
    return found


def _header(value: Any) -> str:
    """Return a value as a header value: one line of ASCII, an array's items separated by commas."""
    if isinstance(value, list):
        return ",".join(map(_header, cast("list[Any]", value)))
    text = value if isinstance(value, str) else json.dumps(value)
    return " ".join(text.split()).encode("ascii", "replace").decode()[:1000]
