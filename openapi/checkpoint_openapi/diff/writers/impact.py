"""The table of implementations and changes, as text, Markdown and data."""

from __future__ import annotations

import json
from typing import Any

from checkpoint_openapi.diff.evidence.impact import Cell, Impact, Proof, State
from checkpoint_openapi.diff.evidence.recorded import whole_text
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.report import Report

__all__ = ["EXPLANATION", "as_data", "as_markdown", "as_text", "proof_text", "reason", "rows", "subject"]

EXPLANATION = "Based on the responses recorded when they were verified; nothing was sent."
"""How the table came about, for its reader."""
_LONG = 300


def rows(report: Report) -> list[tuple[Finding, list[Cell]]]:
    """Return the changes with a cell for each implementation."""
    return [
        (finding, [impact.cells[finding.fingerprint] for impact in report.impacts])
        for finding in report.findings
        if report.impacts and finding.fingerprint in report.impacts[0].cells
    ]


def subject(finding: Finding) -> str:
    """Return what a change is about, in a few words."""
    return " ".join(filter(None, (finding.path or finding.place or finding.operation, f"[{finding.id}]")))


def proof_text(proof: Proof) -> str:
    """Return a proof in one line: the exchange, what is wrong, and the recorded value."""
    value = "" if proof.value is None else f" (recorded: {_shown(proof.value)})"
    told = f"exchange {proof.exchange}, {proof.request} → {proof.status}: {proof.what}{value}"
    # A server chose these characters: none of them may control a terminal or turn a line around.
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in told)


def reason(cell: Cell) -> str:
    """Return the proof of what turns red, or why it does not."""
    return proof_text(cell.proof) if cell.state is State.RED and cell.proof else cell.why


def as_text(report: Report) -> list[str]:
    """Return a table, and the proof or the reason under it."""
    table = rows(report)
    names = [impact.recording.implementation for impact in report.impacts]
    widths = [max(len(name), len(State.UNKNOWN.value)) for name in names]
    left = max([len(subject(finding)) for finding, _ in table] + [len("change")])
    lines = ["Implementations", EXPLANATION, ""]
    lines.append(_line("change", names, left, widths))
    lines += [
        _line(subject(finding), [cell.state.value for cell in cells], left, widths)
        for finding, cells in table
    ]
    lines.append("")
    for number, impact in enumerate(report.impacts):
        lines.append(
            f"{names[number]} ({impact.recording.file}, verified against {impact.recording.contract}):"
        )
        for finding, cells in table:
            cell = cells[number]
            lines.append(f"  {cell.state.value}: {subject(finding)}: {reason(cell)}")
        lines += [f"  red: {proof_text(proof)}" for proof in impact.unattributed]
        lines.append("")
    return lines


def as_markdown(report: Report) -> list[str]:
    """Return the same as a Markdown section."""
    if not report.impacts:
        return []
    names = [_cell(impact.recording.implementation) for impact in report.impacts]
    lines = ["## Implementations", "", EXPLANATION, ""]
    lines.append(f"| change | {' | '.join(names)} |")
    lines.append(f"|---|{'---|' * len(names)}")
    for finding, cells in rows(report):
        lines.append(f"| {_cell(subject(finding))} | {' | '.join(_cell(_told(cell)) for cell in cells)} |")
    for impact in report.impacts:
        for proof in impact.unattributed:
            lines.append(f"| {_cell(impact.recording.implementation)} | {_cell(proof_text(proof))} |")
    return [*lines, ""]


def as_data(report: Report) -> list[dict[str, Any]]:
    """Return the same as JSON data, one object for each implementation."""
    return [_impact(impact) for impact in report.impacts]


def _impact(impact: Impact) -> dict[str, Any]:
    return {
        "file": impact.recording.file,
        "implementation": impact.recording.implementation,
        "verdict": impact.recording.verdict,
        "contract": impact.recording.contract,
        "state": impact.state.value,
        "changes": [
            {
                "fingerprint": fingerprint,
                "state": cell.state.value,
                "why": cell.why,
                "proof": _proof(cell.proof) if cell.proof else None,
            }
            for fingerprint, cell in impact.cells.items()
        ],
        "unattributed": [_proof(proof) for proof in impact.unattributed],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "exchange": proof.exchange,
        "request": proof.request,
        "status": proof.status,
        "what": proof.what,
        "value": proof.value,
    }


def _told(cell: Cell) -> str:
    if cell.state is State.RED and cell.proof:
        return f"**red**: {proof_text(cell.proof)}"
    return f"{cell.state.value}: {cell.why}"


def _line(first: str, others: list[str], left: int, widths: list[int]) -> str:
    cells = [other.ljust(width) for other, width in zip(others, widths, strict=True)]
    return "  ".join([first.ljust(left), *cells]).rstrip()


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _shown(value: Any) -> str:
    text = whole_text(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _LONG else f"{text[:_LONG]} ..."
