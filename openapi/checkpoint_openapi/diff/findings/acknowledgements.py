"""Findings that someone accepted, with a reason and until a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.document.source import DocumentError, Source, load_with_positions

__all__ = ["Acknowledgement", "Acknowledgements", "load_acknowledgements"]

_MEMBERS = ("fingerprint", "reason", "expires")


@dataclass(frozen=True)
class Acknowledgement:
    """One accepted finding."""

    fingerprint: str
    reason: str
    expires: datetime.date
    """The last day on which it counts."""
    line: int


@dataclass(frozen=True)
class Acknowledgements:
    """The acknowledgements of a file."""

    file: str
    entries: tuple[Acknowledgement, ...]

    def applied(self, findings: list[Finding], today: datetime.date) -> tuple[list[Finding], list[str]]:
        """Return findings with their reasons, and remarks about entries that are out of date or of no use."""
        valid = {entry.fingerprint: entry for entry in self.entries if entry.expires >= today}
        known = {found.fingerprint for found in findings}
        remarks: list[str] = []
        for entry in self.entries:
            if entry.expires < today:
                remarks.append(f"{self.file}:{entry.line}: {entry.fingerprint} expired on {entry.expires}")
            elif entry.fingerprint not in known:
                remarks.append(f"{self.file}:{entry.line}: {entry.fingerprint} meets no finding: remove it")
        found = [
            replace(finding, acknowledged=valid[finding.fingerprint].reason)
            if finding.fingerprint in valid
            else finding
            for finding in findings
        ]
        return found, remarks


def load_acknowledgements(path: Path) -> Acknowledgements:
    """Read a file of acknowledgements; raises `DocumentError` where it is broken or lacks something."""
    source = load_with_positions(path)
    listed = source.document.get("acknowledgements")
    if not isinstance(listed, list) or source.document.keys() != {"acknowledgements"}:
        raise _error(source, "", "needs one member, the list `acknowledgements`")
    entries = [_entry(source, number, item) for number, item in enumerate(cast("list[Any]", listed))]
    return Acknowledgements(str(path), tuple(entries))


def _entry(source: Source, number: int, item: Any) -> Acknowledgement:
    pointer = f"/acknowledgements/{number}"
    entry = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    texts = {name: str(entry.get(name) or "").strip() for name in _MEMBERS}
    for name in _MEMBERS:
        if not texts[name]:
            raise _error(source, pointer, f"lacks `{name}`: an acknowledgement has {', '.join(_MEMBERS)}")
    unknown = entry.keys() - set(_MEMBERS)
    if unknown:
        raise _error(source, pointer, f"has the unknown member `{min(unknown)}`")
    try:
        expires = datetime.date.fromisoformat(texts["expires"])
    except ValueError as error:
        what = f"has the expiry {texts['expires']!r}, which is no day of the form 2027-01-31"
        raise _error(source, f"{pointer}/expires", what) from error
    return Acknowledgement(texts["fingerprint"], texts["reason"], expires, source.position(pointer).line)


def _error(source: Source, pointer: str, what: str) -> DocumentError:
    place = source.position(pointer)
    return DocumentError(what, place.file, place.line, place.column)
