"""The dry run: lists every request of `verify`, for review before any goes to a server that costs money."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import click
from checkpoint_openapi.terminal.columns import wrapped

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.reports.evidence import request_data
from checkpoint_conformance.reports.writers.text import body_text, printable
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.simulation import Planned, simulate
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target

__all__ = ["plan", "render_plan"]

_FOLDED = "~"
"""What stands for the usual path, as a shell writes a home directory."""
_NAMES = 28
"""Columns for the name of a probe."""
_LONG = 20
"""Characters from which an id hides what differs between requests."""
_LONGEST = 160
"""Maximum characters of a body or path in the list."""


def plan(target: Target, options: Options) -> dict[str, Any]:
    """Return the requests sent to a server that keeps the contract, as JSON data without secrets."""
    secrets = Secrets(target)
    planned = simulate(target, options)
    return {
        "target": target.url,
        "max_creates": target.max_creates,
        "creates": sum(each.creates for each in planned),
        "requests": [_entry(each, target, secrets) for each in planned],
    }


def render_plan(planned: dict[str, Any], target: Target, width: int | None = None) -> str:
    """Return the plan as text, one line per request, wrapped to `width` columns if given.

    The path that most requests have and the target's ids are written once, above them.
    """
    folded = _folded(planned, target)
    lines, stage = list[str](), None
    for entry in planned["requests"]:
        if entry["stage"] != stage:
            stage = entry["stage"]
            lines += ["", click.style(retold(stage), bold=True)]
        mark, request = "+" if entry["creates"] else " ", entry["request"]
        path, body = printable(request["path"]), " ".join(body_text(request["body"]).split())
        for name, whole in folded.items():
            path, body = path.replace(whole, name), body.replace(whole, name)
        start = f"{mark} {entry['probe'] or '':<{_NAMES}} {request['method']} "
        lines.append(wrapped(f"{start}{_cut(path)}  {_cut(body)}".rstrip(), width, _NAMES + 3))
    written = "\n".join(lines)
    legend = [
        wrapped(tr("{path} stands for {whole}", path=name, whole=whole), width, 4)
        for name, whole in folded.items()
        if re.search(rf"(?<![\w-]){name}(?![\w-])", written)
    ]
    told = "{count} requests to {url}; {creates} of them (+) create a checkpoint."
    at_most = "Never more than max_creates = {limit} are created. Nothing was sent."
    more = "A server that responds differently gets more requests: the suite repeats what reveals a problem."
    counts = {"count": len(planned["requests"]), "url": planned["target"], "creates": planned["creates"]}
    closing = [tr(told, **counts), tr(at_most, limit=planned["max_creates"]), tr(more)]
    return "\n".join([*legend, written, "", *(wrapped(line, width, 0) for line in closing)])


def _folded(planned: dict[str, Any], target: Target) -> dict[str, str]:
    """Return what is written instead of each long text that many requests share."""
    usual, alike = Counter(entry["request"]["path"] for entry in planned["requests"]).most_common(1)[0]
    ids = {"POLICY": target.policy_id, "PROJECT": target.project_id}
    ids |= {f"RESOURCE-{number}": each for number, each in enumerate(target.resources, 1)}
    long = {name: printable(whole) for name, whole in ids.items() if len(whole) >= _LONG}
    return ({_FOLDED: printable(usual)} if alike > 1 else {}) | long


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _entry(each: Planned, target: Target, secrets: Secrets) -> dict[str, Any]:
    probe = each.probe
    return {
        "stage": each.stage,
        "probe": probe.id if probe else None,
        "requirement": probe.requirement if probe else None,
        "summary": probe.summary if probe else None,
        "creates": each.creates,
        "request": request_data(each.request, target.url, secrets),
    }
