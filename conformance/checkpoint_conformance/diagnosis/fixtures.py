"""The additional tokens of the target file: is each one refused or accepted as it should be?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checkpoint_conformance.diagnosis.access import CUT_OFF, unknown_policy
from checkpoint_conformance.diagnosis.asking import ask
from checkpoint_conformance.diagnosis.check_result import (
    CheckResult,
    CheckStatus,
    answer_summary,
    tells_nothing,
)
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.target.target import Target

__all__ = ["fixtures"]


@dataclass(frozen=True)
class _Fixture:
    name: str
    token: str
    project_id: str
    expected: int
    advice: str


def fixtures(session: Session, *, body_first: bool) -> Iterator[CheckResult]:
    """Yield a step for each token, tried with a truncated body, and then with a whole one if need be.

    `body_first` says that the server reads the body before the token. Raises ServerGone if the server stops
    answering.
    """
    for fixture in _given(session.target):
        truncated = session.calls.post(CUT_OFF, token=fixture.token, project_id=fixture.project_id)
        exchange = ask(session, truncated)
        if exchange.status == 400 and (body_first or fixture.expected != 400):
            exchange = ask(session, unknown_policy(session, fixture.token, fixture.project_id))
        found = f"gets {answer_summary(exchange)}"
        let_in = body_first and fixture.expected == 400 and exchange.status == 404
        if let_in or exchange.status == fixture.expected:
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
        lacking = f"{', '.join(absent)} missing: requirements that need them are skipped; verdict partial"
        yield CheckResult("fixtures", CheckStatus.NOTE, lacking)


def _given(target: Target) -> Iterator[_Fixture]:
    own = target.project_id
    if target.expired_token:
        yield _Fixture("expired_token", target.expired_token, own, 401, "Use a token that has expired.")
    if target.read_only_token:
        advice = "Use a token of this project whose role may read but not run policies."
        yield _Fixture("read_only_token", target.read_only_token, own, 403, advice)
    second = target.second_project
    if second and second.token:
        advice = "Use a project other than `project_id`, and a token of that project."
        yield _Fixture("second_project", second.token, second.project_id, 400, advice)
