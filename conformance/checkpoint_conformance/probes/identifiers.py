"""REQ-15 and REQ-16: ids that are malformed or identify something else, some by one character."""

from __future__ import annotations

from urllib.parse import quote

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import Probe

__all__ = ["malformed_plans", "near_misses", "other_providers"]

_BAD_OR_UNKNOWN = frozenset({400, 404})


def near_misses(identifier: str) -> dict[str, str]:
    """Return segments of a path that a loose comparison takes for the identifier.

    Such a comparison trims its operands, uses a regex whose `$` matches before a line feed, takes the segment
    for a pattern of LIKE, of file names or of a regex, cuts off what follows a semicolon, decodes the path
    twice (RFC 3986, 2.4), or normalises its letters. Case is left out: no source says that it matters in an
    id (ERRATA, open questions).
    """
    start = identifier[:-1]
    return {
        "space-after": identifier + "%20",
        "space-before": "%20" + identifier,
        "line-break": identifier + "%0A",
        "like": start + "_",
        "glob": start + "%3F",
        "pattern": start + ".",
        "path-parameter": identifier + ";v=1",
        "encoded-twice": f"{start}%25{ord(identifier[-1]):02X}",
        "wide": start + quote(_wide(identifier[-1])),
    }


def _wide(letter: str) -> str:
    """Return the full-width form of an ASCII letter or digit, which NFKC turns back into it."""
    return chr(ord(letter) + 0xFEE0)


def _with_wide_digit(identifier: str) -> str:
    """Return the identifier with its last digit in full width, which a `\\d` may match as well."""
    digits = [place for place, letter in enumerate(identifier) if letter.isdigit()]
    last = digits[-1] if digits else len(identifier) - 1
    return identifier[:last] + _wide(identifier[last]) + identifier[last + 1 :]


def malformed_plans(calls: Calls) -> list[Probe]:
    """Return the probes of a malformed `plan_id` (REQ-15)."""
    plan = calls.target.policy_id
    values = {
        "empty": "",
        "word": "policy",
        "long-word": "policy-" * 50,
        "no-hyphens": plan.replace("-", ""),
        "short": plan[:-1],
        "long": plan + "0",
        "braces": "{" + plan + "}",
        "urn": "urn:uuid:" + plan,
        "line-break": plan + "\n",
        "space-before": " " + plan,
        "space-after": plan + " ",
        "tab-after": plan + "\t",
        "no-break-space": plan + "\u00a0",
        "zero-width-space": "\u200b" + plan,
        "quoted": f'"{plan}"',
        "no-hex": plan[:-1] + "g",
        "wide-digit": _with_wide_digit(plan),
        "moved-hyphen": plan[:7] + "-" + plan[7] + plan[9:],
        "path": "../" + plan,
        "sql": plan + "' OR '1'='1",
        "wildcard": "%",
        "like": plan[:-1] + "_",
        "glob": plan[:-1] + "?",
        "pattern": plan[:-1] + ".",
        "star": "*",
        "null-word": "null",
        "constructor": "constructor",
        "twice": f"{plan},{plan}",
    }
    if calls.policy_name:
        values["name"] = calls.policy_name
    probes = [
        _plan_form(calls, name, f"a plan_id that is malformed: {name.replace('-', ' ')}", value)
        for name, value in values.items()
    ]
    probes.append(_plan_form(calls, "nul", "a plan_id with a NUL", plan + "\0"))
    return probes


def _plan_form(calls: Calls, name: str, summary: str, value: str) -> Probe:
    request = calls.post(calls.changed(plan_id=value))
    conditions = ("invalid-request", "policy-not-found")
    return Probe(f"REQ-15/{name}", "REQ-15", summary, request, _BAD_OR_UNKNOWN, conditions)


def other_providers(calls: Calls) -> list[Probe]:
    """Return the probes of another `provider_id` (REQ-16)."""
    body, own = calls.body(calls.documented), calls.target.provider_id
    values = {
        "unknown": calls.unknown_id("provider"),
        "neighbour": own[:-1] + ("0" if own[-1] != "0" else "1"),
        "nil": "00000000-0000-0000-0000-000000000000",
        "short": own[:-1],
        "long": own + "0",
        "word": "provider",
        "null-word": "null",
        "number": "1",
        "policy": calls.target.policy_id,
        "no-hyphens": own.replace("-", "") if "-" in own else own + "-",
        "star": "*",
        "constructor": "constructor",
        **near_misses(own),
    }
    return [
        Probe(
            f"REQ-16/{name}",
            "REQ-16",
            f"a provider_id that is not the documented one: {name.replace('-', ' ')}",
            calls.post(body, provider_id=value),
            _BAD_OR_UNKNOWN,
            ("unknown-provider",),
        )
        for name, value in values.items()
    ]
