"""A server generated from a document alone: it checks requests against the schemas and answers with examples.

It knows no implementation and keeps no state, so it shows exactly what the document says. A client selects
another response with the `Prefer` header (RFC 7240): `code=404`, or `example=policy-not-found`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from checkpoint_openapi.docs.examples.checks import BodyError, Checker
from checkpoint_openapi.docs.examples.made import Maker
from checkpoint_openapi.docs.examples.media_types import declared, is_json
from checkpoint_openapi.docs.mock.answers import Answer, Answers, Wish
from checkpoint_openapi.docs.mock.parameters import Fault, Parameters, Sent
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.addresses import address_of
from checkpoint_openapi.document.structure.objects import operations_in
from checkpoint_openapi.document.values import items, members

__all__ = ["Mock", "Request"]

_PLACEHOLDER = re.compile(r"\{([^/{}]+)\}")
_PREFERENCE = re.compile(r'\b(code|example)\s*=\s*"?([\w.-]+)"?')


class Request(NamedTuple):
    """A request as received; header names are in lower case."""

    method: str
    target: str
    """Path and query."""
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class _Refusal(Exception):
    """Raised for a request that the document does not allow."""

    statuses: tuple[str, ...]
    """The statuses for this refusal, the best match first."""
    reason: str


@dataclass(frozen=True)
class _Route:
    """One path of the document."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    item: Location
    placeholders: int


class Mock:
    """Answers requests from one version of a document."""

    def __init__(self, documents: Documents, companions: Documents | None = None) -> None:
        """Answer for a document, and where it has no path for its companions."""
        self._companions = None if companions is None else Mock(companions)
        self._documents = documents
        bundle = Bundle(documents)
        self._checker = Checker(bundle, Direction.REQUEST)
        self._parameters = Parameters(documents, self._checker)
        self._answers = Answers(documents, Maker(documents, Checker(bundle, Direction.RESPONSE)))
        self._root = members(documents.get(documents.root))
        self._prefixes = tuple(self._server_paths())
        self._routes = sorted(self._find_routes(), key=lambda route: route.placeholders)

    def answer(self, request: Request) -> Answer:
        """Return the example that matches a request; raises `DocumentError` if a reference dangles."""
        found = self._route(urlsplit(request.target).path)
        if found is None and self._companions is not None:
            return self._companions.answer(request)
        if found is None:
            return self._answers.plain("404", "The document has no such path.")
        route, values = found
        accept = request.headers.get("accept", "")
        item = self._documents.get(route.item)
        places = {method.upper(): route.item.below(*way) for method, way, _ in operations_in(item)}
        methods = list(places)
        if request.method not in places:
            reason = f"The path has the methods {', '.join(methods)}."
            place = next(iter(places.values()), route.item)
            return self._answers.refusal(place, ("405",), reason, accept).allowing(methods)
        operation = places[request.method]
        try:
            body = self._checked(request, route.item, operation, values)
        except _Refusal as refusal:
            return self._answers.refusal(operation, refusal.statuses, refusal.reason, accept)
        wanted = dict(_PREFERENCE.findall(request.headers.get("prefer", "")))
        return self._answers.success(operation, body, Wish(accept, wanted.get("code"), wanted.get("example")))

    def _server_paths(self) -> Iterator[str]:
        """Yield the base paths of the document's servers."""
        for server in items(self._root.get("servers")):
            path = address_of(str(members(server).get("url", ""))).path.rstrip("/")
            if path and "{" not in path:
                yield path

    def _find_routes(self) -> Iterator[_Route]:
        for path in members(self._root.get("paths")):
            if not path.startswith("/"):
                continue
            names = tuple(_PLACEHOLDER.findall(path))
            pieces = _PLACEHOLDER.split(path)[::2]
            pattern = re.compile("([^/]+)".join(map(re.escape, pieces)))
            item = self._documents.follow(self._documents.root / "paths" / path)
            yield _Route(pattern, names, item, len(names))

    def _route(self, path: str) -> tuple[_Route, dict[str, str]] | None:
        candidates = [
            path,
            *(path.removeprefix(prefix) for prefix in self._prefixes if path.startswith(prefix)),
        ]
        for candidate in candidates:
            for route in self._routes:
                found = route.pattern.fullmatch(candidate)
                if found:
                    return route, dict(zip(route.names, found.groups(), strict=True))
        return None

    def _checked(self, request: Request, item: Location, operation: Location, values: dict[str, str]) -> Any:
        """Return the body of a valid request, or None if it has none; raises `_Refusal` if it is invalid."""
        self._check_security(request, operation)
        sent = Sent(values, urlsplit(request.target).query, request.headers)
        try:
            self._parameters.check(self._declared(item, operation), sent)
        except Fault as fault:
            statuses = ("400", "422") if fault.missing else ("400", "404", "422")
            raise _Refusal(statuses, fault.reason) from fault
        if "requestBody" not in self._documents.get(operation):
            return None
        return self._checked_body(request, self._documents.follow(operation / "requestBody"))

    def _check_security(self, request: Request, operation: Location) -> None:
        stated = self._documents.get(operation).get("security", self._root.get("security", []))
        choices = [members(choice) for choice in items(stated)]
        if choices and not any(all(self._carries(request, name) for name in choice) for choice in choices):
            raise _Refusal(
                ("401", "403"), "The request carries none of the credentials that the document asks for."
            )

    def _carries(self, request: Request, name: str) -> bool:
        """Return whether a request has any value where a security scheme requires one."""
        place = self._documents.root / "components" / "securitySchemes" / name
        if not self._documents.has(place):
            return True
        scheme = self._documents.get(self._documents.follow(place))
        match scheme.get("type"), scheme.get("in"):
            case "apiKey", "header":
                return bool(request.headers.get(str(scheme.get("name", "")).lower()))
            case "apiKey", "query":
                return str(scheme.get("name")) in parse_qs(urlsplit(request.target).query)
            case "apiKey", _:
                return f"{scheme.get('name')}=" in request.headers.get("cookie", "")
            case "mutualTLS", _:
                return True
            case _:
                return bool(request.headers.get("authorization"))

    def _declared(self, item: Location, operation: Location) -> list[Location]:
        """Return the parameters of an operation; its own override those of its path with the same name."""
        found: dict[tuple[str, str], Location] = {}
        for holder in (item, operation):
            for number in range(len(items(members(self._documents.get(holder)).get("parameters")))):
                place = self._documents.follow(holder / "parameters" / number)
                parameter = self._documents.get(place)
                found[str(parameter.get("in")), str(parameter.get("name"))] = place
        return list(found.values())

    def _checked_body(self, request: Request, place: Location) -> Any:
        stated = self._documents.get(place)
        if not request.body and not stated.get("required"):
            return None
        media_types = members(stated.get("content"))
        sent = request.headers.get("content-type", "")
        name = declared(sent, list(media_types))
        if name is None:
            expected = " or ".join(media_types)
            raise _Refusal(("400", "415"), f"The content type is {sent or 'missing'}, not {expected}.")
        if not is_json(sent):
            return request.body
        try:
            body = self._checker.parsed(request.body)
            if "schema" in members(media_types[name]):
                self._checker.check(place.below("content", name, "schema"), body)
        except BodyError as fault:
            raise _Refusal(("400", "422"), str(fault)) from fault
        return body
