"""The dry run: lists every request of `verify`, for review before any goes to a server that costs money."""

from __future__ import annotations

from typing import Any

import click

from checkpoint_conformance.reports.evidence import request_data
from checkpoint_conformance.reports.writers.text import body_text, printable
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.simulation import Planned, simulate
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target

__all__ = ["plan", "render_plan"]

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


def render_plan(planned: dict[str, Any]) -> str:
    """Return the plan as text, one line per request."""
    lines: list[str] = []
    stage = None
    for entry in planned["requests"]:
        if entry["stage"] != stage:
            stage = entry["stage"]
            lines += ["", click.style(stage, bold=True)]
        mark = "+" if entry["creates"] else " "
        request = entry["request"]
        path = _cut(printable(request["path"]))
        body = _cut(" ".join(body_text(request["body"]).split()))
        lines.append(f"{mark} {entry['probe'] or '':<28} {request['method']} {path}  {body}".rstrip())
    total = len(planned["requests"])
    return "\n".join(
        [
            *lines[1:],
            "",
            f"{total} requests to {planned['target']}; {planned['creates']} of them (+) create a checkpoint.",
            f"Never more than max_creates = {planned['max_creates']} are created. Nothing was sent.",
            "A server that answers otherwise gets more: each finding is confirmed by a repetition.",
        ]
    )


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
