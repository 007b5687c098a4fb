"""Merges the reports of all shards into the report of the whole run.

There is no voting: what the shards observed goes into one ledger, and the conclusions are drawn from it as
for a run on one machine.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from checkpoint_openapi.load import requirements

from checkpoint_conformance.reports.evidence import exchange_from
from checkpoint_conformance.reports.report import Report, ReportError, build_report
from checkpoint_conformance.reports.times import summary
from checkpoint_conformance.run.record import Options, RunRecord
from checkpoint_conformance.run.schedule import origins
from checkpoint_conformance.run.stages.comparison import IDS_OF_THE_RUN, distinct_checkpoints
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Implementation, SecondProject, Target
from checkpoint_conformance.transport.exchange import Exchange, Request
from checkpoint_conformance.verdict.conclusion import conclude
from checkpoint_conformance.verdict.finding import Finding, Spread
from checkpoint_conformance.verdict.ledger import Ledger, SkipReason
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import read_symptom
from checkpoint_conformance.verdict.waivers import Applied, Waiver, apply

__all__ = ["merge"]

_SAME = ("suite", "contract", "environment", "seed", "max_examples", "implementation")
"""Header members that must be equal, or else the shards are not parts of one run."""
_DIFFERENT = ("url", "max_creates")
"""What may differ between the targets: the URL of each shard's server, and its share of the budget."""


def merge(
    reports: Sequence[Report], waivers: Iterable[Waiver], today: datetime.date
) -> tuple[Report, list[Applied]]:
    """Return the report of the whole run, and the state of the waivers.

    Raises ReportError if the shards are not all of one run.
    """
    parts = _ordered(reports)
    target = _target(parts)
    exchanges, ledger = _united(parts, target)
    header = parts[0]["header"]
    gone = next((part["gone"] for part in parts if part["gone"]), "")
    results, applied = apply(waivers, conclude(target, ledger, gone), today)
    whole = RunRecord(
        target,
        Options(header["max_examples"], header["seed"]),
        started=min(_seconds(part["header"]["started"]) for part in parts),
        elapsed=max(part["footer"]["elapsed"] for part in parts),
        exchanges=tuple(exchanges),
        ledger=ledger,
        results=tuple(results),
        created=sum(part["checkpoints"]["created"] for part in parts),
        deleted=frozenset(name for part in parts for name in part["checkpoints"]["deleted"]),
        gone=gone,
    )
    report = build_report(whole, applied, _NoSecrets(target))
    del report["connections"]  # each shard had its own
    told = {"requests": sum(part["requests"] for part in parts), "times": _times(parts)}
    for item in report["requirements"]:
        item["elapsed_ms"] = round(sum(_elapsed(item["id"], part) for part in parts), 3)
    return report | told, applied


def _times(parts: list[Report]) -> dict[str, Any]:
    """Return the times of all answers, and those of each shard, unless its report is older than that."""
    firsts = accumulate((part["requests"] for part in parts[:-1]), initial=1)
    shards = [
        part["times"] | {"first": first} for part, first in zip(parts, firsts, strict=True) if "times" in part
    ]
    return summary(value for shard in shards for value in shard["series_ms"]) | {"shards": shards}


def _elapsed(requirement: str, part: Report) -> float:
    """Return the milliseconds of a requirement's probes in one shard; 0 if its report is older than that."""
    (item,) = (item for item in part["requirements"] if item["id"] == requirement)
    elapsed: float = item.get("elapsed_ms", 0)
    return elapsed


def _seconds(moment: str) -> float:
    return datetime.datetime.fromisoformat(moment).timestamp()


def _ordered(reports: Sequence[Report]) -> list[Report]:
    """Return the shards in order, after checking that they are complete and of one run."""
    for report in reports:
        _check_part(report)
    parts = sorted(reports, key=lambda report: report["header"]["shard"]["index"])
    count = parts[0]["header"]["shard"]["count"]
    indices = [part["header"]["shard"]["index"] for part in parts]
    if {part["header"]["shard"]["count"] for part in parts} != {count} or indices != list(
        range(1, count + 1)
    ):
        names = ", ".join(f"{p['header']['shard']['index']}/{p['header']['shard']['count']}" for p in parts)
        raise ReportError(
            f"the shards {names} do not make up a whole run. Name each of 1/{count} to {count}/{count} once."
        )
    for part in parts[1:]:
        for name in _SAME:
            if part["header"][name] != parts[0]["header"][name]:
                raise ReportError(
                    f"the shards differ in {name}. Run all of them with the same suite and options."
                )
        if _comparable(part) != _comparable(parts[0]):
            raise ReportError("the shards have different targets. Run all of them with the same target file.")
    owned = {name for part in parts for name in part["header"]["shard"]["requirements"]}
    if missing := {item.id for item in requirements() if item.status == "active"} - owned:
        raise ReportError(f"no shard was responsible for {min(missing)}. Merge with the suite that ran them.")
    return parts


