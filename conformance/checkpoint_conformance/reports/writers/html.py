"""The HTML report: one self-contained file that needs no network, script or explanation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from checkpoint_openapi.pages.frame import page_template
from markupsafe import Markup, escape

from checkpoint_conformance.language import language, retold, tr
from checkpoint_conformance.reports.writers.picture import pictures
from checkpoint_conformance.reports.writers.text import (
    alike,
    body_text,
    by_number,
    counts,
    declared,
    duration,
    explained,
    message,
    next_step,
    printable,
    repetition,
    sent,
    shortened,
    sightings,
    subject,
    waiver_problems,
    when,
)

__all__ = ["bar", "html", "page", "prepare"]

_FOLDER = Path(__file__).parent
_BAR, _GAP = 1000, 4
"""The width of the bar of outcomes, and the gap between two of them."""
_MARKS = {"pass": "✓", "fail": "✕", "warn": "!", "skip": "\N{EN DASH}", "inconclusive": "?", "error": "✕"}
_ID = re.compile(r"\b([A-Z]+-[0-9]+)\b")
_TITLES = {
    "fail": "Failures",
    "error": "Faults of the suite",
    "inconclusive": "Not decided",
    "warn": "Recommendations not followed",
    "skip": "Not exercised",
}
"""The headings of the sections that detail the requirements of each outcome."""


def html(report: dict[str, Any]) -> str:
    """Return the page."""
    mine = declared(report)
    groups = {
        title: [item for item in mine if item["outcome"] == outcome] for outcome, title in _TITLES.items()
    }
    folded = {
        title: _folded(items, least=1 if title == _TITLES["skip"] else 2) for title, items in groups.items()
    }
    return page(
        "report.html.j2",
        report=report,
        header=report["header"],
        subject=subject(report),
        explained=explained(report),
        next_step=next_step(report),
        waiver_problems=waiver_problems(report),
        counts=counts(report),
        families=_families(report),
        groups={title: items for title, items in groups.items() if items},
        folded=folded,
        sent=sent(report),
        is_first=_first_use(),
        exchanges=by_number(report),
        repetition=repetition,
        created=_created(report["checkpoints"]),
        pictures=pictures(report),
        bar=bar(counts(report)),
        outcomes={outcome: tr(outcome) for outcome in counts(report)},
    )


def page(template: str, **values: object) -> str:
    """Return the page that a template of this folder makes of the values, in the current language."""
    text = _template(template, language()).render(marks=_MARKS, language=language(), **values)
    return text.strip() + "\n"


def prepare() -> None:
    """Compile the template of the current language, so that a later page renders at once."""
    _template("report.html.j2", language())


@cache
def _template(name: str, _language: str) -> jinja2.Template:
    """Return a template in a language: Jinja translates constant texts only once, on compilation."""
    filters = {
        "prose": _prose,
        "linked": _linked,
        "printable": printable,
        "shortened": shortened,
        "sightings": sightings,
        "request": _request,
        "response": _response,
        "duration": duration,
        "when": when,
        "slug": _slug,
        "retold": retold,
    }
    return page_template(_FOLDER / name, [_FOLDER / "report.css", _FOLDER / "matrix.css"], filters, tr)


def _slug(text: str) -> str:
    return text.lower().replace(" ", "-")


def _first_use() -> Callable[[int], bool]:
    """Return a function that is true once for each exchange: only then is it shown, and not referred to."""
    used: set[int] = set()

    def is_first(number: int) -> bool:
        seen = number in used
        used.add(number)
        return not seen

    return is_first


def bar(numbers: dict[str, int]) -> list[tuple[str, float, float]]:
    """Return each outcome with the start and the width of its part of the bar."""
    share = (_BAR + _GAP) / max(sum(numbers.values()), 1)
    parts: list[tuple[str, float, float]] = []
    start = 0.0
    for outcome, number in numbers.items():
        parts.append((outcome, round(start, 1), round(max(number * share - _GAP, 1), 1)))
        start += number * share
    return parts


def _families(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the requirements by the first part of their ids."""
    families: dict[str, list[dict[str, Any]]] = {}
    for item in report["requirements"]:
        families.setdefault(item["id"].partition("-")[0], []).append(item)
    return families


def _created(checkpoints: dict[str, Any]) -> list[str]:
    """Return the ids of the created checkpoints, with a remark on those that the run deleted."""
    deleted = {*checkpoints["deleted"]}
    return [
        printable(name) + (f" {tr('(deleted)')}" if name in deleted else "") for name in checkpoints["ids"]
    ]


def _folded(items: list[dict[str, Any]], least: int) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the requirements without evidence by reason and detail, if at least so many share both."""
    reasons = alike([item for item in items if item["outcome"] == "skip" or not item["findings"]])
    return {reason: same for reason, same in reasons.items() if len(same) >= least}


def _linked(text: str, ids: Iterable[str]) -> Markup:
    """Return prose in which each of the ids is a link to its requirement."""
    marked = _prose(text)
    for identifier in ids:
        span = Markup('<span class="id">{}</span>').format(identifier)
        marked = marked.replace(span, Markup('<a class="id" href="#{0}">{0}</a>').format(identifier))
    return marked


def _prose(text: str) -> Markup:
    """Return the text with everything between backticks marked up as code."""
    pieces = printable(text).split("`")
    if len(pieces) % 2 == 0:
        return _with_ids(printable(text))
    marked = [
        Markup("<code>{}</code>").format(piece) if number % 2 else _with_ids(piece)
        for number, piece in enumerate(pieces)
    ]
    return Markup("").join(marked)


def _with_ids(text: str) -> Markup:
    """Return the text with no line breaks at the hyphens of ids."""
    pieces = _ID.split(text)
    marked = [
        Markup('<span class="id">{}</span>').format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(pieces)
    ]
    return Markup("").join(marked)


def _request(exchange: dict[str, Any]) -> str:
    request = exchange["request"]
    start = f"{request['method']} {shortened(request['path'], 500)} HTTP/1.1"
    return message(start, request["headers"], request["body"])


def _response(exchange: dict[str, Any]) -> str:
    response, fault = exchange["response"], exchange["fault"]
    lines: list[str] = []
    if response:
        start = f"HTTP/{response['http_version']} {response['status']} {response['reason']}".rstrip()
        lines.append(message(start, response["headers"], response["body"]))
        if whole := response.get("abridged"):
            lines.append(f"[{whole['size']} B, SHA-256 {whole['sha256']}]")
    if fault:
        received = body_text(fault["received"])
        told = f"[{fault['kind']}] {printable(retold(fault['detail']))}"
        lines.append(f"{told}\n{received}" if received else told)
    return "\n\n".join(lines)
