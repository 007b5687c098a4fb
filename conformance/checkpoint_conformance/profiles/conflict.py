"""CONF-1: a policy that is running refuses a second run with 500 CSBS.1001 or 6030."""

from __future__ import annotations

from checkpoint_conformance.budget import BudgetSpent
from checkpoint_conformance.exchange import Exchange
from checkpoint_conformance.finding import Finding
from checkpoint_conformance.judgement import error_code_of, is_conflict
from checkpoint_conformance.ledger import SkipReason
from checkpoint_conformance.profiles.lists import ListError, checkpoint_items
from checkpoint_conformance.profiles.observation import created_checkpoint
from checkpoint_conformance.session import Session

__all__ = ["conflict"]

_TRIES = 2


def conflict(session: Session) -> None:
    """Start the policy and at once again; judge the second answer. Raises ServerGone."""
    for _ in range(_TRIES):
        try:
            first = session.send(session.calls.call(session.calls.documented))
            second = session.transmit(session.calls.call(session.calls.documented))
        except BudgetSpent as spent:
            session.ledger.skip("CONF-1", SkipReason.BUDGET_SPENT, str(spent))
            return
        if first.status != 200:
            session.ledger.leave_undecided("CONF-1", f"the first call got {first.status}")
            return
        if is_conflict(second, session.errors):
            session.ledger.exercise("CONF-1")
            return
        if second.status == 200 and _has_ended(session, first):
            session.ledger.leave_undecided("CONF-1", "the first run had ended before the second call")
            return
        session.ledger.exercise("CONF-1")
        session.ledger.add(_finding(first, second))


def _has_ended(session: Session, first: Exchange) -> bool:
    """Whether the items show that the first run is over; without observation it counts as running."""
    identifier = created_checkpoint(first)
    if "observation" not in session.target.profiles or identifier is None:
        return False
    try:
        items, _ = checkpoint_items(session, checkpoint_id=identifier)
    except ListError:
        return False
    return bool(items) and all(item["status"] in ("available", "error") for item in items)


def _finding(first: Exchange, second: Exchange) -> Finding:
    shown = f"{second.status} {error_code_of(second) or ''}".strip() if second.response else "no answer"
    symptom = "second-run-accepted" if second.status == 200 else "second-run-refused-otherwise"
    return Finding("CONF-1", symptom, "CONF-1/twice", "500 CSBS.1001 or CSBS.6030", shown, (first, second))
