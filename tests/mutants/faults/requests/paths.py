"""Mutants of REQ-16 that read every path loosely, so that another provider is taken for the right one."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ...framework.mutant import breaks
from ...framework.shots import BASE
from ...service.server import Server
from ...service.world import PROVIDER

if TYPE_CHECKING:
    from ...service.wire import Request, Response


@breaks("REQ-16", shows=BASE.but(provider=PROVIDER + ";v=1"))
class PathParametersCutOff(Server):
    """What follows a semicolon in any segment of a path is cut off as a parameter."""

    def route(self, request: Request) -> Response:
        request.target = re.sub(";[^/?]*", "", request.target)
        return super().route(request)


@breaks("REQ-16", shows=BASE.but(provider=f"{PROVIDER[:-1]}%25{ord(PROVIDER[-1]):02X}"))
class PathDecodedTwice(Server):
    """Every path is decoded by the gateway and again by the router."""

    def route(self, request: Request) -> Response:
        request.target = unquote(request.target)
        return super().route(request)
