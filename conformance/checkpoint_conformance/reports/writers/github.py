"""GitHub workflow annotations: one line for each unmet requirement and each waiver, with what was found."""

from __future__ import annotations

from typing import Any

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.writers.text import alike, declared, in_short, listed, printable

__all__ = ["github"]

_COMMANDS = {"fail": "error", "error": "error", "inconclusive": "warning", "warn": "warning"}


def github(report: dict[str, Any]) -> str:
    """Return the workflow commands, which GitHub shows with the build."""
    found = [item for item in declared(report) if item["outcome"] in _COMMANDS]
    shown = [item for item in found if item["findings"]]
    lines = [_requirement(item) for item in shown]
    lines += map(_undecided, alike([item for item in found if not item["findings"]]).values())
    lines += map(_waiver, report["waivers"])
    return "".join(f"{line}\n" for line in lines)


def _requirement(item: dict[str, Any]) -> str:
    told = f"{printable(tr(item['text']))}\n{in_short(item)}"
    return _command(_COMMANDS[item["outcome"]], f"{item['id']} ({item['level']})", told)


def _undecided(same: list[dict[str, Any]]) -> str:
    """Return one command for all requirements without findings that have the same reason."""
    if len(same) == 1:
        return _requirement(same[0])
    severity = "error" if any(_COMMANDS[item["outcome"]] == "error" for item in same) else "warning"
    return _command(severity, listed([item["id"] for item in same]), in_short(same[0]))


def _waiver(waiver: dict[str, Any]) -> str:
    told = printable(f"{waiver['reason']} {waiver['link']}")
    if problem := waiver.get("problem"):
        told = f"{printable(retold(problem))}\n{told}"
    state = tr(waiver["state"])
    title = tr("waiver of {requirement} ({state})", requirement=waiver["requirement"], state=state)
    return _command("error" if problem else "notice", title, told)


def _command(severity: str, title: str, told: str) -> str:
    """Return a workflow command, with its data escaped and without characters that would end its title."""
    safe = title.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{severity} title={safe}::" + told.replace("%", "%25").replace("\n", "%0A")
