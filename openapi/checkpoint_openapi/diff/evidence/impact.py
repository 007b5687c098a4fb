"""What each change would mean for implementations whose responses were recorded: red, green, or unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from checkpoint_openapi.diff.catalogues.errors import PLACE as ERRORS
from checkpoint_openapi.diff.catalogues.errors import Errors
from checkpoint_openapi.diff.compare.context import Comparison
from checkpoint_openapi.diff.evidence.judgement import Judgement, Version, Violation, json_of
from checkpoint_openapi.diff.evidence.recorded import Exchange, Recording
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity, Side
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.structure.operations import Operation
from checkpoint_openapi.document.values import items, members

__all__ = ["Cell", "Impact", "Proof", "State", "impacts"]

_REFUSALS = (400, 415, 422)
"""The statuses with which a server refuses a request for what it holds (RFC 9110, 15.5)."""
_UNSERVED = (404, 405, 501)


_Key = tuple[int, str, str, str]
"""An exchange by its number, and what it violates."""


class State(Enum):
    """What the evidence says about one implementation and one change."""

    RED = "red"
    """A recorded exchange does not conform to the revision."""
    GREEN = "green"
    """Recorded exchanges reach what changed and conform, or the change asks nothing of a server."""
    UNKNOWN = "unknown"
    """No recorded exchange reaches it."""


@dataclass(frozen=True)
class Proof:
    """The recorded exchange that proves a state."""

    exchange: int
    """Its number in the report."""
    request: str
    """The method and the path."""
    status: int
    what: str
    value: Any = None


@dataclass(frozen=True)
class Cell:
    """One implementation and one change."""

    state: State
    why: str
    proof: Proof | None = None


@dataclass(frozen=True)
class Impact:
    """What the changes would mean for one implementation."""

    recording: Recording
    cells: dict[str, Cell]
    """By the fingerprint of the finding."""
    unattributed: tuple[Proof, ...] = ()
    """What the revision no longer allows and no finding explains."""

    @property
    def state(self) -> State:
        """Red if any change turns red, green if none does and the evidence reaches all, or else unknown."""
        states = {cell.state for cell in self.cells.values()}
        if State.RED in states or self.unattributed:
            return State.RED
        return State.UNKNOWN if State.UNKNOWN in states else State.GREEN


def impacts(
    base: Documents, revision: Documents, findings: Iterable[Finding], recordings: Iterable[Recording]
) -> tuple[Impact, ...]:
    """Return the impact of the findings on each implementation, from its recorded exchanges alone."""
    comparison = Comparison(base, revision)
    versions = Version(comparison, new=False), Version(comparison, new=True)
    listed = [finding for finding in findings if not finding.id.startswith("version-") and not finding.event]
    errors = Errors.beside(base)
    return tuple(_impact(recording, versions, listed, errors) for recording in recordings)


def _impact(
    recording: Recording, versions: tuple[Version, Version], findings: list[Finding], errors: Errors | None
) -> Impact:
    judged = [
        _Judged(exchange, versions[0].judge(exchange), versions[1].judge(exchange))
        for exchange in recording.exchanges
    ]
    cells: dict[str, Cell] = {}
    explained: set[_Key] = set()
    for finding in findings:
        if finding.place == "the catalogue":
            cells[finding.fingerprint] = _required(finding, recording)
        elif finding.place == ERRORS:
            cells[finding.fingerprint] = _coded(finding, judged, errors)
        else:
            cells[finding.fingerprint] = _cell(finding, judged, findings, explained)
        if cells[finding.fingerprint].state is State.UNKNOWN and _asks_nothing(finding):
            cells[finding.fingerprint] = Cell(State.GREEN, "it requires nothing of a server")
    rest = tuple(
        each.proof(violation)
        for each in judged
        for violation in each.new_violations()
        if (each.exchange.number, *violation.place) not in explained
    )
    return Impact(recording, cells, rest)


@dataclass(frozen=True)
class _Judged:
    """An exchange, and what both versions say of it."""

    exchange: Exchange
    old: Judgement
    new: Judgement

    @property
    def operation(self) -> Operation | None:
        return self.new.operation or self.old.operation

    @property
    def accepted(self) -> bool:
        return 200 <= self.exchange.status < 300

    @property
    def refused(self) -> bool:
        return self.exchange.status in _REFUSALS

    def new_violations(self) -> list[Violation]:
        """Return what was as the base allows and is not as the revision allows."""
        if self.old.operation is None or self.new.operation is None:
            return []
        known = {each.place for each in self.old.response}
        found = [each for each in self.new.response if each.place not in known]
        if self.accepted and not self.old.request:
            found += self.new.request
        if self.refused and self.old.request and not self.new.request:
            found += self.old.request
        return found

    def proof(self, violation: Violation) -> Proof:
        """Return the exchange as the proof of a violation."""
        what = f"the {violation.kind} {violation.what}" if violation.subject != "body" else violation.what
        if violation.kind == "request":
            verb = "accepted" if self.accepted else "refused"
            what = f"it {verb} a request with {violation.path or 'this body'}: {violation.what}"
        return self.shown(what, violation.value)

    def shown(self, what: str, value: Any = None) -> Proof:
        """Return the exchange as a proof."""
        line = f"{self.exchange.method.upper()} {self.exchange.path}"
        return Proof(self.exchange.number, line, self.exchange.status, what, value)


def _asks_nothing(finding: Finding) -> bool:
    """Return whether a server may do all that it did; a request that is no longer valid is to be refused."""
    if finding.severity_for(Side.IMPLEMENTERS) is not Severity.INFO:
        return False
    return not _is_request(finding) or finding.severity is Severity.INFO


def _cell(finding: Finding, judged: list[_Judged], findings: list[Finding], explained: set[_Key]) -> Cell:
    here = [each for each in judged if _concerns(finding, each)]
    if finding.id in ("path-added", "operation-added"):
        return _served(here)
    red: tuple[_Judged, Violation] | None = None
    for each in here:
        for violation in each.new_violations():
            if _best(violation, each, findings) is finding:
                explained.add((each.exchange.number, *violation.place))
                red = red or (each, violation)
    if red is not None:
        return Cell(State.RED, "would turn red", red[0].proof(red[1]))
    reached = next((each for each in here if _reaches(finding, each)), None)
    if reached is not None:
        return Cell(State.GREEN, "stays green", reached.shown("it conforms to both versions"))
    return Cell(State.UNKNOWN, _unknown(finding, here))


def _required(finding: Finding, recording: Recording) -> Cell:
    """Judge a requirement by the suite's own outcome where its meaning is the same, and by nothing else."""
    outcome = recording.outcomes.get(finding.path)
    if finding.id == "requirement-raised" and outcome == "pass":
        return Cell(State.GREEN, "the requirement passed when it was a SHOULD")
    if finding.id == "requirement-raised" and outcome == "warn":
        return Cell(State.RED, "the suite warned when the requirement was a SHOULD")
    return Cell(State.UNKNOWN, "only a check of the suite can judge a requirement")


