"""One fault, one blame: from everything that was found to what each requirement is charged with.

The most specific requirement takes a fault. A symptom that shows all over the place is the general
requirement's alone, and what follows from a fault is not charged a second time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from checkpoint_conformance.transport.exchange import Request
from checkpoint_conformance.verdict.consequences import (
    drop_codes,
    drop_followers,
    drop_following_requirements,
    drop_repeated_answers,
    drop_same_answers,
    drop_unreadable_lists,
    drop_what_is_taken_small,
    without,
)
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Attribution", "attribute"]

_MEMBERS = frozenset(f"REQ-{number}" for number in range(1, 7))
_ACCEPTANCE = _MEMBERS | {"FUZZ-1"}
_BEFORE_REFUSALS = _MEMBERS | {"RESP-2"}
"""Whose valid calls, one by one or at the same time, are sent before anything is refused."""
_FOLLOW_MOODS = _ACCEPTANCE | {"HTTP-6", "RESP-2", "RESP-11"}
_FOLLOW_CONFLICTS = _FOLLOW_MOODS | {"HTTP-1", "HTTP-3", "ERR-2", "ERR-3"}
_TOKENS = frozenset(f"AUTH-{number}" for number in range(1, 6))
_UNANSWERED = frozenset({Symptom.NO_ANSWER, Symptom.CONNECTION_DROPPED, Symptom.DROPPED_ON_KEPT_CONNECTION})
"""Symptoms of a request that got no answer."""
_FAILING = _UNANSWERED | {Symptom.ANSWERED_5XX}
_GENERATED = {"FUZZ-1", "FUZZ-2"}
_BROAD = _GENERATED | {"HTTP-6"}


@dataclass(frozen=True)
class Attribution:
    """What is charged, and what is only a consequence of it: requirement to cause."""

    charged: tuple[Finding, ...]
    consequences: dict[str, str]
    """Requirement to cause, in words that begin with the cause's id."""


def attribute(
    findings: list[Finding],
    answers: Mapping[Request, set[int]],
    violations_of: Callable[[Finding], set[str]] = lambda _: set(),
) -> Attribution:
    """Charge each fault once.

    `answers` holds every status that a request got in the run. `violations_of` names the requirements that
    cover what a generated request (FUZZ) has wrong.
    """
    consequences: dict[str, str] = {}
    charged = _drop_conflicts(findings, consequences)
    charged = _gather_moods(charged, answers, consequences)
    charged = _drop_what_refusals_leave(charged, answers, consequences)
    charged = _drop_odd_waits(charged, consequences)
    charged = drop_same_answers(charged, consequences)
    charged = _gather_spread(charged, consequences)
    charged = _gather_selections(charged, consequences)
    charged = _gather_open_doors(charged, answers, consequences)
    charged = drop_followers(charged, consequences)
    charged = drop_what_is_taken_small(charged, consequences)
    charged = drop_repeated_answers(charged, consequences)
    charged = drop_unreadable_lists(charged, consequences)
    charged = drop_codes(charged, consequences)
    charged = drop_following_requirements(charged, consequences)
    charged = _drop_generated(charged, violations_of, consequences)
    _name_the_unanswered(charged, consequences)
    still_charged = {finding.requirement for finding in charged}
    return Attribution(
        tuple(charged), {name: why for name, why in consequences.items() if name not in still_charged}
    )


