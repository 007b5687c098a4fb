"""REQ-1 to REQ-6, and other valid shapes (FUZZ-1): what a server must accept."""

from __future__ import annotations

import json
from dataclasses import replace

from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.transport.exchange import Framing, Request

__all__ = [
    "anew",
    "base",
    "documented",
    "documented_after_deletion",
    "documented_later",
    "shapes",
    "variations",
]

_CHARSETS = {
    "lower-case": "application/json; charset=utf-8",
    "no-space": "application/json;charset=UTF-8",
    "quoted": 'application/json; charset="utf-8"',
}


def documented(calls: Calls) -> list[Probe]:
    """Return the documented request twice: the responses must be two checkpoints (RESP-11)."""
    return [
        _accept(calls, "REQ-1", "documented", "the documented request", calls.documented),
        _accept(calls, "REQ-1", "documented-again", "the documented request, again", calls.documented),
    ]


def documented_later(calls: Calls) -> Probe:
    """Return the documented request again, to be sent after the others: it must still be accepted."""
    return _accept(
        calls, "REQ-1", "documented-later", "the documented request, after others", calls.documented
    )


def documented_after_deletion(calls: Calls) -> Probe:
    """Return the documented request again, to be sent after a deletion: its id must be new all the same."""
    return _accept(
        calls,
        "REQ-1",
        "documented-after-deletion",
        "the documented request, after a deletion",
        calls.documented,
    )


def anew(calls: Calls, call: Call) -> Probe:
    """Return a valid call again, in place of a checkpoint that an earlier part of a run deleted."""
    return _accept(calls, "REQ-1", "anew", "a valid call again, in a resumed run", call)


def base(calls: Calls, requirement: str, variant: str, summary: str, call: Call | None = None) -> Probe:
    """Return a valid request that serves a probe of another requirement."""
    return _accept(calls, requirement, variant, summary, call or calls.documented)


def shapes(calls: Calls) -> list[Probe]:
    """Return the probes of REQ-2 to REQ-6: the documented request with one member changed or left out."""
    all_of_it, some = calls.target.resources, calls.documented.resources
    trigger = calls.documented.auto_trigger
    table = [
        ("REQ-2", "empty-parameters", "parameters {}", Call(ABSENT, ABSENT), ()),
        ("REQ-3", "true", "auto_trigger true", Call(True, some), ()),
        ("REQ-3", "false-alone", "auto_trigger false and no resources", Call(False, ABSENT), ("REQ-2",)),
        ("REQ-3", "true-alone", "auto_trigger true and no resources", Call(True, ABSENT), ("REQ-2",)),
        ("REQ-4", "first", "only the first resource", Call(trigger, all_of_it[:1]), ("REQ-1",)),
        ("REQ-4", "last", "only the last resource", Call(trigger, all_of_it[-1:]), ("REQ-1",)),
        (
            "REQ-4",
            "all-alone",
            "all resources and no auto_trigger",
            Call(ABSENT, all_of_it[:64]),
            ("REQ-2", "REQ-3"),
        ),
        ("REQ-5", "null", "resources null", Call(trigger, None), ()),
        ("REQ-5", "empty", "resources []", Call(trigger, ()), ()),
        ("REQ-5", "null-auto-trigger", "resources null, auto_trigger true", Call(True, None), ("REQ-3",)),
        ("REQ-5", "empty-auto-trigger", "resources [], auto_trigger true", Call(True, ()), ("REQ-3",)),
        ("REQ-5", "empty-alone", "resources [] and no auto_trigger", Call(ABSENT, ()), ("REQ-2", "REQ-3")),
    ]
    if len(all_of_it) > 2:
        outer = Call(trigger, (all_of_it[0], all_of_it[-1]))
        table.append(("REQ-4", "outer", "the first and the last resource", outer, ("REQ-1",)))
    probes = [_accept(calls, *row) for row in table]
    request = calls.call(calls.documented)
    for variant, value in _CHARSETS.items():
        changed = request.with_header("Content-Type", value)
        summary = f"Content-Type: {value}"
        probes.append(Probe(f"REQ-6/{variant}", "REQ-6", summary, changed, call=calls.documented))
    return probes


def variations(calls: Calls) -> list[Probe]:
    """Return the same request encoded differently (FUZZ-1, HTTP-7), and combinations of members."""
    call = calls.documented
    body = calls.body(call)
    inner = body["checkpoint"]
    turned = {
        "checkpoint": {"parameters": dict(reversed(inner["parameters"].items())), "plan_id": inner["plan_id"]}
    }
    reversed_call = Call(True, calls.target.resources[::-1][:64])
    bodies: dict[str, tuple[str, bytes]] = {
        "member-order": ("the members in another order", json.dumps(turned).encode()),
        "whitespace": ("white space around every token", _spaced(body)),
        "compact": ("no white space", json.dumps(body, separators=(",", ":")).encode()),
        "escapes": ("letters escaped as \\u", _escaped(body)),
    }
    probes = [
        _vary(variant, summary, calls.post(content), call) for variant, (summary, content) in bodies.items()
    ]
    reversed_probe = _vary("reversed", "all resources, last first", calls.call(reversed_call), reversed_call)
    probes.append(replace(reversed_probe, presumes=("REQ-3", "REQ-4")))
    bare = calls.call(call).with_header("Accept", None)
    probes.append(_vary("no-accept", "no Accept", bare, call))
    other = calls.call(call).with_header("Accept", "*/*").with_header("User-Agent", "Go-http-client/1.1")
    other = other.with_header("X-Request-Id", "7f3a1e5c9d2b4860a1c3e5f708192a3b")
    other = other.with_header("Accept-Language", "de-DE,de;q=0.9")
    probes.append(_vary("other-client", "another client's fields", other, call))
    probes.append(_in_chunks(calls))
    lower = calls.call(call)
    headers = tuple((name.lower(), value) for name, value in lower.headers)
    request = Request(lower.method, lower.path, headers, lower.body)
    probes.append(_vary("field-case", "field names in lower case", request, call))
    return probes


def _in_chunks(calls: Calls) -> Probe:
    """Return the documented request in chunks, which a server may refuse with 411 (RFC 9110, 15.5.12)."""
    request = replace(calls.call(calls.documented), framing=Framing.CHUNKED)
    summary, allowed = "the documented request, sent in chunks", frozenset({200, 411})
    return Probe("HTTP-7/chunked", "HTTP-7", summary, request, allowed, call=calls.documented, alone=True)


def _accept(
    calls: Calls, requirement: str, variant: str, summary: str, call: Call, presumes: tuple[str, ...] = ()
) -> Probe:
    identifier = f"{requirement}/{variant}"
    return Probe(identifier, requirement, summary, calls.call(call), call=call, presumes=presumes)


def _vary(variant: str, summary: str, request: Request, call: Call) -> Probe:
    return Probe(f"FUZZ-1/{variant}", "FUZZ-1", summary, request, call=call)


def _spaced(body: object) -> bytes:
    return ("\r\n\t " + json.dumps(body, indent="\t", separators=(" ,", " : ")) + " \n").encode()


def _escaped(body: object) -> bytes:
    """Escape one letter of each member name and one of each value: the same JSON in different bytes."""
    text = json.dumps(body)
    for letter, code in (("k", "\\u006b"), ("m", "\\u006d"), ("-", "\\u002d")):
        text = text.replace(letter, code)
    return text.encode()
