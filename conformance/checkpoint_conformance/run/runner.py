"""A run, from the first request to the results: it keeps to the schedule, cleans up, and decides outcomes."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from checkpoint_conformance.checks.deadline import prepared
from checkpoint_conformance.probes.generated.supply import Supply
from checkpoint_conformance.run.outages import examine_outages, examine_silence, is_away, judge_server_gone
from checkpoint_conformance.run.record import Journal, Options, Part, RunRecord
from checkpoint_conformance.run.recorder import Judges
from checkpoint_conformance.run.schedule import exchange_everything
from checkpoint_conformance.run.sending.client import NotServed, ServerGone, TokenRefused
from checkpoint_conformance.run.sending.resumption import Resumption, journal
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.run.stages.boundaries import Boundaries
from checkpoint_conformance.run.stages.cleaned_up import clean_up
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.comparison import distinct_checkpoints, moving_time
from checkpoint_conformance.run.stages.intermittent import examine_crashes
from checkpoint_conformance.run.stages.locks import look_again
from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.run.time_limit import TimeLimit
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, Clock, OutOfTime
from checkpoint_conformance.transport.connection import Transport
from checkpoint_conformance.verdict.conclusion import conclude

__all__ = ["run"]


def run(
    target: Target,
    options: Options | None = None,
    announce: Callable[[str], None] = lambda _: None,
    watch: Callable[[Session], None] = lambda _: None,
    *,
    transport: Transport | None = None,
    clock: Clock = SYSTEM_CLOCK,
    judges: Callable[[Target], Judges] | None = None,
    earlier: Journal | None = None,
) -> RunRecord:
    """Verify a target; `announce` and `watch` are called with what happens, from any thread.

    By default, the transport uses sockets, the clock is the system clock, and responses are judged by the
    contract. An interrupt, the time limit and a fault of the suite end a run early: the record then says why,
    and has what was judged so far. With what an `earlier` run of the same target and options exchanged, the
    run goes on from there. Raises ConfigurationError if the target file does not fit the server.
    """
    options = options or Options()
    started, began = clock.time(), clock.monotonic()
    resumption = Resumption(earlier, clock, announce) if earlier else None
    announce = resumption.announce if resumption else announce

    def hear(session: Session) -> None:
        limit.hear()
        watch(session)

    session = open_session(
        target,
        announce,
        hear,
        transport=transport,
        clock=clock,
        judges=judges,
        resumption=resumption,
        thorough=options.thorough,
    )
    limit = TimeLimit(session, options, clock)
    course = _Course(session, options, resumption)
    with prepared():
        try:
            course.exchange()
        finally:
            limit.begin_clean_up()
            course.clean_up()
        course.compare()
    return course.record(started, clock.monotonic() - began)


class _Course:
    """The course of one run: its exchanges, its clean-up, what only the whole shows, and how it ended."""

    def __init__(self, session: Session, options: Options, resumption: Resumption | None) -> None:
        self._session = session
        self._options = options
        self._resumption = resumption
        self._deletions = Deletions(session)
        if resumption:
            self._deletions = Deletions(session, resumption.deleted, removed=resumption.removed)
        self._boundaries = Boundaries(session, self._deletions, resumption)
        self._ending = _Ending(session.announce)
        self._judged: Sequence[int] = ()
        """The numbers of the exchanges before the clean-up that another run can repeat."""
        self._removed: frozenset[str] = frozenset()
        """The checkpoints that the clean-up may have removed."""
        self._left: list[str] = []
        """Those that it could not."""

    def exchange(self) -> None:
        """Send everything, and judge the responses."""
        session, options = self._session, self._options
        try:
            with (
                self._ending.noted(),
                Supply(
                    session.target, options.max_examples, options.seed, use_cache=options.use_cache
                ) as supply,
            ):
                try:
                    exchange_everything(session, self._deletions, options.shard, supply, self._boundaries)
                except TokenRefused as refused:
                    look_again(session, refused)
                    raise
                except NotServed:
                    examine_crashes(session)
                    raise
                except ServerGone:
                    examine_silence(session)
                    raise
                examine_outages(session)
                self._boundaries.mark()
        finally:
            self._boundaries.finish()
            self._judged = session.recorder.course

    def clean_up(self) -> None:
        """Delete what the run has created, if the target declares that it can."""
        session = self._session
        if self._ending.gone:
            judge_server_gone(session, self._ending.gone)
        session.monitor.rest()
        if "deletion" in session.target.profiles:
            with self._ending.noted():
                session.begin("clean-up")
                self._removed = frozenset(self._deletions.created())
                judged = self._options.shard.owns("OBS-1")
                self._left = clean_up(session, self._deletions, judged=judged)
            self._deletions.recognise()

    def compare(self) -> None:
        """Judge the server's end during the clean-up, and what only all responses together show."""
        session, ending = self._session, self._ending
        with ending.noted():
            if not ending.gone and is_away(session):
                ending.gone = ServerGone("it stopped during the clean-up")
                judge_server_gone(session, ending.gone)
            if ending.reason or self._options.shard.owns("RESP-2"):
                distinct_checkpoints(session.recorder.exchanges, session.ledger)
                moving_time(session.recorder.exchanges, session.ledger)

    def record(self, started: float, elapsed: float) -> RunRecord:
        """Return the record of the run; `started` is in seconds since the epoch, `elapsed` in seconds."""
        session, ending, shard = self._session, self._ending, self._options.shard
        parts = tuple(self._resumption.parts if self._resumption else ())
        last = Part(
            started,
            elapsed,
            ending.early,
            session.budget.created,
            frozenset(self._deletions.deleted),
            self._removed,
        )
        owned = None if shard.whole else shard.owned
        return RunRecord(
            target=session.target,
            options=self._options,
            started=parts[0].started if parts else started,
            elapsed=elapsed + sum(part.elapsed for part in parts),
            exchanges=tuple(session.recorder.exchanges),
            ledger=session.ledger,
            results=tuple(conclude(session.target, session.ledger, ending.reason, owned)),
            created=last.created,
            deleted=last.deleted,
            left_behind=tuple(self._left),
            gone=str(ending.gone or ""),
            ended=ending.early,
            fault=ending.fault,
            asked=session.recorder.asked,
            enough=session.budget.enough,
            lanes=session.client.lanes,
            narrowed=session.client.narrowed,
            phases=tuple(session.recorder.phases),
            journal=self._journal(parts, last) if ending.early else None,
            parts=parts,
        )

    def _journal(self, earlier: Sequence[Part], last: Part) -> Journal:
        """Return what another run needs to go on; it repeats nothing that rests on removed checkpoints."""
        judged = self._boundaries.before_the_last(self._judged) if last.removed else self._judged
        return journal(self._session.recorder, judged, earlier, last)


@dataclass
class _Ending:
    """How a run ended before everything was judged."""

    announce: Callable[[str], None]
    gone: ServerGone | None = None
    early: str = ""
    fault: str = ""

    @property
    def reason(self) -> str:
        """Why, in a clause; empty if it did not."""
        return str(self.gone or "") or self.early

    @contextmanager
    def noted(self) -> Generator[None]:
        """Note what ends the block, except that the target file does not fit the server."""
        try:
            yield
        except ServerGone as error:
            self.gone = error
            self.announce(f"the run ended early: {error}")
        except (OutOfTime, KeyboardInterrupt) as reason:
            self._end_early(str(reason) or "interrupted")
        except ConfigurationError:
            raise
        except Exception:
            self.fault = traceback.format_exc()
            self._end_early("the suite failed")

    def _end_early(self, reason: str) -> None:
        self.early = self.early or reason
        self.announce(f"the run ended early: {reason}")