def _coded(finding: Finding, judged: list[_Judged], errors: Errors | None) -> Cell:
    """Judge a status and code that are gone, or that one condition alone had, by the recorded errors."""
    told = finding.before if finding.id == "error-code-removed" else None
    if finding.id == "error-condition-response-changed" and errors and errors.is_alone(finding.path):
        told = finding.before
    if told is None:
        return Cell(State.UNKNOWN, "a recorded error does not show its condition")
    shown = f"{told['status']} {told['code']}"
    for each in judged:
        code = members(json_of(each.exchange.body or b"")).get("error_code")
        if {"status": each.exchange.status, "code": code} == told:
            return Cell(State.RED, "would turn red", each.shown(f"it gives {shown}", code))
    return Cell(State.UNKNOWN, f"no recorded response is {shown}")


def _served(here: list[_Judged]) -> Cell:
    """Judge an operation that is new: it was asked by chance, or nobody knows."""
    for each in here:
        if each.exchange.status in _UNSERVED:
            return Cell(State.RED, "would turn red", each.shown("it does not serve the operation"))
        if each.accepted and not each.new.response:
            return Cell(State.GREEN, "stays green", each.shown("it serves the operation already"))
    return Cell(State.UNKNOWN, "no recorded request calls it")


def _unknown(finding: Finding, here: list[_Judged]) -> str:
    if not here:
        return "no recorded exchange calls the operation"
    if _is_request(finding):
        return "no recorded request shows how it treats what changed"
    return f"no recorded response shows {finding.path or finding.place}"


