"""Servers with several faults each, and real runs against them, cached per process."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from checkpoint_conformance.reports.report import build_report
from checkpoint_conformance.run.record import Options, RunRecord
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.run.shard import Shard
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.verdict.conclusion import conclude
from checkpoint_openapi.cli import main
from click.testing import CliRunner, Result
from mutants.framework.in_process import InProcess
from mutants.framework.target_file import target_text
from mutants.framework.verifying import with_server
from mutants.service.refusals import Refusal, refuse
from mutants.service.schema import Call
from mutants.service.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from checkpoint_conformance.transport.clock import Clock
    from mutants.service.refusals import Condition
    from mutants.service.wire import Request, Response
    from mutants.service.world import Checkpoint, Token

__all__ = [
    "HOSTILE",
    "PLENTY",
    "QUICK",
    "Broken",
    "Dropping",
    "Exhausted",
    "Failing",
    "Forgetting",
    "Parrot",
    "excerpt",
    "finished",
    "outcomes",
    "report",
    "requirement",
    "session_with",
    "target_of",
    "verify",
    "with_verdict",
    "write_target",
]

PLENTY = 400
"""A budget large enough never to run out."""
QUICK = ("deletion", "discovery")
"""Profiles that are fast to verify."""
HOSTILE = "</pre><script>alert(1)</script> `| \x1b[31m \u202e ]]>"
"""Text that a server might send to break a report that shows it."""


class Broken(Server):
    """A server with every kind of fault that a report must show."""

    identity = "Nimbus <Backup> & Sons"

    def read_auto_trigger(self, value: Any) -> bool:
        """Accept a string as a Boolean: REQ-11 fails."""
        return True if value == "true" else super().read_auto_trigger(value)

    def check_unknown(self, place: str, members: dict[str, Any], known: set[str]) -> None:
        """Ignore unknown members: a warning for REQ-14."""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Return an unknown status: RESP-3 fails."""
        return super().checkpoint_body(checkpoint) | {"status": HOSTILE}

    def check_provider(self, provider: str) -> None:
        """Refuse another provider as forbidden only once: REQ-16 is flaky, so undecided."""
        if provider == "provider" and not getattr(self, "_seen", False):
            self._seen = True
            refuse("forbidden")
        super().check_provider(provider)

    def refused(self, request: Request, condition: Condition) -> Response:
        """Respond to a null policy with bytes that are not UTF-8: HTTP-2 fails."""
        response = super().refused(request, condition)
        if request.header("content-type") == "text/plain":
            response.body = b'{"error_code": "CSBS.9001", "error_msg": "caf\xe9"}'
        return response


