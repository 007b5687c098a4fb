"""Waivers: known failures, accepted until a date. A TOML or YAML file, strictly validated.

A waived failure does not fail the run, but a waiver whose failure no longer happens does, so that no waiver
outlives its reason. With a waived MUST, the verdict is partial at best.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from checkpoint_openapi.configuration.description import REQUIRED, Key, Rows, Table, list_alone, read
from checkpoint_openapi.configuration.file import ConfigurationFile, Place
from checkpoint_openapi.configuration.values import InvalidValueError, date, filled_text, matching
from checkpoint_openapi.load import requirements
from checkpoint_openapi.suggestion import nearest

from checkpoint_conformance.verdict.conclusion import result_of_findings
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Result

__all__ = ["Applied", "Waiver", "WaiverState", "apply", "read_waivers"]

_JUDGED = (Outcome.PASS, Outcome.FAIL, Outcome.WARN)


class WaiverState(StrEnum):
    """The state of a waiver after a run."""

    APPLIED = "applied"
    STALE = "stale"
    """Its failure no longer happens: the run fails until the waiver is removed."""
    EXPIRED = "expired"
    """Its date has passed, so the failure counts again."""
    OPEN = "open"
    """The requirement was not judged, so the run cannot tell."""


@dataclass(frozen=True)
class Waiver:
    """One accepted failure."""

    requirement: str
    reason: str
    link: str
    expires: datetime.date
    """The last day on which it applies, in UTC."""
    probe: str | None = None
    """None to cover any finding against the requirement."""

    def covers(self, finding: Finding) -> bool:
        """Return whether the waiver covers this finding."""
        return finding.requirement == self.requirement and self.probe in (None, finding.probe)

    def __str__(self) -> str:
        return f"{self.requirement} at {self.probe}" if self.probe else self.requirement


@dataclass(frozen=True)
class Applied:
    """A waiver and its state."""

    waiver: Waiver
    state: WaiverState

    @property
    def problem(self) -> str | None:
        """Why it fails the run, and what to do about it; None if it does not."""
        if self.state is WaiverState.EXPIRED:
            until = self.waiver.expires.isoformat()
            return (
                f"the waiver of {self.waiver} expired on {until} and no longer counts. "
                "Fix the server, or renew it."
            )
        if self.state is WaiverState.STALE:
            return f"the waiver of {self.waiver} is stale: its failure no longer occurs. Remove it."
        return None

    def data(self) -> dict[str, str | None]:
        """Return it as report data."""
        waiver = self.waiver
        return {
            "requirement": waiver.requirement,
            "probe": waiver.probe,
            "reason": waiver.reason,
            "link": waiver.link,
            "expires": waiver.expires.isoformat(),
            "state": self.state.value,
            "problem": self.problem,
        }


def apply(
    waivers: Iterable[Waiver], results: Iterable[Result], today: datetime.date, *, incomplete: bool = False
) -> tuple[list[Result], list[Applied]]:
    """Return the results with waived findings removed, and the state of each waiver.

    If they are `incomplete`, as those of a shard, a waiver is never stale: its failure may happen elsewhere.
    """
    given, found = list(waivers), list(results)
    counting = [waiver for waiver in given if today <= waiver.expires]
    by_id = {result.requirement.id: result for result in found}
    states = [_state(waiver, by_id.get(waiver.requirement), today, incomplete=incomplete) for waiver in given]
    applied = [Applied(waiver, state) for waiver, state in zip(given, states, strict=True)]
    return [_waived(result, counting) for result in found], applied


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a waiver file: TOML, or YAML by its suffix. Raises `DocumentError` if it is not valid."""
    waivers: tuple[Waiver, ...] = read(ConfigurationFile.load(path), _DESCRIPTION)
    return waivers


def _state(waiver: Waiver, result: Result | None, today: datetime.date, *, incomplete: bool) -> WaiverState:
    if result and any(map(waiver.covers, result.findings)):
        return WaiverState.APPLIED if today <= waiver.expires else WaiverState.EXPIRED
    judged = result is not None and result.outcome in _JUDGED
    return WaiverState.STALE if judged and not incomplete else WaiverState.OPEN


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


def _requirement(value: Any) -> str:
    known = {requirement.id: requirement for requirement in requirements()}
    if value not in known:
        near = nearest(filled_text(value), known)
        hint = f"Did you mean {near}?" if near else "`checkpoint-contract list` shows them"
        raise InvalidValueError(f"the id of a requirement, not {value!r}. {hint}")
    if known[value].status != "active":
        raise InvalidValueError(f"an active requirement, but {value} is withdrawn: remove the waiver")
    return str(value)


def _refuse_repeated(waivers: list[Waiver], place: Place) -> None:
    for index, waiver in enumerate(waivers):
        if any(str(waiver) == str(other) for other in waivers[:index]):
            place.entry(index, "waiver").refuse(f"waiver {index + 1} repeats that of {waiver}. Keep one.")


_WAIVER = Table(
    {
        "requirement": Key(_requirement),
        "probe": Key(filled_text, None),
        "reason": Key(filled_text),
        "link": Key(matching(r"https?://\S+", "an http or https URL, where the failure is discussed")),
        "expires": Key(date),
    },
    Waiver,
)
_DESCRIPTION = list_alone("waivers", Rows(_WAIVER, "waiver", REQUIRED, _refuse_repeated))
