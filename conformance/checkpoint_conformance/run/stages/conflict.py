"""CONF-1: a policy that is running refuses a second run with one of the two published conflicts.

What is refused leaves no item (OBS-2).
"""

from __future__ import annotations

from checkpoint_openapi.load import errors

from checkpoint_conformance.checks.judge import answer_of, is_condition
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.run.companions import ENDED, ListError
from checkpoint_conformance.run.limits.backoff import Backoff
from checkpoint_conformance.run.limits.budget import BudgetSpent
from checkpoint_conformance.run.recorder import created_checkpoint
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["conflict"]

_ORIGIN = Origin("CONF-1/twice", "a second run of a policy that is running")
_LEFTOVER = Origin("OBS-2/twice", "a second run of a policy that is running")
_TRIES = 2
_PUBLISHED = ("running-by-hand", "running-by-schedule")
"""The conditions of `errors.yaml` that refuse a second run."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


def conflict(session: Session) -> None:
    """Start the policy twice in a row, by hand and by schedule, and judge the responses.

    The second kind of call selects another resource: it is the policy that is running, not the resource.
    Raises ServerGone if the server stops answering.
    """
    calls = [session.calls.documented]
    if not any(map(session.ledger.failed, ("REQ-3", "REQ-4"))):
        calls.append(Call(True, session.target.resources[-1:]))
    try:
        for first in calls:
            if _start_twice(session, first, calls):
                return
    except BudgetSpent as spent:
        session.ledger.skip("CONF-1", SkipReason.BUDGET_SPENT, str(spent))


def _start_twice(session: Session, call: Call, further: list[Call]) -> bool:
    """Start the policy with `call`, then at once with the further ones; return whether to stop there."""
    for _ in range(_TRIES):
        first, known = _until_accepted(session, call)
        if first is None:
            why = f"no call was accepted within {session.target.patience:g} s"
            session.ledger.leave_undecided("CONF-1", why)
            return True
        if not _go_on(session, first, further, known):
            return False
    return True


def _go_on(session: Session, first: Exchange, further: list[Call], known: set[str] | None) -> bool:
    """Make further calls during the first one's run; return whether a finding needs confirming.

    `known` are the checkpoints just before the first call, if they can be observed.
    """
    seconds: list[Exchange] = []
    for call in further:
        second = session.client.transmit(session.calls.call(call))
        seconds.append(second)
        refused = is_condition(second, *_PUBLISHED)
        if not refused and second.status == 200 and _has_ended(session, first):
            if not session.ledger.exercised["CONF-1"]:
                session.ledger.leave_undecided("CONF-1", "the first run had ended before the second call")
            return False
        session.ledger.exercise("CONF-1")
        if not refused:
            session.ledger.add(_finding(first, second))
            return True
    if known is None:
        return False
    unexplained = (_checkpoints(session) or known) - known - session.recorder.own()
    if len(unexplained) <= session.recorder.anonymous():
        return False
    session.ledger.add(_leftover(unexplained, first, *seconds))
    return True


def _checkpoints(session: Session) -> set[str] | None:
    """Return the checkpoints of the policy, in lower case, or None if they cannot be observed."""
    if "observation" not in session.target.profiles:
        return None
    try:
        items, _ = session.lists.checkpoint_items(policy_id=session.target.policy_id)
    except ListError:
        return None
    return {item["checkpoint_id"].casefold() for item in items}


def _leftover(unexplained: set[str], *runs: Exchange) -> Finding:
    """Return the finding; a policy that our run keeps cannot be executed by anybody else."""
    actual = f"an item of checkpoint {min(unexplained)}, which no accepted call returned"
    expected = "no item after a second run of a policy that is running"
    return Finding("OBS-2", Symptom.ITEM_OF_A_REFUSED_REQUEST, _LEFTOVER, expected, actual, runs)


def _until_accepted(session: Session, call: Call) -> tuple[Exchange | None, set[str] | None]:
    """Call until the policy stops running; return the accepted exchange, or None if patience runs out.

    Return also the checkpoints just before: somebody else may have executed the policy meanwhile.
    """
    backoff = Backoff(session.clock, session.target.patience, _FIRST_PAUSE, _LONGEST_PAUSE)
    while True:
        known = _checkpoints(session)
        exchange = session.client.transmit(session.calls.call(call))
        if exchange.status == 200:
            return exchange, known
        if not backoff.wait():
            return None, known


def _has_ended(session: Session, first: Exchange) -> bool:
    """Return whether the items show that the first run is over; without observation, assume it is not."""
    identifier = created_checkpoint(first)
    if "observation" not in session.target.profiles or identifier is None:
        return False
    try:
        items, _ = session.lists.checkpoint_items(checkpoint_id=identifier)
    except ListError:
        return False
    return bool(items) and all(item["status"] in ENDED for item in items)


def _finding(first: Exchange, second: Exchange) -> Finding:
    symptom = Symptom.SECOND_RUN_ACCEPTED if second.status == 200 else Symptom.SECOND_RUN_REFUSED_OTHERWISE
    conditions = [errors().conditions[name] for name in _PUBLISHED]
    expected = " or ".join(f"{each.status} {each.code}" for each in conditions)
    return Finding("CONF-1", symptom, _ORIGIN, expected, answer_of(second), (first, second))
