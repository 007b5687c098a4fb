"""Waivers: failures that are known and accepted until a date. A TOML or YAML file, read strictly.

They hold both ways: a waived failure does not fail the run, and a waiver whose failure no longer happens
does, so that none outlives its reason. A MUST that is waived leaves the verdict partial at best.
"""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from checkpoint_openapi.load import requirements

from checkpoint_conformance.data import as_list, as_object
from checkpoint_conformance.verdict.conclusion import result_of_findings
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Result

__all__ = ["Applied", "State", "Waiver", "WaiverError", "apply", "read_waivers"]

_KEYS = ("requirement", "probe", "reason", "link", "expires")
_OPTIONAL = ("probe",)
_JUDGED = (Outcome.PASS, Outcome.FAIL, Outcome.WARN)


class WaiverError(Exception):
    """A file of waivers cannot be used; the message says what, where and what to do."""


class State(StrEnum):
    """What became of a waiver in a run."""

    APPLIED = "applied"
    STALE = "stale"
    """Its failure does not happen any more: the run fails until the waiver is removed."""
    EXPIRED = "expired"
    """Its day has passed, so the failure counts again."""
    OPEN = "open"
    """The requirement was not judged, so the run cannot tell."""


@dataclass(frozen=True)
class Waiver:
    """One accepted failure."""

    requirement: str
    reason: str
    link: str
    expires: datetime.date
    """The last day on which it counts, in UTC."""
    probe: str | None = None
    """None: whatever is found against the requirement."""

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of this finding."""
        return finding.requirement == self.requirement and self.probe in (None, finding.probe)

    def __str__(self) -> str:
        return f"{self.requirement} at {self.probe}" if self.probe else self.requirement


@dataclass(frozen=True)
class Applied:
    """A waiver, and what became of it."""

    waiver: Waiver
    state: State

    @property
    def problem(self) -> str | None:
        """Why the run fails because of it, and what to do; None where it does not."""
        if self.state is State.EXPIRED:
            ended = f"the waiver of {self.waiver} expired on {self.waiver.expires.isoformat()}"
            return f"{ended} and no longer counts. Mend the server, or renew it."
        if self.state is State.STALE:
            return f"the waiver of {self.waiver} is stale: its failure does not happen any more. Remove it."
        return None

    def data(self) -> dict[str, str | None]:
        """Return it as a report keeps it."""
        waiver = self.waiver
        return {
            "requirement": waiver.requirement,
            "probe": waiver.probe,
            "reason": waiver.reason,
            "link": waiver.link,
            "expires": waiver.expires.isoformat(),
            "state": self.state.value,
        }


def apply(
    waivers: Iterable[Waiver], results: Iterable[Result], today: datetime.date, *, shard: bool = False
) -> tuple[list[Result], list[Applied]]:
    """Return the results with what is waived taken out, and what became of each waiver.

    In a `shard` a waiver is never stale: the failure may happen in another one.
    """
    given, found = list(waivers), list(results)
    counting = [waiver for waiver in given if today <= waiver.expires]
    by_id = {result.requirement.id: result for result in found}
    states = [_state(waiver, by_id.get(waiver.requirement), today, shard=shard) for waiver in given]
    applied = [Applied(waiver, state) for waiver, state in zip(given, states, strict=True)]
    return [_waived(result, counting) for result in found], applied


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers: TOML, or YAML by its suffix. Raises WaiverError."""
    try:
        text = path.read_text(encoding="utf-8")
        document: Any = yaml.safe_load(text) if path.suffix in (".yaml", ".yml") else tomllib.loads(text)
    except OSError as error:
        raise WaiverError(f"{path}: {error.strerror}. Name a file of waivers.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as error:
        raise WaiverError(f"{path}: not readable: {' '.join(str(error).split())}.") from error
    root = as_object(document)
    entries = as_list(root["waivers"]) if root is not None and set(root) == {"waivers"} else None
    if entries is None:
        raise WaiverError(f"{path}: holds no list `waivers` alone. Write each waiver under [[waivers]].")
    waivers = tuple(_waiver(entry, f"{path}: waiver {number}") for number, entry in enumerate(entries, 1))
    for number, waiver in enumerate(waivers):
        if any(str(waiver) == str(other) for other in waivers[:number]):
            raise WaiverError(f"{path}: waiver {number + 1} repeats that of {waiver}. Keep one.")
    return waivers


def _state(waiver: Waiver, result: Result | None, today: datetime.date, *, shard: bool) -> State:
    if result and any(map(waiver.covers, result.findings)):
        return State.APPLIED if today <= waiver.expires else State.EXPIRED
    judged = result is not None and result.outcome in _JUDGED
    return State.STALE if judged and not shard else State.OPEN


def _waived(result: Result, waivers: list[Waiver]) -> Result:
    covering = [waiver for waiver in waivers if any(map(waiver.covers, result.findings))]
    if not covering:
        return result
    left = tuple(
        finding for finding in result.findings if not any(waiver.covers(finding) for waiver in covering)
    )
    if left:
        detail = f"{len(result.findings) - len(left)} further findings are waived"
        return replace(result_of_findings(result.requirement, left, result.exercised), detail=detail)
    detail = "; ".join(
        f"{waiver.reason} ({waiver.link}, until {waiver.expires.isoformat()})" for waiver in covering
    )
    return replace(result, outcome=Outcome.SKIP, reason=SkipReason.WAIVED, detail=detail)


def _waiver(data: Any, where: str) -> Waiver:
    entry = as_object(data)
    if entry is None:
        raise WaiverError(f"{where} is no table. Give it {', '.join(_KEYS)}.")
    for key in entry:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(_KEYS)}."
            raise WaiverError(f"{where}: unknown key {str(key)!r}. {hint}")
    for key in _KEYS:
        if key not in entry and key not in _OPTIONAL:
            raise WaiverError(f"{where}: {key} is missing. Add it.")
    texts = {key: entry[key] for key in _KEYS if key in entry and key != "expires"}
    for key, value in texts.items():
        if not isinstance(value, str) or not value.strip():
            raise WaiverError(f"{where}: {key} takes a text that is not empty.")
    if not re.fullmatch(r"https?://\S+", texts["link"]):
        raise WaiverError(f"{where}: link takes an http or https URL, where the failure is discussed.")
    return Waiver(
        requirement=_requirement(texts["requirement"], where),
        reason=texts["reason"],
        link=texts["link"],
        expires=_date(entry["expires"], where),
        probe=texts.get("probe"),
    )


def _requirement(identifier: str, where: str) -> str:
    known = {requirement.id: requirement for requirement in requirements()}
    if identifier not in known:
        near = difflib.get_close_matches(identifier.upper(), known, 1)
        hint = f"Did you mean {near[0]}?" if near else "`checkpoint-contract list` shows them."
        raise WaiverError(f"{where}: no requirement {identifier!r}. {hint}")
    if known[identifier].status != "active":
        raise WaiverError(f"{where}: {identifier} is {known[identifier].status}. Remove the waiver.")
    return identifier


def _date(value: Any, where: str) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise WaiverError(f"{where}: expires takes a date such as 2027-03-31.") from None
