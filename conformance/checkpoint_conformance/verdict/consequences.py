"""Rules of blame for consequences of another fault, which are not charged again."""

from __future__ import annotations

from collections import Counter

from checkpoint_conformance.probes.probe import Circumstance
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.case import Case
from checkpoint_conformance.verdict.finding import Finding, checkpoint_of
from checkpoint_conformance.verdict.groups import (
    ACCEPTANCE,
    BEFORE_REFUSALS,
    FOLLOWING,
    FORM_OF_AN_ERROR,
    GENERATED,
    MEMBERS_OF_AN_ANSWER,
    REFUSED_WHILE_RUNNING,
    TOKENS,
    VALID_SHAPES,
)
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import FAILING, UNANSWERED, Symptom

__all__ = [
    "FOLLOWING_SYMPTOMS",
    "UNREADABLE",
    "drop_accepted_too",
    "drop_conflicts",
    "drop_following_requirements",
    "drop_following_symptoms",
    "drop_generated",
    "drop_kept_callers",
    "drop_locks_without_a_refusal",
    "drop_odd_waits",
    "drop_repeated_answers",
    "drop_unreadable_lists",
    "drop_what_a_lock_leaves",
    "drop_what_an_ending_leaves",
    "drop_what_is_accepted_small",
    "drop_what_refusals_leave",
]

_NOT_ACCEPTABLE = 406  # because of the `Accept` alone, whatever the request is (RFC 9110, 15.5.7)
_REFUSED = frozenset({Symptom.REFUSED, Symptom.REFUSED_UNDER_CONCURRENCY, Symptom.WRONG_STATUS})
_FORMS_OF_TIME = frozenset({Symptom.CREATED_AT_FORM, Symptom.CREATED_AT_TYPE})

UNREADABLE: dict[tuple[Symptom, int | None], set[str]] = {
    (Symptom.LIST_UNANSWERED, None): {"HTTP-1", "HTTP-2", "HTTP-3"},
    (Symptom.LIST_CONTENT_TYPE, None): {"HTTP-1", "HTTP-2"},
    (Symptom.LIST_NOT_JSON, None): {"HTTP-1", "HTTP-2"},
    (Symptom.LIST_STATUS, 500): {"HTTP-3"},
}
"""What makes a list unreadable, with its status, and the general requirements that may be the cause."""

