"""Are the declared profiles available, and does the list of policies agree with the target file?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from checkpoint_conformance.checks.judge import is_condition
from checkpoint_conformance.diagnosis.asking import ask
from checkpoint_conformance.diagnosis.check_result import (
    CheckResult,
    CheckStatus,
    answer_summary,
    tells_nothing,
)
from checkpoint_conformance.run.companions import ListError
from checkpoint_conformance.run.session import Session, open_session

__all__ = ["companions", "second_policy"]

_NOT_ASKED = (
    'only the list of policies shows it: declare "discovery" if the server has one; '
    "otherwise the first call shows it"
)
_MOST_NAMED = 4


def companions(session: Session) -> Iterator[CheckResult]:
    """Yield a step for policy and resources, and one for each declared profile.

    Raises ServerGone if the server stops answering.
    """
    declared = session.target.profiles
    if "discovery" in declared:
        yield from _policy(session)
    else:
        yield CheckResult("policy", CheckStatus.NOTE, f"not checked: {_NOT_ASKED}")
    if "observation" in declared:
        yield _observation(session)
    if "deletion" in declared:
        yield _deletion(session)
    if "conflict" in declared:
        yield CheckResult("conflict", CheckStatus.NOTE, "not tested: only a running policy shows it")


def second_policy(session: Session) -> Iterator[CheckResult]:
    """Yield whether the second project has the policy named in the target file, if that can be checked."""
    second = session.target.second_project
    if not (second and second.policy_id and second.token and "discovery" in session.target.profiles):
        return
    other = open_session(replace(session.target, project_id=second.project_id, token=second.token))
    try:
        listed = _listed(other)
    except ListError as error:
        yield CheckResult(
            "second policy", CheckStatus.OPEN, f"not checked: {error}", "`verify` will judge it."
        )
        return
    if second.policy_id.casefold() in listed:
        yield CheckResult("second policy", CheckStatus.OK, "the second project has it")
    else:
        advice = f"Choose another `policy_id` there. The project has {_named(listed)}."
        yield CheckResult("second policy", CheckStatus.FIX, "the second project does not have it", advice)


def _listed(session: Session) -> dict[str, dict[str, Any]]:
    """Return the policies by lower-case id. Raises ListError if the list cannot be read."""
    return {policy["id"].casefold(): policy for _, page in session.lists.policies() for policy in page}


def _named(listed: dict[str, dict[str, Any]]) -> str:
    names = [f"{policy['id']} ({policy['name']})" for policy in listed.values()]
    some, more = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    return f"{some} and {more} more" if more > 0 else some or "none at all"


def _policy(session: Session) -> Iterator[CheckResult]:
    """Compare [policy] with the server's list."""
    try:
        listed = _listed(session)
    except ListError as error:
        yield _not_offered("discovery", str(error), error.exchange.status)
        return
    yield CheckResult("discovery", CheckStatus.OK, f"the server lists its policies: {len(listed)}")
    policy = listed.get(session.target.policy_id.casefold())
    if policy is None:
        advice = f"Choose another [policy] `id`. The project has {_named(listed)}."
        yield CheckResult(
            "policy", CheckStatus.FIX, f"{session.target.policy_id} is not in the project", advice
        )
        return
    yield CheckResult("policy", CheckStatus.OK, f"found in the project: {policy['name']}")
    theirs = {resource["id"].casefold(): resource["id"] for resource in policy["resources"]}
    ours = {resource.casefold(): resource for resource in session.target.resources}
    extra = [ours[key] for key in ours if key not in theirs]
    absent = [theirs[key] for key in theirs if key not in ours]
    if not theirs:
        advice = "Choose a policy that backs up at least one resource."
        yield CheckResult("resources", CheckStatus.FIX, "the policy has no resources", advice)
    elif extra:
        found = f"the policy does not contain {', '.join(extra[:_MOST_NAMED])}"
        yield CheckResult(
            "resources", CheckStatus.FIX, found, "Remove it from [policy] `resources`, or correct it."
        )
    elif absent:
        found = f"the policy also contains {', '.join(absent[:_MOST_NAMED])}"
        yield CheckResult("resources", CheckStatus.FIX, found, "List all of them in [policy] `resources`.")
    else:
        yield CheckResult("resources", CheckStatus.OK, f"the policy contains all {len(ours)}, and no others")


def _observation(session: Session) -> CheckResult:
    unknown = session.calls.unknown_id("a checkpoint")
    try:
        items, _ = session.lists.checkpoint_items(checkpoint_id=unknown)
    except ListError as error:
        return _not_offered("observation", str(error), error.exchange.status)
    if items:
        found = f"the list ignores its filter: {len(items)} items for a checkpoint that does not exist"
        return CheckResult("observation", CheckStatus.OPEN, found, "`verify` will judge it.")
    return CheckResult("observation", CheckStatus.OK, "the server lists checkpoint items")


def _deletion(session: Session) -> CheckResult:
    path = f"{session.calls.path()}/{session.calls.unknown_id('a checkpoint')}"
    exchange = ask(session, session.calls.request("DELETE", path))
    if exchange.status == 404 and not is_condition(exchange, "no-route"):
        return CheckResult(
            "deletion",
            CheckStatus.OK,
            f"the server supports deletion: deleting an unknown checkpoint gets {answer_summary(exchange)}",
        )
    found = f"the deletion of an unknown checkpoint gets {answer_summary(exchange)}"
    return _not_offered("deletion", found, exchange.status)


def _not_offered(profile: str, found: str, status: int | None) -> CheckResult:
    if tells_nothing(status):
        return CheckResult(profile, CheckStatus.OPEN, found, "Try again. If it persists, check the server.")
    advice = (
        f'Take "{profile}" out of `profiles` if the server does not have it; else it is the server\'s fault.'
    )
    return CheckResult(profile, CheckStatus.FIX, found, advice)
