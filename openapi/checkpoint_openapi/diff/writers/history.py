"""All released versions of a contract: a page for people, and the same in Markdown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity, Side
from checkpoint_openapi.diff.history import Release
from checkpoint_openapi.diff.writers.beside import Beside
from checkpoint_openapi.diff.writers.html import card, prose
from checkpoint_openapi.diff.writers.markdown import changelog
from checkpoint_openapi.document.values import members
from checkpoint_openapi.pages.frame import page_template

__all__ = ["as_markdown", "as_page"]

_TITLE = "Changes to the contract"
_FOLDER = Path(__file__).resolve().parent
_CONCERNS = {
    "both": "breaks clients and implementers",
    "clients": "breaks clients",
    "implementers": "breaks implementers",
    "review": "for review",
    "nobody": "breaks nobody",
}
"""Whom a change concerns, as a filter and its reader know it."""
_COUNTED = {
    "both": "break clients and implementers",
    "clients": "break clients",
    "implementers": "break implementers",
    "review": "are for review",
    "nobody": "break nobody",
}
_TONES = {"implementers": "warn", "review": "warn", "nobody": "pass"}


def as_page(releases: tuple[Release, ...]) -> str:
    """Return one HTML page that needs no network, and no script but for its filter and its buttons."""
    rows = [_row(release, finding) for release in releases for finding, _ in _cards(release)]
    page = _template().render(
        title=_TITLE,
        contract=_name(releases[0]),
        rows=rows,
        versions={release.version: release.version for release in releases},
        concerns=_CONCERNS,
        releases=[(release, _told(release), [item for _, item in _cards(release)]) for release in releases],
    )
    return f"{page}\n"


def as_markdown(releases: tuple[Release, ...]) -> str:
    """Return the sections of a changelog."""
    sections = [changelog(release.report, _heading(release)) for release in releases]
    return "\n".join([f"# {_TITLE}\n", *sections])


@cache
def _template() -> Template:
    return page_template(_FOLDER / "history.html.j2", [_FOLDER / "diff.css"], {"prose": prose})


def _heading(release: Release) -> str:
    return f"{release.version} ({release.date})" if release.date else release.version


def _name(release: Release) -> str:
    """Return the title of the first document, or an empty text."""
    if release.reports[0].versions is None:
        return ""
    _, revision = release.reports[0].versions
    return str(members(revision.get(revision.root / "info")).get("title", ""))


def _told(release: Release) -> str:
    """Return what a version means, in a sentence or two."""
    found = release.report
    if found.is_first:
        return "The first release."
    whoms = [_whom(finding) for finding, _ in _cards(release)]
    counts = [f"{whoms.count(name)} {verb}" for name, verb in _COUNTED.items() if name in whoms]
    listed = f"Of its changes, {', '.join(counts)}." if counts else "Only texts and examples changed."
    return f"A {found.step.name.lower()} change after {found.base_version}. {listed}"


def _whom(finding: Finding) -> str:
    """Return whom a change concerns, as a key of `_CONCERNS`."""
    if finding.breaks:
        return "both" if set(finding.breaks) == set(Side) else finding.breaks[0].value
    is_open = any(finding.severity_for(side) is Severity.REVIEW for side in Side)
    return "review" if is_open else "nobody"


def _cards(release: Release) -> list[tuple[Finding, dict[str, Any]]]:
    """Return the findings of all documents with their cards, the worst first."""
    found: list[tuple[Finding, dict[str, Any]]] = []
    for report in release.reports:
        beside = Beside(*report.versions) if report.versions else None
        listed = [each for each in report.findings if not each.id.startswith("version-")]
        found += [(each, card(each, report, beside)) for each in listed]
    return sorted(found, key=lambda each: list(_CONCERNS).index(_whom(each[0])))


def _row(release: Release, finding: Finding) -> dict[str, Any]:
    return {
        "version": release.version,
        "name": f"{release.version}-{finding.fingerprint}",
        "message": finding.message,
        "concerns": _whom(finding),
        "tone": _TONES.get(_whom(finding), "fail"),
        "requirements": finding.requirements,
    }
