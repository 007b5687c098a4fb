"""Compares two reports: what got worse, what was fixed, what else changed, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from checkpoint_conformance.reports.comparison.plainest import Evidence, fault, plainest
from checkpoint_conformance.reports.writers.text import by_number, printable, subject

__all__ = ["ABSENT", "Change", "Comparison", "Group", "Side", "compare"]

ABSENT = "not in it"
"""The outcome of a requirement that a report's contract does not have."""
_RANK = {"pass": 0, "warn": 1, "skip": 2, "inconclusive": 3, "fail": 4, "error": 5}
"""A higher rank means less evidence that the server conforms."""
_MENDED = ("fail", "error", "warn", "inconclusive")
_TOLD_ELSEWHERE = ("precondition-failed", "waived", "other-shard")
"""Reasons to skip that are not regressions in themselves: the same report, or another shard's, shows more."""
_OWN_NUMBER = re.compile(r"[0-9]+$")
_MOST_CAUSES = 2
"""A fault that the probes of more requirements than this show is general, and none of them is its cause."""


@dataclass(frozen=True)
class Change:
    """How one requirement changed."""

    requirement: str
    before: str
    after: str
    note: str = ""
    text: str = field(default="", compare=False)
    """What is required."""
    probes: Mapping[str, int] = field(default_factory=dict[str, int], compare=False)
    """How many of the newly failing probes belong to each requirement, the plainest first."""
    was: Evidence | None = field(default=None, compare=False)
    now: Evidence | None = field(default=None, compare=False)
    """The plainest evidence: of a new failure if there is one."""

    def data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "requirement": self.requirement,
            "before": self.before,
            "after": self.after,
            "note": self.note,
            "probes": dict(self.probes),
            "was": self.was and self.was.data(),
            "now": self.now and self.now.data(),
        }


@dataclass(frozen=True)
class Group:
    """A change, and the changes that follow from it."""

    first: Change
    then: tuple[Change, ...]


@dataclass(frozen=True)
class Side:
    """One of the two reports."""

    subject: str
    """The name and version of the server."""
    started: str
    contract: str
    verdict: str

    @classmethod
    def of(cls, report: dict[str, Any]) -> Side:
        """Return what identifies a report."""
        header = report["header"]
        return cls(subject(report), header["started"], header["contract"]["version"], report["verdict"])

    def __str__(self) -> str:
        return f"{self.subject}, {self.started}, contract {self.contract}: {self.verdict}"


@dataclass
class Comparison:
    """All differences between an earlier and a later report."""

    before: Side
    after: Side
    regressions: list[Change] = field(default_factory=list[Change])
    """A worse outcome, or a failure of a probe that did not fail before."""
    fixes: list[Change] = field(default_factory=list[Change])
    """What failed, warned or was undecided before, and passes now."""
    changes: list[Change] = field(default_factory=list[Change])
    """Everything else, including requirements that only one of the reports has."""

    def data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        lists = {"regressions": self.regressions, "fixes": self.fixes, "changes": self.changes}
        return {
            "before": str(self.before),
            "after": str(self.after),
            **{name: [change.data() for change in changes] for name, changes in lists.items()},
        }

    def causes(self) -> list[Group]:
        """Return the regressions with their causes first, and with what follows from them.

        The cause of a fault that is charged to a general requirement is the one whose probes show it first,
        provided that the probes of only one or two requirements do.
        """
        changed = {change.requirement: change for change in (*self.changes, *self.regressions)}
        causes = {change.requirement: _cause(change, changed) for change in self.regressions}
        for change in self.changes:
            named = change.note.partition(":")[0]
            if named in causes and change.requirement not in causes.values():
                causes[change.requirement] = named
        groups: dict[str, list[Change]] = {}
        for name in causes:
            groups.setdefault(_first_of(name, causes), [])
        for name in causes:
            first = _first_of(name, causes)
            if name != first:
                groups[first].append(changed[name])
        return [Group(changed[first], tuple(then)) for first, then in groups.items()]

    def unexplained(self) -> list[Change]:
        """Return the other changes that neither explain a regression nor follow from one."""
        told = {change.requirement for group in self.causes() for change in (group.first, *group.then)}
        return [change for change in self.changes if change.requirement not in told]


def compare(before: dict[str, Any], after: dict[str, Any]) -> Comparison:
    """Compare two reports, requirement by requirement."""
    result = Comparison(Side.of(before), Side.of(after))
    old = {item["id"]: item for item in before["requirements"]}
    new = {item["id"]: item for item in after["requirements"]}
    exchanges = [by_number(before), by_number(after)]
    for identifier, item in new.items():
        if identifier not in old:
            added = Change(identifier, ABSENT, item["outcome"], "a new requirement", text=item["text"])
            result.changes.append(added)
        else:
            _compare_requirement(old[identifier], item, exchanges, result)
    for identifier in old.keys() - new.keys():
        gone = old[identifier]
        told = Change(identifier, gone["outcome"], ABSENT, "no longer required", text=gone["text"])
        result.changes.append(told)
    return result


def _compare_requirement(
    old: dict[str, Any], new: dict[str, Any], exchanges: list[dict[int, dict[str, Any]]], result: Comparison
) -> None:
    before, after = old["outcome"], new["outcome"]
    known = {fault(failing) for failing in old["failing"]}
    anew = [failing for failing in new["failing"] if fault(failing) not in known]
    change = Change(
        new["id"],
        before,
        after,
        "" if before == after else printable(new["detail"]),
        text=new["text"],
        probes=Counter(failing["probe"].partition("/")[0] for failing in anew),
        was=plainest(old, exchanges[0]),
        now=plainest(new, exchanges[1], unlike=known),
    )
    if before == after:
        more = [each for each in _faults(new) if each not in _faults(old)]
        if after in ("fail", "warn") and more:
            note = f"now also {', '.join(more[:4])}{' and more' if len(more) > 4 else ''}"
            result.regressions.append(replace(change, note=note))
    elif after == "pass" and before in _MENDED:
        result.fixes.append(change)
    elif _RANK[after] > _RANK[before] and new["reason"] not in _TOLD_ELSEWHERE:
        result.regressions.append(change)
    else:
        result.changes.append(change)


def _faults(item: dict[str, Any]) -> list[str]:
    """Return the names of the failures, the plainest first, since a new failure counts beside a known one.

    A requirement's own probes count individually. For checks that apply to every response, only the symptom
    counts, because chance decides which response shows it; for the same reason, numbered probes count as one.
    """
    faults: list[str] = []
    for failing in item["failing"]:
        probe, symptom = failing["probe"], failing["symptom"]
        own = probe.startswith(f"{item['id']}/")
        faults.append(f"{_OWN_NUMBER.sub('*', probe)} ({symptom})" if own else symptom)
    return list(dict.fromkeys(faults))


def _cause(change: Change, changed: Mapping[str, Change]) -> str:
    """Return the requirement that explains a regression: itself if no other does."""
    others = [name for name in change.probes if name != change.requirement]
    if len(others) > _MOST_CAUSES:
        return change.requirement
    return next((name for name in others if name in changed), change.requirement)


def _first_of(name: str, causes: Mapping[str, str]) -> str:
    """Return the first cause of a change; of causes in a circle, the one that was reached first."""
    seen = [name]
    while (cause := causes.get(seen[-1], seen[-1])) not in seen:
        seen.append(cause)
    return cause
