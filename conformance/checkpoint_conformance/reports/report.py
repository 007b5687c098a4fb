"""The report: one JSON document per run, from which every other format is made.

`report.schema.json` beside this module is its published schema. Secrets are replaced by `{{name}}` before
anything is stored, so that no writer can show them and a replay can restore them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
from checkpoint_openapi.load import Requirement, document

from checkpoint_conformance.data import as_object
from checkpoint_conformance.reports.evidence import exchange_data, with_context
from checkpoint_conformance.reports.header import header
from checkpoint_conformance.reports.journal import pack, part_data
from checkpoint_conformance.reports.times import time_of_requirements, times
from checkpoint_conformance.run.record import Recorded, RunRecord
from checkpoint_conformance.run.recorder import created_checkpoint, is_accepted
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Context, Exchange
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.groups import GENERATED
from checkpoint_conformance.verdict.ledger import Ledger
from checkpoint_conformance.verdict.outcome import Outcome, Result
from checkpoint_conformance.verdict.waivers import Applied

__all__ = [
    "FORMAT",
    "SCHEMA",
    "Report",
    "ReportError",
    "build_report",
    "check_same_target",
    "read_report",
    "redacted",
]

Report = dict[str, Any]
"""A report as plain JSON data; the schema describes its contents."""

FORMAT = 1
"""The version of the report format; it increases when readers would have to change."""
SCHEMA = Path(__file__).with_name("report.schema.json")
"""The published JSON Schema (2020-12)."""
_SAME = ("project_id", "provider_id", "policy_id", "resources")
"""What the requests contain, and so must be the same in the report and the target."""
_OWN_WORDS = frozenset(
    {
        *("verdict", "profiles", "suite", "contract", "environment", "fixtures", "deviations", "network"),
        *("id", "level", "text", "clause", "basis", "profile", "outcome", "requirement"),
        *("probe", "symptom", "spread", "exercised", "passes"),
    }
)
"""Members whose values are words of the suite and its catalogue, which no server and no user has said."""
_MOST_EVIDENCE = 6
"""Findings of one requirement that are shown in full; the rest are listed by their probes."""


class ReportError(Exception):
    """A report cannot be read, written or used; the message says which one and why."""


def build_report(run: RunRecord, waivers: Iterable[Applied] = (), secrets: Secrets | None = None) -> Report:
    """Return the report of a run, after waivers have been applied to its results.

    The target's secrets are redacted, unless others are given.
    """
    secrets = secrets or Secrets(run.target)
    passes = _passes(run)
    seconds = time_of_requirements(run)
    results = [_requirement(result, run, passes, seconds[result.requirement.id]) for result in run.results]
    observations = None if run.options.shard.whole else _observations(run.ledger, passes)
    shown, whole = _shown(run, results, observations), run.ledger.evidence.exchanges
    report: Report = {
        "format": FORMAT,
        "header": header(run.target, run.options, run.started),
        "verdict": run.verdict.value,
        "profiles": {name: verdict.value for name, verdict in run.verdicts().items()},
        "gone": run.gone,
        "requirements": results,
        "waivers": [applied.data() for applied in waivers],
        "exchanges": [
            exchange_data(whole.get(exchange.number, exchange), run.target.url, secrets)
            for exchange in run.exchanges
            if exchange.number in shown
        ],
        "checkpoints": _checkpoints(run),
        "requests": len(run.exchanges),
        "times": times(run),
        "connections": _connections(run),
        "observations": observations,
        "parts": [part_data(part) for part in run.parts],
        "footer": {"ended": run.ended, "complete": not run.ended, "elapsed": round(run.elapsed, 3)},
    }
    journal = {"journal": pack(run.journal, run.target.url, secrets)} if run.journal else {}
    # `exchange_data` redacts bytes before it encodes them.
    return {
        name: value if name == "exchanges" else redacted(value, secrets, name)
        for name, value in report.items()
    } | journal


def _shown(
    run: RunRecord, results: Iterable[dict[str, Any]], observations: dict[str, Any] | None
) -> set[int]:
    """Return the numbers of the exchanges in the report: what it refers to, and what repeating that needs."""
    if run.options.record is Recorded.ALL:
        return {exchange.number for exchange in run.exchanges}
    findings = [finding for result in results for finding in result["findings"]]
    numbers = set[int]()
    if observations:
        findings += observations["findings"]
        numbers = {exchange.number for exchange in run.exchanges if _created(exchange)}
    numbers |= {number for finding in findings for number in finding["exchanges"]}
    evidence = {number for result in results for number in result["evidence"]}
    return with_context(numbers, run.exchanges) | evidence


def _checkpoints(run: RunRecord) -> dict[str, Any]:
    """Return what the run created, deleted and left."""
    created = list(dict.fromkeys(filter(None, map(_created, run.exchanges))))
    return {
        "limit": run.target.max_creates,
        "created": run.created,
        "enough": run.enough,
        "ids": created,
        "deleted": sorted(run.deleted),
        "left": [name for name in created if name not in run.deleted],
    }


def _connections(run: RunRecord) -> dict[str, Any]:
    """Return how many connections carried the requests, and how many of these travelled side by side."""
    apart = [exchange for exchange in run.exchanges if exchange.context is Context.CONNECTION_AND_TIME]
    return {
        "allowed": run.target.connections,
        "used": run.lanes,
        "reason": run.narrowed,
        "side_by_side": len(run.exchanges) - len(apart),
    }


def redacted(data: Any, secrets: Secrets, name: str = "") -> Any:
    """Return data of a report without secrets; the suite's own words stay, though a token may be one."""
    if name in _OWN_WORDS or isinstance(data, int | float):
        return data
    if isinstance(data, list):
        return [redacted(item, secrets, name) for item in cast("list[Any]", data)]
    if isinstance(data, dict):
        members = cast("dict[str, Any]", data)
        return {member: redacted(value, secrets, member) for member, value in members.items()}
    return secrets.redact_excerpt(data) if isinstance(data, str) else data


