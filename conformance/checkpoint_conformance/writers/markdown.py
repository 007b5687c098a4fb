"""The Markdown summary, made for the page of a CI job (GITHUB_STEP_SUMMARY) and for a pull request."""

from __future__ import annotations

import re
from typing import Any

from checkpoint_conformance.writers.text import counts, declared, explained, printable, shortened, subject

__all__ = ["markdown"]

_MARKS = {"pass": "✅", "fail": "❌", "warn": "⚠️", "skip": "⏭️", "inconclusive": "❔", "error": "💥"}
_VERDICTS = {"conformant": "✅", "not conformant": "❌", "partial": "⏭️", "inconclusive": "❔", "error": "💥"}
_MOST_FAILURES = 40
"""A job's page holds a mebibyte; what is beyond it is in the other reports."""


def markdown(report: dict[str, Any]) -> str:
    """Return the text: the verdict, what failed with its evidence, then every requirement."""
    header = report["header"]
    numbers = ", ".join(f"{number} {outcome}" for outcome, number in counts(report).items())
    created = report["checkpoints"]
    lines = [
        f"## {_VERDICTS[report['verdict']]} {_plain(subject(report))}: {report['verdict']}",
        "",
        _plain(explained(report)),
        "",
        f"Contract {header['contract']['version']} (`{header['contract']['sha256'][:12]}`),",
        f"suite {header['suite']}, {header['started']}, {report['footer']['elapsed']:.1f} s,",
        f"{report['requests']} requests, {created['created']} of at most {created['limit']} checkpoints.",
        f"Requirements: {numbers}.",
        "",
        *(f"- Profile {name}: **{verdict}**" for name, verdict in report["profiles"].items()),
    ]
    if report["gone"]:
        lines += ["", f"> The server could not be judged to the end: {_plain(report['gone'])}"]
    failing = [item for item in declared(report) if item["findings"] and item["outcome"] != "skip"]
    for item in failing[:_MOST_FAILURES]:
        lines += _failure(item, report)
    if len(failing) > _MOST_FAILURES:
        lines += ["", f"{len(failing) - _MOST_FAILURES} more are in `report.html`."]
    lines += _waivers(report)
    lines += ["", "<details><summary>All requirements</summary>", "", "| | id | level | requirement |"]
    lines += ["|---|---|---|---|", *map(_row, report["requirements"]), "", "</details>", ""]
    return "\n".join(lines)


def _failure(item: dict[str, Any], report: dict[str, Any]) -> list[str]:
    exchanges = {exchange["number"]: exchange for exchange in report["exchanges"]}
    lines = ["", f"### {_MARKS[item['outcome']]} {item['id']} ({item['level']})", ""]
    lines += [_plain(item["text"]), "", f"Clause {_code(item['clause'])}"]
    if item["detail"]:
        lines += ["", _plain(item["detail"])]
    for finding in item["findings"]:
        once = "" if finding["confirmed"] else " (seen once only)"
        lines += [
            "",
            f"- probe {_code(finding['probe'])}{once}",
            f"  - expected {_code(finding['expected'])}",
            f"  - actual {_code(finding['actual'])}",
        ]
        for number in finding["exchanges"][-1:]:
            lines += ["", *("  " + line for line in _fenced(exchanges[number]["curl"]))]
    return lines


def _waivers(report: dict[str, Any]) -> list[str]:
    if not report["waivers"]:
        return []
    lines = ["", "### Waivers", "", "| requirement | state | until | reason |", "|---|---|---|---|"]
    for waiver in report["waivers"]:
        where = _plain(waiver["probe"] or waiver["requirement"])
        reason = f"{_plain(waiver['reason'])} <{waiver['link']}>"
        lines.append(f"| {where} | {waiver['state']} | {waiver['expires']} | {reason} |")
    return lines


def _row(item: dict[str, Any]) -> str:
    note = f" _{item['reason'] or item['outcome']}: {_plain(item['detail'])}_" if item["detail"] else ""
    mark = f"{_MARKS[item['outcome']]} {item['outcome']}"
    return f"| {mark} | {item['id']} | {item['level']} | {_plain(item['text'])}{note} |"


def _code(text: str) -> str:
    """Return a code span that no content can leave."""
    content = printable(shortened(text, 500)).replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall("`+", content)), default=0) + 1)
    return f"{ticks} {content} {ticks}" if "`" in content or not content.strip() else f"`{content}`"


def _fenced(text: str) -> list[str]:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return [f"{fence}sh", *printable(shortened(text, 2000)).split("\n"), fence]


def _plain(text: str) -> str:
    """Return words in which only code spans have a meaning; everything else is as it is read."""
    pieces = re.split(r"(`[^`\n]+`)", printable(text).replace("\n", " "))
    return "".join(
        piece.replace("|", r"\|") if number % 2 else re.sub(r"([\\*_\[\]<>|#~&$])", r"\\\1", piece)
        for number, piece in enumerate(pieces)
    )
