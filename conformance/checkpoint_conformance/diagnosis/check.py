"""The whole diagnosis: each step builds on the one before, so start with the first `fix`.

It sends GETs to declared companions, the deletion of a checkpoint that does not exist, and calls that every
server must refuse: without a token, with a truncated body, for an unknown policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from checkpoint_conformance.diagnosis.access import (
    CUT_OFF,
    TRUNCATED,
    WHOLE,
    access,
    clock,
    operation,
    provider,
    unknown_policy,
)
from checkpoint_conformance.diagnosis.asking import ask
from checkpoint_conformance.diagnosis.check_result import CheckResult, CheckStatus
from checkpoint_conformance.diagnosis.companions import companions, second_policy
from checkpoint_conformance.diagnosis.connectivity import connectivity, signature
from checkpoint_conformance.diagnosis.fixtures import fixtures
from checkpoint_conformance.run.schedule import enough
from checkpoint_conformance.run.sending.client import ServerGone
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.target.target import Target

__all__ = ["diagnose"]


def diagnose(target: Target) -> Iterator[CheckResult]:
    """Yield the result of each step, until one makes the rest pointless.

    Secrets are removed from the results. Raises TargetError if a certificate file or the proxy is unusable.
    """
    session = open_session(target)
    try:
        for step in _steps(session):
            redact = session.secrets.redact_excerpt
            yield replace(step, found=redact(step.found), advice=redact(step.advice))
    except ServerGone as gone:
        yield CheckResult(
            "server",
            CheckStatus.FIX,
            f"the server is gone: {gone}",
            "Keep the server running, and try again.",
        )


def _steps(session: Session) -> Iterator[CheckResult]:
    steps = list(connectivity(session.target))
    yield from steps
    if _wrong(steps):
        return
    if session.target.sign:
        steps = [signature(session.target, session.calls.post(CUT_OFF))]
        yield from steps
        if _wrong(steps):
            return
    anonymous = ask(session, session.calls.post(CUT_OFF, token=None))
    steps = [operation(anonymous, session), clock(anonymous)]
    yield from steps
    if steps[0].state is CheckStatus.FIX:
        return
    identified = ask(session, session.calls.post(CUT_OFF))
    body_first = anonymous.status == identified.status == 400
    let_in = _let_in_whole(session) if body_first else access(identified, anonymous, TRUNCATED)
    yield let_in
    if let_in.state is CheckStatus.FIX:
        return
    accepted = provider(ask(session, unknown_policy(session)))
    yield accepted
    if accepted.state is CheckStatus.FIX:
        return
    yield from companions(session)
    yield from fixtures(session, body_first=body_first)
    yield from second_policy(session)
    yield _budget(session.target)


def _let_in_whole(session: Session) -> CheckResult:
    """Try the token with a complete body, since the server reads the body before the token."""
    without, identified = (
        ask(session, unknown_policy(session, token)) for token in (None, session.target.token)
    )
    return access(identified, without, WHOLE)


def _wrong(steps: Iterable[CheckResult]) -> bool:
    return any(step.state is CheckStatus.FIX for step in steps)


def _budget(target: Target) -> CheckResult:
    """Compare `max_creates` with what is enough for a whole run against a conforming server."""
    found, needed = f"a run creates at most max_creates = {target.max_creates} backups", enough(target)
    if target.max_creates >= needed:
        return CheckResult("budget", CheckStatus.OK, found)
    advice = (
        f"{needed} is enough for a whole run. With fewer, every requirement is still tested, but some with "
        "fewer calls; these are skipped as budget-spent. `verify --dry-run` shows every call."
    )
    return CheckResult("budget", CheckStatus.NOTE, found, advice)
