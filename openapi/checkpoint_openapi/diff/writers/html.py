"""A page for people: the changes, both versions side by side, and whom they break."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup, escape

from checkpoint_openapi.diff.evidence.impact import Impact, State
from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.beside import Beside
from checkpoint_openapi.diff.writers.impact import EXPLANATION, proof_text, reason, rows, subject
from checkpoint_openapi.diff.writers.text import concerned, others, summary
from checkpoint_openapi.pages.frame import page_template

__all__ = ["card", "prose", "write"]

_FOLDER = Path(__file__).resolve().parent
_LONG = 4000
_FLAT = re.compile(r"\[\n +([^\[\]{}]+?)\n +\]")
"""A list without lists and objects, as JSON with an indent has it."""
_BREAK = re.compile(r",\n +")
_CODE = re.compile("`([^`]+)`")
_TONES = {"breaking": "fail", "review": "warn", "compatible": "pass", "same": "pass", "new": "pass"}
"""The colour of a verdict."""
_STATES = {"red": "fail", "green": "pass", "unknown": "skip"}
_Line = tuple[str, str, str]
"""A state, the change, and the proof or the reason."""


def write(report: Report) -> str:
    """Return the report as one HTML page that needs no network, and no script but for its buttons."""
    beside = Beside(*report.versions) if report.versions else None
    page = _template().render(
        report=report,
        title=f"Contract {report.base_version} → {report.revision_version}",
        summary=summary(report),
        tone=_TONES[report.verdict],
        sections=[
            (title, [card(finding, report, beside) for finding in found])
            for title, found in report.sections()
        ],
        rows=[(subject(finding), finding.fingerprint, cells) for finding, cells in rows(report)],
        implementations=_implementations(report),
        explanation=EXPLANATION,
        states=_STATES,
    )
    return f"{page}\n"


@cache
def _template() -> Template:
    return page_template(_FOLDER / "diff.html.j2", [_FOLDER / "diff.css"], {"prose": prose})


def prose(text: str) -> Markup:
    """Return a text whose words in backticks are code."""
    # The text is escaped before any markup is added.
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704


def _implementations(report: Report) -> list[tuple[Impact, list[_Line], list[_Line]]]:
    """Return each implementation with the lines that prove what turns red, and its other lines."""
    found: list[tuple[Impact, list[_Line], list[_Line]]] = []
    for number, impact in enumerate(report.impacts):
        cells = [(subject(finding), every[number]) for finding, every in rows(report)]
        red = [("red", told, reason(cell)) for told, cell in cells if cell.state is State.RED]
        red += [("red", "", proof_text(proof)) for proof in impact.unattributed]
        others = [
            (cell.state.value, told, reason(cell)) for told, cell in cells if cell.state is not State.RED
        ]
        found.append((impact, red, others))
    return found


def card(finding: Finding, report: Report, beside: Beside | None) -> dict[str, Any]:
    """Return what `finding.html.j2` shows of a finding."""
    old, new = beside.lines(finding) if beside else ([], [])
    severities = [finding.severity_for(side) for side in report.sides]
    worst = next(severity for severity in Severity if severity in severities)
    tone = {Severity.BREAKING: "fail", Severity.REVIEW: "warn", Severity.INFO: "pass"}[worst]
    return {
        "finding": finding,
        "tone": "skip" if finding.acknowledged is not None else tone,
        "others": others(finding),
        "whom": concerned(finding, report),
        "shows_lines": bool(old or new),
        "old": old,
        "new": new,
        "witnesses": [(witness.text, _shown(witness)) for _, witness in finding.witnesses(report.sides)],
        "has_fingerprint": any(finding.concerns(side) for side in report.sides),
    }


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{_BREAK.sub(', ', found[1])}]"


def _shown(witness: Witness) -> str:
    """Return a witness as the text of a request or a response."""
    lines = [witness.line, *([f"Content-Type: {witness.media_type}"] if witness.media_type else [])]
    if witness.has_body:
        text = _FLAT.sub(_on_one_line, json.dumps(witness.body, ensure_ascii=False, indent=2, default=str))
        lines += ["", text if len(text) <= _LONG else f"{text[:_LONG]} ..."]
    return "\n".join(lines)
