"""GitHub workflow annotations: one line for each unmet requirement, with what was found."""

from __future__ import annotations

from typing import Any

from checkpoint_conformance.language import tr
from checkpoint_conformance.reports.writers.text import declared, in_short, printable

__all__ = ["github"]

_COMMANDS = {"fail": "error", "error": "error", "inconclusive": "warning", "warn": "warning"}


def github(report: dict[str, Any]) -> str:
    """Return the workflow commands, which GitHub shows with the build."""
    return "".join(f"{_command(item)}\n" for item in declared(report) if item["outcome"] in _COMMANDS)


def _command(item: dict[str, Any]) -> str:
    told = f"{printable(tr(item['text']))}\n{in_short(item)}".replace("%", "%25").replace("\n", "%0A")
    return f"::{_COMMANDS[item['outcome']]} title={item['id']} ({item['level']})::{told}"