def _drop_conflicts(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Where a running policy refuses in a way of its own (CONF-1), every such refusal is the same fault."""
    answers = {finding.exchanges[-1].status for finding in findings if finding.requirement == "CONF-1"} - {
        200
    }

    def cause(finding: Finding) -> str | None:
        last = finding.exchanges[-1]
        refusal = finding.requirement in _FOLLOW_CONFLICTS and last.status in answers
        if refusal and last.request.method == "POST":
            return "CONF-1: the policy was running, and this is how it was refused"
        return None

    return without(findings, consequences, cause)


def _gather_moods(
    findings: list[Finding], answers: Mapping[Request, set[int]], consequences: dict[str, str]
) -> list[Finding]:
    """Charge a server that takes a valid request now and refuses it then (REQ-1), not what met its mood."""
    refused = [finding for finding in findings if finding.symptom is Symptom.REFUSED]
    if not any(
        finding.requirement in _MEMBERS and _wavers(finding, answers, range(200, 300)) for finding in refused
    ):
        return findings
    gathered: list[Finding] = []
    for finding in findings:
        refusal = finding.symptom in (Symptom.REFUSED, Symptom.REFUSED_UNDER_CONCURRENCY)
        if refusal and finding.requirement in _FOLLOW_MOODS:
            if finding.requirement != "REQ-1":
                consequences[finding.requirement] = "REQ-1: the same request is accepted at other times"
            moody = replace(finding, requirement="REQ-1", symptom=Symptom.REFUSED_AT_TIMES, spread=None)
            gathered.append(replace(moody, confirmed=len(refused) > 1))
        elif finding.symptom is Symptom.WRONG_STATUS and _wavers(finding, answers, range(600)):
            consequences[finding.requirement] = "the same request was answered as it should be at other times"
        else:
            gathered.append(finding)
    return gathered


def _drop_what_refusals_leave(
    findings: list[Finding], answers: Mapping[Request, set[int]], consequences: dict[str, str]
) -> list[Finding]:
    """Where a refusal makes the server fail or lose a valid call (HTTP-6), others suffer from it as well.

    Where valid calls suffer of themselves it is the other way round.
    """
    of_itself = {
        finding.symptom: finding.requirement for finding in findings if finding.probed in _BEFORE_REFUSALS
    }
    after = {finding.symptom for finding in findings if finding.requirement == "HTTP-6"} - of_itself.keys()
    unanswered = bool(after & _UNANSWERED)
    crashes = Counter(each.exchanges[-1].request for each in findings if each.symptom is Symptom.ANSWERED_5XX)

    def cause(finding: Finding) -> str | None:
        once = crashes[finding.exchanges[-1].request] == 1 or _wavers(finding, answers, range(500))
        crash = finding.symptom is Symptom.ANSWERED_5XX in after and once
        if finding.requirement == "HTTP-6" and finding.symptom in _FAILING & of_itself.keys():
            return f"{of_itself[finding.symptom]}: valid calls fail without a refusal, too"
        if finding.requirement != "HTTP-6" and (crash or (unanswered and finding.symptom in _UNANSWERED)):
            return "HTTP-6: what follows a refusal fails, valid or not"
        return None

    return without(findings, consequences, cause)


def _drop_odd_waits(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Where valid calls get no answer in time (HTTP-1), odd input that the server takes for one gets none.

    Where these are documented calls, what differs from them in one fault gets none either.
    """
    waiting = [finding for finding in findings if finding.symptom is Symptom.NO_ANSWER]
    valid = {finding.probed for finding in waiting if finding.requirement == "HTTP-1"}

    def cause(finding: Finding) -> str | None:
        odd = finding.symptom is Symptom.NO_ANSWER and finding.requirement == "HTTP-3"
        if odd and (valid & _MEMBERS or (valid and finding.probed == "HTTP-3")):
            return "HTTP-1: valid calls get no answer in time either"
        return None

    return without(findings, consequences, cause)


def _wavers(finding: Finding, answers: Mapping[Request, set[int]], others: range) -> bool:
    """Whether the finding's request got another status, out of `others`, at another time."""
    exchange = finding.exchanges[-1]
    return any(status in others for status in answers.get(exchange.request, set()) - {exchange.status})


def _gather_spread(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Give a symptom that shows under several requirements to the general one.

    A broad requirement (FUZZ, HTTP-6), or the general one in odd input, meets it only in passing.
    """
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.spread:
            groups[finding.spread.group].append(finding)
    takers: dict[str, str] = {}
    for group, members in groups.items():
        general = min(finding.spread.general for finding in members if finding.spread)
        blamed = {finding.requirement for finding in members} - _BROAD
        specific = blamed - {general}
        if blamed:
            takers[group] = specific.pop() if len(specific) == 1 else general
    gathered: list[Finding] = []
    for finding in findings:
        taker = takers.get(finding.spread.group) if finding.spread else None
        if taker and finding.requirement != taker:
            consequences[finding.requirement] = (
                f"{taker}: {finding.published_symptom} beyond this requirement's probes"
            )
            gathered.append(replace(finding, requirement=taker))
        else:
            gathered.append(finding)
    return [
        replace(finding, confirmed=True) if _shows_twice(finding, gathered) else finding
        for finding in gathered
    ]


def _shows_twice(finding: Finding, findings: list[Finding]) -> bool:
    """Whether the symptom's group shows under the same requirement more than once."""
    if finding.spread is None:
        return False
    group = finding.spread.group
    return (
        sum(
            other.spread is not None
            and other.spread.group == group
            and other.requirement == finding.requirement
            for other in findings
        )
        > 1
    )


def _name_the_unanswered(charged: list[Finding], consequences: dict[str, str]) -> None:
    """Add the requirements whose probes met a crash or got no answer: that let nothing else be judged."""
    for finding in charged:
        met = finding.symptom in _FAILING and finding.confirmed
        if met and finding.probed != finding.requirement:
            consequences.setdefault(
                finding.probed, f"{finding.requirement}: {finding.published_symptom} under its probes"
            )


def _gather_selections(findings: list[Finding], consequences: dict[str, str]) -> list[Finding]:
    """Give a wrong selection to REQ-5 where it shows only in answers to null or an empty list."""
    probed = {finding.probed for finding in findings if finding.requirement == "RESP-8"}
    if "REQ-5" not in probed or probed - _GENERATED - {"REQ-5"}:
        return findings
    consequences["RESP-8"] = "REQ-5: only null or an empty list is misread"
    return [
        replace(finding, requirement="REQ-5") if finding.requirement == "RESP-8" else finding
        for finding in findings
    ]


def _gather_open_doors(
    findings: list[Finding], answers: Mapping[Request, set[int]], consequences: dict[str, str]
) -> list[Finding]:
    """Charge a check of tokens that now and then lets anybody in once, whichever tokens met it."""
    wavering = [
        finding
        for finding in findings
        if finding.requirement in _TOKENS and len(answers.get(finding.exchanges[-1].request, ())) > 1
    ]
    accepting = {finding.requirement for finding in wavering if finding.symptom is Symptom.ACCEPTED}
    if len(accepting) < 2:
        return findings
    first = min(accepting)
    why = f"{first}: the same call is refused at other times"
    return without(
        findings,
        consequences,
        lambda finding: why if finding.requirement in _TOKENS - {first} else None,
    )


def _drop_generated(
    findings: list[Finding], violations_of: Callable[[Finding], set[str]], consequences: dict[str, str]
) -> list[Finding]:
    """Leave a generated request's finding to the requirement whose own probes found the same fault."""
    specific = {finding.requirement for finding in findings}
    of_others = {
        finding.exchanges[-1].number: finding.requirement
        for finding in findings
        if finding.requirement not in _GENERATED
    }

    def cause(finding: Finding) -> str | None:
        if finding.requirement not in _GENERATED:
            return None
        if same := of_others.get(finding.exchanges[-1].number):
            return f"{same} takes the same answer"
        covering = violations_of(finding) if finding.requirement == "FUZZ-2" else _ACCEPTANCE
        causes = sorted((covering & specific) - _GENERATED)
        return f"{causes[0]} covers the same fault" if causes else None

    return without(findings, consequences, cause)
