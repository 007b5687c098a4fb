"""What a run keeps: the exchanges as evidence, their probes, and the judgements of the responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from checkpoint_conformance.checks.http_layer import answered_by_gateway
from checkpoint_conformance.checks.judge import Judgement
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.transport.abridgement import KEPT_LIMIT, PAGE_KEPT, Packed, abridged
from checkpoint_conformance.transport.exchange import PAGE_LIMIT, Exchange, Request
from checkpoint_conformance.verdict.finding import checkpoint_of, is_error_in_success
from checkpoint_conformance.verdict.ledger import Ledger

__all__ = [
    "Judges",
    "Lost",
    "Outage",
    "Phase",
    "Recorder",
    "created_checkpoint",
    "is_accepted",
    "is_unanswered",
    "may_create",
    "may_have_created",
]

Judges = Callable[[Probe, Exchange], Judgement]
"""Judges the response to a probe. Called from any thread."""


_LONGEST_ID = 1000
"""Characters of an id that fits into the path of a request."""


@dataclass(frozen=True)
class Phase:
    """A part of the run, from its beginning to the next one."""

    name: str
    started: float
    """Seconds since the epoch."""


@dataclass(frozen=True)
class Lost:
    """A request without a response, and the earlier requests on its connection."""

    before: tuple[Request, ...]
    exchange: Exchange


@dataclass
class Outage:
    """A time in which the server could not be reached."""

    suspects: tuple[Exchange, ...]
    """The last exchanges before it; more than one if they were under way at the same time."""
    refused: bool
    """Whether the address itself refused connections."""
    before: int = 0
    """The number of exchanges before it."""
    detail: str = ""
    """What the client got instead of a connection."""
    back_after: float | None = None
    """Seconds until it could be reached again; None as long as it cannot."""
    examined: bool = False
    """Whether the suspects have been sent again."""


@dataclass(frozen=True)
class Recorder:
    """Keeps exchanges and judgements. May be used from any thread."""

    judge: Judges
    ledger: Ledger = field(default_factory=Ledger)
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    """The exchanges, in the order of the responses, numbered from 1."""
    asked: dict[int, Probe] = field(default_factory=dict[int, Probe])
    """The probe of each judged exchange, by number."""
    accepted: list[tuple[Exchange, Call]] = field(default_factory=list[tuple[Exchange, Call]])
    """Accepted valid calls, with what they asked for."""
    valid_calls: list[Exchange] = field(default_factory=list[Exchange])
    """Judged valid calls, whatever the answer."""
    lost: list[Lost] = field(default_factory=list[Lost])
    """Requests that got no response on a reused connection, and were sent again."""
    outages: list[Outage] = field(default_factory=list[Outage])
    """The times in which the server could not be reached, in order."""
    phases: list[Phase] = field(default_factory=list[Phase])
    """The phases that have begun, in order."""
    packed: Packed = field(default_factory=Packed)
    """The long responses, whole."""
    aside: set[int] = field(default_factory=set[int])
    """The numbers of exchanges of earlier parts of the run that are not repeated in it."""
    joints: list[int] = field(default_factory=list[int])
    """The number of exchanges before each later part of the run."""
    _unread: list[Exchange] = field(default_factory=list[Exchange])
    """Accepted exchanges that `own` has not read yet."""
    _own: set[str] = field(default_factory=set[str])
    _lock: Lock = field(default_factory=Lock)

    def note_outage(self, *, refused: bool, detail: str) -> Outage:
        """Return the outage under way, or note one that began after the last exchanges."""
        with self._lock:
            if not self.outages or self.outages[-1].back_after is not None:
                last = max(self.exchanges, key=lambda each: each.started + each.elapsed)
                suspects = [
                    each for each in self.exchanges if each.number == last.number or each.overlaps(last)
                ]
                before = len(self.exchanges) - len(self.aside)
                self.outages.append(Outage(tuple(suspects), refused, before, detail))
            return self.outages[-1]

    def keep(self, exchange: Exchange) -> Exchange:
        """Keep an exchange, abridged; return the whole one with its number."""
        limit, needed = _limit(exchange), _needed(exchange)
        with self._lock:
            exchange = replace(exchange, number=len(self.exchanges) + 1)
            kept = abridged(exchange, limit, needed)
            self.exchanges.append(kept)
            if may_create(kept.request) and is_accepted(kept):
                self._unread.append(kept)
        self.packed.keep(exchange, kept)
        self.ledger.hear(kept)
        return exchange

    def set_aside(self, exchange: Exchange) -> None:
        """Keep an exchange of an earlier part of the run that is not repeated in it."""
        self.aside.add(self.keep(exchange).number)

    def own(self) -> set[str]:
        """Return the ids that accepted calls returned, in lower case; each response is read once."""
        while self._unread:
            self._own.add((created_checkpoint(self._unread.pop()) or "").casefold())
        return set(self._own)

    def anonymous(self) -> int:
        """Return how many calls may have created a checkpoint whose id nobody knows.

        Such a call got no response, so that its checkpoint may come late, or a response without an id.
        """
        return sum(may_have_created(each) and created_checkpoint(each) is None for each in self.exchanges)

    @property
    def course(self) -> list[int]:
        """The numbers of the exchanges that are not set aside, in order."""
        return [exchange.number for exchange in self.exchanges if exchange.number not in self.aside]

    def judged(self, probe: Probe, exchange: Exchange) -> Judgement:
        """Judge the response to a probe; remember the probe, and a valid call that was accepted."""
        kept = self.exchanges[exchange.number - 1] if exchange.number else exchange
        with self._lock:
            self.asked[exchange.number] = probe
            self.ledger.count_try(probe.id)
            if probe.call:
                self.valid_calls.append(kept)
                if is_accepted(exchange):
                    self.accepted.append((kept, probe.call))
        return replace(self.judge(probe, exchange), exchange=kept)

    def record(self, requirement: str, judgement: Judgement) -> None:
        """Add a judgement to the ledger."""
        against = {finding.requirement for finding in judgement.findings}
        self.ledger.exercise(*(judgement.exercised - against), shown=judgement.exchange)
        self.ledger.exercise(*(judgement.exercised & against))
        for finding in judgement.findings:
            self.ledger.add(finding)
        if judgement.undecided:
            self.ledger.leave_undecided(requirement, judgement.undecided)

    def with_new_ledger(self) -> Recorder:
        """Return a recorder with the same exchanges and no findings yet."""
        return replace(self, ledger=Ledger(reliable=self.ledger.reliable))


def _limit(exchange: Exchange) -> int:
    """Return how many bytes to keep of a body: few of a long page of a list, since a list may have many."""
    response, is_page = exchange.response, exchange.request.answer_limit == PAGE_LIMIT
    return PAGE_KEPT if is_page and response and len(response.body) > KEPT_LIMIT else KEPT_LIMIT


def _needed(exchange: Exchange) -> Any:
    """Return the members of an accepted call's response that are needed until the end of the run."""
    if not (may_create(exchange.request) and is_accepted(exchange)):
        return None
    members = checkpoint_of(exchange)
    if members is None:
        return None
    needed = {name: members.get(name) for name in ("id", "created_at")}
    return {"checkpoint": {name: value for name, value in needed.items() if len(str(value)) <= _LONGEST_ID}}


def created_checkpoint(exchange: Exchange) -> str | None:
    """Return the id that an accepted call created, or None if the response contains none that can be used."""
    identifier = (checkpoint_of(exchange) or {}).get("id")
    return identifier if isinstance(identifier, str) and len(identifier) <= _LONGEST_ID else None


def is_accepted(exchange: Exchange) -> bool:
    """Return whether the response says that the request was carried out."""
    return exchange.status in range(200, 300) and not is_error_in_success(exchange)


def may_create(request: Request) -> bool:
    """Return whether any server, however odd, might create a checkpoint for the request."""
    return request.method in ("POST", "PUT", "PATCH")


def is_unanswered(exchange: Exchange) -> bool:
    """Return whether nobody knows what the server did: no response arrived, or only that of a gateway."""
    return exchange.status is None or answered_by_gateway(exchange)


def may_have_created(exchange: Exchange) -> bool:
    """Return whether the exchange may have created a checkpoint: it was accepted, or nobody knows."""
    return may_create(exchange.request) and (is_accepted(exchange) or is_unanswered(exchange))