def read_report(path: Path) -> Report:
    """Read a report. Raises ReportError if the file is not one."""
    try:
        report = as_object(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}. Name a report.json that `verify` wrote.") from error
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path}: not a JSON report: {error}.") from error
    form = report and report.get("format")
    if isinstance(form, int) and form > FORMAT:
        raise ReportError(
            f"{path}: a report of format {form}; this suite reads format {FORMAT}. "
            "Use the version of checkpoint-contract that wrote it, or a newer one."
        )
    if report is None or form != FORMAT:
        raise ReportError(f"{path}: not a report of format {FORMAT}. Name a report.json that `verify` wrote.")
    for problem in _validator().iter_errors(report):
        place = "/".join(str(step) for step in problem.instance_path) or "the root"
        raise ReportError(f"{path}: at {place}: {problem.message[:200]}. Has it been edited?")
    return report


def check_same_target(report: Report, target: Target) -> None:
    """Raise ReportError if a report is of another target than the target file."""
    recorded = report["header"]["target"]
    for name in _SAME:
        value: object = getattr(target, name)
        if recorded[name] != (list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value):
            raise ReportError(
                f"the report is from another target: its {name} is not that of the target file. "
                "Give the target file that the run was made with."
            )


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _passes(run: RunRecord) -> dict[str, int]:
    """Return the number of an exchange for each requirement that passed."""
    if run.options.record is Recorded.FAILURES:
        return {}
    numbers = {name: exchange.number for name, exchange in run.ledger.passes.items() if exchange.number}
    passed = {result.requirement.id for result in run.results if result.outcome is Outcome.PASS}
    return {name: number for name, number in numbers.items() if name in passed}