FOLLOWING_SYMPTOMS: dict[tuple[str, Symptom], tuple[tuple[str, Symptom], ...]] = {
    ("OBS-3", Symptom.STATUS_ENDS_ELSEWHERE): (("DEL-1", Symptom.ANOTHER_DELETED),),
    ("OBS-3", Symptom.STATUS_NEVER_ENDS): (("DEL-1", Symptom.DELETION_REFUSED),),
    ("OBS-1", Symptom.ITEMS_NOT_THE_SELECTED): (
        ("RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED),
        ("OBS-2", Symptom.ITEM_OF_A_REFUSED_REQUEST),
        ("OBS-3", Symptom.STATUS_NEVER_ENDS),
        ("DEL-1", Symptom.ITEM_STAYS),
        ("DEL-1", Symptom.DELETION_REFUSED),
        ("DEL-1", Symptom.ANOTHER_DELETED),
    ),
    ("RESP-2", Symptom.ID_REPEATED): (("RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED),),
    ("REQ-4", Symptom.REFUSED_AT_TIMES): (("RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED),),
    ("RESP-7", Symptom.RESOURCE_TYPE_UNKNOWN): (("RESP-13", Symptom.RESOURCE_TYPE_NOT_THE_LISTED),),
    ("HTTP-2", Symptom.SURPLUS): (("HTTP-4", Symptom.SURPLUS),),
    ("DEL-2", Symptom.DELETED_AGAIN_LISTED): (
        ("DEL-1", Symptom.DELETED_AGAIN_LISTED),
        ("DEL-1", Symptom.MODEL_DIFFERS),
    ),
}
"""What a symptom under one requirement explains under others.

A checkpoint that becomes `deleted` by itself looks as if the deletion of its neighbour had taken it, one
that never ends may be refused its deletion for ever, and one that a second deletion revives is found later.
Items that are listed under another id look as if a refused request had created them, and those in an old list
neither end nor leave.
An answer that lists other resources than the selected ones is no fault of its own if these are backed up, if
it is that of another call, or if the policy loses and regains its resources. What the server has lost cannot
be deleted, and what it loses meanwhile looks as if a deletion had taken it. A type that nobody knows differs
from the listed one, too. A server whose bodies are longer than announced seems to send one for HEAD.
"""


def drop_what_an_ending_leaves(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop unanswered requests that the end of the server explains: those that ended it, or came after."""
    ended = {
        finding.exchanges[-1].request: finding.requirement
        for finding in findings
        if finding.symptom is Symptom.SERVER_ENDED
    }

    def cause(finding: Finding) -> str | None:
        of_its_own = finding.symptom not in UNANSWERED or finding.exchanges[-1].request not in ended
        return None if of_its_own else f"{ended[finding.exchanges[-1].request]}: it stops the server"

    return case.without(findings, cause)


def drop_locks_without_a_refusal(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop a lock, and a refused call after a refusal, if calls before any refusal were refused alike."""
    refused = {
        finding.exchanges[-1].status: finding.requirement
        for finding in findings
        if finding.symptom in _REFUSED and finding.origin.requirement in BEFORE_REFUSALS
    }

    def cause(finding: Finding) -> str | None:
        after = finding.requirement == "HTTP-6" and finding.symptom is Symptom.REFUSED
        if not (after or finding.symptom is Symptom.LOCKED):
            return None
        earlier = refused.get(finding.exchanges[-1].status)
        return f"{earlier}: valid calls are refused without a refusal before them, too" if earlier else None

    return case.without(findings, cause)


def drop_what_a_lock_leaves(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop calls that fail, or are answered as every call is, after the refusal that locked the server."""
    locks = [finding for finding in findings if finding.symptom is Symptom.LOCKED and finding.exchanges]
    answers = {finding.exchanges[-1].status for finding in locks}
    since = min(
        (
            finding.exchanges[0].number
            for finding in findings
            if finding.requirement == "HTTP-6" and finding.exchanges[-1].status in answers
        ),
        default=0,
    )

    def cause(finding: Finding) -> str | None:
        answered = finding.symptom is Symptom.WRONG_STATUS and finding.exchanges[-1].status in answers
        fails = answered or finding.symptom in FAILING | {Symptom.REFUSED}
        other = finding.requirement != "HTTP-6" and bool(locks)
        after = other and fails and finding.exchanges[-1].number > since
        return "HTTP-6: no valid call is accepted any more" if after else None

    return case.without(findings, cause)


def drop_conflicts(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop refusals that match how a running policy wrongly refuses (CONF-1): they are the same fault."""
    conflicts = [finding for finding in findings if finding.requirement == "CONF-1"]
    answers = {finding.exchanges[-1].status for finding in conflicts} - {200}

    def cause(finding: Finding) -> str | None:
        last = finding.exchanges[-1]
        refusal = finding.requirement in REFUSED_WHILE_RUNNING and last.status in answers
        if refusal and last.request.method == "POST":
            return "CONF-1: the policy was running, and this is how it was refused"
        return None

    return case.without(findings, cause)


def drop_what_refusals_leave(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop faults that follow from refusals after which the server fails or loses valid calls (HTTP-6).

    If valid calls fail by themselves, it is the other way round.
    """
    of_itself = {
        finding.symptom.of_one_answer: finding.requirement
        for finding in findings
        if finding.origin.requirement in BEFORE_REFUSALS
    }
    after = {finding.symptom for finding in findings if finding.requirement == "HTTP-6"} - of_itself.keys()
    unanswered = bool(after & UNANSWERED)
    crashes = Counter(each.exchanges[-1].request for each in findings if each.symptom is Symptom.ANSWERED_5XX)
    refused = {
        finding.exchanges[-1].number
        for finding in findings
        if finding.requirement == "HTTP-6" and finding.symptom is Symptom.REFUSED
    }

    def cause(finding: Finding) -> str | None:
        once = crashes[finding.exchanges[-1].request] == 1 or case.varies(finding, range(500))
        crash = finding.symptom is Symptom.ANSWERED_5XX and finding.symptom in after and once
        if refused and finding.symptom is Symptom.SURPLUS and (finding.exchanges[-1].status or 0) >= 400:
            return "HTTP-6: an unread body is treated as the next request"
        if finding.requirement in FORM_OF_AN_ERROR and finding.exchanges[-1].number in refused:
            return "HTTP-6: this is the response to a valid call that follows a refusal"
        if finding.requirement == "HTTP-6" and finding.symptom in FAILING & of_itself.keys():
            return f"{of_itself[finding.symptom]}: valid calls fail without a refusal, too"
        if finding.requirement != "HTTP-6" and (crash or (unanswered and finding.symptom in UNANSWERED)):
            return "HTTP-6: after a refusal, every request fails, valid or not"
        return None

    return case.without(findings, cause)


def drop_kept_callers(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop valid calls that are refused for an earlier caller, if the connection lets in what it should not.

    A server that checks only the first token of a connection accepts others after a valid call (AUTH-1 to
    AUTH-5), and refuses a valid call as it refused the caller before it.
    """
    trusting = {
        finding.requirement
        for finding in findings
        if finding.symptom is Symptom.ACCEPTED
        and finding.requirement in TOKENS
        and finding.origin.circumstance is Circumstance.KEPT_CONNECTION
    }

    def cause(finding: Finding) -> str | None:
        if not trusting or finding.requirement != "HTTP-6" or finding.symptom is not Symptom.REFUSED:
            return None
        before, last = finding.exchanges[0], finding.exchanges[-1]
        kept = before.connection == last.connection and before.status == last.status in (401, 403)
        return f"{min(trusting)}: the connection keeps an earlier caller" if kept else None

    return case.without(findings, cause)


def drop_odd_waits(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop timeouts of odd input that the server takes for valid, if valid calls time out too (HTTP-1).

    If documented calls time out, drop also those of requests that differ from them in a single fault.
    """
    waiting = [finding for finding in findings if finding.symptom is Symptom.NO_ANSWER]
    valid = {finding.origin.requirement for finding in waiting if finding.requirement == "HTTP-1"}

    def cause(finding: Finding) -> str | None:
        odd = finding.symptom is Symptom.NO_ANSWER and finding.requirement == "HTTP-3"
        if odd and (valid & VALID_SHAPES or (valid and finding.origin.requirement == "HTTP-3")):
            return "HTTP-1: valid calls get no response in time either"
        return None

    return case.without(findings, cause)


def drop_accepted_too(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop acceptances that follow from another accepted probe.

    What is accepted on a kept connection explains only other requests on kept connections.
    """
    accepted = {finding.origin for finding in findings if finding.symptom is Symptom.ACCEPTED}

    def explains(origin: Origin, finding: Finding) -> bool:
        everywhere = origin.circumstance is not Circumstance.KEPT_CONNECTION
        return finding.requirement in origin.implies.accepted_too and (
            everywhere or finding.origin.circumstance is Circumstance.KEPT_CONNECTION
        )

    def cause(finding: Finding) -> str | None:
        if finding.symptom is not Symptom.ACCEPTED:
            return None
        names = sorted(origin.id for origin in accepted if explains(origin, finding))
        return f"{names[0]} was accepted, and this follows from it" if names else None

    return case.without(findings, cause)


def drop_what_is_accepted_small(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop the acceptance of a large value if the small one is accepted: size is not the fault (REQ-17)."""
    accepting = {finding.requirement for finding in findings if finding.symptom is Symptom.ACCEPTED}

    def cause(finding: Finding) -> str | None:
        smaller = finding.origin.implies.smaller
        follows = finding.symptom is Symptom.ACCEPTED and smaller in accepting
        return f"{smaller}: the same is accepted when it is small" if follows else None

    return case.without(findings, cause)


def drop_repeated_answers(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge a response that belongs to another call only once, whatever else is wrong for this call.

    If some calls at the same time share a response, others may have got each other's. A call that must be
    refused and gets a former response has not been accepted.
    """
    sharing = [
        exchange
        for finding in findings
        if finding.symptom in (Symptom.SAME_CHECKPOINT_AGAIN, Symptom.ID_REPEATED)
        for exchange in finding.exchanges
    ]
    repeated = {exchange.number for exchange in sharing}
    given = {_checkpoint(exchange) for exchange in sharing} - {None}

    def cause(finding: Finding) -> str | None:
        last = finding.exchanges[-1]
        concurrent = finding.origin.circumstance is Circumstance.CONCURRENT
        mixed_up = bool(repeated) and (concurrent or any(map(last.overlaps, sharing)))
        given_again = all(exchange.number in repeated for exchange in finding.exchanges)
        follows = finding.requirement in MEMBERS_OF_AN_ANSWER and (given_again or mixed_up)
        follows |= finding.symptom is Symptom.ACCEPTED and _checkpoint(last) in given
        return "the response was another call's" if follows else None

    return case.without(findings, cause)


def _checkpoint(exchange: Exchange) -> object:
    """Return the id of the checkpoint in a response, or None."""
    return (checkpoint_of(exchange) or {}).get("id")


def drop_unreadable_lists(findings: list[Finding], case: Case) -> list[Finding]:
    """Charge an unreadable list to HTTP-1 to HTTP-3 if the operation itself has the same problem.

    The same applies to RESP-1 and RESP-4 if the form of the list is that of the responses.
    """
    broken = {finding.requirement for finding in findings}
    surplus = ("HTTP-2", Symptom.SURPLUS) in {(finding.requirement, finding.symptom) for finding in findings}

    def cause(finding: Finding) -> str | None:
        if surplus and finding.symptom in (Symptom.NO_STATUS_LINE, Symptom.BAD_HEAD):
            return "HTTP-2: bytes after a response are read as the next one"
        if finding.symptom is Symptom.LIST_FORM:
            return _of_the_same_form(finding, findings)
        causes = sorted(broken & UNREADABLE.get((finding.symptom, finding.status), set()))
        return f"{causes[0]}: the lists get the same response" if causes else None

    return case.without(findings, cause)


def _of_the_same_form(finding: Finding, findings: list[Finding]) -> str | None:
    """Return the cause of a list without its documented form, if the responses are malformed alike.

    A time that is malformed in one is so in the other, and so is a text that was encoded twice.
    """
    for other in findings:
        of_time = other.symptom in _FORMS_OF_TIME and "/created_at:" in finding.actual
        quoted = other.requirement == "RESP-1" and _is_quoted(other) and _is_quoted(finding)
        if of_time or quoted:
            return f"{other.requirement}: the lists get the same response"
    return None


def _is_quoted(finding: Finding) -> bool:
    """Return whether the last response is JSON in a JSON string."""
    response = finding.exchanges[-1].response if finding.exchanges else None
    return response is not None and response.body.lstrip()[:1] == b'"'


def drop_following_requirements(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop requirements that depend on a broken one."""
    broken = {finding.requirement for finding in findings}

    def cause(finding: Finding) -> str | None:
        causes = [name for name in broken if finding.requirement in FOLLOWING.get(name, ())]
        return f"it depends on {max(causes)}, which failed" if causes else None

    return case.without(findings, cause)


def drop_following_symptoms(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop symptoms that another one explains, which is charged itself."""
    causes = {
        follower: finding
        for finding in findings
        if finding.confirmed
        for follower in FOLLOWING_SYMPTOMS.get((finding.requirement, finding.symptom), ())
    }

    def cause(finding: Finding) -> str | None:
        first = causes.get((finding.requirement, finding.symptom))
        return f"{first.requirement}: {first.published_symptom} explains it" if first else None

    return case.without(findings, cause)


def drop_generated(findings: list[Finding], case: Case) -> list[Finding]:
    """Drop a generated request's finding if a requirement's own probes found the same fault."""
    broken = {finding.requirement for finding in findings}
    negotiates = any(
        finding.requirement == "HTTP-1" and finding.status == _NOT_ACCEPTABLE for finding in findings
    )
    of_others = {
        finding.exchanges[-1].number: finding.requirement
        for finding in findings
        if finding.requirement not in GENERATED
    }

    def cause(finding: Finding) -> str | None:
        if finding.requirement not in GENERATED:
            return None
        if same := of_others.get(finding.exchanges[-1].number):
            return f"{same} covers the same response"
        if negotiates and finding.exchanges[-1].status == _NOT_ACCEPTABLE:
            return "HTTP-1: invalid requests get 406 for the same `Accept`"
        covering = case.violations_of(finding) if finding.requirement == "FUZZ-2" else ACCEPTANCE
        causes = sorted((covering & broken) - GENERATED)
        return f"{causes[0]} covers the same fault" if causes else None

    return case.without(findings, cause)