class Failing(Broken):
    """A server that validates next to nothing, becomes slower and slower, and fails at times: 20 findings."""

    handled = 0

    def authenticate(self, request: Request) -> Token:
        """Take longer for each request."""
        self.handled += 1
        self.clock.sleep(0.004 * (1 + self.handled % 7) * (1 + self.handled // 250))
        return super().authenticate(request)

    def check_content_type(self, request: Request) -> None:
        """Accept any media type."""

    def parse(self, body: bytes) -> Any:
        """Take what is not JSON for an empty object."""
        try:
            return super().parse(body)
        except Refusal:
            return {}

    def validate(self, request: Request, project: str, document: Any) -> Call:
        """Take an invalid request for one of the first policy: most of REQ fails."""
        try:
            return super().validate(request, project, document)
        except Refusal:
            policy = next(iter(self.store.policies.values()))
            return Call(request, project, policy.id, auto_trigger=False, resources=None)

    def check_provider(self, provider: str) -> None:
        """Accept any provider."""

    def refused(self, request: Request, condition: Condition) -> Response:
        """Respond without a known code, and sometimes with 500: ERR-1 and HTTP-3 fail."""
        response = super().refused(request, condition)
        response.body = response.body.replace(b"CSBS", b"ERR")
        if self.handled % 50 == 0:
            response.status = 500
        return response

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Return a time that is none, and a number for the further information."""
        return super().checkpoint_body(checkpoint) | {"created_at": "yesterday", "extra_info": 7}


class Exhausted(Server):
    """A server that drops any request after a refusal on its connection: HTTP-3 fails."""

    def respond(self, request: Request) -> Response:
        """Drop the connection."""
        if request.connection.refused:
            raise ConnectionAbortedError
        return super().respond(request)


class Forgetting(Server):
    """A server on which a deletion also removes the next checkpoint: DEL-1 fails, only in sequences."""

    def remove(self, checkpoint: Checkpoint) -> None:
        """Remove both."""
        super().remove(checkpoint)
        for each in list(self.store.checkpoints):
            if each.number == checkpoint.number + 1:
                super().remove(each)


class Dropping(Server):
    """A server that drops the connection for an unknown policy: HTTP-3 fails, without a response."""

    def unknown_policy(self, plan_id: str) -> Any:
        """Drop the connection."""
        raise ConnectionAbortedError(plan_id)


class Parrot(Server):
    """A server that repeats the token wherever it can, whole and truncated."""

    def refused(self, request: Request, condition: Condition) -> Response:
        """Put the token into the message, the code and a field."""
        token = request.header("x-auth-token") or ""
        response = super().refused(request, condition)
        told = {"error_code": condition.code, "error_msg": f"Not with {token}", "request_id": token}
        response.body = json.dumps(told).encode()
        response.header("X-Token", token)
        return response

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Put the token into members, in one so late that an excerpt truncates it."""
        token = checkpoint.call.request.header("x-auth-token")
        more = {"status": "x" * 50 + token, "created_at": token, "extra_info": f"not JSON: {token}"}
        return super().checkpoint_body(checkpoint) | more


TARGET: dict[str, Any] = {
    "url": "http://csbs.example.com",
    "project_id": "p" * 32,
    "token": "gAAAAAB-token-of-the-target",
    "max_creates": 40,
    "timeout": 5.0,
    "proxy": "",
    "policy": {"id": "62171999-3df1-42f7-9513-6f9b1bea4744", "resources": ["one"]},
}
"""A complete target table; nothing answers at its address."""


def target_of(table: dict[str, Any], **changes: Any) -> Target:
    """Return the target of a running server, without the slow profiles; `changes` override attributes."""
    quick = {"max_creates": PLENTY, "profiles": frozenset(QUICK)}
    return replace(Target.from_table(table), **quick | changes)


def session_with(
    behaviour: type[Server], announce: Callable[[str], None] = lambda _: None, **changes: Any
) -> Session:
    """Return a session with a new server without a port, in virtual time."""
    server = InProcess(behaviour)
    target = target_of(server.target, **changes)
    return open_session(target, announce, transport=server, clock=server.clock)


def verify(behaviour: type[Server], shard: str = "", **changes: Any) -> RunRecord:
    """Run the suite against a new server."""

    def use(table: dict[str, Any], transport: InProcess | None, clock: Clock) -> RunRecord:
        target = target_of(table, **changes)
        options = Options(max_examples=1)
        if shard:
            options = replace(options, shard=Shard.of(shard, target))
            target = replace(target, max_creates=options.shard.max_creates)
        return run(target, options, transport=transport, clock=clock)

    return with_server(behaviour, use)


def report(behaviour: type[Server], shard: str = "") -> dict[str, Any]:
    """Return the report of a cached run; each test gets its own copy."""
    loaded: dict[str, Any] = json.loads(_report_text(behaviour, shard))
    return loaded


def with_verdict(verdict: str) -> dict[str, Any]:
    """Return the report of a conforming server with another verdict, for what depends on that alone."""
    return report(Server) | {"verdict": verdict, "profiles": {"core": verdict}}


def finished(behaviour: type[Server], shard: str = "") -> RunRecord:
    """Return a finished run, cached."""
    return _finished(behaviour, shard)


@cache
def _finished(behaviour: type[Server], shard: str) -> RunRecord:
    return verify(behaviour, shard)


@cache
def _report_text(behaviour: type[Server], shard: str) -> str:
    return json.dumps(build_report(finished(behaviour, shard)))


def excerpt(
    behaviour: type[Server],
    *steps: Callable[[Session], None],
    carrier: Callable[..., Any] = with_server,
    **changes: Any,
) -> dict[str, Any]:
    """Return the report of a run with only these steps."""

    def use(table: dict[str, Any], transport: InProcess | None, clock: Clock) -> tuple[Session, str]:
        session = open_session(target_of(table, **changes), transport=transport, clock=clock)
        try:
            for step in steps:
                step(session)
        except ServerGone as error:
            return session, str(error)
        return session, ""

    session, gone = carrier(behaviour, use)
    record = RunRecord(
        session.target,
        Options(max_examples=1),
        started=session.clock.time(),
        elapsed=0.0,
        exchanges=tuple(session.recorder.exchanges),
        ledger=session.ledger,
        results=tuple(conclude(session.target, session.ledger, gone)),
        created=session.budget.created,
        gone=gone,
    )
    return build_report(record)


def requirement(found: dict[str, Any], identifier: str) -> dict[str, Any]:
    """Return one requirement of a report."""
    return next(item for item in found["requirements"] if item["id"] == identifier)


def outcomes(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Return the outcome and reason of every requirement."""
    return {item["id"]: (item["outcome"], item["reason"]) for item in found["requirements"]}


def write_target(table: dict[str, Any], path: Path, **changes: Any) -> Path:
    """Write a target file for a running server."""
    members = table | {"max_creates": PLENTY, "profiles": list(QUICK)} | changes
    path.write_text(target_text(members), encoding="utf-8")
    return path


class Counting(Server):
    """A conforming server that counts the requests of all its processes."""

    requests = 0

    def respond(self, request: Request) -> Any:
        """Count."""
        type(self).requests += 1
        return super().respond(request)


def invoke(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])
