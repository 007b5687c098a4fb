"""The formats of a report: each is made from the JSON document, and shows nothing that is not in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["WRITERS", "Writer"]


@dataclass(frozen=True)
class Writer:
    """One format: its file name, and the function that renders a report."""

    file: str
    parts: Callable[[dict[str, Any]], Iterator[str]]
    """Returns a report in the format, in parts that need not be in memory at the same time."""

    def render(self, report: dict[str, Any]) -> str:
        """Return a report in the format."""
        return "".join(self.parts(report))


def _json(report: dict[str, Any]) -> Iterator[str]:
    yield from json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(report)
    yield "\n"


def _junit(report: dict[str, Any]) -> Iterator[str]:
    from checkpoint_conformance.language import speaking
    from checkpoint_conformance.reports.writers.junit import junit

    with speaking("en"):  # programs read it, and compare it with earlier reports
        yield junit(report)


def _har(report: dict[str, Any]) -> Iterator[str]:
    from checkpoint_conformance.reports.writers.har import har

    yield har(report)


def _html(report: dict[str, Any]) -> Iterator[str]:
    from checkpoint_conformance.reports.writers.html import html

    yield html(report)


def _markdown(report: dict[str, Any]) -> Iterator[str]:
    from checkpoint_conformance.reports.writers.markdown import markdown

    yield markdown(report)


def _badge(report: dict[str, Any]) -> Iterator[str]:
    from checkpoint_conformance.reports.writers.badge import badge

    yield badge(report)


def _endpoint(report: dict[str, Any]) -> Iterator[str]:
    from checkpoint_conformance.reports.writers.badge import endpoint

    yield endpoint(report)


WRITERS = {
    "html": Writer("report.html", _html),
    "junit": Writer("junit.xml", _junit),
    "markdown": Writer("summary.md", _markdown),
    "har": Writer("report.har", _har),
    "badge": Writer("badge.svg", _badge),
    "shields": Writer("badge.json", _endpoint),
    "json": Writer("report.json", _json),
}
"""Every format by name; the JSON report is written last, so that if it exists, all do."""
