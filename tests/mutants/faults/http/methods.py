"""Mutants that treat HEAD, OPTIONS or GET on the operation's path otherwise than by a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...framework.mutant import crash, refusing, register, replaces
from ...framework.shapes import sends
from ...framework.shots import BASE, Shot, item_list, pause
from ...service.server import Server
from ...service.wire import Response, compose
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request


def _asks(method: str) -> Callable[[Request, str], bool]:
    """Return a condition that matches this method on the operation's path."""
    return lambda request, _: request.method == method and request.path.endswith("/checkpoints")


def _shot(method: str) -> Shot:
    return BASE.but(method=method, body=b"", content_type=None)


def _nothing(status: int) -> Callable[..., Response]:
    return lambda *_: Response(status, b"", [("Content-Type", "application/json")])


for _requirement, _name, _fault, _method, _then in (
    ("HTTP-4", "head-is-200", "HEAD gets 200, as of a page.", "HEAD", _nothing(200)),
    ("HTTP-4", "head-not-found", "HEAD gets 404.", "HEAD", refusing("no-route")),
    ("HTTP-4", "head-without-allow", "A 405 for HEAD has no Allow.", "HEAD", refusing("method-not-allowed")),
    ("HTTP-4", "options-not-found", "OPTIONS gets 404.", "OPTIONS", refusing("no-route")),
    ("HTTP-4", "options-not-implemented", "OPTIONS gets 501.", "OPTIONS", refusing(501)),
    ("HTTP-3", "options-crashes", "OPTIONS crashes the routing.", "OPTIONS", crash),
    ("HTTP-3", "head-crashes", "HEAD crashes the routing.", "HEAD", crash),
):
    replaces(_requirement, _name, _fault, "other_method", _then, _asks(_method), shows=_shot(_method))
sends(
    "HTTP-4",
    "head-with-a-body",
    "The response to HEAD has the body that GET would get.",
    lambda response, version: compose(response, version) + response.body,
    lambda request, _: request.method == "HEAD",
    close=False,
    shows=(_shot("HEAD"), BASE),
)


class _Creating(Server):
    """Executes the policy for a request with a safe method."""

    method = "GET"
    status = 200

    def other_method(self, request: Request, allowed: str) -> Any:
        """Execute the policy, and say so or not."""
        if not _asks(self.method)(request, allowed):
            return super().other_method(request, allowed)
        checkpoint = self.add_checkpoint(POLICY, POLICY.resources)
        if self.status != 200:
            return super().other_method(request, allowed)
        return self.created(checkpoint)


for _method in ("GET", "HEAD", "OPTIONS"):
    for _status, _words in ((200, "answers as POST does"), (405, "refuses it")):
        _suffix = "unsaid" if _status != 200 else "said"
        register(
            f"{_method.lower()}-executes-the-policy-{_suffix}",
            "OBS-2",
            f"For {_method}, the server executes the policy, and {_words}.",
            type("Creating", (_Creating,), {"method": _method, "status": _status}),
            shows=(_shot(_method), pause(0.1), item_list()),
        )
