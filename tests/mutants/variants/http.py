"""Conforming variants of the HTTP server below the operation: its own responses."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..framework.variant import variant
from ..service.server import Server
from ..service.wire import Response

if TYPE_CHECKING:
    from ..service.wire import Request


class _Page(Server):
    """Answers some requests by a page of its own, and ends the connection."""

    status = 400

    def minds(self, request: Request) -> bool:
        """Return whether the HTTP server handles the request itself."""
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        if not self.minds(request):
            return super().respond(request)
        page = b"<html><body><h1>Refused</h1></body></html>"
        return Response(self.status, page, [("Content-Type", "text/html")], close=True)


@variant()
class FieldTwiceRefused(_Page):
    """A second Content-Type is no HTTP, and gets a page."""

    def minds(self, request: Request) -> bool:
        return sum(name.lower() == "content-type" for name, _ in request.headers) > 1


@variant()
class LengthDemanded(_Page):
    """A request that does not tell the length of its body gets a page, 411."""

    status = 411

    def minds(self, request: Request) -> bool:
        return request.method == "POST" and request.header("content-length") is None


@variant()
class LongTargetRefused(_Page):
    """A target of more than 1 024 characters gets a page, 414."""

    status = 414

    def minds(self, request: Request) -> bool:
        return len(request.target) > 1024


@variant()
class LargeHeadRefused(_Page):
    """A head of more than 8 KiB gets a page, 400."""

    def minds(self, request: Request) -> bool:
        return sum(len(name) + len(value) for name, value in request.headers) > 8000


@variant()
class LargeFieldRefused(LargeHeadRefused):
    """A head of more than 8 KiB gets a page, 431."""

    status = 431


@variant()
class ManyFieldsRefused(_Page):
    """More than 50 fields get a page, 431."""

    status = 431

    def minds(self, request: Request) -> bool:
        return len(request.headers) > 50


@variant()
class AcceptWithoutTypeRefused(_Page):
    """An Accept that names no media type gets a page, 406."""

    status = 406

    def minds(self, request: Request) -> bool:
        return "/" not in (request.header("accept") or "*/*")


@variant()
class AcceptWithOddWeightRefused(_Page):
    """An Accept with a weight that is not a number gets a page, 400."""

    def minds(self, request: Request) -> bool:
        return "q=high" in (request.header("accept") or "")


@variant()
class OddEscapesRefused(_Page):
    """A firewall answers escapes of control characters, of % and of nothing, and semicolons by a page."""

    def minds(self, request: Request) -> bool:
        return re.search("%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%25|;", request.target) is not None


@variant()
class BrowsersServed(Server):
    """A filter for browsers answers preflights, and adds its fields to every answer."""

    def respond(self, request: Request) -> Response:
        preflight = request.method == "OPTIONS"
        response = Response(204) if preflight else super().respond(request)
        response.header("Access-Control-Allow-Origin", "*")
        response.header("Vary", "Origin")
        if preflight:
            response.header("Access-Control-Allow-Methods", "GET, POST, DELETE")
        return response


@variant()
class PathMadeNormal(Server):
    """A path with empty or dot segments is redirected to one without."""

    def respond(self, request: Request) -> Response:
        kept = [each for each in "/".join(request.segments).split("/") if each not in ("", ".", "..")]
        if len(kept) == len(request.segments):
            return super().respond(request)
        return Response(308, b"", [("Location", "/" + "/".join(kept)), ("Content-Type", "text/html")])


@variant()
class OptionsAnswered(Server):
    """OPTIONS gets 204 with the methods that the path has."""

    def other_method(self, request: Request, allowed: str) -> Response:
        if request.method == "OPTIONS":
            return Response(204, b"", [("Allow", f"{allowed}, OPTIONS")])
        return super().other_method(request, allowed)


@variant()
class OptionsAnsweredByText(Server):
    """OPTIONS gets 200 with a text that lists the methods, whoever asks."""

    def respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(200, b"POST,OPTIONS", [("Allow", "POST,OPTIONS"), ("Content-Type", "text/html")])
        return super().respond(request)
