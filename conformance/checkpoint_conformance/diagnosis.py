"""Does a target file fit its server? Asked step by step, without a request that could create a backup.

What is sent is a GET of a declared companion, or a call with at least one fault for which every server has to
refuse it: no token, a body that is cut off, a policy that nobody knows. Each step builds on the one before, so
the first line that says `mend` is where to begin.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from checkpoint_conformance.calls import Call
from checkpoint_conformance.companions import companions
from checkpoint_conformance.exchange import Exchange, Fault, Request
from checkpoint_conformance.judgement import error_code_of
from checkpoint_conformance.rehearsal import rehearse
from checkpoint_conformance.runner import Options
from checkpoint_conformance.session import ServerGone, Session
from checkpoint_conformance.step import State, Step
from checkpoint_conformance.target import Target
from checkpoint_conformance.way import way

__all__ = ["diagnose"]

_CUT_OFF = b'{"checkpoint": '
_TOLERATED_SKEW = 60.0
"""Seconds; RESP-4 takes five minutes, and a clock that is this far off does not stay there."""


def diagnose(target: Target) -> Iterator[Step]:
    """Yield what each step finds, until one finds what makes the rest pointless. Raises TargetError."""
    yield from (steps := list(way(target)))
    if any(step.state is State.MEND for step in steps):
        return
    session = Session(target)
    try:
        yield from _server(session)
    except ServerGone as gone:
        yield Step("server", State.MEND, f"it is gone: {gone}", "See that it stays up, and ask again.")


def _server(session: Session) -> Iterator[Step]:
    anonymous = session.transmit(session.calls.post(_CUT_OFF, token=None))
    operation = _operation(anonymous)
    yield operation
    yield _clock(anonymous)
    if operation.state is State.MEND:
        return
    access = _access(session)
    yield access
    if access.state is State.MEND:
        return
    yield _provider(session)
    yield from companions(session)
    yield from _fixtures(session, body_first=anonymous.status == 400)
    yield _budget(session.target)


def _told(exchange: Exchange) -> str:
    """Return what came back, in a few words."""
    if exchange.fault:
        return f"no answer ({exchange.fault.detail})"
    code = error_code_of(exchange)
    return f"{exchange.status} {code}" if code else f"{exchange.status}"


def _operation(exchange: Exchange) -> Step:
    """Judge the answer to a call without a token: is the operation at this address at all?"""
    told, status = _told(exchange), exchange.status
    if exchange.fault and exchange.fault.kind in (Fault.NO_STATUS, Fault.BAD_HEAD, Fault.DROPPED):
        advice = "Check the port, and whether `url` has to begin with https://."
        return Step("operation", State.MEND, f"what listens there speaks no HTTP: {told}", advice)
    if exchange.fault:
        return Step("operation", State.OPEN, told, "Raise `timeout`, or look at the server.")
    assert exchange.response is not None and status is not None
    if 300 <= status < 400:
        place = exchange.response.header("Location") or "elsewhere"
        advice = "Set `url` to where it leads; a redirect is never followed."
        return Step("operation", State.MEND, f"{told} to {place}", advice)
    if status in (404, 405, 501):
        advice = "Check `url` and its prefix: /v1/{project_id}/providers/... is appended to it."
        return Step("operation", State.MEND, f"it is not at this address: {told}", advice)
    if status in (400, 401, 403):
        return Step("operation", State.OK, f"it is there: a call without a token gets {told}")
    return Step("operation", State.OPEN, f"a call without a token gets {told}, which tells nothing", _LATER)


_LATER = "`verify` will judge it; if the server is only busy, ask again."


def _clock(exchange: Exchange) -> Step:
    """Compare the server's `Date` with the clock of this machine (RFC 9110, 6.6.1)."""
    value = exchange.response.header("Date") if exchange.response else None
    if value is None:
        return Step("clock", State.NOTE, "the server does not tell its time")
    try:
        theirs = parsedate_to_datetime(value).timestamp()
    except ValueError:
        return Step("clock", State.NOTE, f"the server's Date cannot be read: {value}")
    skew = theirs + 0.5 - (exchange.started + exchange.elapsed / 2)
    told = f"the server is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    if abs(skew) <= _TOLERATED_SKEW:
        return Step("clock", State.OK, told if abs(skew) > 1.5 else "it agrees with this machine's")
    advice = "Set whichever of the two is wrong: RESP-4 compares created_at with the clock of this machine."
    return Step("clock", State.MEND, told, advice)


