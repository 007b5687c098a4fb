"""Mutants of RESP-4: the time of creation."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ...framework.edits import MEANING, answers, on_occasions, setting
from ...framework.mutant import breaks
from ...framework.shots import BASE
from ...service.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Response
    from ...service.world import Checkpoint


def _times(
    rows: dict[str, tuple[str, Callable[[str], Any]]], requirement: str = "RESP-4", **options: Any
) -> None:
    table = {name: (fault, setting("created_at", change)) for name, (fault, change) in rows.items()}
    answers(requirement, table, **options)


_times(
    {
        "time-with-z": ("The time ends in Z.", lambda text: text + "Z"),
        "time-with-offset": ("The time ends in +00:00.", lambda text: text + "+00:00"),
        "time-with-short-offset": ("The time ends in +0800.", lambda text: text + "+0800"),
        "time-with-zone-name": ("The time ends in UTC.", lambda text: text + " UTC"),
        "time-with-space": ("Date and time are parted by a space.", lambda text: text.replace("T", " ")),
        "time-lower-case-t": ("Date and time are parted by a small t.", lambda text: text.replace("T", "t")),
        "time-date-only": ("The time is only a date.", lambda text: text[:10]),
        "time-without-seconds": ("The time has no seconds.", lambda text: text[:16]),
        "time-seven-digits": ("The fraction has seven digits, as .NET writes it.", lambda text: text + "0"),
        "time-nine-digits": ("The fraction has nine digits, as Go writes it.", lambda text: text + "000"),
        "time-comma-fraction": ("The fraction follows a comma.", lambda text: text.replace(".", ",")),
        "time-empty-fraction": ("The time ends in a dot.", lambda text: text[:20]),
        "time-basic-format": ("The time has no hyphens and colons.", lambda text: re.sub("[-:]", "", text)),
        "time-slashes": ("The date is written with slashes.", lambda text: text.replace("-", "/")),
        "time-two-digit-year": ("The year has two digits.", lambda text: text[2:]),
        "time-unpadded": (
            "Numbers below ten have no leading zero.",
            lambda text: re.sub(r"-0?(\d+)-0?(\d+)T\d\d", r"-\1-\2T9", text),
        ),
        "time-month-thirteen": (
            "The month counts from one too many.",
            lambda text: text[:5] + "13" + text[7:],
        ),
        "time-hour-twenty-five": ("The hour runs past 24.", lambda text: text[:11] + "25" + text[13:]),
        "time-arabic-digits": (
            "The digits are those of the server's locale.",
            lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        ),
        "time-http-date": ("The time is an HTTP date.", lambda _: "Tue, 06 Dec 2016 21:20:29 GMT"),
        "time-epoch-text": ("The time is a string of seconds since 1970.", lambda _: "1481059229"),
        "time-empty": ("The time is empty.", lambda _: ""),
        "time-with-newline": ("The time ends in a line feed.", lambda text: text + "\n"),
    }
)
_times(
    {
        "time-null": ("The time is null.", lambda _: None),
        "time-epoch": ("The time is a number of seconds since 1970.", lambda _: 1481059229),
        "time-epoch-milliseconds": ("The time is a number of milliseconds.", lambda _: 1481059229898),
        "time-parts": (
            "The time is a list of its parts, as Java may write it.",
            lambda _: [2016, 12, 6, 21, 20],
        ),
    },
    requirement="RESP-1",
    also={"RESP-4": MEANING},
)
on_occasions("RESP-4", "time-with-z", "the time ends in Z.", setting("created_at", lambda text: text + "Z"))


def _shifted(hours: float) -> Callable[[str], str]:
    return lambda text: f"{datetime.fromisoformat(text) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.%f}"


_times(
    {
        "time-local-east": ("The time is the local time of Beijing, without saying so.", _shifted(8)),
        "time-local-west": ("The time is the local time of New York.", _shifted(-5)),
        "time-an-hour-ahead": ("The time is an hour ahead, summer time of London.", _shifted(1)),
        "time-of-the-source": (
            "The time is that of the source's example.",
            lambda _: "2016-12-06T21:20:29.898823",
        ),
        "time-epoch-start": (
            "The time is 1970, a column that was never set.",
            lambda _: "1970-01-01T00:00:00.000000",
        ),
        "time-a-year-ahead": (
            "The time is a year ahead, the week-year of a wrong format.",
            _shifted(24 * 365),
        ),
        "time-of-policy": (
            "The time is that of the policy's creation.",
            lambda _: "2016-12-01T08:00:00.000000",
        ),
        "time-twelve-hour-clock": ("The hours run to twelve only.", _shifted(-12)),
    },
    level="SHOULD",
)


@breaks("RESP-4", level="SHOULD", shows=(BASE, BASE))
class TimeOfTheStart(Server):
    """The time is that of the server's start, a default that was computed once."""

    started = ""

    def created_at(self) -> str:
        """Take as long as a server does that starts a backup."""
        self.clock.sleep(0.2)
        self.started = self.started or f"{self.now() - timedelta(minutes=4):%Y-%m-%dT%H:%M:%S.%f}"
        return self.started


@breaks("RESP-4", shows=BASE.but(headers=(("Accept-Language", "de-DE"),)))
class TimeInTheLanguageOfTheCaller(Server):
    """The time is written as in the language that the caller prefers."""

    def created(self, checkpoint: Checkpoint) -> Response:
        """Write the time anew for such a caller."""
        if (checkpoint.call.request.header("accept-language") or "").startswith("de"):
            checkpoint.created_at = f"{self.now():%d.%m.%Y, %H:%M:%S}"
        return super().created(checkpoint)
