"""Responses built from the examples of a document."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from checkpoint_openapi.docs.schemas import sample
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import members

__all__ = ["REASON", "Answer", "Answers"]

REASON = "Preview-Reason"
"""The header that says why a request is refused, or what the document lacks for a response."""
_JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A response before it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    def allowing(self, methods: list[str]) -> Answer:
        """Return the response with an `Allow` header (RFC 9110, 10.2.1)."""
        return replace(self, headers={**self.headers, "Allow": ", ".join(methods).upper()})


class _Chosen(NamedTuple):
    """A response object of an operation, and the status to send it with."""

    status: int
    place: Location


class Answers:
    """Finds the matching response of an operation, and an example of it."""

    def __init__(self, documents: Documents, bundle: Bundle) -> None:
        self._documents = documents
        self._bundle = bundle

    def plain(self, status: str, reason: str) -> Answer:
        """Return a response that the document does not define."""
        body = json.dumps({"preview": reason}).encode()
        return Answer(int(status), {"Content-Type": _JSON, REASON: _header(reason)}, body)

    def refusal(self, operation: Location, statuses: tuple[str, ...], reason: str) -> Answer:
        """Return the response to a refused request: the first declared status, with its first example."""
        chosen = self._choose(operation, statuses)
        if chosen is None:
            return self.plain(statuses[0], reason)
        answer = self._made(chosen, None, None)
        return replace(answer, headers={**answer.headers, REASON: _header(reason)})

    def success(self, operation: Location, body: Any, code: str | None, example: str | None) -> Answer:
        """Return the response to a valid request, or the one that its sender prefers."""
        stated = members(self._documents.get(operation).get("responses"))
        if example is not None and code is None:
            code = next(
                (key for key in stated if example in self._examples(self._response(operation, key))), None
            )
            if code is None:
                return self.plain("501", f"No response of the operation has an example {example}.")
        successes = tuple(key for key in stated if key.startswith("2"))
        chosen = self._choose(operation, (code,) if code else successes or ("200",))
        if chosen is None:
            return self.plain("501", f"The operation has no response {code or '200'}.")
        return self._made(chosen, example or self._fitting(operation, body), example)

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

    def _made(self, chosen: _Chosen, hint: str | None, wanted: str | None) -> Answer:
        response = self._documents.get(chosen.place)
        headers = dict(self._headers(chosen.place, members(response.get("headers"))))
        content = members(response.get("content"))
        if not content or chosen.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            return Answer(chosen.status, headers, b"")
        name = next((key for key in content if "json" in key), next(iter(content)))
        examples = self._examples(chosen.place)
        if wanted is not None and wanted not in examples:
            return self.plain("501", f"The response {chosen.status} has no example {wanted}.")
        headers["Content-Type"] = _JSON if "*" in name else name
        if not examples:
            headers[REASON] = "The document has no example of this response."
            return Answer(
                chosen.status, headers, _bytes(self._sampled(chosen.place / "content" / name), name)
            )
        value = examples[hint] if hint in examples else next(iter(examples.values()))
        return Answer(chosen.status, headers, _bytes(value, name))

    def _headers(self, response: Location, stated: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the headers of a response that have an example."""
        found: list[tuple[str, str]] = []
        for name in stated:
            header = self._documents.get(self._documents.follow(response / "headers" / name))
            value = header.get("example", members(header.get("schema")).get("example"))
            if value is not None and name.lower() not in (
                "content-type",
                "content-length",
                "transfer-encoding",
            ):
                found.append((name, _header(str(value))))
        return found

    def _examples(self, holder: Location) -> dict[str, Any]:
        """Return the examples of a response or request body by name, preferring JSON."""
        content = members(self._documents.get(holder).get("content"))
        name = next((key for key in content if "json" in key), next(iter(content), None))
        if name is None:
            return {}
        media_type = members(content[name])
        if "example" in media_type:
            return {"example": media_type["example"]}
        found: dict[str, Any] = {}
        for key in members(media_type.get("examples")):
            place = self._documents.follow(holder / "content" / name / "examples" / key)
            example = self._documents.get(place)
            if "value" in example:
                found[key] = example["value"]
        return found

    def _fitting(self, operation: Location, body: Any) -> str | None:
        """Return the name of the request example that a body equals, or whose members it has."""
        if body is None or "requestBody" not in self._documents.get(operation):
            return None
        examples = self._examples(self._documents.follow(operation / "requestBody"))
        same = [name for name, value in examples.items() if value == body]
        alike = [name for name, value in examples.items() if _members(value) == _members(body)]
        return next(iter(same + alike), None)

    def _sampled(self, media_type: Location) -> Any:
        """Return a sample value for the schema of a media type, or None if it has no schema."""
        if "schema" not in self._documents.get(media_type):
            return None
        return sample({"$ref": self._bundle.pointer(media_type / "schema")}, self._bundle.resolved)


def _members(value: Any, at: str = "") -> set[str]:
    """Return the paths of all members of a value, ignoring lists."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, member in cast("dict[str, Any]", value).items():
            found |= {f"{at}/{key}"} | _members(member, f"{at}/{key}")
    return found


def _bytes(value: Any, media_type: str) -> bytes:
    if isinstance(value, str) and "json" not in media_type and "*" not in media_type:
        return value.encode()
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _header(text: str) -> str:
    """Return a text as a header value: one line of ASCII."""
    return " ".join(text.split()).encode("ascii", "replace").decode()[:1000]
