"""HTTP-3 and HTTP-4: undocumented input, and methods that the operation does not support."""

from __future__ import annotations

import json
import zlib
from typing import Any

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import REFUSALS, Probe
from checkpoint_conformance.transport.exchange import Framing, Request

__all__ = ["methods", "odd_input", "unknown_route"]


def methods(calls: Calls) -> list[Probe]:
    """Return the other methods on the operation's path: 405 with an `Allow` that lists POST (HTTP-4).

    OPTIONS may also get a 2xx, which says what the server can do (RFC 9110, 9.3.7). HEAD ends its connection,
    so that a body is not taken for the next response.
    """
    body = json.dumps(calls.body(calls.documented)).encode()
    requests = {
        "get": calls.request("GET", calls.path()),
        "head": calls.request("HEAD", calls.path()).with_header("Connection", "close"),
        "options": calls.request("OPTIONS", calls.path()),
        "put": calls.request("PUT", calls.path(), body, content_type="application/json"),
        "patch": calls.request("PATCH", calls.path(), body, content_type="application/json"),
        "delete": calls.request("DELETE", calls.path()),
    }
    return [
        Probe(
            f"HTTP-4/{name}",
            "HTTP-4",
            name.upper(),
            request,
            frozenset({405}),
            ("method-not-allowed",),
            alone=True,
        )
        for name, request in requests.items()
    ]


def unknown_route(calls: Calls) -> Probe:
    """Return a request for a path in no document: the error must have the documented form (ERR-1)."""
    path = calls.path().removesuffix("checkpoints") + "nowhere"
    request = calls.request("POST", path, b"{}", content_type="application/json")
    allowed = frozenset({400, 401, 403, 404, 405})
    return Probe(
        "ERR-1/unknown-route", "ERR-1", "a path that no document describes", request, allowed, ("no-route",)
    )


def odd_input(calls: Calls) -> list[Probe]:
    """Return requests that may be accepted or refused, but that the server must survive (HTTP-3).

    A request with nothing else against it names an unknown policy, so that it creates nothing.
    """
    return [
        Probe(
            f"HTTP-3/{name}",
            "HTTP-3",
            what,
            request,
            REFUSALS,
            open_outcome=True,
        )
        for name, (what, request) in {**_bodies(calls), **_paths(calls), **_fields(calls)}.items()
    ]


def _harmless(calls: Calls) -> dict[str, Any]:
    return calls.changed(plan_id=calls.unknown_id("policy"))


def _bodies(calls: Calls) -> dict[str, tuple[str, Request]]:
    good = json.dumps(calls.body(calls.documented))
    plan, nowhere = calls.target.policy_id, calls.unknown_id("policy")
    trigger = '"auto_trigger": false'
    one = calls.target.resources[0]
    texts = {
        "huge-integer": (
            "an integer of 5,000 digits",
            good.replace(trigger, '"auto_trigger": ' + "9" * 5000),
        ),
        "beyond-64-bits": (
            "an unknown member beyond 64 bits",
            good.replace(plan, nowhere)[:-1] + f', "size": {1 << 64}}}',
        ),
        "huge-exponent": ("the number 1e400", good.replace(trigger, '"auto_trigger": 1e400')),
        "nan": ("NaN", good.replace(trigger, '"auto_trigger": NaN')),
        "minus-zero": ("the number -0", good.replace(trigger, '"auto_trigger": -0')),
        "lone-surrogate": ("a lone surrogate in plan_id", good.replace(plan, plan[:-1] + "\\ud800")),
        "surrogate-resource": ("a lone surrogate in resources", good.replace(one, "\\udfff")),
        "surrogate-key": ("a lone surrogate as a member's name", good[:-1] + ', "\\ud83d": 1}'),
        "nul-resource": ("a NUL in resources", good.replace(one, one[:-1] + "\\u0000")),
        "nul-key": ("a NUL as a member's name", good[:-1] + ', "\\u0000": 1}'),
        "emoji": ("a plan_id of emoji", good.replace(plan, "\U0001f4be" * 36)),
        "emoji-resource": ("a resource of emoji", good.replace(one, "\U0001f4be" * 36)),
        "resource-twice": ("the same resource twice", good.replace(f'"{one}"', f'"{one}", "{one}"')),
        "right-to-left": ("a plan_id of right-to-left marks", good.replace(plan, "\u202e" * 36)),
        "combining": ("a plan_id of combining marks", good.replace(plan, "e\u0301" * 18)),
        "format": ("format directives in plan_id", good.replace(plan, "%s%n%x{0}{plan}${x}")),
        "empty-key": ("an empty member name", good[:-1] + ', "": 1}'),
        "proto": ("a member __proto__", good[:-1] + ', "__proto__": {"checkpoint": 1}}'),
        "duplicate-key": ("the same key twice", good.replace('"plan_id"', f'"plan_id": "{plan}", "plan_id"')),
        "many-members": (
            "a thousand unknown members",
            good[:-1] + "".join(f', "m{number}": 1' for number in range(1000)) + "}",
        ),
        "deep-unclosed": ("a hundred thousand opening brackets", "[" * 100_000),
        "null-trigger": ("auto_trigger null", good.replace(trigger, '"auto_trigger": null')),
        "upper-case": ("a plan_id in upper case", good.replace(plan, plan.upper())),
    }
    raw = good.encode()
    requests = {name: (what, calls.post(text.encode())) for name, (what, text) in texts.items()}
    shadowed = calls.changed(hasOwnProperty=1, parameters={"hasOwnProperty": 1})
    requests["own-property"] = ("members hasOwnProperty", calls.post({"hasOwnProperty": 1, **shadowed}))
    requests["bom"] = ("a byte-order mark before the body", calls.post(b"\xef\xbb\xbf" + raw))
    requests["utf-16"] = ("JSON in UTF-16", calls.post(good.encode("utf-16")))
    requests["bytes"] = ("every byte value once", calls.post(bytes(range(256))))
    packed = calls.post(zlib.compress(raw)).with_header("Content-Encoding", "deflate")
    requests["deflate"] = ("a compressed body", packed)
    false_gzip = calls.post(raw).with_header("Content-Encoding", "gzip")
    unknown = calls.post(_harmless(calls)).with_header("Content-Encoding", "br")
    requests["brotli"] = ("a body in a coding that few servers know", unknown)
    requests["false-gzip"] = ("a body that claims to be gzip and is not", false_gzip)
    in_chunks = calls.post(_harmless(calls), framing=Framing.CHUNKED)
    requests["chunked"] = ("a body in chunks", in_chunks)
    chunked_junk = calls.post(b"{", framing=Framing.CHUNKED)
    requests["chunked-junk"] = ("malformed JSON in chunks", chunked_junk)
    return requests


