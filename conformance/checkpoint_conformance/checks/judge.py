"""Judges the response to a probe: accepted, properly refused, or a finding, and against which requirement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache

from checkpoint_openapi.load import ErrorCatalogue, advisory, errors

from checkpoint_conformance.checks import http
from checkpoint_conformance.checks.deadline import JUDGING_DEADLINE, TookTooLong, deadline
from checkpoint_conformance.checks.http_layer import answered_by_gateway, answered_by_http
from checkpoint_conformance.checks.success import success
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.probes.probe import DOCUMENTED, Probe
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import PAGE_LIMIT, Exchange, FaultKind, TransportFault
from checkpoint_conformance.verdict.finding import PASSING, Finding, Spread, is_error_in_success, told_status
from checkpoint_conformance.verdict.groups import GENERATED
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["Judge", "Judgement", "answer_of", "error_code_of", "is_condition", "is_conflict", "is_failure"]

_CONFLICTS = {"running-by-hand", "running-by-schedule", "nothing-to-back-up"}
_CLIENT_STATES = ("quota-exceeded", "project-closed", "account-not-verified")
"""Published refusals of a valid call that are about the account, not the server."""
_OF_A_GATEWAY = frozenset({502, 503, 504})
"""Statuses that a gateway answers in place of a server that is away or busy."""
_NOT_IMPLEMENTED = 501
"""What a server may answer to an unknown method or transfer coding (RFC 9110, 15.6.2; RFC 9112, 6.1)."""
_TAKES_FAILURES = frozenset({"HTTP-6", "AUTH-7", "DEL-1", "DEL-2"})
"""Requirements that take the crashes and lost responses of their own probes."""
_FORM_OF_AN_ANSWER = frozenset({"RESP-1", "RESP-2", "RESP-3", "RESP-4", "RESP-7", "RESP-9", "RESP-10"})
"""Requirements on a 200 that do not depend on what was asked for."""
_OF_A_BODY = {"ERR-1"}
"""Requirements that have probes, but are exercised only by a body that can be read."""
_INCOMPLETE = {
    FaultKind.NO_STATUS: (Symptom.NO_STATUS_LINE, "RFC 9112, section 4"),
    FaultKind.BAD_HEAD: (Symptom.BAD_HEAD, "RFC 9112, section 5"),
    FaultKind.TRUNCATED: (Symptom.TRUNCATED, "RFC 9112, section 8"),
    FaultKind.OVERSIZED: (Symptom.OVERSIZED, "HTTP-1"),
}


@dataclass
class Judgement:
    """The findings of an exchange, the requirements it exercised, and why it decides nothing (if so)."""

    findings: list[Finding] = field(default_factory=list[Finding])
    exercised: set[str] = field(default_factory=set[str])
    undecided: str | None = None
    exchange: Exchange | None = None
    """The exchange that was judged."""
    readable: bool = False
    """Whether the response is complete and its body is strict JSON."""

    def add(self, *findings: Finding) -> None:
        """Add findings, and mark their requirements as exercised."""
        for finding in findings:
            self.exercised.add(finding.requirement)
            self.findings.append(finding)


class Judge:
    """Judges exchanges against the contract for one target."""

    def __init__(self, target: Target, catalogue: ErrorCatalogue, secrets: Secrets) -> None:
        """Take the target (for its ids), the error catalogue, and the secrets that no error may show."""
        self._target = target
        self._errors = catalogue
        self._secrets = secrets
        states = [catalogue.conditions[name] for name in _CLIENT_STATES]
        self._client_state = {(state.status, state.code) for state in states}

    def judge(self, probe: Probe, exchange: Exchange) -> Judgement:
        """Judge the response to a probe, including what every response must satisfy.

        If that takes longer than JUDGING_DEADLINE, the response decides nothing.
        """
        try:
            with deadline(JUDGING_DEADLINE):
                return self._judge(probe, exchange)
        except TookTooLong:
            return Judgement(undecided=f"judging the response took longer than {JUDGING_DEADLINE:g} s")

    def _judge(self, probe: Probe, exchange: Exchange) -> Judgement:
        judgement = self.ride_along(exchange)
        if not self._lost(probe, exchange, judgement):
            self._status(probe, exchange, judgement)
        if judgement.findings:
            origin = Origin.of(probe)
            judgement.findings = [replace(finding, origin=origin) for finding in judgement.findings]
        return judgement

    def ride_along(self, exchange: Exchange) -> Judgement:
        """Judge what every complete response must satisfy: HTTP-2, HTTP-5, ERR-1 and ERR-2."""
        judgement = Judgement(exercised={"HTTP-1"})
        if exchange.response is None or (exchange.fault and exchange.fault.kind is not FaultKind.SURPLUS):
            return judgement
        if exchange.response.status >= 400:
            judgement.exercised.add("HTTP-5")
            judgement.add(*http.disclosure(exchange, self._secrets))
        if answered_by_http(exchange) or answered_by_gateway(exchange):
            return judgement
        if exchange.response.status >= 500 and exchange.status != 503 and not is_conflict(exchange):
            return judgement  # a crash page is a consequence of the crash
        judgement.exercised.add("HTTP-2")
        unreadable = list(http.body_bytes(exchange))
        judgement.add(*unreadable)
        bodiless = exchange.request.method == "HEAD" or exchange.status in (204, 205)
        judgement.readable = not unreadable and not bodiless
        if exchange.status == 405 and exchange.request.method != "POST":
            judgement.add(*http.allow(exchange))
        if exchange.response.status >= 400 and judgement.readable:
            self._error(exchange, judgement)
        return judgement

    def _error(self, exchange: Exchange, judgement: Judgement) -> None:
        judgement.exercised.add("ERR-1")
        shape = list(http.error_shape(exchange))
        judgement.add(*shape)
        if not shape and exchange.status in DOCUMENTED:
            judgement.exercised.add("ERR-2")
            judgement.add(*http.error_code(exchange, self._errors))

    def _lost(self, probe: Probe, exchange: Exchange, judgement: Judgement) -> bool:
        """Handle an exchange without a complete response. Returns whether there is no status to judge."""
        fault = exchange.fault
        if fault is None or fault.kind is FaultKind.SURPLUS:
            return False
        if _is_a_long_list(exchange, fault):
            return True
        if fault.kind in _INCOMPLETE:
            symptom, clause = _INCOMPLETE[fault.kind]
            expected = f"a complete and well-formed response ({clause})"
            received = "" if exchange.response else f": {fault.received[:60]!r}"
            judgement.add(Finding.of_answer(exchange, "HTTP-1", symptom, expected, fault.detail + received))
            return exchange.response is None
        late = fault.kind is FaultKind.TIMEOUT
        plain = probe.wants_acceptance and not probe.alone
        blamed = _taker(probe, "HTTP-1" if late and plain else "HTTP-3")
        symptom = Symptom.NO_ANSWER if late else Symptom.CONNECTION_DROPPED
        expected = f"a response within {self._target.timeout:g} s"
        judgement.add(Finding.of_answer(exchange, blamed, symptom, expected, fault.detail))
        return True

    def _status(self, probe: Probe, exchange: Exchange, judgement: Judgement) -> None:
        assert exchange.response is not None
        status = exchange.response.status
        if status in PASSING or is_conflict(exchange):
            judgement.undecided = f"the response stayed {status}"
        elif probe.wants_acceptance:
            self._acceptance(probe, exchange, judgement, status)
        else:
            judgement.exercised |= {probe.requirement, "HTTP-3"} - _OF_A_BODY
            self._refusal(probe, exchange, judgement, status)

    def _acceptance(self, probe: Probe, exchange: Exchange, judgement: Judgement, status: int) -> None:
        judgement.exercised.add(probe.requirement)
        if status >= 500 and not _is_unsupported(probe, exchange):
            blamed = _taker(probe, "HTTP-3")
            judgement.add(
                Finding.of_answer(exchange, blamed, Symptom.ANSWERED_5XX, "200", answer_of(exchange))
            )
            return
        if (status, error_code_of(exchange)) in self._client_state:
            judgement.exercised.discard(probe.requirement)
            judgement.undecided = f"the account is not allowed to continue: {answer_of(exchange)}"
            return
        if not 200 <= status < 300:
            if status not in probe.allowed:
                shown = answer_of(exchange)
                judgement.add(
                    Finding.of_answer(exchange, probe.requirement, Symptom.REFUSED, probe.expected, shown)
                )
            return
        if status != 200:
            judgement.add(_wrong_status(exchange, "HTTP-1", status, "exactly 200", str(status)))
        if not judgement.readable or probe.call is None:
            return
        reading = success(exchange, probe.call, self._target)
        judgement.exercised |= reading.exercised
        judgement.findings.extend(reading.findings)

    def _refusal(self, probe: Probe, exchange: Exchange, judgement: Judgement, status: int) -> None:
        expected = probe.expected
        if is_error_in_success(exchange):
            found = _wrong_status(exchange, probe.requirement, status, expected, told_status(exchange))
            if not _is_bound(probe) or probe.requirement in GENERATED:
                found = replace(found, requirement="RESP-1", symptom=Symptom.NO_CHECKPOINT, status=None)
            judgement.add(found)
        elif 200 <= status < 300:
            if not (probe.open_outcome or status in probe.allowed or answered_by_http(exchange)):
                actual = f"{status} (accepted)"
                finding = Finding.of_answer(exchange, probe.requirement, Symptom.ACCEPTED, expected, actual)
                judgement.add(finding)
            self._tolerated(probe, exchange, judgement)
        elif status >= 500 and not _is_unsupported(probe, exchange):
            blamed = _taker(probe, "HTTP-3")
            judgement.add(
                Finding.of_answer(exchange, blamed, Symptom.ANSWERED_5XX, expected, answer_of(exchange))
            )
        elif status not in DOCUMENTED:
            if not answered_by_http(exchange):
                own = _is_bound(probe) and status not in probe.allowed
                blamed = probe.requirement if own else "HTTP-1"
                spread = None if probe.alone else Spread("undocumented", "HTTP-1")
                shown = answer_of(exchange)
                finding = _wrong_status(exchange, blamed, status, expected, shown)
                judgement.add(replace(finding, spread=spread))
        elif status not in probe.allowed:
            shown = answer_of(exchange)
            judgement.add(_wrong_status(exchange, probe.requirement, status, expected, shown))
        elif probe.conditions and "ERR-2" in judgement.exercised and not _has(judgement, "ERR-2"):
            judgement.exercised.add("ERR-3")
            judgement.add(*http.condition_code(exchange, probe.conditions, self._errors))

    def _tolerated(self, probe: Probe, exchange: Exchange, judgement: Judgement) -> None:
        """Judge the form of the answer to a call that a server may accept: it is a 200 like any other."""
        may = probe.open_outcome or probe.requirement in advisory()
        if may and judgement.readable and exchange.request.method == "POST" and exchange.status == 200:
            reading = success(exchange, Call(), self._target)
            found = [each for each in reading.findings if each.requirement in _FORM_OF_AN_ANSWER]
            judgement.exercised |= reading.exercised & _FORM_OF_AN_ANSWER
            judgement.findings.extend(found)


def _is_a_long_list(exchange: Exchange, fault: TransportFault) -> bool:
    """Return whether a page of a list goes on beyond what is read of it, as it may (PAGE_LIMIT)."""
    oversized = fault.kind is FaultKind.OVERSIZED and exchange.status == 200
    return oversized and exchange.request.answer_limit == PAGE_LIMIT


def _is_unsupported(probe: Probe, exchange: Exchange) -> bool:
    """Return whether the server says that it lacks a feature of HTTP, rather than that it failed."""
    return exchange.status == _NOT_IMPLEMENTED and (probe.alone or answered_by_http(exchange))


def _is_bound(probe: Probe) -> bool:
    """Return whether its requirement may take a status that no request may get.

    A SHOULD must not hide a MUST, unless it is the only one that the request concerns.
    """
    return probe.alone or not (probe.open_outcome or probe.requirement in advisory())


def _taker(probe: Probe, general: str) -> str:
    """Return the requirement that takes a crash or lost response: the probe's own, or `general`."""
    return probe.requirement if probe.requirement in _TAKES_FAILURES else general


