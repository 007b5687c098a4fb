"""Does the operation exist and accept this token? Checked with calls that every server must refuse."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from checkpoint_conformance.checks.judge import is_condition
from checkpoint_conformance.diagnosis.check_result import CheckResult, CheckStatus, answer_summary
from checkpoint_conformance.probes.calls import ABSENT, Absent, Call
from checkpoint_conformance.run.misconfiguration import misconfiguration, no_http, unreached
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange, Request

__all__ = ["CUT_OFF", "TRUNCATED", "WHOLE", "access", "clock", "operation", "provider", "unknown_policy"]

CUT_OFF = b'{"checkpoint": '
"""A body that no server can execute."""
TRUNCATED = "a truncated body"
"""The name of a call with CUT_OFF."""
WHOLE = "a call for an unknown policy"
"""The name of `unknown_policy`."""
_TOLERATED_SKEW = 60.0
"""Seconds. RESP-4 allows five minutes, but a clock that is a minute off will get there."""
_LATER = "`verify` will judge it. If the server is only busy, try again."


def operation(exchange: Exchange, session: Session) -> CheckResult:
    """Judge the response to a call without a token: is the operation at this address at all?"""
    wrong = misconfiguration(exchange, session.target, session.client.speaks_tls)
    if wrong := wrong or unreached(exchange) or no_http(exchange):
        return CheckResult(wrong.topic, CheckStatus.FIX, wrong.found, wrong.advice)
    found, status = answer_summary(exchange), exchange.status
    if exchange.fault or exchange.response is None or status is None:
        return CheckResult("operation", CheckStatus.OPEN, found, "Increase `timeout`, or check the server.")
    if status in (404, 405, 501):
        advice = "Check `url` and its prefix: /v1/{project_id}/providers/... is appended to it."
        return CheckResult("operation", CheckStatus.FIX, f"not found at this address: {found}", advice)
    if status in (400, 401, 403):
        return CheckResult("operation", CheckStatus.OK, f"found: a call without a token gets {found}")
    return CheckResult(
        "operation", CheckStatus.OPEN, f"a call without a token gets {found}, which shows nothing", _LATER
    )


def clock(exchange: Exchange) -> CheckResult:
    """Compare the server's `Date`, in whole seconds, with the local clock (RFC 9110, 6.6.1)."""
    value = exchange.response.header("Date") if exchange.response else None
    if value is None:
        return CheckResult("clock", CheckStatus.NOTE, "the server sends no Date")
    try:
        theirs = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):  # a server may write anything there
        return CheckResult("clock", CheckStatus.NOTE, f"the server's Date cannot be read: {value}")
    skew = theirs + 0.5 - (exchange.started + exchange.elapsed / 2)
    if abs(skew) <= 2:
        return CheckResult("clock", CheckStatus.OK, "the server's clock agrees with this machine's")
    found = f"the server's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
    if abs(skew) <= _TOLERATED_SKEW:
        return CheckResult("clock", CheckStatus.OK, found)
    advice = "Correct whichever clock is wrong: RESP-4 compares `created_at` with this machine's clock."
    return CheckResult("clock", CheckStatus.FIX, found, advice)


def access(exchange: Exchange, anonymous: Exchange, asked: str) -> CheckResult:
    """Judge the response to a call that only a valid token gets refused for what it asks.

    `anonymous` is the response to the same call without a token, and `asked` names the call.
    """
    found = answer_summary(exchange)
    match exchange.status:
        case 400 | 404 if found == answer_summary(anonymous):
            text = f"not tested: {asked} gets {found}, with and without the token"
            return CheckResult("token", CheckStatus.OPEN, text, "`verify` will judge it.")
        case 400:
            return CheckResult("token", CheckStatus.OK, f"accepted for the project: {asked} gets {found}")
        case 404 if asked == WHOLE:
            return CheckResult("token", CheckStatus.OK, f"accepted for the project: {asked} gets {found}")
        case 401:
            advice = "Check `token`: is it complete, for this region, and not expired?"
            return CheckResult("token", CheckStatus.FIX, f"not accepted: {found}", advice)
        case 403:
            advice = "Check that the token belongs to `project_id`, and that its role may run policies."
            return CheckResult(
                "token", CheckStatus.FIX, f"not allowed to do this in this project: {found}", advice
            )
        case 404:
            return CheckResult(
                "token", CheckStatus.FIX, f"the project does not exist: {found}", "Check `project_id`."
            )
        case _:
            text = f"{asked} gets {found}, which shows nothing"
            return CheckResult("token", CheckStatus.OPEN, text, _LATER)


def unknown_policy(
    session: Session, token: str | Absent | None = ABSENT, project_id: str | None = None
) -> Request:
    """Return a call whose policy and resource do not exist (NF-1), by default with the target's token."""
    unknown = session.calls.unknown_id("nobody's policy")
    parameters = Call(False, (unknown,)).parameters()
    body = session.calls.changed(plan_id=unknown, parameters=parameters)
    return session.calls.post(body, token=token, project_id=project_id)


def provider(exchange: Exchange) -> CheckResult:
    """Judge the response to `unknown_policy`: a 404 means that everything checked before it is right."""
    found = answer_summary(exchange)
    if exchange.status == 404:
        return CheckResult("provider", CheckStatus.OK, f"accepted: an unknown policy gets {found}")
    if is_condition(exchange, "invalid-request"):
        advice = "Check `provider_id`; the default is the documented one."
        return CheckResult("provider", CheckStatus.FIX, f"not accepted: {found}", advice)
    if exchange.status in range(200, 300):
        advice = "Look for a backup that this created. The server is at fault, as `verify` will show."
        return CheckResult("provider", CheckStatus.OPEN, f"an unknown policy was executed: {found}", advice)
    text = f"an unknown policy gets {found}, which shows nothing"
    return CheckResult("provider", CheckStatus.OPEN, text, _LATER)
