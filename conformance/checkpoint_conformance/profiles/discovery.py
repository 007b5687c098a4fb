"""DISC-1: the policy list has the documented form and holds the policy under test."""

from __future__ import annotations

from typing import Any

from checkpoint_conformance.exchange import Exchange
from checkpoint_conformance.finding import Finding
from checkpoint_conformance.profiles.lists import ListError, policies
from checkpoint_conformance.session import Session

__all__ = ["discovery"]

_REQUIREMENT = "DISC-1"


def discovery(session: Session) -> None:
    """Read the list twice, so that what is wrong is confirmed, and judge it. Raises ServerGone."""
    for _ in range(2):
        found = list(_problems(session))
        session.ledger.exercise(_REQUIREMENT)
        for finding in found:
            session.ledger.add(finding)
        if not found:
            return


def _problems(session: Session) -> list[Finding]:
    target = session.target
    last: Exchange | None = None
    found: list[Finding] | None = None
    try:
        for exchange, page in policies(session):
            last = exchange
            for policy in page:
                if policy["id"].casefold() == target.policy_id.casefold():
                    found = _policy(policy, exchange, session)
                elif policy["project_id"].casefold() != target.project_id.casefold():
                    actual = f"a policy of project {policy['project_id']}"
                    return [_finding("policy-of-another-project", "own policies alone", actual, exchange)]
    except ListError as error:
        return [_finding(error.symptom, "the documented list of policies", str(error), error.exchange)]
    assert last is not None
    if found is None:
        return [_finding("policy-missing", f"policy {target.policy_id} in the list", "no such policy", last)]
    return found


def _policy(policy: dict[str, Any], exchange: Exchange, session: Session) -> list[Finding]:
    target = session.target
    wanted = {
        "project_id": (policy["project_id"], target.project_id),
        "provider_id": (policy["provider_id"], target.provider_id),
    }
    findings = [
        _finding(f"policy-{name.replace('_', '-')}", f"`{name}` {expected}", str(actual), exchange)
        for name, (actual, expected) in wanted.items()
        if str(actual).casefold() != expected.casefold()
    ]
    listed = {resource["id"].casefold() for resource in policy["resources"]}
    lacking = [resource for resource in target.resources if resource.casefold() not in listed]
    if lacking:
        findings.append(
            _finding(
                "policy-resources",
                f"resource {lacking[0]} in the policy",
                ", ".join(sorted(listed)),
                exchange,
            )
        )
    return findings


def _finding(symptom: str, expected: str, actual: str, exchange: Exchange) -> Finding:
    return Finding(_REQUIREMENT, symptom, "DISC-1/list", expected, actual, (exchange,))
