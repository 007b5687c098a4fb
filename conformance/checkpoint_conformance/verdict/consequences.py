"""What only follows from another fault, and so is not charged a second time.

Each function returns the findings that stay, and notes the others in `consequences`: requirement to cause, in
words that begin with the cause's id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.symptom import Symptom, published

__all__ = [
    "drop_codes",
    "drop_followers",
    "drop_following_requirements",
    "drop_repeated_answers",
    "drop_same_answers",
    "drop_unreadable_lists",
    "drop_what_is_taken_small",
    "without",
]

_CONSEQUENCES: dict[tuple[str, str], tuple[str, ...]] = {
    ("AUTH-1/absent", Symptom.ACCEPTED): ("AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5", "AUTH-6"),
    ("AUTH-1/absent-kept", Symptom.ACCEPTED): ("AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5"),
    ("AUTH-2/unknown-kept", Symptom.ACCEPTED): ("AUTH-3", "AUTH-4", "AUTH-5"),
    ("AUTH-2/unknown", Symptom.ACCEPTED): ("AUTH-3", "AUTH-4", "AUTH-5"),
    ("NF-1/unknown", Symptom.ACCEPTED): ("NF-2", "REQ-15"),
}
"""A probe and its symptom, and the requirements in which the same symptom only follows from it."""

_OF_ANY_SIZE = {
    "REQ-17/plan-1-mib": "REQ-15",
    "REQ-17/resource-1-mib": "NF-3",
    "REQ-17/trigger-1-mib": "REQ-11",
    "REQ-17/lists-10000": "REQ-12",
    "REQ-17/objects-10000": "REQ-12",
    "REQ-17/root-10000": "REQ-7",
}
"""A probe of something large, and the requirement that refuses the same thing when it is small."""

_RENAMED = frozenset(
    {
        "REQ-8/other-case",
        "REQ-8/unwrapped",
        "REQ-9/named-planId",
        "REQ-9/named-id",
        "REQ-9/named-plan",
        "REQ-10/beside",
    }
)
"""Probes of a missing member that stands there under a name which is unknown."""

_UNREADABLE: dict[str, set[str]] = {
    Symptom.LIST_UNANSWERED: {"HTTP-1", "HTTP-2", "HTTP-3"},
    Symptom.LIST_CONTENT_TYPE: {"HTTP-1", "HTTP-2"},
    Symptom.LIST_NOT_JSON: {"HTTP-1", "HTTP-2"},
    published(Symptom.LIST_STATUS, 500): {"HTTP-3"},
}
"""What keeps a list from being read, and the requirements by which any answer may be so."""

_FOLLOWING_REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "HTTP-6": ("FUZZ-1",),
    "AUTH-1": ("AUTH-6",),
    "AUTH-2": ("AUTH-6",),
    "AUTH-3": ("AUTH-6",),
    "RESP-2": ("OBS-1", "OBS-2", "OBS-3", "DEL-1"),
    "RESP-11": ("OBS-1", "OBS-2", "OBS-3", "DEL-1"),
    "RESP-8": ("OBS-1",),
    "REQ-5": ("OBS-1",),
}
"""Requirements that cannot be kept, or not be judged, once another is broken."""


def without(
    findings: list[Finding], consequences: dict[str, str], cause: Callable[[Finding], str | None]
) -> list[Finding]:
    """Return the findings that have no cause elsewhere; note the others as consequences of theirs."""
    kept: list[Finding] = []
    for finding in findings:
        why = cause(finding)
        if why is None:
            kept.append(finding)
        else:
            consequences[finding.requirement] = why
    return kept


def drop_same_answers(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Charge one wrong answer once where two conditions cannot but get the same.

    A foreign policy is an unknown one to a server that does not disclose (NF-2), an empty token is no token
    to most (AUTH-2), and what lacks a member under its name may be refused for the other name (REQ-14).
    """
    symptoms: defaultdict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.probe not in _RENAMED:
            symptoms[finding.requirement].add(finding.published_symptom)

    def cause(finding: Finding) -> str | None:
        twin = None
        if finding.requirement == "NF-2":
            twin = "NF-1"
        elif finding.probe == "AUTH-2/empty":
            twin = "AUTH-1"
        elif finding.probe in _RENAMED and finding.symptom is not Symptom.ACCEPTED:
            twin = "REQ-14" if finding.published_symptom not in symptoms[finding.requirement] else None
        same = twin and finding.published_symptom in symptoms[twin]
        return f"{twin} gets the same wrong answer" if same else None

    return without(findings, consequences, cause)


