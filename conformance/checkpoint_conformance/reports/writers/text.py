"""Helpers shared by the writers: summaries of a report, and safe display of untrusted bytes."""

from __future__ import annotations

import base64
import unicodedata
from collections import Counter
from typing import Any

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.curl import chained, folded
from checkpoint_conformance.transport.exchange import Context

__all__ = [
    "OUTCOMES",
    "alike",
    "body_text",
    "by_number",
    "calls_without_id",
    "command",
    "counts",
    "declared",
    "duration",
    "explained",
    "in_short",
    "left_behind",
    "listed",
    "message",
    "next_step",
    "notes",
    "outcome_count",
    "printable",
    "repetition",
    "sent",
    "shortened",
    "sightings",
    "subject",
    "waiver_problems",
    "when",
]

OUTCOMES = ("fail", "error", "inconclusive", "warn", "skip", "pass")
"""Every outcome, from worst to best."""
_HARMFUL = ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")
"""Unicode categories: control, format, unassigned and surrogate characters, and line separators."""
_LONGEST_STEP = 300
"""Characters of what was found, in the sentence about the first step."""
_LONGEST_BODY = 4000
"""Characters of a body that a writer shows."""


def subject(report: dict[str, Any]) -> str:
    """Return the name of the server that the report is about."""
    implementation = report["header"]["implementation"]
    return f"{implementation['name']} {implementation['version']}".strip()


def when(started: str) -> str:
    """Return the start of a run, as the report has it, for a person."""
    return started.replace("T", " ").replace("+00:00", " UTC")


