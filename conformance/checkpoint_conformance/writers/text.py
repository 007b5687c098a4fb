"""What the writers share: a report in numbers and words, and foreign bytes as text that can do no harm."""

from __future__ import annotations

import base64
import unicodedata
from collections import Counter
from typing import Any

__all__ = [
    "OUTCOMES",
    "body_text",
    "counts",
    "declared",
    "explained",
    "in_short",
    "message",
    "printable",
    "shortened",
    "subject",
]

OUTCOMES = ("fail", "error", "inconclusive", "warn", "skip", "pass")
"""Every outcome, the worst first."""
_HARMFUL = ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")
"""Unicode categories: controls, formats, what is not assigned, surrogates, separators of lines."""
_LONGEST_BODY = 4000
"""Characters of a body that a writer shows."""


def subject(report: dict[str, Any]) -> str:
    """Return whose server the report is about."""
    implementation = report["header"]["implementation"]
    return f"{implementation['name']} {implementation['version']}".strip()


def declared(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the requirements of the profiles that the target declares."""
    return [item for item in report["requirements"] if item["profile"] in report["profiles"]]


def counts(report: dict[str, Any]) -> dict[str, int]:
    """Return how many requirements of the declared profiles had each outcome, the worst first."""
    found = Counter(item["outcome"] for item in declared(report))
    return {outcome: found[outcome] for outcome in OUTCOMES if found[outcome]}


def explained(report: dict[str, Any]) -> str:
    """Return why the verdict is what it is, in one sentence."""
    binding = [item for item in declared(report) if item["level"] == "MUST"]
    by_outcome = {
        outcome: [item["id"] for item in binding if item["outcome"] == outcome] for outcome in OUTCOMES
    }
    shard = report["header"]["shard"]
    if shard and report["verdict"] in ("partial", "conformant"):
        return f"Shard {shard['index']} of {shard['count']}; the verdict is that of the merged report."
    match report["verdict"]:
        case "conformant":
            return f"Each of the {len(binding)} MUSTs of the declared profiles was exercised and passed."
        case "not conformant":
            return f"{len(by_outcome['fail'])} of {len(binding)} MUSTs failed: {_listed(by_outcome['fail'])}."
        case "partial":
            return f"No MUST failed, but {_were(by_outcome['skip'])} skipped: {_listed(by_outcome['skip'])}."
        case "inconclusive":
            open_ones = by_outcome["inconclusive"]
            return f"No MUST failed, but {_were(open_ones)} not decided: {_listed(open_ones)}."
        case _:
            return "The suite itself failed, which says nothing about the server."


def in_short(requirement: dict[str, Any]) -> str:
    """Return what is wrong in a line: the first finding, or else the reason."""
    for finding in requirement["findings"][:1]:
        return printable(f"expected {finding['expected']}, got {finding['actual']}")
    return printable(requirement["detail"])


def printable(text: str) -> str:
    """Return the text with every character escaped that is not seen, moves others, or steers a terminal."""
    return "".join(letter if _harmless(letter) else _escaped(letter) for letter in text)


def shortened(text: str, most: int = _LONGEST_BODY) -> str:
    """Return the beginning of a text, and what was left out."""
    if len(text) <= most:
        return text
    return f"{text[:most]}… ({len(text) - most} more characters: report.json)"


def body_text(body: dict[str, str]) -> str:
    """Return a body as text: UTF-8 as it is, any other as ASCII with its further bytes in hexadecimal."""
    if "text" in body:
        return printable(shortened(body["text"]))
    octets = base64.b64decode(body["base64"])
    return shortened(
        "".join(
            chr(octet) if 0x20 <= octet < 0x7F or octet == 0x0A else f"\\x{octet:02x}" for octet in octets
        )
    )


def message(start: str, headers: list[list[str]], body: dict[str, str]) -> str:
    """Return a request or an answer as it looks on the wire."""
    head = "\n".join([start, *(f"{name}: {value}" for name, value in headers)])
    content = body_text(body)
    return printable(head) + (f"\n\n{content}" if content else "")


def _were(names: list[str]) -> str:
    return "1 was" if len(names) == 1 else f"{len(names)} were"


def _listed(names: list[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _harmless(letter: str) -> bool:
    return letter == "\n" or letter == "\t" or unicodedata.category(letter) not in _HARMFUL


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
