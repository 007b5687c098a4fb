"""The time limit of a run: how long it may judge, so that clean-up and reports are done in time."""

from __future__ import annotations

from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.clock import Clock

__all__ = ["TimeLimit"]

_FOR_REPORTS = 0.05
"""The share of the time that is kept for writing the reports."""
_AS_TO_START = 0.6
"""How long they take, compared with the time that the machine has taken until the run could begin."""
_MOST_FOR_REPORTS = 0.5
"""The most of the time that is kept for them."""
_CAUTION = 1.5
"""How much longer than an average request a deletion may take."""


class TimeLimit:
    """Sets the limit of a session's clock, first for judging and then for clean-up."""

    def __init__(self, session: Session, options: Options, clock: Clock) -> None:
        """Start now by the clock of the process, without a limit if the options set none."""
        self._session = session
        self._clock = clock
        self._began = clock.monotonic()
        self._elapsed = 0.0
        self._cleans_up = "deletion" in session.target.profiles
        if options.max_time is not None:
            reports = max(_FOR_REPORTS * options.max_time, _AS_TO_START * options.time_spent)
            judging = options.max_time - min(reports, _MOST_FOR_REPORTS * options.max_time)
            self._ends = self._began - options.time_spent + judging
            session.clock.limit(self._moment, f"the time limit of {options.max_time:g} s was reached")

    def hear(self) -> None:
        """Note how long another exchange took."""
        self._elapsed += self._session.recorder.exchanges[-1].elapsed

    def begin_clean_up(self) -> None:
        """Leave the rest of the time to the clean-up."""
        self._cleans_up = False

    def _moment(self) -> float:
        """Return the end: the more was created, and the slower the server, the sooner judging ends."""
        answers = len(self._session.recorder.exchanges)
        if not self._cleans_up or not answers:
            return self._ends
        passed = max(self._clock.monotonic() - self._began, self._elapsed)
        return self._ends - _CAUTION * (self._session.budget.taken + 1) * passed / answers