def is_conflict(exchange: Exchange) -> bool:
    """Return whether the response is one of the three published 500 conflicts, which are not crashes."""
    return is_condition(exchange, *_CONFLICTS)


def is_failure(exchange: Exchange) -> bool:
    """Return whether the server says that it failed, which is neither a gateway's word nor a conflict."""
    status = exchange.status or 0
    return status >= 500 and status not in _OF_A_GATEWAY and not is_conflict(exchange)


def is_condition(exchange: Exchange, *names: str) -> bool:
    """Return whether status and code match one of the named conditions of `errors.yaml`."""
    codes = _codes_by_status(*names).get(exchange.status)
    return codes is not None and error_code_of(exchange) in codes


@cache
def _codes_by_status(*names: str) -> dict[int | None, set[str | None]]:
    found: defaultdict[int | None, set[str | None]] = defaultdict(set)
    for name in names:
        condition = errors().conditions[name]
        found[condition.status].add(condition.code)
    return found


def error_code_of(exchange: Exchange) -> str | None:
    """Return the `error_code` of an error body, or None if it cannot be read."""
    code = (exchange.json_object or {}).get("error_code")
    return code if isinstance(code, str) else None


def answer_of(exchange: Exchange) -> str:
    """Return the status of the response, and its error code if it has one, for a person."""
    if exchange.status is None:
        return "no response"
    code = error_code_of(exchange)
    return f"{exchange.status} {code}" if code else f"{exchange.status}"


def _has(judgement: Judgement, requirement: str) -> bool:
    return any(finding.requirement == requirement for finding in judgement.findings)


def _wrong_status(exchange: Exchange, requirement: str, status: int, expected: str, actual: str) -> Finding:
    return replace(
        Finding.of_answer(exchange, requirement, Symptom.WRONG_STATUS, expected, actual), status=status
    )