def drop_followers(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Where one probe was accepted that lets others in, what these show follows from it."""
    present = {(finding.probe, finding.symptom) for finding in findings}

    def cause(finding: Finding) -> str | None:
        causes = [
            probe
            for (probe, symptom), followers in _CONSEQUENCES.items()
            if (probe, symptom) in present
            and finding.symptom == symptom
            and finding.requirement in followers
            and (not probe.endswith("-kept") or finding.probe.endswith("-kept"))
        ]
        return f"{causes[0]} was accepted, and this follows from it" if causes else None

    return without(findings, consequences, cause)


def drop_what_is_taken_small(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Where a wrong value is accepted, it is in any size: the size is not what goes unnoticed (REQ-17)."""
    accepting = {finding.requirement for finding in findings if finding.symptom is Symptom.ACCEPTED}

    def cause(finding: Finding) -> str | None:
        small = _OF_ANY_SIZE.get(finding.probe)
        taken = finding.symptom is Symptom.ACCEPTED and small in accepting
        return f"{small}: the same is accepted when it is small" if taken else None

    return without(findings, consequences, cause)


def drop_repeated_answers(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Charge an answer that belongs to another call once, whatever else is wrong in it for this call.

    Of calls at the same time that share an answer, others may have got each other's.
    """
    repeated = {
        exchange.number
        for finding in findings
        if finding.symptom in (Symptom.SAME_CHECKPOINT_AGAIN, Symptom.ID_REPEATED)
        for exchange in finding.exchanges
    }

    def cause(finding: Finding) -> str | None:
        member_of_answer = finding.requirement in ("RESP-5", "RESP-6", "RESP-8", "RESP-12")
        in_company = bool(repeated) and finding.probe.startswith("RESP-2/concurrent-")
        given_again = all(exchange.number in repeated for exchange in finding.exchanges)
        return "the answer was another call's" if member_of_answer and (given_again or in_company) else None

    return without(findings, consequences, cause)


def drop_unreadable_lists(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Leave a list that cannot be read to HTTP-1 to HTTP-3 where the operation itself is answered so too."""
    broken = {finding.requirement for finding in findings}
    surplus = any(finding.symptom is Symptom.SURPLUS for finding in findings)

    def cause(finding: Finding) -> str | None:
        if surplus and finding.symptom in (Symptom.NO_STATUS_LINE, Symptom.BAD_HEAD):
            return "HTTP-2: bytes behind an answer are read as the next one"
        causes = sorted(broken & _UNREADABLE.get(finding.published_symptom, set()))
        return f"{causes[0]}: the lists are answered in the same way" if causes else None

    return without(findings, consequences, cause)


def drop_codes(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Where a fault goes unnoticed under its own requirement, the code is another condition's too (ERR-3)."""
    specific = {finding.requirement for finding in findings} - {"ERR-3"}

    def cause(finding: Finding) -> str | None:
        probed = finding.probe.partition("/")[0]
        covered = finding.requirement == "ERR-3" and probed in specific
        return f"{probed} covers the same fault" if covered else None

    return without(findings, consequences, cause)


def drop_following_requirements(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Leave out requirements that rest on a broken one."""
    present = {finding.requirement for finding in findings}
    dropped = {
        follower: cause
        for cause, followers in _FOLLOWING_REQUIREMENTS.items()
        if cause in present
        for follower in followers
    }

    def cause(finding: Finding) -> str | None:
        broken = dropped.get(finding.requirement)
        return f"{broken} is broken, and this rests on it" if broken else None

    return without(findings, consequences, cause)
