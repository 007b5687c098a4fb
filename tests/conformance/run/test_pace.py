"""The pace of a run adapts to a limit of the server, and never becomes too slow."""

from __future__ import annotations

import pytest
from checkpoint_conformance.run.limits.pace import Pace
from checkpoint_conformance.transport.clock import VirtualClock
from hypothesis import given
from hypothesis import strategies as st


class Bucket:
    """A limit that lets a number of requests through at once, and then so many per second."""

    def __init__(self, clock: VirtualClock, rate: float, burst: int) -> None:
        self.clock, self.rate, self.burst = clock, rate, burst
        self._left, self._last = float(burst), clock.monotonic()

    def admits(self) -> bool:
        """Take a token, if there is one."""
        now = self.clock.monotonic()
        self._left = min(self.burst, self._left + (now - self._last) * self.rate)
        self._last = now
        admitted = self._left >= 1
        self._left -= admitted
        return admitted


@given(st.floats(12, 100), st.integers(1, 50))
def test_a_limit_is_met_a_few_times_only(rate: float, burst: int) -> None:
    """Of a thousand requests, few are refused, and the run takes at most twice what the limit requires."""
    clock = VirtualClock()
    bucket, pace, refused, sent = Bucket(clock, rate, burst), Pace(clock, 0), 0, 0
    while sent < 1000:
        pace.keep()
        clock.sleep(0.001)
        if bucket.admits():
            sent += 1
        else:
            refused += 1
            pace.slow_down()
            pace.hold(1.0)
    assert refused < 30
    assert clock.monotonic() < 2 * 1000 / rate + 30


def test_a_limit_without_end_does_not_stop_a_run() -> None:
    """However often it is met, ten requests per second are sent."""
    clock = VirtualClock()
    pace = Pace(clock, 0)
    for _ in range(1000):
        pace.keep()
        pace.slow_down()
    assert clock.monotonic() <= 100


@pytest.mark.parametrize("rate", [2, 50])
def test_the_rate_of_the_target_is_kept(rate: int) -> None:
    """No limit makes the run faster than its target allows."""
    clock = VirtualClock()
    pace = Pace(clock, rate)
    for _ in range(101):
        pace.keep()
        pace.slow_down()
    assert clock.monotonic() >= 100 / rate
