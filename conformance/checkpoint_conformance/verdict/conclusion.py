"""Decides the outcome of every requirement from the observations, of one run or of merged shards."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from checkpoint_openapi.load import Requirement, advisory, requirements

from checkpoint_conformance.probes.generated.target_schema import target_schema
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.verdict.attribution import Attribution, attribute
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.groups import READ_FROM_ITEMS, VALID_SHAPES
from checkpoint_conformance.verdict.ledger import Ledger, SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Result
from checkpoint_conformance.verdict.symptom import UNREADABLE_RESPONSES, Symptom

__all__ = ["conclude", "result_of_findings"]

_IN_PARTS = frozenset({"AUTH-7"})
"""Requirements that are tested as far as there are fixtures."""


def conclude(
    target: Target, ledger: Ledger, gone: str = "", owned: Container[str] | None = None
) -> list[Result]:
    """Return the result of every active requirement, in catalogue order.

    `gone` says why the server could not be tested to the end. `owned` contains the requirements that this run
    had to exercise; None means all.
    """
    schema = target_schema(target)
    attribution = attribute(
        ledger.findings, ledger.answers, lambda finding: schema.violations(finding.exchanges[0].request)
    )
    return [
        _result(
            requirement,
            target,
            ledger,
            attribution,
            gone,
            elsewhere=owned is not None and requirement.id not in owned,
        )
        for requirement in requirements()
        if requirement.status == "active"
    ]


def result_of_findings(requirement: Requirement, findings: tuple[Finding, ...], exercised: int) -> Result:
    """Return the result of a requirement with at least one finding."""
    confirmed = [finding for finding in findings if finding.confirmed]
    if not confirmed:
        detail = "seen once, but not on repetition: flaky"
        return Result(requirement, Outcome.INCONCLUSIVE, None, detail, findings, exercised)
    binding = requirement.level == "MUST" and any(finding.level == "MUST" for finding in confirmed)
    return Result(requirement, Outcome.FAIL if binding else Outcome.WARN, None, "", findings, exercised)


def _result(
    requirement: Requirement,
    target: Target,
    ledger: Ledger,
    attribution: Attribution,
    gone: str,
    *,
    elsewhere: bool,
) -> Result:
    """Decide the outcome of one requirement."""
    identifier = requirement.id
    exercised = ledger.exercised[identifier]
    found = tuple(finding for finding in attribution.charged if finding.requirement == identifier)
    if identifier == "HTTP-3" and gone and not found and any(map(_is_silent, attribution.charged)):
        detail = "HTTP-1: valid calls get no response in time either"
        return Result(requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, detail, exercised=exercised)
    if identifier in ledger.doubts and not any(finding.confirmed for finding in found):
        return Result(requirement, Outcome.INCONCLUSIVE, None, ledger.doubts[identifier], found, exercised)
    if found:
        result = result_of_findings(requirement, found, exercised)
        lost = all(map(ledger.may_be_chance, found))
        undecided = result.outcome is Outcome.INCONCLUSIVE and lost
        return replace(result, detail=ledger.losses()) if undecided else result
    if elsewhere and not exercised:
        return Result(requirement, Outcome.SKIP, SkipReason.OTHER_SHARD, "another shard covers it")
    missing_feature = _missing_feature(requirement, target)
    if missing_feature:
        return Result(requirement, Outcome.SKIP, SkipReason.FEATURE_NOT_DECLARED, missing_feature)
    if identifier in attribution.consequences:
        detail = attribution.consequences[identifier]
        if exercised and not _breaks_a_must(attribution):
            return Result(requirement, Outcome.PASS, None, detail, exercised=exercised)
        return Result(requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, detail, exercised=exercised)
    if identifier in ledger.skipped:
        reason, why = ledger.skipped[identifier]
        return Result(requirement, Outcome.SKIP, reason, why, exercised=exercised)
    if exercised:
        return Result(requirement, Outcome.PASS, None, _not_tested(requirement, target), exercised=exercised)
    return _never_exercised(requirement, ledger, attribution, gone)


def _never_exercised(requirement: Requirement, ledger: Ledger, attribution: Attribution, gone: str) -> Result:
    """Return the result of a requirement that no response allowed to be judged, with the reason."""
    unreadable = [finding.requirement for finding in attribution.charged if _is_unreadable(finding)]
    if requirement.id in READ_FROM_ITEMS and unreadable:
        detail = f"{unreadable[0]}: the lists get the same response"
        return Result(requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, detail)
    if requirement.id in ledger.undecided:
        return Result(requirement, Outcome.INCONCLUSIVE, None, ledger.undecided[requirement.id])
    why = f"the run ended early: {gone}" if gone else "no response could be judged"
    if not _breaks_a_must(attribution):
        return Result(requirement, Outcome.INCONCLUSIVE, None, why)
    why = why if gone else "the failures above make it impossible to test"
    return Result(requirement, Outcome.SKIP, SkipReason.PRECONDITION_FAILED, why)


def _is_silent(finding: Finding) -> bool:
    """Return whether valid calls get no response in time."""
    return finding.confirmed and (finding.requirement, finding.symptom) == ("HTTP-1", Symptom.NO_ANSWER)


def _is_unreadable(finding: Finding) -> bool:
    """Return whether no valid call gets a response that can be read, so that no list can be read, either."""
    return (
        finding.confirmed
        and finding.symptom in UNREADABLE_RESPONSES
        and finding.origin.requirement in VALID_SHAPES
    )


def _breaks_a_must(attribution: Attribution) -> bool:
    """Return whether any charge costs the verdict; consequences of a mere warning do not."""
    return any(
        finding.level == "MUST" and finding.requirement not in advisory() for finding in attribution.charged
    )


def _missing_feature(requirement: Requirement, target: Target) -> str:
    """Return what the target would have to declare, or an empty string."""
    if not target.declares(requirement):
        return f'the target does not declare the profile "{requirement.profile_names}"'
    if requirement.needs and not _fixtures(requirement, target)[requirement.needs]:
        return f"the target has no fixture `{requirement.needs}`"
    return ""


def _not_tested(requirement: Requirement, target: Target) -> str:
    """Return which part of a requirement was not tested for lack of a fixture, or an empty string."""
    if requirement.id not in _IN_PARTS:
        return ""
    missing = [name for name, value in _fixtures(requirement, target).items() if not value]
    return f"not tested without the fixtures {', '.join(missing)}" if missing else ""


def _fixtures(requirement: Requirement, target: Target) -> dict[str, str | None]:
    """Return the value of each fixture as far as the requirement needs it."""
    second = target.second_project or SecondProject("")
    return {
        "expired_token": target.expired_token,
        "read_only_token": target.read_only_token,
        "second_project": second.policy_id if requirement.id == "NF-2" else second.token,
    }
