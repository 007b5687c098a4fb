"""The journal in the report of a run that ended early: what another run needs to continue, compactly."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain, islice
from typing import Any

from checkpoint_conformance.reports.evidence import exchange_from, plain_data
from checkpoint_conformance.run.record import Journal, Part
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.transport.abridgement import Packed, WholeExchanges, abridged
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.transport.replay import RecordedOutage

__all__ = ["pack", "part_data", "unpack"]

_PIECE = 48 << 10
"""Bytes for each piece of Base64: a writer of the report copies one piece at a time."""


def pack(journal: Journal, url: str, secrets: Secrets) -> list[str]:
    """Return a journal without secrets: lines of JSON, compressed (RFC 1952), in pieces of Base64.

    Its course ends before the first exchange that could not be restored, as one with a secret that the server
    spells in its own way; what comes after it is set aside.
    """
    packed = BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:

        def write(line: Any) -> None:
            file.write(json.dumps(line).encode() + b"\n")

        course = 0
        for exchange in journal.course:
            data = plain_data(exchange, url, secrets)
            if not _alike(exchange_from(data, secrets), exchange):
                break
            write(data)
            course += 1
        *earlier, last = journal.parts
        rest = journal.course[course:]
        aside = [*(part.aside for part in earlier), rest, last.aside]
        for exchange in chain.from_iterable(aside):
            write(plain_data(exchange, url, secrets))
        outages = [outage for outage in journal.outages if outage.before <= course]
        parts = [(part, len(part.aside)) for part in earlier]
        parts.append((replace(last, place=course), len(rest) + len(last.aside)))
        write(secrets.redact_all(_head(course, outages, parts)))
    packed.seek(0)
    return [base64.b64encode(piece).decode() for piece in iter(lambda: packed.read(_PIECE), b"")]


def unpack(packed: list[str], secrets: Secrets) -> Journal:
    """Return the journal with its secrets restored. Raises ValueError if it has been damaged."""
    try:
        return _unpacked(
            BytesIO(b"".join(base64.b64decode(piece, validate=True) for piece in packed)), secrets
        )
    except (
        *(OSError, EOFError, zlib.error),  # of gzip
        *(ValueError, LookupError, TypeError, AttributeError, RecursionError),
    ) as error:
        raise ValueError(f"the journal is damaged: {error}") from error


def _unpacked(packed: BytesIO, secrets: Secrets) -> Journal:
    """Return the journal; of its long responses, only one at a time is whole."""
    whole, kept = Packed(), list[Exchange]()
    with gzip.GzipFile(fileobj=packed) as file:
        line = file.readline()
        for following in file:
            exchange = exchange_from(json.loads(line), secrets)
            kept.append(abridged(exchange))
            whole.keep(exchange, kept[-1])
            line = following
    head = json.loads(line)
    course, rest = tuple(kept[: head["course"]]), iter(kept[head["course"] :])
    if not all(map(whole.has, course)):
        raise ValueError("it contains more than a run records")
    parts = tuple(_part(data, tuple(islice(rest, data["aside"]))) for data in head["parts"])
    outages = tuple(RecordedOutage(**data) for data in head["outages"])
    return Journal(WholeExchanges(whole, course), outages, parts)


def part_data(part: Part) -> dict[str, Any]:
    """Return what a report says of an earlier part."""
    return {
        "started": datetime.fromtimestamp(part.started, UTC).isoformat(timespec="microseconds"),
        "elapsed": part.elapsed,
        "ended": part.ended,
        "exchanges": part.place + len(part.aside),
    }


def _alike(restored: Exchange, exchange: Exchange) -> bool:
    """Return whether a restored exchange is the same, apart from its times, which are rounded."""
    same = restored.request == exchange.request and restored.response == exchange.response
    return same and restored.fault == exchange.fault


def _head(
    course: int, outages: Iterable[RecordedOutage], parts: Iterable[tuple[Part, int]]
) -> dict[str, Any]:
    """Return what a journal holds apart from its exchanges; each part comes with how many are set aside."""
    return {
        "course": course,
        "outages": [vars(outage) for outage in outages],
        "parts": [
            {
                **part_data(part),
                "exchanges": part.place + aside,
                "created": part.created,
                "deleted": sorted(part.deleted),
                "removed": sorted(part.removed),
                "place": part.place,
                "aside": aside,
                "charged": part.charged,
            }
            for part, aside in parts
        ],
    }


def _part(data: dict[str, Any], aside: tuple[Exchange, ...]) -> Part:
    return Part(
        datetime.fromisoformat(data["started"]).timestamp(),
        data["elapsed"],
        data["ended"],
        data["created"],
        frozenset(data["deleted"]),
        frozenset(data["removed"]),
        data["place"],
        aside,
        data["charged"],
    )