def _is_request(finding: Finding) -> bool:
    return finding.place.startswith("request") or "parameter `" in finding.place


def _concerns(finding: Finding, each: _Judged) -> bool:
    """Return whether an exchange calls an operation that a finding is about."""
    titles = {judgement.operation.title for judgement in (each.old, each.new) if judgement.operation}
    return not titles.isdisjoint((finding.operation, *finding.aliases))


def _best(violation: Violation, each: _Judged, findings: list[Finding]) -> Finding | None:
    """Return the finding that explains a violation: the one whose place is nearest."""
    fitting = [found for found in findings if _concerns(found, each) and _explains(found, violation, each)]
    return max(fitting, key=lambda found: (_status(found) == each.new.status, len(found.path)), default=None)


def _explains(finding: Finding, violation: Violation, each: _Judged) -> bool:
    if (violation.kind == "request") is not _is_request(finding):
        return False
    is_local = not finding.label.startswith("#/components/")
    elsewhere = _status(finding) not in (each.new.status, each.old.status)
    if violation.kind == "response" and is_local and elsewhere:
        return False
    match violation.subject:
        case "status":
            return finding.id in ("response-removed", "response-error-removed", "response-range-narrowed")
        case "header":
            named = f"header `{violation.path}`" in finding.place or finding.path == violation.path
            return "header" in finding.id and named
        case "parameter":
            return f"`{violation.path}`" in finding.place
        case "media type":
            return "media-type" in finding.id
        case _:
            return "header" not in finding.place and _within(violation.path, finding.path)


def _status(finding: Finding) -> str:
    """Return the status that the place of a finding names, or an empty text."""
    before, mark, after = finding.place.rpartition("response ")
    return after.split()[0] if mark and after else before[:0]


def _within(path: str, changed: str) -> bool:
    """Return whether a path is that of a change, or lies inside it or around it."""
    return (
        not changed
        or path == changed
        or path.startswith((f"{changed}.", f"{changed}["))
        or changed.startswith((f"{path}.", f"{path}["))
    )


def _reaches(finding: Finding, each: _Judged) -> bool:
    """Return whether an exchange that conforms shows how a server treats what changed."""
    if each.old.operation is None or each.new.operation is None:
        return False
    if _is_request(finding):
        differs = bool(each.old.request) is not bool(each.new.request)
        return differs and (each.accepted if each.old.request else each.refused)
    if finding.id.startswith("response-") and finding.path == "" and _status(finding) == each.new.status:
        return not each.new.response
    is_shared = finding.label.startswith("#/components/")
    if not is_shared and _status(finding) not in (each.new.status, each.old.status):
        return False
    if "header" in finding.id:
        name = finding.path or finding.place.split("`")[1]
        return name.lower() in each.exchange.headers
    return _holds(each.new.response_value, finding.path)


def _holds(value: Any, path: str) -> bool:
    """Return whether a value has something at a path, such as `checkpoint.resources[].id`."""
    if not path:
        return value is not None
    name, _, rest = path.partition(".")
    depth, name = name.count("[]"), name.replace("[]", "")
    held = members(value)
    values = [held[name]] if name in held else []
    for _ in range(depth):
        values = [item for each in values for item in items(each)]
    return any(_holds(each, rest) if rest else True for each in values)
