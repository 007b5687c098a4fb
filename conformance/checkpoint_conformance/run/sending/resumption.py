"""Continues a run that ended early: its exchanges are replayed from its record, and not sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from checkpoint_conformance.run.limits.budget import Budget
from checkpoint_conformance.run.record import Journal, Part
from checkpoint_conformance.run.recorder import Recorder, may_have_created
from checkpoint_conformance.transport.abridgement import WholeExchanges
from checkpoint_conformance.transport.clock import Clock, ReplayClock
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.transport.replay import RecordedOutage, Replay

__all__ = ["Resumption", "journal"]


@dataclass
class _Run:
    """What the exchanges of earlier parts are counted in."""

    recorder: Recorder
    budget: Budget


class Resumption:
    """Repeats the earlier parts of a run, and then lets it go on."""

    def __init__(self, earlier: Journal, clock: Clock, announce: Callable[[str], None]) -> None:
        """Take the record; the clock is the one to go on with."""
        course = earlier.course
        exchanges = [*course, *(exchange for part in earlier.parts for exchange in part.aside)]
        self._coming = list(earlier.parts)
        """The parts whose end has not been reached."""
        self.parts: list[Part] = []
        """The other ones."""
        self.deleted: set[str] = set()
        """The checkpoints that those have deleted."""
        self.removed: set[str] = set()
        """The checkpoints that their clean-up may have removed."""
        self._announce = announce
        self._run: _Run | None = None
        self.replay = Replay(
            course,
            earlier.outages,
            ReplayClock(clock, course[0].started if course else clock.time()),
            noticed=lambda: len(self._joined.recorder.outages),
            go_on=self._go_on,
            leave=self._leave,
            used=max((exchange.connection for exchange in exchanges), default=0),
        )

    def attach(self, recorder: Recorder, budget: Budget) -> None:
        """Take the recorder and the budget of the run."""
        self._run = _Run(recorder, budget)

    def announce(self, text: str) -> None:
        """Tell what happens, unless an earlier part has told it."""
        if self.replay.sends:
            self._announce(text)

    def expect(self, request: Request) -> None:
        """Find out whether a request must be sent, before it counts."""
        self.pass_ends()
        self.replay.expect(request)

    def pass_ends(self) -> None:
        """Take note of the parts that ended here, apart from the last."""
        while len(self._coming) > 1 and self.replay.position >= self._coming[0].place:
            self._join(self._coming.pop(0))

    @property
    def _joined(self) -> _Run:
        assert self._run is not None
        return self._run

    def _join(self, part: Part) -> None:
        """Count what the repeated requests of a part do not show: what else it sent, created and deleted."""
        recorder = self._joined.recorder
        for exchange in part.aside:
            recorder.set_aside(exchange)
        self._joined.budget.charge(part.charged)
        self.deleted |= part.deleted
        self.removed |= part.removed
        recorder.joints.append(len(recorder.exchanges))
        self.parts.append(replace(part, place=len(recorder.course)))

    def _go_on(self, rest: Sequence[Exchange]) -> None:
        """Join the last part, and any that was left before its end; `rest` may still be asked for."""
        for part in self._coming[:-1]:
            self._join(replace(part, charged=0))
        last = self._coming[-1]
        unseen = last.created - self._joined.budget.created - _creations(rest)
        self._join(replace(last, charged=max(0, unseen)))
        self._coming.clear()
        self._announce(f"{self.replay.position} exchanges are replayed from the record; the run continues")

    def _leave(self, rest: Sequence[Exchange]) -> None:
        """Set aside what no request has asked for."""
        last = self.parts[-1]
        for exchange in rest:
            self._joined.recorder.set_aside(exchange)
        self._joined.budget.charge(_creations(rest))
        charged = last.charged + _creations(rest)
        self.parts[-1] = replace(last, aside=(*last.aside, *rest), charged=charged)


def journal(recorder: Recorder, judged: Sequence[int], earlier: Iterable[Part], last: Part) -> Journal:
    """Return what another run needs to go on: the exchanges with the numbers `judged` are its course.

    The course ends before the first of them that is not kept whole; what comes after it is set aside.
    """
    kept = [recorder.exchanges[number - 1] for number in judged]
    course = WholeExchanges(recorder.packed, tuple(takewhile(recorder.packed.has, kept)))
    used = {exchange.number for exchange in course.kept} | recorder.aside
    aside = tuple(exchange for exchange in recorder.exchanges if exchange.number not in used)
    outages = [
        RecordedOutage(outage.before, refused=outage.refused, detail=outage.detail)
        for outage in recorder.outages
    ]
    return Journal(
        course,
        tuple(outage for outage in outages if outage.before <= len(course)),
        (*earlier, replace(last, place=len(course), aside=aside)),
    )


def _creations(exchanges: Iterable[Exchange]) -> int:
    """Return how many checkpoints the exchanges may have created."""
    return sum(map(may_have_created, exchanges))