def declared(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the requirements of the profiles that the target declares."""
    return [item for item in report["requirements"] if item["profile"] in report["profiles"]]


def counts(report: dict[str, Any]) -> dict[str, int]:
    """Return how many requirements of the declared profiles had each outcome, from worst to best."""
    found = Counter(item["outcome"] for item in declared(report))
    return {outcome: found[outcome] for outcome in OUTCOMES if found[outcome]}


def outcome_count(outcome: str, number: int) -> str:
    """Return how many requirements had an outcome, in two words."""
    return tr("{count} {outcome}", count=number, outcome=tr(outcome))


def sent(report: dict[str, Any]) -> str:
    """Return how many requests were sent, and in what time."""
    told = "1 request in {seconds} s" if report["requests"] == 1 else "{requests} requests in {seconds} s"
    return tr(told, requests=report["requests"], seconds=f"{report['footer']['elapsed']:.1f}")


def notes(items: list[dict[str, Any]]) -> dict[str, str]:
    """Return by id why requirements were not decided; a reason that was given before is only referred to."""
    told: dict[str, str] = {}
    for reason, same in alike(items).items():
        note = tr(": ").join(filter(None, (tr(reason[0]), printable(retold(reason[1])))))
        short = tr("same reason as {requirement}", requirement=same[0]["id"])
        told |= {item["id"]: min(note, short, key=len) for item in same} | {same[0]["id"]: note}
    return told


def alike(items: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the requirements by the reason and the detail that they have in common."""
    reasons: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in items:
        reasons.setdefault((item["reason"] or "", item["detail"]), []).append(item)
    return reasons


def explained(report: dict[str, Any]) -> str:
    """Return in a sentence why the verdict was reached, and what to do if the run reached its cap."""
    told = _reason(report)
    if not report["footer"]["complete"]:
        incomplete = "The run ended early ({reason}), so the results are incomplete."
        ended = tr(incomplete, reason=retold(printable(report["footer"]["ended"])))
        told = f"{ended}{tr(' ')}{told}".rstrip()
    dear = [item["id"] for item in declared(report) if item["reason"] == "budget-spent"]
    if not dear:
        return told
    budget = report["checkpoints"]
    limit, enough, names = budget["limit"], budget.get("enough", 0), listed(dear)
    if limit < enough:
        more = "max_creates = {limit} is too small for {names}; {enough} is enough."
        return told + tr(" ") + tr(more, limit=limit, names=names, enough=enough)
    more = "Wrongly accepted requests used up max_creates = {limit}, so calls were left out for {names}."
    return told + tr(" ") + tr(more, limit=limit, names=names)


def calls_without_id(report: dict[str, Any]) -> int:
    """Return how many calls may have created a checkpoint whose id the run does not know."""
    created: int = report["checkpoints"]["created"]
    return max(created - len(report["checkpoints"]["ids"]), 0)


def left_behind(report: dict[str, Any]) -> list[str]:
    """Return the ids of the checkpoints that the run created and did not delete."""
    checkpoints = report["checkpoints"]
    deleted = set(checkpoints["deleted"])
    return [identifier for identifier in checkpoints["ids"] if identifier not in deleted]


def _reason(report: dict[str, Any]) -> str:
    own = [item for item in declared(report) if item["reason"] != "other-shard"]
    binding = [item for item in own if item["level"] == "MUST"]
    by_outcome = {
        outcome: [item["id"] for item in binding if item["outcome"] == outcome] for outcome in OUTCOMES
    }
    shard = report["header"]["shard"]
    if shard and report["verdict"] == "conformant":
        told = "Shard {index} of {count} passed its own part; `report merge` judges the whole run."
        return tr(told, index=shard["index"], count=shard["count"])
    match report["verdict"]:
        case "conformant":
            told = "All {count} MUSTs of the declared profiles were exercised and passed."
            return tr(told, count=len(binding))
        case "not conformant":
            failed = by_outcome["fail"]
            told = "{failed} of {count} MUSTs failed: {names}."
            return tr(told, failed=len(failed), count=len(binding), names=listed(failed))
        case "partial":
            return _but(
                by_outcome["skip"],
                "No MUST failed, but 1 was skipped: {names}.",
                "No MUST failed, but {count} were skipped: {names}.",
            )
        case "inconclusive" if not by_outcome["inconclusive"]:
            return ""
        case "inconclusive":
            return _but(
                by_outcome["inconclusive"],
                "No MUST failed, but 1 could not be decided: {names}.",
                "No MUST failed, but {count} could not be decided: {names}.",
            )
        case _:
            return tr("The suite itself failed; this says nothing about the server.")


def duration(milliseconds: float) -> str:
    """Return a time with its unit, to three significant digits."""
    rounded = float(f"{milliseconds:.3g}")
    if rounded >= 1000:
        told = tr("{seconds} s", seconds=f"{rounded / 1000:g}")
    else:
        told = tr("{milliseconds} ms", milliseconds=f"{rounded:g}")
    return told.replace(" ", "\N{NO-BREAK SPACE}")


def next_step(report: dict[str, Any]) -> str:
    """Return in a sentence what to do first, or nothing if there is nothing to do."""
    if report.get("journal"):
        told = "Continue with `checkpoint-contract verify --resume report.json` and the same target file."
        return tr(told)
    mine = declared(report)
    decisive = {"not conformant": "fail", "partial": "skip", "inconclusive": "inconclusive"}
    binding = [item for item in mine if item["level"] == "MUST"]
    found = [item for item in binding if item["outcome"] == decisive.get(report["verdict"])]
    # A failure of a requirement's own probe is plainer than one that other probes show.
    found.sort(key=lambda item: not _shown_by_own_probe(item))
    if found:
        told = shortened(in_short(found[0]), _LONGEST_STEP)
        return tr("Start with {requirement}: {told}", requirement=found[0]["id"], told=told)
    warned = [item["id"] for item in mine if item["outcome"] == "warn"]
    if warned and report["verdict"] == "conformant":
        told = "Nothing has to be fixed. Recommended, but not followed: {names}."
        return tr(told, names=listed(warned))
    return ""


def _shown_by_own_probe(item: dict[str, Any]) -> bool:
    return any(finding["probe"].startswith(f"{item['id']}/") for finding in item["findings"])


def waiver_problems(report: dict[str, Any]) -> list[str]:
    """Return why waivers fail the run, and what to do about each."""
    return [
        tr("This fails the run: {problem}", problem=printable(retold(waiver["problem"])))
        for waiver in report["waivers"]
        if waiver.get("problem")
    ]


def by_number(report: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Return the exchanges that the report has, by their numbers in the run."""
    return {exchange["number"]: exchange for exchange in report["exchanges"]}


def in_short(requirement: dict[str, Any]) -> str:
    """Return what is wrong in one line: the first finding, or else the reason."""
    for finding in requirement["findings"][:1]:
        told = "expected {expected}, got {actual}"
        return printable(tr(told, expected=retold(finding["expected"]), actual=retold(finding["actual"])))
    return printable(retold(requirement["detail"]))


def command(finding: dict[str, Any], exchanges: dict[int, dict[str, Any]]) -> str:
    """Return the command that reproduces a finding, with what preceded it on the connection, or nothing."""
    if not finding["exchanges"]:
        return ""
    last = exchanges[finding["exchanges"][-1]]
    depends = last["context"] != Context.NONE
    calls = [
        each["curl"]
        for number, each in sorted(exchanges.items())
        if each["connection"] == last["connection"]
        and (number in finding["exchanges"] or (depends and number < last["number"]))
    ]
    return chained(calls)


def repetition(finding: dict[str, Any], exchanges: dict[int, dict[str, Any]]) -> str:
    """Return the same command, or if it is long the call of a script of the report."""
    return folded(command(finding, exchanges), finding["exchanges"][-1]) if finding["exchanges"] else ""


def sightings(finding: dict[str, Any]) -> str:
    """Return in how many of how many tries a finding was seen, as far as the report knows."""
    if finding.get("tries") == 1:
        return tr("failed once, not retried")
    if finding.get("tries"):
        return tr("failed in {seen} of {tries} tries", seen=finding["seen"], tries=finding["tries"])
    return "" if finding["confirmed"] else tr("failed only once")


def listed(names: list[str], most: int = 8) -> str:
    """Return the names as a list; of a long one, only the first names and the number of the rest."""
    if len(names) <= most + 1:
        return tr(", ").join(names)
    return tr("{names} and {more} more", names=tr(", ").join(names[:most]), more=len(names) - most)


def printable(text: str) -> str:
    """Return the text with invisible, reordering and terminal control characters escaped."""
    if all(map(str.isprintable, text.split("\n"))):
        return text
    return "".join(letter if _harmless(letter) else _escaped(letter) for letter in text)


def shortened(text: str, most: int = _LONGEST_BODY) -> str:
    """Return the beginning of a text, and how much was left out."""
    if len(text) <= most:
        return text
    return text[:most] + tr("… ({count} more characters: report.json)", count=len(text) - most)


def body_text(body: dict[str, str]) -> str:
    """Return a body as text: UTF-8 unchanged, anything else as ASCII with other bytes in hexadecimal."""
    if "text" in body:
        return printable(shortened(body["text"]))
    octets = base64.b64decode(body["base64"])
    return shortened(
        "".join(
            chr(octet) if 0x20 <= octet < 0x7F or octet == 0x0A else f"\\x{octet:02x}" for octet in octets
        )
    )


def message(start: str, headers: list[list[str]], body: dict[str, str]) -> str:
    """Return a request or response as it looks on the wire."""
    head = "\n".join([start, *(f"{name}: {value}" for name, value in headers)])
    content = body_text(body)
    return printable(head) + (f"\n\n{content}" if content else "")


def _but(names: list[str], one: str, many: str) -> str:
    return tr(one if len(names) == 1 else many, count=len(names), names=listed(names))


def _harmless(letter: str) -> bool:
    return letter == "\n" or letter == "\t" or unicodedata.category(letter) not in _HARMFUL


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
