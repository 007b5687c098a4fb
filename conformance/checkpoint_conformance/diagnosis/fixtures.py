"""The additional tokens of the target file: is each one refused or accepted as it should be?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checkpoint_conformance.diagnosis.access import CUT_OFF, unknown_policy
from checkpoint_conformance.diagnosis.check_result import (
    CheckResult,
    CheckStatus,
    answer_summary,
    tells_nothing,
)
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Request

__all__ = ["fixtures"]


@dataclass(frozen=True)
class _Fixture:
    name: str
    token: str
    request: Request
    expected: int
    advice: str


def fixtures(session: Session) -> Iterator[CheckResult]:
    """Yield a step for each token, tried with a truncated body.

    If the server checks the body first, a complete one follows, for an unknown policy. Raises ServerGone if
    the server stops answering.
    """
    for fixture in _given(session):
        exchange = session.client.transmit(fixture.request)
        if exchange.status == 400 != fixture.expected:
            whole = unknown_policy(session).with_header("X-Auth-Token", fixture.token)
            exchange = session.client.transmit(whole)
        found = f"gets {answer_summary(exchange)}"
        if exchange.status == fixture.expected:
            verb = "accepted" if fixture.expected == 400 else "refused"
            yield CheckResult(fixture.name, CheckStatus.OK, f"{verb}: {found}")
        elif tells_nothing(exchange.status):
            yield CheckResult(
                fixture.name, CheckStatus.OPEN, found, "Try again. If it persists, check the server."
            )
        elif exchange.status == 404:
            either = f"{found}: valid for any call, or checked last"
            yield CheckResult(
                fixture.name,
                CheckStatus.OPEN,
                either,
                f"{fixture.advice} If it is one, `verify` will show it.",
            )
        else:
            verb = "refused" if fixture.expected == 400 else "not refused as such"
            wrong = f"{verb}: {found} instead of {fixture.expected}"
            yield CheckResult(fixture.name, CheckStatus.FIX, wrong, fixture.advice)
    names = ("expired_token", "read_only_token", "second_project")
    absent = [name for name in names if not getattr(session.target, name)]
    if absent:
        found = f"{', '.join(absent)} missing: requirements that need them are skipped; verdict partial"
        yield CheckResult("fixtures", CheckStatus.NOTE, found)


def _given(session: Session) -> Iterator[_Fixture]:
    target, post = session.target, session.calls.post
    if target.expired_token:
        advice = "Use a token that has expired."
        request = post(CUT_OFF, token=target.expired_token)
        yield _Fixture("expired_token", target.expired_token, request, 401, advice)
    if target.read_only_token:
        advice = "Use a token of this project whose role may read but not run policies."
        request = post(CUT_OFF, token=target.read_only_token)
        yield _Fixture("read_only_token", target.read_only_token, request, 403, advice)
    second = target.second_project
    if second and second.token:
        request = post(CUT_OFF, token=second.token, project_id=second.project_id)
        advice = "Use a project other than `project_id`, and a token of that project."
        yield _Fixture("second_project", second.token, request, 400, advice)
