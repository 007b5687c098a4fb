"""Findings that someone accepted, with a reason and an expiry date."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

from checkpoint_openapi.configuration.description import REQUIRED, Key, Rows, Table, list_alone, read
from checkpoint_openapi.configuration.file import ConfigurationFile, Place
from checkpoint_openapi.configuration.values import date, filled_text
from checkpoint_openapi.diff.findings.finding import Finding

__all__ = ["Acknowledgement", "Acknowledgements", "load_acknowledgements"]


@dataclass(frozen=True)
class Acknowledgement:
    """One accepted finding."""

    fingerprint: str
    reason: str
    expires: datetime.date
    """The last day on which it is valid."""
    place: str = ""
    """Its place in the file, including the file name."""


@dataclass(frozen=True)
class Acknowledgements:
    """The acknowledgements of a file."""

    entries: tuple[Acknowledgement, ...]

    def applied(self, findings: list[Finding], today: datetime.date) -> tuple[list[Finding], list[str]]:
        """Return findings with their reasons, and remarks about expired or unused entries."""
        valid = {entry.fingerprint: entry for entry in self.entries if entry.expires >= today}
        known = {found.fingerprint for found in findings}
        remarks: list[str] = []
        for entry in self.entries:
            if entry.expires < today:
                remarks.append(f"{entry.place}: {entry.fingerprint} expired on {entry.expires}")
            elif entry.fingerprint not in known:
                remarks.append(f"{entry.place}: {entry.fingerprint} matches no finding: remove it")
        found = [
            replace(finding, acknowledged=valid[finding.fingerprint].reason)
            if finding.fingerprint in valid
            else finding
            for finding in findings
        ]
        return found, remarks


def load_acknowledgements(path: Path) -> Acknowledgements:
    """Read a file of acknowledgements: YAML, or TOML by its suffix.

    Raises `DocumentError` if the file cannot be read or contains a mistake.
    """
    file = ConfigurationFile.load(path, "yaml")
    entries: tuple[Acknowledgement, ...] = read(file, _DESCRIPTION)
    listed = Place(file).key("acknowledgements")
    places = [listed.entry(index, "acknowledgement").in_file for index in range(len(entries))]
    return Acknowledgements(
        tuple(replace(entry, place=place) for entry, place in zip(entries, places, strict=True))
    )


_ACKNOWLEDGEMENT = Table(
    {"fingerprint": Key(filled_text), "reason": Key(filled_text), "expires": Key(date)}, Acknowledgement
)
_DESCRIPTION = list_alone("acknowledgements", Rows(_ACKNOWLEDGEMENT, "acknowledgement", REQUIRED))
