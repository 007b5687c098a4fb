"""One fault, one blame: turns all findings into what each requirement is charged with.

A fault is charged to the most specific requirement, but one that appears everywhere only to the general one.
The consequences of a fault are not charged again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checkpoint_conformance.transport.exchange import Request
from checkpoint_conformance.verdict import consequences, gathering
from checkpoint_conformance.verdict.case import Case, Rule, certainly
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.groups import ONE_REFUSAL, READ_FROM_ITEMS
from checkpoint_conformance.verdict.symptom import FAILING, UNREADABLE_LISTS, Symptom

__all__ = ["RULES", "Attribution", "attribute"]

RULES: tuple[Rule, ...] = (
    certainly(consequences.drop_what_an_ending_leaves),
    certainly(consequences.drop_locks_without_a_refusal),
    certainly(consequences.drop_what_a_lock_leaves),
    certainly(consequences.drop_conflicts),
    certainly(gathering.drop_what_every_call_gets),
    gathering.gather_intermittent_refusals,
    gathering.gather_intermittent_errors,
    certainly(consequences.drop_what_refusals_leave),
    certainly(consequences.drop_kept_callers),
    certainly(consequences.drop_odd_waits),
    certainly(gathering.drop_same_answers),
    certainly(gathering.drop_codes),
    certainly(gathering.drop_methods_that_create),
    gathering.gather_wrong_statuses,
    gathering.gather_spread,
    gathering.gather_selections,
    gathering.gather_intermittent_authentication,
    certainly(consequences.drop_accepted_too),
    certainly(consequences.drop_what_is_accepted_small),
    certainly(consequences.drop_repeated_answers),
    certainly(consequences.drop_unreadable_lists),
    certainly(consequences.drop_following_symptoms),
    certainly(consequences.drop_following_requirements),
    certainly(consequences.drop_generated),
)
"""The rules of blame in order: each sees what the earlier ones left."""


@dataclass(frozen=True)
class Attribution:
    """What is charged, and what is only a consequence of it."""

    charged: tuple[Finding, ...]
    consequences: dict[str, str]
    """Requirement to cause, in words that begin with the cause's id."""


def attribute(
    findings: list[Finding],
    answers: Mapping[Request, set[int]],
    violations_of: Callable[[Finding], set[str]] = lambda _: set(),
) -> Attribution:
    """Charge each fault once.

    `answers` holds every status that each request got in the run. `violations_of` returns the requirements
    that a generated request (FUZZ) violates.
    """
    case = Case(answers, violations_of)
    charged = findings
    for rule in RULES:
        charged = rule(charged, case)
    _name_what_follows(findings, charged, case)
    still_charged = {finding.requirement for finding in charged}
    return Attribution(
        tuple(charged), {name: why for name, why in case.consequences.items() if name not in still_charged}
    )


def _name_what_follows(findings: list[Finding], charged: list[Finding], case: Case) -> None:
    """Note the requirements that nothing was found against, but that were not met either.

    Their probes met a crash, got no response or one with a wrong status, every call got the same
    checkpoint (RESP-11), which says nothing about the ids of others (RESP-2), or the list of items cannot be
    read (OBS-1).
    """
    for finding in findings:
        if finding.requirement == "OBS-1" and finding.symptom in UNREADABLE_LISTS and finding.confirmed:
            for name in READ_FROM_ITEMS:
                case.consequences.setdefault(name, "OBS-1: the list of items cannot be read")
    for finding in charged:
        taker, probed = finding.requirement, finding.origin.requirement
        why = f"{taker} failed during this requirement's probes ({finding.published_symptom})"
        status = finding.symptom is Symptom.WRONG_STATUS and finding.status not in range(200, 300)
        status = status or finding.symptom is Symptom.NO_CHECKPOINT
        if finding.symptom is Symptom.SAME_CHECKPOINT_AGAIN:
            probed, why = "RESP-2", f"{taker}: calls that return the same checkpoint say nothing about ids"
        elif not (finding.symptom in FAILING or (status and probed in ONE_REFUSAL)):
            continue
        if finding.confirmed and probed != taker:
            case.consequences.setdefault(probed, why)