def _requirement(result: Result, run: RunRecord, passes: Mapping[str, int], seconds: float) -> dict[str, Any]:
    requirement, evidence = result.requirement, _evidence(result.findings)
    return {
        "id": requirement.id,
        "level": requirement.level,
        "text": requirement.text,
        "clause": _clause(requirement, evidence),
        "basis": list(requirement.basis),
        "profile": next(
            (name for name in requirement.profile if name in run.target.profiles), requirement.profile[0]
        ),
        "outcome": result.outcome.value,
        "reason": result.reason.value if result.reason else None,
        "detail": result.detail,
        "exercised": result.exercised,
        "elapsed_ms": round(seconds * 1000, 3),
        "observations": len(result.findings),
        "evidence": [passes[requirement.id]] if requirement.id in passes else [],
        "failing": _failing(result.findings),
        "findings": [_seen(finding, run.ledger) for finding in evidence],
    }


def _failing(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """List every probe and symptom, so that runs can be compared beyond what is shown in full."""
    pairs = dict.fromkeys((finding.probe, finding.published_symptom) for finding in findings)
    return [{"probe": probe, "symptom": symptom} for probe, symptom in pairs]


def _evidence(findings: tuple[Finding, ...]) -> list[Finding]:
    """Select what to show: one finding per probe and symptom, the confirmed and the plainest first."""
    return _once_each(findings)[:_MOST_EVIDENCE]


def _oddness(finding: Finding) -> tuple[bool, bool, bool]:
    """Return a key that sorts confirmed findings first, and among them those of the plainest probes."""
    generated = finding.origin.requirement in GENERATED
    return not finding.confirmed, generated, not finding.origin.plain


def _clause(requirement: Requirement, findings: list[Finding]) -> str:
    """Return the clause that the first finding breaks: of all responses, the one with its status."""
    clause, documented, _ = requirement.clause.partition("/post/responses")
    status = findings[0].exchanges[-1].status if findings and findings[0].exchanges else None
    if not documented or str(status) not in _responses():
        return requirement.clause
    return f"{clause}{documented}/{status}"


@cache
def _responses() -> frozenset[str]:
    (operations,) = document()["paths"].values()
    return frozenset(map(str, operations["post"]["responses"]))


def _once_each(findings: Iterable[Finding]) -> list[Finding]:
    unique: dict[tuple[str, str, str], Finding] = {}
    for finding in sorted(findings, key=_oddness):
        unique.setdefault((finding.requirement, finding.published_symptom, finding.probe), finding)
    return list(unique.values())


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "probe": finding.probe,
        "symptom": finding.published_symptom,
        "level": finding.level,
        "expected": finding.expected,
        "actual": finding.actual,
        "confirmed": finding.confirmed,
        "exchanges": [exchange.number for exchange in finding.exchanges],
    }


def _seen(finding: Finding, ledger: Ledger) -> dict[str, Any]:
    """Return a finding as data, with how often it was seen if it shows in the responses to a probe."""
    tries = ledger.tries[finding.probe]
    return _finding(finding) | ({"seen": ledger.seen(finding), "tries": tries} if tries else {})


def _observations(ledger: Ledger, passes: Mapping[str, int]) -> dict[str, Any]:
    """Return everything that a shard observed, before attribution: the input of `report merge`."""
    return {
        "exercised": dict(sorted(ledger.exercised.items())),
        "passes": dict(passes),
        "skipped": {name: [reason.value, why] for name, (reason, why) in ledger.skipped.items()},
        "undecided": dict(ledger.undecided),
        "doubts": dict(ledger.doubts),
        "findings": [
            {
                "requirement": finding.requirement,
                **_finding(finding),
                "spread": finding.spread
                and {"group": finding.spread.group, "general": finding.spread.general},
                "answers": sorted(ledger.answers[finding.exchanges[-1].request]) if finding.exchanges else [],
            }
            for finding in _once_each(ledger.findings)
        ],
    }


def _created(exchange: Exchange) -> str | None:
    """Return the id that an accepted call created."""
    accepted = exchange.request.method == "POST" and is_accepted(exchange)
    return created_checkpoint(exchange) if accepted else None