def _access(session: Session) -> Step:
    """Judge the answer to a body that is cut off, sent with the token: only a good token gets as far as 400."""
    exchange = session.transmit(session.calls.post(_CUT_OFF))
    told = _told(exchange)
    match exchange.status:
        case 400:
            return Step("access", State.OK, f"token and project_id are accepted: a cut-off body gets {told}")
        case 401:
            advice = "Check `token`: is it complete, of this region, and not expired?"
            return Step("access", State.MEND, f"the token is not accepted: {told}", advice)
        case 403:
            advice = (
                "Check that `project_id` is the project of the token, and that its role may run policies."
            )
            return Step("access", State.MEND, f"the token may not do this in this project: {told}", advice)
        case 404:
            return Step("access", State.MEND, f"the project is not there: {told}", "Check `project_id`.")
        case _:
            return Step("access", State.OPEN, f"a cut-off body gets {told}, which tells nothing", _LATER)


def _provider(session: Session) -> Step:
    """Judge the answer for a policy that nobody knows: 404 says that all before the policy is right."""
    unknown = session.calls.unknown_id("nobody's policy")
    body = session.calls.changed(plan_id=unknown, parameters=Call(False, (unknown,)).parameters())
    exchange = session.transmit(session.calls.post(body))
    told = _told(exchange)
    if exchange.status == 404:
        return Step("provider", State.OK, f"provider_id is accepted: an unknown policy gets {told}")
    if exchange.status == 400 and error_code_of(exchange) == "CSBS.9001":
        advice = "Check `provider_id`; the documented one is the default."
        return Step("provider", State.MEND, f"the provider is not accepted: {told}", advice)
    if exchange.status in range(200, 300):
        advice = (
            "A backup may have been made: look there. This is no fault of the target file; `verify` tells."
        )
        return Step("provider", State.OPEN, f"a policy that nobody knows was executed: {told}", advice)
    return Step("provider", State.OPEN, f"an unknown policy gets {told}, which tells nothing", _LATER)


@dataclass(frozen=True)
class _Fixture:
    """A token that has to be refused or accepted, and what each answer says of it."""

    name: str
    request: Request
    good: int
    advice: str


def _fixtures(session: Session, *, body_first: bool) -> Iterator[Step]:
    """Try each further token with a body that is cut off; `body_first`: the server looks at that before."""
    target, second = session.target, session.target.second_project
    fixtures: list[_Fixture] = []
    if target.expired_token:
        request = session.calls.post(_CUT_OFF, token=target.expired_token)
        fixtures.append(_Fixture("expired_token", request, 401, "Name a token whose time is over."))
    if target.read_only_token:
        request = session.calls.post(_CUT_OFF, token=target.read_only_token)
        advice = "Name a token of this project whose role may look, and not run a policy."
        fixtures.append(_Fixture("read_only_token", request, 403, advice))
    if second and second.token:
        request = session.calls.post(_CUT_OFF, token=second.token, project_id=second.project_id)
        advice = "Name a project and a token of that project, which is another than `project_id`."
        fixtures.append(_Fixture("second_project", request, 400, advice))
    for fixture in fixtures:
        exchange = session.transmit(fixture.request)
        told = f"gets {_told(exchange)}"
        if exchange.status == fixture.good:
            yield Step(fixture.name, State.OK, told)
        elif exchange.status == 400 and body_first:
            yield Step(fixture.name, State.NOTE, f"{told}, the body being checked first; `verify` will tell")
        else:
            yield Step(fixture.name, State.MEND, f"{told} instead of {fixture.good}", fixture.advice)
    absent = [name for name in ("expired_token", "read_only_token", "second_project")
              if not getattr(target, name)]  # fmt: skip
    if absent:
        listed = ", ".join(absent)
        yield Step(
            "fixtures",
            State.NOTE,
            f"not given: {listed}; what needs them is skipped, so the verdict is partial",
        )


def _budget(target: Target) -> Step:
    """Compare `max_creates` with what a run creates on a server that keeps the contract."""
    started = time.monotonic()
    planned = rehearse(replace(target, patience=0.0), Options())
    assert time.monotonic() - started < 60
    needed = sum(each.creates for each in planned)
    told = f"a run sends about {len(planned)} requests, and creates about {needed} of at most {target.max_creates} backups"
    if needed >= target.max_creates:
        return Step("budget", State.NOTE, f"{told}: what is beyond them is skipped as budget-spent")
    return Step("budget", State.OK, told)
