"""DISC-1: the policy list has the documented form and contains the policy under test.

The list also shows resources of the project outside that policy, which must be refused (NF-3). What it shows
another project gives ours no access (NF-2).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checkpoint_conformance.checks.judge import is_failure
from checkpoint_conformance.probes.missing import foreign_policy, foreign_resource
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.probing import send_probes
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.described import resources_as_listed
from checkpoint_conformance.run.stages.companions.other_policies import another_policy
from checkpoint_conformance.run.stages.companions.unauthorized import look_as_unauthorized
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["discovery"]

_REQUIREMENT = "DISC-1"
_ORIGIN = Origin("DISC-1/list", "the list of policies")


def discovery(session: Session) -> None:
    """Read the list twice, so that problems are confirmed, and judge it.

    Raises ServerGone if the server stops answering.
    """
    for _ in range(2):
        listed, found = _read(session)
        session.ledger.exercise(_REQUIREMENT)
        for finding in found:
            session.ledger.add(finding)
        if not found:
            theirs = _list_of_second_project(session)
            for exchange in look_as_unauthorized(session, "policies", *theirs):
                _judge_failure(session, exchange)
            probes = foreign_policy(session.calls, "once-listed") if theirs else []
            send_probes(session, [*_resource_of_another_policy(session, listed), *probes])
            another_policy(session, listed)
            resources_as_listed(session, listed, lambda: _read(session)[0])
            return


def _list_of_second_project(session: Session) -> list[Request]:
    """Return the request with which the second project lists its policies, if there is one.

    Once it has been sent, a cached list must not give others access (NF-2).
    """
    second = session.target.second_project
    if second is None or second.token is None:
        return []
    return [session.calls.listing("policies", project_id=second.project_id, token=second.token)]


def _judge_failure(session: Session, exchange: Exchange) -> None:
    """Judge whether the server failed to list the second project's policies: they may be of another kind."""
    if is_failure(exchange):
        again = session.client.send(exchange.request)
        actual = f"the list got {exchange.status}"
        wrong = _finding(Symptom.LIST_STATUS, "the documented list of policies", actual, exchange)
        session.ledger.add(replace(wrong, status=exchange.status, confirmed=is_failure(again)))


def _resource_of_another_policy(session: Session, listed: list[dict[str, Any]]) -> list[Probe]:
    """Return the probe of a resource that only another policy in the list has (NF-3), if there is one."""
    own, others = set[str](), dict[str, str]()
    for policy in listed:
        resources = {resource["id"].casefold(): resource["id"] for resource in policy["resources"]}
        if policy["id"].casefold() == session.target.policy_id.casefold():
            own.update(resources)
        else:
            others.update(resources)
    strangers = sorted(others.keys() - own)
    if not strangers:
        return []
    probe = foreign_resource(session.calls, "of-another-policy", [others[strangers[0]]])
    return [replace(probe, conditions=())]  # the server may check its state first


def _read(session: Session) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return the policies in the list, and the problems found."""
    target = session.target
    theirs = target.second_project.policy_id if target.second_project else None
    listed: list[dict[str, Any]] = []
    last: Exchange | None = None
    found: list[Finding] | None = None
    try:
        for exchange, page in session.lists.policies():
            last = exchange
            listed += page
            for policy in page:
                if policy["id"].casefold() == target.policy_id.casefold():
                    found = _policy(policy, exchange, session)
                elif (
                    policy["id"] == theirs or policy["project_id"].casefold() != target.project_id.casefold()
                ):
                    actual = f"policy {policy['id']} of project {policy['project_id']}"
                    wrong = _finding(
                        Symptom.POLICY_OF_ANOTHER_PROJECT, "only the project's own policies", actual, exchange
                    )
                    return listed, [wrong]
        if found == []:
            found = _without_limit(session)
    except ListError as error:
        wrong = _finding(error.symptom, "the documented list of policies", str(error), error.exchange)
        return listed, [replace(wrong, status=error.status)]
    assert last is not None
    if found is None:
        missing = f"policy {target.policy_id} in the list"
        found = [_finding(Symptom.POLICY_MISSING, missing, "no such policy", last)]
    return listed, found


def _without_limit(session: Session) -> list[Finding]:
    """Return the problem of a list that ends before the policy where `limit` is left to its default."""
    page = session.lists.policies_by_default()
    policy = session.target.policy_id
    if page is None or any(entry["id"].casefold() == policy.casefold() for entry in page[1]):
        return []
    missing = f"policy {policy} in the list"
    return [_finding(Symptom.POLICY_MISSING, missing, "a list without `limit` that ends before it", page[0])]


def _policy(policy: dict[str, Any], exchange: Exchange, session: Session) -> list[Finding]:
    target = session.target
    wanted = {
        "project_id": (target.project_id, Symptom.POLICY_PROJECT_ID),
        "provider_id": (target.provider_id, Symptom.POLICY_PROVIDER_ID),
    }
    findings = [
        _finding(symptom, f"`{name}` {expected}", str(policy[name]), exchange)
        for name, (expected, symptom) in wanted.items()
        if str(policy[name]).casefold() != expected.casefold()
    ]
    listed = {resource["id"].casefold() for resource in policy["resources"]}
    lacking = [resource for resource in target.resources if resource.casefold() not in listed]
    if lacking:
        findings.append(
            _finding(
                Symptom.POLICY_RESOURCES,
                f"resource {lacking[0]} in the policy",
                ", ".join(sorted(listed)),
                exchange,
            )
        )
    return findings


def _finding(symptom: Symptom, expected: str, actual: str, exchange: Exchange) -> Finding:
    return Finding(_REQUIREMENT, symptom, _ORIGIN, expected, actual, (exchange,))
