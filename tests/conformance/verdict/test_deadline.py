"""The deadline for judging a response ends what takes too long, and changes nothing else in the process."""

from __future__ import annotations

import signal
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.checks.deadline import TookTooLong, deadline, prepared

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


@pytest.mark.parametrize("around", [prepared, nullcontext])
def test_a_block_that_takes_too_long_ends(around: Callable[[], AbstractContextManager[None]]) -> None:
    """Each one ends, prepared or not, and the signal is then handled as before."""
    before = signal.getsignal(signal.SIGALRM)
    with around():
        for _ in range(2):
            with pytest.raises(TookTooLong), deadline(0.01):
                signal.pause()
            assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_deadlines_in_a_prepared_block_install_no_handler() -> None:
    """The handler of the signal is the same before, in and after each of them."""
    with prepared():
        handler = signal.getsignal(signal.SIGALRM)
        for _ in range(2):
            with prepared(), deadline(60):
                assert signal.getsignal(signal.SIGALRM) is handler
            assert signal.getsignal(signal.SIGALRM) is handler


def test_the_timer_of_another_program_is_left_alone() -> None:
    """A test runner that limits the time of a test by the same signal keeps its handler and its timer."""
    before = signal.signal(signal.SIGALRM, _other)
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with prepared(), deadline(0.001):
            assert signal.getsignal(signal.SIGALRM) is _other
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_other_threads_have_no_deadline() -> None:
    """Only the main thread handles signals, so that no other one sets a timer."""
    timers: list[float] = []

    def judge() -> None:
        with prepared(), deadline(60):
            timers.append(signal.getitimer(signal.ITIMER_REAL)[0])

    thread = threading.Thread(target=judge)
    thread.start()
    thread.join()
    assert timers == [0]


def _other(_signal: int, _frame: object) -> None:
    raise AssertionError("nothing takes that long")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_deadline_that_passes_in_a_finalizer_still_ends_the_block() -> None:
    """Python swallows what is raised there, so the deadline passes again."""

    class Slow:
        def __del__(self) -> None:
            signal.pause()

    def judge() -> None:
        Slow()
        signal.pause()

    with pytest.raises(TookTooLong), deadline(0.05):
        judge()
