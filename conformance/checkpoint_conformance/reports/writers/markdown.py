"""The Markdown summary, for the page of a CI job (GITHUB_STEP_SUMMARY) or a pull request."""

from __future__ import annotations

import re
from typing import Any

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.writers.text import (
    by_number,
    counts,
    declared,
    explained,
    next_step,
    notes,
    outcome_count,
    printable,
    repetition,
    sent,
    shortened,
    sightings,
    subject,
    waiver_problems,
)

__all__ = ["MARKS", "VERDICT_MARKS", "code", "fenced", "markdown", "plain"]

MARKS = {"pass": "✅", "fail": "❌", "warn": "⚠️", "skip": "⏭️", "inconclusive": "❔", "error": "💥"}
"""The sign of each outcome."""
VERDICT_MARKS = {
    "conformant": "✅",
    "not conformant": "❌",
    "partial": "⏭️",
    "inconclusive": "❔",
    "error": "💥",
}
"""The sign of each verdict."""
_MOST_FAILURES = 40
"""A job page is limited to a mebibyte; the other reports have the rest."""


def markdown(report: dict[str, Any]) -> str:
    """Return the text: the verdict, the failures with their evidence, then every requirement."""
    numbers = tr(", ").join(outcome_count(*each) for each in counts(report).items())
    lines = [
        f"## {_mark(report)} {plain(subject(report))}{tr(': ')}{tr(report['verdict'])}",
        "",
        *(line for problem in waiver_problems(report) for line in (f"**{plain(problem)}**", "")),
        plain(explained(report)),
        "",
        *(line for line in (plain(next_step(report)), "") if next_step(report)),
        *_facts(report),
        tr("Requirements: {counts}.", counts=numbers),
        "",
        *(
            "- " + tr("Profile {name}: {verdict}", name=name, verdict=f"**{tr(verdict)}**")
            for name, verdict in report["profiles"].items()
        ),
    ]
    if report["gone"]:
        gone = plain(retold(report["gone"]))
        lines += ["", "> " + tr("The server could not be fully judged: {reason}", reason=gone)]
    failing = [item for item in declared(report) if item["findings"] and item["outcome"] != "skip"]
    for item in failing[:_MOST_FAILURES]:
        lines += _failure(item, report)
    if len(failing) > _MOST_FAILURES:
        lines += ["", tr("{count} more are in `report.html`.", count=len(failing) - _MOST_FAILURES)]
    lines += _waivers(report)
    title, heads = tr("All requirements"), f"| | id | {tr('level')} | {tr('requirement')} |"
    lines += ["", f"<details><summary>{title}</summary>", "", heads]
    reasons = notes(report["requirements"])
    rows = [_row(item, reasons[item["id"]]) for item in report["requirements"]]
    lines += ["|---|---|---|---|", *rows, "", "</details>", ""]
    return "\n".join(lines)


def _mark(report: dict[str, Any]) -> str:
    return VERDICT_MARKS["not conformant" if waiver_problems(report) else report["verdict"]]


def _facts(report: dict[str, Any]) -> list[str]:
    """Return what was run, and at what cost."""
    header, created = report["header"], report["checkpoints"]
    used = tr(
        "Contract {version} ({digest}), suite {suite}, {started},",
        version=header["contract"]["version"],
        digest=f"`{header['contract']['sha256'][:12]}`",
        suite=header["suite"],
        started=header["started"],
    )
    told = "{sent}. Checkpoints created: {created} (limit: {limit})."
    return [used, tr(told, sent=sent(report), created=created["created"], limit=created["limit"])]


def _failure(item: dict[str, Any], report: dict[str, Any]) -> list[str]:
    exchanges = by_number(report)
    lines = ["", f"### {MARKS[item['outcome']]} {item['id']} ({item['level']})", ""]
    lines += [plain(tr(item["text"])), "", f"{tr('Clause')} {code(item['clause'])}"]
    if item["detail"]:
        lines += ["", plain(retold(item["detail"]))]
    for number, finding in enumerate(item["findings"]):
        seen = sightings(finding)
        lines += [
            "",
            f"- {tr('probe')} {code(finding['probe'])}{tr(' ({note})', note=seen) if seen else ''}",
            f"  - {tr('expected')} {code(retold(finding['expected']))}",
            f"  - {tr('actual')} {code(retold(finding['actual']))}",
        ]
        if number == 0 and (call := repetition(finding, exchanges)):
            lines += ["", *("  " + line for line in fenced(call))]
    return lines


def _waivers(report: dict[str, Any]) -> list[str]:
    if not report["waivers"]:
        return []
    heads = " | ".join(tr(head) for head in ("requirement", "state", "until", "reason"))
    lines = ["", f"### {tr('Waivers')}", "", f"| {heads} |", "|---|---|---|---|"]
    for waiver in report["waivers"]:
        where = plain(waiver["probe"] or waiver["requirement"])
        reason = f"{plain(waiver['reason'])} <{waiver['link']}>"
        lines.append(f"| {where} | {tr(waiver['state'])} | {waiver['expires']} | {reason} |")
    return lines


def _row(item: dict[str, Any], reason: str) -> str:
    note = f" _{plain(reason)}_" if reason else ""
    mark = f"{MARKS[item['outcome']]} {tr(item['outcome'])}"
    return f"| {mark} | {item['id']} | {item['level']} | {plain(tr(item['text']))}{note} |"


def code(text: str) -> str:
    """Return a code span that no content can break out of."""
    content = printable(shortened(text, 500)).replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall("`+", content)), default=0) + 1)
    return f"{ticks} {content} {ticks}" if "`" in content or not content.strip() else f"`{content}`"


def fenced(text: str) -> list[str]:
    """Return the lines of a code block that no content can end."""
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return [f"{fence}sh", *printable(shortened(text, 2000)).split("\n"), fence]


def plain(text: str) -> str:
    """Return the text escaped, so that only code spans have a special meaning."""
    pieces = re.split(r"(`[^`\n]+`)", printable(text).replace("\n", " "))
    return "".join(
        piece.replace("|", r"\|") if number % 2 else re.sub(r"([\\*_\[\]<>|#~&$])", r"\\\1", piece)
        for number, piece in enumerate(pieces)
    )
