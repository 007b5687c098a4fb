"""The badge: an SVG for a README, and a shields.io endpoint."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import Any

__all__ = ["badge", "endpoint"]

_COLOURS = {
    "conformant": "#1a7f4b",
    "not conformant": "#c2261f",
    "partial": "#8f5a00",
    "inconclusive": "#7a3fb0",
    "error": "#5b6470",
}
_LETTER = 6.6
"""Average width of a letter in pixels; `textLength` makes the text fit any font."""
_PADDING = 9


def endpoint(report: dict[str, Any]) -> str:
    """Return the JSON that https://shields.io/badges/endpoint-badge reads."""
    label, text = _words(report)
    colour = _colour(report).removeprefix("#")
    data = {"schemaVersion": 1, "label": label, "message": text, "color": colour}
    return json.dumps(data | {"isError": report["verdict"] == "error"}, indent=1) + "\n"


def badge(report: dict[str, Any]) -> str:
    """Return the SVG, which says the same to sighted readers and to screen readers."""
    label, text = _words(report)
    left, right = (round(len(words) * _LETTER) + 2 * _PADDING for words in (label, text))
    name = escape(f"{label}: {text}")
    size = f'width="{left + right}" height="22"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{name}">
<title>{name}</title>
<clipPath id="r"><rect {size} rx="4"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="22" fill="#3a4149"/>
<rect x="{left}" width="{right}" height="22" fill="{_colour(report)}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11.5">
{_label(label, left / 2, left)}
{_label(text, left + right / 2, right)}
</g></svg>
"""


def _label(words: str, middle: float, width: int) -> str:
    return f'<text x="{middle:g}" y="15.2" textLength="{width - 2 * _PADDING}">{escape(words)}</text>'


def _words(report: dict[str, Any]) -> tuple[str, str]:
    header = report["header"]
    label = f"checkpoint contract {header['contract']['version']}"
    if header["shard"]:
        label += f", shard {header['shard']['index']}/{header['shard']['count']}"
    more = [name for name in report["profiles"] if name != "core"]
    return label, report["verdict"] + (f" (core, {', '.join(more)})" if more else "") + _waivers(report)


def _waivers(report: dict[str, Any]) -> str:
    """Return how many waivers count, and how many fail the run."""
    states = Counter(waiver["state"] for waiver in report["waivers"])
    names = {"applied": "waiver", "stale": "stale waiver", "expired": "expired waiver"}
    told = [(states[state], name) for state, name in names.items() if states[state]]
    return "".join(f", {number} {name}{'s' * (number > 1)}" for number, name in told)


def _colour(report: dict[str, Any]) -> str:
    failing = any(waiver.get("problem") for waiver in report["waivers"])
    return _COLOURS["not conformant" if failing else report["verdict"]]
