"""OpenStack Karbor 1.6.0 as a server, as far as a client of this operation can tell."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mutants.service.server import Server
from mutants.service.wire import Response
from mutants.service.world import PROJECT, Token

if TYPE_CHECKING:
    from mutants.service.wire import Request
    from mutants.service.world import Checkpoint

__all__ = ["PROVIDER", "Karbor", "KarborWithoutKeystone"]

PROVIDER = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
_CHECKPOINTS = re.compile(r"/v1/(?P<project>[^/]+)/providers/(?P<provider>[^/]+)/checkpoints")
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_FAULTS = {400: "badRequest", 404: "itemNotFound", 500: "computeFault"}
_BROKEN = "The server has either erred or is incapable of performing the requested operation."


class Karbor(Server):
    """Karbor with Keystone, on CPython 3.6 to 3.10.

    There the status of each `Invalid` exception becomes text that is no number, so that a body against
    Karbor's schema gets 500 instead of 400.
    """

    identity = "OpenStack Karbor"

    def route(self, request: Request) -> Response:
        """Run the pipeline: token, route, project, JSON, schema, plan."""
        token = self.let_in(request)
        if isinstance(token, Response):
            return token
        path = _CHECKPOINTS.fullmatch(request.path)
        if path is None or request.method not in ("GET", "POST"):
            return of_webob(request, 404, "Not Found", "The resource could not be found.")
        if path["project"] != token.project:
            return fault(400, "Malformed request url")
        if request.method == "GET":
            found = [self.checkpoint_body(each) for each in self.store.of_project(token.project)]
            return self.json(200, {"checkpoints": found})
        return self.protect(request, token.project, path["provider"])

    def let_in(self, request: Request) -> Token | Response:
        """Return the token, or Keystone's own response."""
        token = self.find_token(request.header("x-auth-token") or "")
        if token is None or token.expired:
            headers = [
                ("WWW-Authenticate", 'Keystone uri="http://controller:5000"'),
                ("Content-Type", "text/html; charset=UTF-8"),
            ]
            return Response(401, b"Authentication required", headers)
        return token

    def protect(self, request: Request, project: str, provider: str) -> Response:
        """Create a checkpoint of a plan, all of whose resources it protects."""
        media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
        if not request.body or media_type != "application/json":
            return fault(500, _BROKEN)
        try:
            body = json.loads(request.body)
        except ValueError:
            return fault(400, "Malformed request body")
        except RecursionError:
            return fault(500, _BROKEN)
        if not fits(body):
            return fault(500, _BROKEN)
        plan_id = body["checkpoint"]["plan_id"]
        plan = self.store.policies.get(plan_id)
        if plan is None or plan.project != project:
            return fault(404, f"Plan {plan_id} could not be found.")
        if provider != PROVIDER:
            return fault(500, _BROKEN)
        call = type("Call", (), {"auto_trigger": False, "request": request})()
        return self.created(self.make(call, plan, plan.resources))

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Leave out the time, and whatever a resource holds beyond its name."""
        body = super().checkpoint_body(checkpoint)
        plan = body["protection_plan"]
        return {
            "id": body["id"],
            "project_id": body["project_id"],
            "status": body["status"],
            "protection_plan": {name: plan[name] for name in ("id", "name", "resources")},
            "resource_graph": None,
            "created_at": None,
            "extra_info": json.dumps({"created_by": "manual"}),
        }

    def target(self) -> dict[str, Any]:
        """Return a target file without fixtures, for Keystone's roles do not tell its callers apart."""
        return super().target() | {"provider_id": PROVIDER, "profiles": [], "fixtures": {}}


class KarborWithoutKeystone(Karbor):
    """Karbor with `auth_strategy = noauth`: the token names user and project, and may be missing."""

    def let_in(self, request: Request) -> Token | Response:
        """Believe what the token says, and offer one to whoever has none."""
        given = request.header("x-auth-token")
        if given is None:
            offered = [
                ("X-Auth-Token", "admin:admin"),
                ("X-Server-Management-Url", f"{request.target}/admin"),
            ]
            return Response(204, b"", offered)
        user, _, project = given.partition(":")
        return Token(project or user)

    def target(self) -> dict[str, Any]:
        """Return a target file with a token of that form."""
        return super().target() | {"token": f"admin:{PROJECT}"}


def fits(body: Any) -> bool:
    """Return whether a body fits Karbor's schema, which knows no `parameters`."""
    checkpoint = body.get("checkpoint") if isinstance(body, dict) and body.keys() == {"checkpoint"} else None
    if not isinstance(checkpoint, dict) or not checkpoint.keys() <= {"plan_id", "extra-info"}:
        return False
    plan_id = checkpoint.get("plan_id")
    return isinstance(plan_id, str) and bool(_UUID.fullmatch(plan_id))


def fault(status: int, message: str) -> Response:
    """Return an error of Karbor's own, which is JSON whatever the request accepts."""
    told = json.dumps({_FAULTS[status]: {"code": status, "message": message}}).encode()
    return Response(status, told, [("Content-Type", "application/json")])


def of_webob(request: Request, status: int, title: str, text: str) -> Response:
    """Return an error of the library below, whose form depends on what the request accepts."""
    accept = request.header("accept") or ""
    if "text/html" in accept or "*/*" in accept:
        page = f"<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>{text}</body>\n</html>"
        return Response(status, page.encode(), [("Content-Type", "text/html; charset=UTF-8")])
    if "application/json" in accept:
        told = {"message": f"{text}<br /><br />\n\n\n", "code": f"{status} {title}", "title": title}
        return Response(status, json.dumps(told).encode(), [("Content-Type", "application/json")])
    plain = f"{status} {title}\n\n{text}\n\n\n   "
    return Response(status, plain.encode(), [("Content-Type", "text/plain; charset=UTF-8")])
