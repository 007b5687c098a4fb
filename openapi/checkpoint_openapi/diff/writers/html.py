"""A page for people: the changes, whom they break, and what they mean for recorded implementations."""

from __future__ import annotations

from html import escape

from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.report import Report
from checkpoint_openapi.diff.writers.impact import EXPLANATION, proof_text, rows, subject
from checkpoint_openapi.diff.writers.text import evidence, summary

__all__ = ["write"]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; vertical-align: top; }
pre { overflow-x: auto; white-space: pre-wrap; }
td.red { border-left: .4rem solid #c62828; } td.green { border-left: .4rem solid #2e7d32; }
td.unknown { border-left: .4rem solid #888; }
"""


def write(report: Report) -> str:
    """Return the report as one HTML page that needs no network and no script."""
    title = f"Contract {report.base_version} → {report.revision_version}"
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(summary(report))}.</p>", *_table(report)]
    for heading, found in report.sections():
        parts += [f"<h2>{escape(heading)}</h2>", *(_finding(finding, report) for finding in found)]
    parts += [f"<p>{escape(remark)}</p>" for remark in report.remarks]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
    )
    body = "\n".join(parts)
    head += f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
    return f"{head}\n<body>\n{body}\n</body></html>\n"


def _table(report: Report) -> list[str]:
    if not report.impacts:
        return []
    implementations = [escape(impact.recording.implementation) for impact in report.impacts]
    names = "".join(f'<th scope="col">{name}</th>' for name in implementations)
    lines = ["<h2>Implementations</h2>", f"<p>{EXPLANATION}</p>"]
    lines.append(f'<table><thead><tr><th scope="col">change</th>{names}</tr></thead><tbody>')
    for finding, cells in rows(report):
        told = "".join(
            f'<td class="{cell.state.value}"><strong>{cell.state.value}</strong>: '
            f"{escape(proof_text(cell.proof) if cell.proof else cell.why)}</td>"
            for cell in cells
        )
        lines.append(f'<tr><th scope="row">{escape(subject(finding))}</th>{told}</tr>')
    lines.append("</tbody></table>")
    for impact in report.impacts:
        lines += [
            f"<p>{escape(impact.recording.implementation)}: {escape(proof_text(proof))}</p>"
            for proof in impact.unattributed
        ]
    return lines


def _finding(finding: Finding, report: Report) -> str:
    lines = escape("\n".join(evidence(finding, report)))
    place = f"<code>{escape(finding.id)}</code> {escape(str(finding.position))}"
    return f"<h3>{escape(finding.message)}</h3><p>{place}</p><pre>{lines}</pre>"
