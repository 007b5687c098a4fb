"""Mutants of HTTP-3: inputs on which the server crashes."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...framework.mutant import OUTSIDE, breaks, crashes, malformed, refusing, replaces
from ...framework.shots import BASE, checkpoint, document, parameters
from ...service.refusals import Condition, refuse
from ...service.schema import ABSENT
from ...service.server import Server
from ...service.world import POLICY, PROJECT, PROVIDER, SECOND_POLICY, TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request, Response

_IDS = [resource.id for resource in POLICY.resources]


def _whose(*ids: str) -> dict[str, str]:
    return dict.fromkeys(ids, "it says what the answer to this input is")


def _not_utf8(body: bytes) -> bool:
    return body.decode(errors="replace").encode() != body


def _beyond(value: Any) -> bool:
    return isinstance(value, int) and not -(1 << 63) <= value < 1 << 64


def _json(test: Callable[[bytes], bool], body: bytes) -> tuple[str, Callable[..., bool], Any]:
    return "parse", test, BASE.but(body=body)


def _value(step: str, test: Callable[[Any], bool], shot: Any) -> tuple[str, Callable[..., bool], Any]:
    return f"read_{step}", test, shot


def _shadows(value: Any) -> bool:
    return isinstance(value, dict) and "hasOwnProperty" in value


_ROWS: dict[str, tuple[str, tuple[str, Callable[..., bool], Any], dict[str, str]]] = {
    "own-property": (
        "The method hasOwnProperty of the body is called, which a member of this name replaces.",
        _value("root", _shadows, BASE.but(body={**BASE.body, "hasOwnProperty": 1})),
        _whose("REQ-14"),
    ),
    "own-property-of-parameters": (
        "The method hasOwnProperty of parameters is called, which a member of this name replaces.",
        _value("parameters", _shadows, parameters({"hasOwnProperty": 1})),
        _whose("REQ-14"),
    ),
    "invalid-utf-8": (
        "A body that is not UTF-8 raises in the decoder.",
        _json(_not_utf8, b'{"checkpoint": "\xff"}'),
        _whose("REQ-7"),
    ),
    "huge-number": (
        "A number of thousands of digits raises in the conversion.",
        _json(lambda b: bool(re.search(rb"\d{1000}", b)), b'{"checkpoint": ' + b"9" * 5000 + b"}"),
        _whose("REQ-17", "REQ-8", "REQ-7", "REQ-11"),
    ),
    "trigger-beyond-64-bits": (
        "An integer is stored in a column of 64 bits before its type is looked at.",
        _value("auto_trigger", _beyond, parameters({"auto_trigger": 1 << 64})),
        _whose("REQ-11"),
    ),
    "plan-beyond-64-bits": (
        "A number for an id is looked up as a key of 64 bits.",
        _value("plan_id", _beyond, BASE.but(body=document(1 << 64))),
        _whose("REQ-9"),
    ),
    "resource-beyond-64-bits": (
        "A number among the resources is looked up as a key of 64 bits.",
        _value(
            "resources",
            lambda value: isinstance(value, list) and any(map(_beyond, value)),
            parameters({"resources": [1 << 64]}),
        ),
        _whose("REQ-12"),
    ),
    "number-beyond-64-bits": (
        "A parser of 64-bit numbers raises on a larger one, wherever it stands.",
        _json(
            lambda b: any(abs(int(digits)) >= 1 << 64 for digits in re.findall(rb"\b\d{20,25}\b", b)),
            BASE.octets[:-1] + b', "size": 18446744073709551616}',
        ),
        _whose("REQ-9", "REQ-11", "REQ-12", "REQ-14"),
    ),
    "lone-surrogate": (
        "An escaped surrogate raises when it is written to the log.",
        _json(lambda b: bool(re.search(rb"(?i)\\ud[89a-f]", b)), BASE.but(body=document("\ud800")).octets),
        _whose("REQ-15"),
    ),
    "empty-body": (
        "A body that is not there raises in the parser.",
        _json(lambda b: b == b"", b""),
        _whose("REQ-7"),
    ),
    "malformed-json": (
        "An error of the parser is not caught.",
        _json(lambda b: b.startswith(b"{") and malformed(b), b"{"),
        _whose("REQ-7"),
    ),
    "nan": (
        "NaN raises when it is compared.",
        _json(lambda b: b"NaN" in b, b'{"checkpoint": NaN}'),
        _whose("REQ-7"),
    ),
    "root-list": (
        "A list at the root has no get.",
        _value("root", lambda v: isinstance(v, list), BASE.but(body=b"[]")),
        _whose("REQ-7"),
    ),
    "root-null": (
        "A root that is null has no get.",
        _value("root", lambda v: v is None, BASE.but(body=b"null")),
        _whose("REQ-7"),
    ),
    "checkpoint-missing": (
        "A missing checkpoint raises a KeyError.",
        _value("checkpoint", lambda v: v is ABSENT, BASE.but(body={})),
        _whose("REQ-8"),
    ),
    "checkpoint-string": (
        "A checkpoint that is a string is indexed by a name.",
        _value("checkpoint", lambda v: isinstance(v, str), BASE.but(body={"checkpoint": "x"})),
        _whose("REQ-8"),
    ),
    "plan-id-missing": (
        "A missing plan_id raises a KeyError.",
        _value("plan_id", lambda v: v is ABSENT, checkpoint({"parameters": {}})),
        _whose("REQ-9"),
    ),
    "plan-id-null": (
        "A plan_id that is null has no length.",
        _value("plan_id", lambda v: v is None, BASE.but(body=document(None))),
        _whose("REQ-9"),
    ),
    "plan-id-list": (
        "A plan_id that is a list cannot be a key.",
        _value("plan_id", lambda v: isinstance(v, (list, dict)), BASE.but(body=document([]))),
        _whose("REQ-9"),
    ),
    "plan-id-malformed": (
        "A plan_id that is not a UUID raises in the conversion.",
        _value(
            "plan_id",
            lambda v: isinstance(v, str) and not re.fullmatch(r"[0-9a-f-]{36}", v),
            BASE.but(body=document("x")),
        ),
        _whose("REQ-15"),
    ),
    "plan-id-nul": (
        "A NUL in plan_id is refused by the database.",
        _value("plan_id", lambda v: isinstance(v, str) and "\0" in v, BASE.but(body=document("a\0b"))),
        _whose("REQ-15"),
    ),
    "plan-id-emoji": (
        "A letter of four bytes in plan_id does not fit the column's charset.",
        _value(
            "plan_id",
            lambda v: isinstance(v, str) and any(ord(c) > 0xFFFF for c in v),
            BASE.but(body=document("\N{FLOPPY DISK}")),
        ),
        _whose("REQ-15"),
    ),
    "plan-id-long": (
        "A plan_id of more than 255 letters does not fit its column.",
        _value("plan_id", lambda v: isinstance(v, str) and len(v) > 255, BASE.but(body=document("x" * 300))),
        _whose("REQ-15", "REQ-17"),
    ),
    "parameters-missing": (
        "Missing parameters raise a KeyError.",
        _value("parameters", lambda v: v is ABSENT, checkpoint({"plan_id": POLICY.id})),
        _whose("REQ-10"),
    ),
    "parameters-null": (
        "Parameters that are null have no get.",
        _value("parameters", lambda v: v is None, checkpoint({"plan_id": POLICY.id, "parameters": None})),
        _whose("REQ-10"),
    ),
    "parameters-list": (
        "Parameters that are a list have no get.",
        _value(
            "parameters", lambda v: isinstance(v, list), checkpoint({"plan_id": POLICY.id, "parameters": []})
        ),
        _whose("REQ-10"),
    ),
    "auto-trigger-object": (
        "An auto_trigger that is an object cannot be stored.",
        _value("auto_trigger", lambda v: isinstance(v, (dict, list)), parameters({"auto_trigger": {}})),
        _whose("REQ-11"),
    ),
    "resources-number": (
        "Resources that are a number cannot be iterated.",
        _value("resources", lambda v: isinstance(v, int), parameters({"resources": 5})),
        _whose("REQ-12"),
    ),
    "resource-object": (
        "A resource that is an object cannot be in a set.",
        _value(
            "resources",
            lambda v: isinstance(v, list) and any(isinstance(e, (dict, list)) for e in v),
            parameters({"resources": [{}]}),
        ),
        _whose("REQ-12"),
    ),
    "resource-null": (
        "A resource that is null cannot be joined into a query.",
        _value("resources", lambda v: isinstance(v, list) and None in v, parameters({"resources": [None]})),
        _whose("REQ-12"),
    ),
    "resource-not-ascii": (
        "A resource with other than ASCII letters raises in the query.",
        _value(
            "resources",
            lambda v: isinstance(v, list) and any(isinstance(e, str) and not e.isascii() for e in v),
            parameters({"resources": ["é"]}),
        ),
        _whose("NF-3", "FUZZ-1"),
    ),
    "resource-twice": (
        "A resource that is listed twice breaks a unique index.",
        _value(
            "resources",
            lambda v: (
                isinstance(v, list) and all(isinstance(e, str) for e in v) and len(set(v)) < len(v) <= 64
            ),
            parameters({"resources": _IDS[:1] * 2}),
        ),
        _whose("FUZZ-1", "REQ-4"),
    ),
    "resource-outside": (
        "A resource outside the policy raises a KeyError.",
        ("outside_resource", lambda *_: True, parameters({"resources": [OUTSIDE]})),
        _whose("NF-3"),
    ),
    "unknown-member": (
        "An unknown member is an unexpected argument of the handler.",
        ("check_unknown", lambda _, members, known: bool(set(members) - known), parameters({"other": 1})),
        _whose("REQ-14"),
    ),
    "no-content-type": (
        "A missing content type has no split.",
        (
            "check_content_type",
            lambda request: request.header("content-type") is None,
            BASE.but(content_type=None),
        ),
        _whose("REQ-13"),
    ),
    "wrong-content-type": (
        "No reader is registered for another content type.",
        (
            "wrong_content_type",
            lambda _, media_type: media_type not in ("", "application/json"),
            BASE.but(content_type="text/plain"),
        ),
        _whose("REQ-13"),
    ),
    "unknown-charset": (
        "A charset that does not exist raises in the codec registry.",
        (
            "wrong_content_type",
            lambda _, media_type: media_type == "application/json",
            BASE.but(content_type="application/json; charset=bogus"),
        ),
        _whose("REQ-6"),
    ),
    "unknown-policy": (
        "An unknown policy is None, which has no resources.",
        ("unknown_policy", lambda _: True, BASE.but(body=document(OUTSIDE))),
        _whose("NF-1"),
    ),
    "foreign-policy": (
        "Another project's policy raises in the check of ownership.",
        ("foreign_policy", lambda _: True, BASE.but(body=document(SECOND_POLICY.id))),
        _whose("NF-2"),
    ),
    "unknown-provider": (
        "No driver is registered for another provider.",
        ("check_provider", lambda p: p != PROVIDER, BASE.but(provider=OUTSIDE)),
        _whose("REQ-16"),
    ),
    "malformed-provider": (
        "A provider that is not a UUID raises in the conversion.",
        ("check_provider", lambda p: not re.fullmatch(r"[0-9A-Fa-f-]{36}", p), BASE.but(provider="x")),
        _whose("REQ-16"),
    ),
    "malformed-project": (
        "A project that is not 32 digits raises in the conversion.",
        (
            "foreign_token",
            lambda _r, _t, project: not re.fullmatch("[0-9a-f]{32}", project),
            BASE.but(project="x"),
        ),
        _whose("AUTH-4"),
    ),
    "no-token": (
        "A missing token raises a KeyError.",
        ("no_token", lambda _: True, BASE.but(token=None)),
        _whose("AUTH-1", "AUTH-6"),
    ),
    "token-not-ascii": (
        "A token with other than ASCII letters raises when it is compared.",
        ("unknown_token", lambda _, value: not value.isascii(), BASE.but(token="é")),
        _whose("AUTH-2"),
    ),
    "long-token": (
        "A token of more than 4096 letters does not fit the cache's key.",
        ("unknown_token", lambda _, value: len(value) > 4096, BASE.but(token="x" * 9000)),
        _whose("AUTH-2"),
    ),
    "expired-token": (
        "The time of expiry is compared with a time without zone.",
        ("expired_token", lambda *_: True, BASE.but(token=TOKENS["expired"])),
        _whose("AUTH-3"),
    ),
    "path-not-utf-8": (
        "A path whose escapes are not UTF-8 raises in the router.",
        ("route", lambda request: "%ff" in request.path.lower(), BASE.but(provider="%ff")),
        _whose("REQ-16"),
    ),
    "query": (
        "A query that the operation does not know is an unexpected argument.",
        (
            "create_checkpoint",
            lambda request, *_: "?" in request.target,
            BASE.but(path=f"/v1/{PROJECT}/providers/{PROVIDER}/checkpoints?x=1"),
        ),
        _whose("REQ-1", "FUZZ-1"),
    ),
    "other-method": (
        "A method that is not there raises in the dispatcher.",
        (
            "other_method",
            lambda request, _: request.method in ("GET", "PUT", "PATCH"),
            BASE.but(method="PUT"),
        ),
        _whose("HTTP-4"),
    ),
}
for _name, (_fault, (_step, _when, _shot), _also) in _ROWS.items():
    crashes(f"crash-on-{_name}", _fault, _step, _when, _shot, also=_also)


@breaks("HTTP-4", shows=[BASE.but(method="PATCH")], also={"HTTP-3": "it is a 5xx", "HTTP-1": "undocumented"})
class UnknownMethodNotImplemented(Server):
    """Methods without a handler get 501, the default of a library."""

    def refused(self, request: Request, condition: Condition) -> Response:
        if condition.status == 405:
            condition = Condition(501, "APIGW.0101", "The method is not implemented.", condition.allow)
        return super().refused(request, condition)


@breaks("HTTP-3", shows=BASE.but(body=document("x" * (1 << 20))), also=_whose("REQ-17"))
class BadGatewayForALargeBody(Server):
    """A body over the limit makes the proxy give up, and it answers 502."""

    def refused(self, request: Request, condition: Condition) -> Response:
        if condition.status == 413:
            condition = Condition(502, "APIGW.0201", "Bad gateway.")
        return super().refused(request, condition)


@breaks("HTTP-3", shows=[BASE.but(body=b"{")] * 2, also=_whose("REQ-7"))
class CrashOnTheSecondRefusal(Server):
    """Every second malformed body finds a parser that was not reset."""

    failures = 0

    def parse(self, body: bytes) -> Any:
        if malformed(body):
            self.failures += 1
            if self.failures % 2 == 0:
                refuse("internal-error")
        return super().parse(body)


replaces(
    "HTTP-3",
    "unavailable-for-unknown-policy",
    "An unknown policy gets 500 CSBS.9998, as if the service were down.",
    "unknown_policy",
    refusing(500, "CSBS.9998"),
    shows=BASE.but(body=document(OUTSIDE)),
    also=_whose("NF-1"),
)