def _paths(calls: Calls) -> dict[str, tuple[str, Request]]:
    good = calls.post(_harmless(calls))

    def at(project: str | None = None, provider: str | None = None, suffix: str = "") -> Request:
        path = calls.path(project, provider) + suffix
        return Request(good.method, path, good.headers, good.body)

    return {
        "project-nul": ("a project_id %00", at("%00")),
        "project-long": ("a project_id of 2,000 digits", at("0" * 2000)),
        "project-utf-8": ("a project_id of an encoded emoji", at("%F0%9F%92%BE")),
        "project-not-utf-8": ("a project_id %FF%FE", at("%FF%FE")),
        "project-dots": ("a project_id %2e%2e%2f", at("%2e%2e%2f")),
        "project-sql": ("a project_id with a quote", at("'%20OR%201=1--")),
        "provider-nul": ("a provider_id %00", at(provider="%00")),
        "provider-long": ("a provider_id of 2,000 letters", at(provider="f" * 2000)),
        "provider-utf-8": ("a provider_id of an encoded emoji", at(provider="%F0%9F%92%BE")),
        "provider-not-utf-8": ("a provider_id %FF%FE", at(provider="%FF%FE")),
        "provider-format": ("a provider_id %25s%25n", at(provider="%25s%25n")),
        "query-not-utf-8": ("a query %FF", at(suffix="?a=%FF")),
        "query-many": ("a query of 300 parameters", at(suffix="?" + "&".join(f"p{n}=1" for n in range(300)))),
        "query-empty": ("a query of empty parameters", at(suffix="?a=2&&=&a=")),
        "query-nested": ("a query with a value and members of one name", at(suffix="?a=1&a%5Bb%5D=2")),
        "query-percent": ("a query with a % that encodes nothing", at(suffix="?a=%zz")),
    }


def _fields(calls: Calls) -> dict[str, tuple[str, Request]]:
    body = _harmless(calls)
    good = calls.post(body)
    types = {
        "type-empty": "",
        "type-semicolons": ";;;",
        "type-slash": "/",
        "type-parameter": "application/json; charset",
        "type-charset": "application/json; charset=bogus",
        "type-quote": 'application/json; charset="utf-8',
        "type-long": "application/" + "x" * 1000,
        "type-not-ascii": "application/j\u00fcson",
    }
    requests = {
        name: (f"Content-Type {value[:40]!r}", calls.post(body, content_type=value))
        for name, value in types.items()
    }
    twice = Request(good.method, good.path, (*good.headers, ("Content-Type", "text/plain")), good.body)
    requests["type-twice"] = ("two Content-Type fields", twice)
    requests["cookie"] = ("a malformed cookie", good.with_header("Cookie", "=;;=\u00ff; a=b=c"))
    requests["many-fields"] = (
        "60 unknown fields",
        Request(good.method, good.path, (*good.headers, *((f"X-F-{n}", "1") for n in range(60))), good.body),
    )
    requests["forwarded"] = (
        "a malformed X-Forwarded-For",
        good.with_header("X-Forwarded-For", "', , unknown"),
    )
    requests["language"] = (
        "a malformed Accept-Language",
        good.with_header("Accept-Language", "zz-;q=x,*;q=9"),
    )
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    requests["accept-browser"] = ("the Accept of a browser", good.with_header("Accept", browser))
    chinese = good.with_header("Accept-Language", "zh-CN,zh;q=0.9").with_header("X-Language", "zh-cn")
    requests["chinese"] = ("a client that reads Chinese", chinese)
    requests["no-user-agent"] = ("no User-Agent", good.with_header("User-Agent", None))
    requests["expect"] = ("an Expect", good.with_header("Expect", "100-continue"))
    weighed = good.with_header("Accept", "application/json;q=high, */*;q=0.1")
    requests["accept-weight"] = ("an Accept with a weight that is not a number", weighed)
    requests["accept-malformed"] = ("an Accept that names no media type", good.with_header("Accept", "json"))
    basic = good.with_header("Authorization", "Basic %%%")
    requests["authorization"] = ("malformed Basic credentials beside the token", basic)
    since = good.with_header("If-Modified-Since", "yesterday")
    requests["if-modified-since"] = ("an If-Modified-Since that is not a date", since)
    requests["range"] = ("a Range", good.with_header("Range", "bytes=0-1"))
    return requests
