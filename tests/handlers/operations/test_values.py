"""Identifiers and times, as the service gives them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch
from uuid import UUID

from checkpoint_handlers.clock import Clock
from checkpoint_handlers.ids import new_id
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    import pytest

LAST = 253_402_214_399 * 10**9
"""More than a day, in nanoseconds, before the year 10000, which `datetime` cannot write."""


def test_identifiers_are_ordered_uuids() -> None:
    """Identifiers are UUIDs of version 7, unique, and in the order of their milliseconds."""
    drawn = [UUID(new_id()) for _ in range(5000)]
    assert len(set(drawn)) == 5000
    assert {(identifier.version, identifier.variant) for identifier in drawn} == {
        (7, "specified in RFC 4122")
    }
    milliseconds = [identifier.int >> 80 for identifier in drawn]
    assert milliseconds == sorted(milliseconds)


def test_the_clock_never_runs_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the system's clock is stepped back the service's stands still."""
    clock = Clock()
    before = clock.stamp()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clock.stamp() == before
    assert clock.stamp(ahead=1.0) > before


def test_a_time_has_always_six_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time on a full second is written like any other."""
    monkeypatch.setattr(time, "time_ns", lambda: 1_481_059_229_000_000_000)
    assert Clock().stamp() == "2016-12-06T21:20:29.000000"


@given(st.lists(st.tuples(st.integers(0, LAST), st.floats(0, 86400)), min_size=1, max_size=5))
def test_a_stamp_is_the_time_as_the_library_writes_it(moments: list[tuple[int, float]]) -> None:
    """At any moment, and any time ahead of it, the stamp is what `datetime` writes of the latest."""
    clock, latest = Clock(), 0
    for nanoseconds, ahead in moments:
        latest = max(latest, nanoseconds // 1000)
        told = datetime(1970, 1, 1) + timedelta(microseconds=latest + round(ahead * 1e6))  # noqa: DTZ001 - told so
        with patch("time.time_ns", return_value=nanoseconds):
            assert clock.stamp(ahead=ahead) == told.isoformat(timespec="microseconds")