def _check_part(report: Report) -> None:
    """Raise ReportError if the report is not that of a shard that came to its end."""
    shard, footer = report["header"]["shard"], report["footer"]
    if shard is None:
        raise ReportError("one of the reports is from a whole run. Name the reports of `verify --shard k/n`.")
    if not footer["complete"]:
        raise ReportError(
            f"shard {shard['index']}/{shard['count']} ended early: {footer['ended']}. Repeat it."
        )


def _comparable(part: Report) -> dict[str, Any]:
    return {name: value for name, value in part["header"]["target"].items() if name not in _DIFFERENT}


def _target(parts: list[Report]) -> Target:
    """Return the target described by the reports, with the names of secrets in their place."""
    first, implementation = parts[0]["header"]["target"], parts[0]["header"]["implementation"]
    given = {name: "{{" + name.replace("_", "-") + "}}" for name in first["fixtures"]}
    second = first["second_project_id"] and SecondProject(
        first["second_project_id"], given.get("second_project.token"), first["second_policy_id"]
    )
    return Target(
        url=first["url"],
        project_id=first["project_id"],
        token="{{token}}",  # noqa: S106 - the placeholder itself
        policy_id=first["policy_id"],
        resources=tuple(first["resources"]),
        provider_id=first["provider_id"],
        max_creates=sum(part["header"]["target"]["max_creates"] for part in parts),
        timeout=first["timeout"],
        patience=first["patience"],
        settle_within=first.get("settle_within", Target.settle_within),
        rate=first["rate"],
        network=first.get("network"),
        profiles=frozenset(first["profiles"]) - {"core"},
        expired_token=given.get("expired_token"),
        read_only_token=given.get("read_only_token"),
        second_project=second,
        implementation=Implementation(**implementation),
        resource_extra_info=first["deviations"]["resource_extra_info"],
    )


class _NoSecrets(Secrets):
    """Redacts nothing, since the reports no longer hold secrets."""

    def redact(self, text: str) -> str:
        return text

    def redact_excerpt(self, text: str) -> str:
        return text


def _united(parts: list[Report], target: Target) -> tuple[list[Exchange], Ledger]:
    """Combine exchanges as if the shards had run in turn, and their observations into one ledger."""
    exchanges: list[Exchange] = []
    known, ledger = origins(target), Ledger(reliable=target.has_reliable_network)
    requests = connections = 0
    for part in parts:
        own = {
            data["number"]: _moved(exchange_from(data), requests, connections) for data in part["exchanges"]
        }
        exchanges += own.values()
        requests += part["requests"]
        connections = max((exchange.connection for exchange in exchanges), default=0)
        _note(part["observations"], own, known, ledger)
    distinct_checkpoints(sorted(exchanges, key=lambda exchange: exchange.started), ledger)
    return exchanges, ledger


def _moved(exchange: Exchange, requests: int, connections: int) -> Exchange:
    """Return an exchange as it is numbered after so many requests and connections of other shards."""
    number, connection = exchange.number + requests, exchange.connection + connections
    return replace(exchange, number=number, connection=connection)


def _note(
    observations: dict[str, Any], exchanges: dict[int, Exchange], known: dict[str, Origin], ledger: Ledger
) -> None:
    """Add to the ledger what a shard observed."""
    answers: dict[Request, set[int]] = {}
    for data in observations["findings"]:
        if data["probe"] != IDS_OF_THE_RUN.id:
            finding = _finding(data, exchanges, known)
            ledger.add(finding, proven=finding.confirmed)
            for exchange in finding.exchanges[-1:]:
                answers.setdefault(exchange.request, set()).update(data["answers"])
    passes = {name: exchanges[number] for name, number in observations.get("passes", {}).items()}
    ledger.take_over(observations["exercised"], passes, answers)
    for name, (reason, why) in observations["skipped"].items():
        ledger.skip(name, SkipReason(reason), why)
    for name, why in observations["undecided"].items():
        ledger.leave_undecided(name, why)
    for name, why in observations.get("doubts", {}).items():
        ledger.doubt(name, why)


def _finding(data: dict[str, Any], exchanges: dict[int, Exchange], known: dict[str, Origin]) -> Finding:
    try:
        symptom, status = read_symptom(data["symptom"])
    except ValueError as error:
        raise ReportError(
            f"a finding's symptom: {error}. Merge with the suite that ran the shards."
        ) from error
    return Finding(
        requirement=data["requirement"],
        symptom=symptom,
        origin=known.get(data["probe"], Origin(data["probe"])),
        expected=data["expected"],
        actual=data["actual"],
        exchanges=tuple(exchanges[number] for number in data["exchanges"]),
        level=data["level"],
        spread=data["spread"] and Spread(**data["spread"]),
        confirmed=data["confirmed"],
        status=status,
    )
