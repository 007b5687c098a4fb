"""Rules of blame that charge one requirement with what appears under several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from checkpoint_openapi.load import advisory, errors, requirements

from checkpoint_conformance.probes.probe import DOCUMENTED
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.case import Case
from checkpoint_conformance.verdict.finding import Finding, is_error_in_success
from checkpoint_conformance.verdict.groups import BROAD, GENERATED, REFUSED_AT_TIMES, TOKENS, VALID_SHAPES
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = [
    "SEVERAL",
    "drop_codes",
    "drop_methods_that_create",
    "drop_same_answers",
    "drop_what_every_call_gets",
    "gather_intermittent_authentication",
    "gather_intermittent_errors",
    "gather_intermittent_refusals",
    "gather_selections",
    "gather_spread",
    "gather_wrong_statuses",
    "is_wrong_error",
]

_ERRORS = frozenset({Symptom.WRONG_STATUS, Symptom.ANSWERED_5XX})
_CODES = frozenset({Symptom.CODE_OF_ANOTHER_CONDITION, Symptom.PAIR_NOT_PUBLISHED})
_SUCCESS = (200, "")
"""The pair of every error whose status says that the request was carried out."""
_ELSEWHERE = frozenset({301, 302, 303, 307, 308, 404, 410})
"""The statuses of an address at which there is nothing."""
SEVERAL = 3
"""Requirements whose calls must have got the errors of others, to be one fault."""


def gather_intermittent_refusals(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge REQ-1 if the server accepts a valid request at one time and refuses it at another.

    If each refusal says that a selected resource is not in the policy, that is charged to REQ-4 instead, and
    if the status is not a documented one, to HTTP-1. Whatever else gets such a status is no other fault.
    """
    refused = [finding for finding in findings if finding.symptom is Symptom.REFUSED]
    if not any(
        finding.requirement in VALID_SHAPES and case.varies(finding, range(200, 300)) for finding in refused
    ):
        return findings
    taker = "REQ-4" if all(map(_denies_a_resource, refused)) else "REQ-1"
    statuses = {finding.exchanges[-1].status for finding in refused}
    gathered: list[Finding] = []
    for finding in findings:
        refusal = finding.symptom in (Symptom.REFUSED, Symptom.REFUSED_UNDER_CONCURRENCY)
        if refusal and finding.requirement in REFUSED_AT_TIMES:
            if finding.requirement != taker:
                why = f"{taker}: the same request is accepted at other times"
                case.consequences[finding.requirement] = why
            charged = replace(finding, requirement=taker, symptom=Symptom.REFUSED_AT_TIMES, spread=None)
            status = finding.exchanges[-1].status
            if status not in DOCUMENTED:  # an answer that the call may never get
                charged = replace(charged, requirement="HTTP-1", symptom=Symptom.WRONG_STATUS, status=status)
            gathered.append(replace(charged, confirmed=len(refused) > 1))
        elif finding.symptom is Symptom.WRONG_STATUS and case.varies(finding):
            case.consequences[finding.requirement] = "the same request got the right response at other times"
        elif finding.symptom.carries_status and finding.status in statuses:
            case.consequences[finding.requirement] = f"{taker}: valid calls get this status at times, too"
        else:
            gathered.append(finding)
    return gathered


