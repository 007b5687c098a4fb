"""Where the stages begin that depend on what earlier stages created and a clean-up removes.

A run that ends within such a stage, and cleans up, is resumed at its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence

from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.recorder import created_checkpoint
from checkpoint_conformance.run.sending.resumption import Resumption
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.companions.deletion import Deletions

__all__ = ["Boundaries"]

_NEEDED = 3
"""The checkpoints that the stages need: two are deleted, and one must stay."""


class Boundaries:
    """The beginnings of these stages in one run."""

    def __init__(self, session: Session, deletions: Deletions, resumption: Resumption | None) -> None:
        """Take the run, and what it goes on from."""
        self._session = session
        self._deletions = deletions
        self._resumption = resumption
        self._begun: list[int] = []
        """How many exchanges of the course came before each."""

    def begin(self, *, every_call: bool = False) -> None:
        """Begin a stage; in a resumed run, create anew what it needs and a clean-up has removed.

        A stage that looks at the checkpoints of `every_call` needs one of each. Raises ServerGone if the
        server stops answering.
        """
        self.mark()
        if self._resumption is None:
            return
        self._resumption.pass_ends()
        self._resumption.replay.settle()
        if self._resumption.removed:
            for call in self._missing(every_call=every_call):
                if self._session.budget.remaining:
                    send_probe(self._session, acceptance.anew(self._session.calls, call))

    def _missing(self, *, every_call: bool) -> list[Call]:
        """Return the calls to make anew: those without a checkpoint that is left, and a few at least."""
        there = set(self._deletions.created(ours=True))
        accepted = self._session.recorder.accepted
        shown = {call for exchange, call in accepted if created_checkpoint(exchange) in there}
        calls = dict.fromkeys(call for _, call in accepted) if every_call else {}
        missing = [call for call in calls if call not in shown]
        few = _NEEDED - len(there) - len(missing)
        return missing + [self._session.calls.documented] * few

    def mark(self) -> None:
        """Note that nothing after this depends on what the exchanges before it have created."""
        self._begun.append(len(self._session.recorder.course))

    def finish(self) -> None:
        """Repeat no more of the earlier parts of the run."""
        if self._resumption:
            self._resumption.replay.finish()

    def before_the_last(self, course: Sequence[int]) -> Sequence[int]:
        """Return the part of the course before the last of these stages; all of it if none has begun."""
        return course[: self._begun[-1]] if self._begun else course