def gather_intermittent_errors(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge wrong errors only once if calls of several requirements get the right ones at other times.

    A server that keeps the error of a call where others find it gives it to any of them. If one of the errors
    has an undocumented status, all are charged to HTTP-1.
    """
    varying = [each for each in findings if _is_error(each) and case.varies(each, range(400, 500))]
    if len({finding.origin.requirement for finding in varying}) < SEVERAL:
        return findings
    first = _first("HTTP-1" if finding.spread else finding.requirement for finding in varying)

    def cause(finding: Finding) -> str | None:
        at_times = _is_error(finding) and (finding in varying or not finding.confirmed)
        mixed_up = at_times or is_wrong_error(finding) or finding.symptom in _CODES
        follows = mixed_up and first not in (finding.requirement, finding.spread and finding.spread.general)
        return f"{first}: calls get the errors of other calls" if follows else None

    return [
        replace(finding, confirmed=True, requirement=first) if finding in varying else finding
        for finding in case.without(findings, cause)
    ]


def gather_wrong_statuses(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge a wrong status only once if one condition always gets it, or if several conditions do.

    A server that takes 403 for 401 does so for each kind of token (AUTH-1 to AUTH-3), and one that answers
    every error with 400 for whatever is refused, with codes that do not go with it. An error with status 200
    is right for no condition.
    """
    wrong = [each for each in findings if _is_error(each) and not each.spread and each.origin.condition]
    conditions: defaultdict[str, set[str]] = defaultdict(set)
    for finding in wrong:
        conditions[finding.published_symptom].add(finding.origin.condition)
    takers: dict[tuple[str, str], str] = {}
    common: dict[int | None, str] = {}
    groups: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in wrong:
        several = len(conditions[finding.published_symptom]) >= SEVERAL or finding.status in range(200, 300)
        groups[finding.published_symptom, "" if several else finding.origin.condition].append(finding)
    for (_, condition), every in groups.items():
        members = [finding for finding in every if finding.confirmed] or every
        first = _first(finding.requirement for finding in members)
        takers |= {finding.key: first for finding in members}
        common |= {} if condition else {finding.exchanges[-1].status: first for finding in members}

    def cause(finding: Finding) -> str | None:
        taker = takers.get(finding.key) if finding in wrong else None
        if finding.symptom in _CODES:
            taker = common.get(finding.exchanges[-1].status)
        return f"{taker} gets the same wrong response" if taker and taker != finding.requirement else None

    return case.without(findings, cause)


def _is_error(finding: Finding) -> bool:
    """Return whether a request that must be refused got another status, or made the server itself fail."""
    return finding.symptom in _ERRORS and finding.requirement not in BROAD and not finding.is_loss


def is_wrong_error(finding: Finding) -> bool:
    """Return whether a call got a documented error that is not the one of its condition."""
    is_documented = finding.spread is None and finding.status in range(400, 500)
    return finding.symptom is Symptom.WRONG_STATUS and is_documented


def _first(blamed: Iterable[str]) -> str:
    """Return the first requirement, in catalogue order, but no SHOULD before a MUST: it must not hide one."""
    order = [requirement.id for requirement in requirements()]
    return min(blamed, key=lambda name: (name in advisory(), order.index(name)))


def _denies_a_resource(finding: Finding) -> bool:
    """Return whether the refusal of a valid call is that of a resource outside the policy."""
    condition = errors().conditions["resource-not-in-policy"]
    return finding.actual == f"{condition.status} {condition.code}"


def drop_same_answers(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge a wrong response only once if two conditions necessarily get the same one.

    To a server that discloses nothing, a foreign policy is unknown (NF-2); to most, an empty token is no
    token (AUTH-2); and a request with a misnamed member may be refused for the wrong name (REQ-14).
    """
    symptoms: defaultdict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if not finding.origin.implies.refused_as:
            symptoms[finding.requirement].add(finding.published_symptom)

    def cause(finding: Finding) -> str | None:
        implied = finding.origin.implies
        twin = implied.same_answer
        if implied.refused_as and finding.symptom is not Symptom.ACCEPTED:
            of_its_own = finding.published_symptom in symptoms[finding.requirement]
            twin = None if of_its_own else implied.refused_as
        same = twin and finding.published_symptom in symptoms[twin]
        return f"{twin} gets the same wrong response" if same else None

    return case.without(findings, cause)


def drop_what_every_call_gets(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop errors that every call gets, the documented one included (REQ-1), if no call is ever accepted.

    Where the documented call finds nothing at the address, no other method does, either (HTTP-4).
    """
    calls = [statuses for request, statuses in case.answers.items() if request.method == "POST"]
    if any(status in range(200, 300) for statuses in calls for status in statuses):
        return findings
    refusals = [each for each in findings if each.requirement == "REQ-1" and each.symptom is Symptom.REFUSED]
    common = {finding.actual for finding in refusals}
    is_elsewhere = any(finding.exchanges[-1].status in _ELSEWHERE for finding in refusals)

    def cause(finding: Finding) -> str | None:
        same = finding.actual in common
        same |= is_elsewhere and finding.requirement == "HTTP-4" and finding.status in _ELSEWHERE
        follows = finding.symptom is Symptom.WRONG_STATUS and same
        return "REQ-1: the documented call gets the same response" if follows else None

    return case.without(findings, cause)


def drop_codes(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop codes that come from a fault which its own requirement already covers.

    A wrong status makes a pair with the right code that nobody has published (ERR-2), wherever else this
    status may be given. An error with status 200 is no checkpoint (RESP-1) and no deletion (DEL), either.
    """
    specific = {finding.requirement for finding in findings} - {"ERR-3"}
    wrong = [finding for finding in findings if finding.symptom is Symptom.WRONG_STATUS]
    pairs = {_pair(finding): finding.requirement for finding in reversed(wrong)}

    def cause(finding: Finding) -> str | None:
        probed = finding.origin.requirement
        if finding.requirement == "ERR-3" and probed in specific:
            return f"{probed} covers the same fault"
        taker = pairs.get(_pair(finding)) if finding.symptom in _CODES else None
        if any(map(_may_be_error_in_success, finding.exchanges)):
            taker = pairs.get(_SUCCESS) if finding not in wrong else None
        return f"{taker} gets the same wrong response" if taker else None

    return case.without(findings, cause)


def _may_be_error_in_success(exchange: Exchange) -> bool:
    """Return whether the response is an error with status 200, or would be one if HEAD showed its body."""
    bodiless = exchange.request.method == "HEAD" and exchange.status in range(200, 300)
    return bodiless or is_error_in_success(exchange)


def _pair(finding: Finding) -> tuple[int | None, str]:
    """Return status and code of an error."""
    exchange = finding.exchanges[-1]
    if is_error_in_success(exchange):
        return _SUCCESS
    return exchange.status, str((exchange.json_object or {}).get("error_code"))


def drop_methods_that_create(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop the status of a safe method that creates something, which is the graver fault (OBS-2)."""
    creating = {
        each.exchanges[-1].request for each in findings if each.requirement == "OBS-2" and each.exchanges
    }

    def cause(finding: Finding) -> str | None:
        same = finding.requirement == "HTTP-4" and finding.exchanges[-1].request in creating
        return "OBS-2 covers the same fault" if same else None

    return case.without(findings, cause)


def gather_spread(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge a symptom that appears under several requirements to the general one.

    Broad requirements (FUZZ, HTTP-6), and the general one for odd input, meet it only in passing.
    """
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.spread:
            groups[finding.spread.group].append(finding)
    charged_to: dict[str, str] = {}
    for group, members in groups.items():
        general = min(finding.spread.general for finding in members if finding.spread)
        blamed = {finding.requirement for finding in members} - BROAD
        specific = blamed - {general}
        if blamed:
            charged_to[group] = specific.pop() if len(specific) == 1 else general
    gathered: list[Finding] = []
    for finding in findings:
        taker = charged_to.get(finding.spread.group) if finding.spread else None
        if taker and finding.requirement != taker:
            why = f"{taker}: {finding.published_symptom} beyond this requirement's probes"
            case.consequences[finding.requirement] = why
            gathered.append(replace(finding, requirement=taker))
        else:
            gathered.append(finding)
    return [
        replace(finding, confirmed=True) if _shows_twice(finding, gathered) else finding
        for finding in gathered
    ]


def _shows_twice(finding: Finding, findings: list[Finding]) -> bool:
    """Return whether the symptom's group appears more than once under the same requirement."""
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


def gather_selections(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge a wrong selection to REQ-5 if it appears only in responses to null or an empty list."""
    probed = {finding.origin.requirement for finding in findings if finding.requirement == "RESP-8"}
    if "REQ-5" not in probed or probed - GENERATED - {"REQ-5"}:
        return findings
    case.consequences["RESP-8"] = "REQ-5: only null or an empty list is misread"
    return [
        replace(finding, requirement="REQ-5") if finding.requirement == "RESP-8" else finding
        for finding in findings
    ]


def gather_intermittent_authentication(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge a token check that fails intermittently only once, whichever tokens it let in.

    Callers who are let in under several requirements confirm each other.
    """
    varying = [
        finding
        for finding in findings
        if finding.requirement in TOKENS and len(case.answers.get(finding.exchanges[-1].request, ())) > 1
    ]
    accepting = {finding.requirement for finding in varying if finding.symptom is Symptom.ACCEPTED}
    if len(accepting) < 2:
        return findings
    first = min(accepting)
    why = f"{first}: the same call is refused at other times"
    charged = case.without(findings, lambda finding: why if finding.requirement in TOKENS - {first} else None)
    return [
        replace(finding, confirmed=True)
        if finding.requirement == first and finding.symptom is Symptom.ACCEPTED
        else finding
        for finding in charged
    ]
