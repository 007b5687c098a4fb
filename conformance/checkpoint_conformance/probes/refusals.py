"""REQ-7 to REQ-14: requests with one fault each, and the allowed statuses; REQ-15 to REQ-17 are added."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from checkpoint_conformance.probes.broken_example import BROKEN_EXAMPLE
from checkpoint_conformance.probes.calls import ABSENT, Call, Calls
from checkpoint_conformance.probes.identifiers import malformed_plans, other_providers
from checkpoint_conformance.probes.oversized import oversized
from checkpoint_conformance.probes.probe import NOTHING, Implications, Probe
from checkpoint_conformance.transport.exchange import Framing, Request

__all__ = ["refusals"]

_BAD = frozenset({400})
_INVALID = ("invalid-request",)
_NAMED_OTHERWISE = Implications(refused_as="REQ-14", accepted_too=("REQ-14",))
"""For a member that is missing because it is present under an unknown name, which may pass elsewhere."""

_NOT_AN_OBJECT: dict[str, Any] = {
    "null": None,
    "empty-string": "",
    "string": "checkpoint",
    "empty-list": [],
    "zero": 0,
    "one": 1,
    "true": True,
    "false": False,
}
_NOT_A_BOOLEAN: dict[str, Any] = {
    "string-true": "true",
    "string-false": "false",
    "string-capital": "True",
    "string-yes": "yes",
    "string-one": "1",
    "string-zero": "0",
    "string-on": "on",
    "string-off": "off",
    "string-no": "no",
    "string-null": "null",
    "empty-string": "",
    "zero": 0,
    "one": 1,
    "two": 2,
    "minus-one": -1,
    "float-one": 1.0,
    "float-zero": 0.0,
    "half": 0.5,
    "beyond-64-bits": 1 << 64,
    "below-64-bits": -(1 << 63) - 1,
    "empty-list": [],
    "list": [True],
    "empty-object": {},
    "object": {"value": False},
}


def refusals(calls: Calls) -> list[Probe]:
    """Return every probe of the group."""
    return [
        *_not_json(calls),
        *_no_object_at_root(calls),
        *_checkpoint(calls),
        *_plan_id_type(calls),
        *_parameters(calls),
        *_auto_trigger(calls),
        *_resources(calls),
        *_content_type(calls),
        *_unknown_members(calls),
        *malformed_plans(calls),
        *other_providers(calls),
        *oversized(calls),
    ]


def _refuse(
    requirement: str, variant: str, summary: str, request: Request, implies: Implications = NOTHING
) -> Probe:
    return Probe(f"{requirement}/{variant}", requirement, summary, request, _BAD, _INVALID, implies=implies)


def _not_json(calls: Calls) -> list[Probe]:
    good = json.dumps(calls.body(Call(False, calls.target.resources[:2])))
    vectors: dict[str, tuple[str, bytes]] = {
        "empty": ("an empty body", b""),
        "white-space": ("a body of white space", b" \r\n\t"),
        "brace": ("one opening brace", b"{"),
        "truncated": ("JSON cut off at its last brace", good[:-1].encode()),
        "half": ("JSON cut off in the middle", good[: len(good) // 2].encode()),
        "trailing-comma": ("a comma after the last member", (good[:-1] + ",}").encode()),
        "trailing-comma-list": ("a comma after the last item", good.replace("]", ",]", 1).encode()),
        "single-quotes": ("single quotes", good.replace('"', "'").encode()),
        "unquoted-key": ("a key without quotes", good.replace('"plan_id"', "plan_id").encode()),
        "comment": ("a comment", ("/* by hand */" + good).encode()),
        "line-comment": ("a line comment", (good + "\n// by hand").encode()),
        "hash-comment": ("a comment of YAML", (good + "\n# by hand").encode()),
        "trailing-text": ("text after the value", (good + " x").encode()),
        "trailing-brace": ("a brace after the value", (good + "}").encode()),
        "two-values": ("two values", (good + good).encode()),
        "form-feed": ("a form feed after the value, which is not JSON white space", (good + "\f").encode()),
        "nul-after": ("a NUL and text after the value", (good + "\0x").encode()),
        "nul-at-end": ("a NUL after the value", (good + "\0").encode()),
        "missing-comma": ("no comma between members", good.replace(", ", " ", 1).encode()),
        "nan": ("NaN for resources", re.sub(r"\[.*\]", "NaN", good).encode()),
        "python-words": ("False instead of false", good.replace("false", "False").encode()),
        "bad-escape": ("an escape that JSON does not have", good.replace("-", "\\-", 1).encode()),
        "raw-newline": (
            "a raw line break in a string",
            good.replace('checkpoint"', 'checkpoint\n"', 1).encode(),
        ),
        "form": ("form data", b"checkpoint=" + calls.target.policy_id.encode()),
        "form-raw": ("a form with the JSON in a field, unescaped", b"body=" + good.encode()),
        "percent": ("percent-encoded JSON", quote(good).encode()),
        "form-json": ("a form with the JSON in a field", b"data=" + quote(good).encode()),
        "xml": ("XML", b"<checkpoint/>"),
        "word": ("a bare word", b"checkpoint"),
        "documentation": ("the documentation's own broken example", BROKEN_EXAMPLE.encode()),
    }
    probes = [_refuse("REQ-7", name, what, calls.post(body)) for name, (what, body) in vectors.items()]
    no_framing = calls.post(b"", framing=Framing.NONE)
    probes.append(_refuse("REQ-7", "no-body", "no body at all", no_framing))
    plan = calls.target.policy_id.encode()
    stray = calls.post(good.encode().replace(b"{", b"{\xff", 1))
    probes.append(_refuse("REQ-7", "stray-byte", "a byte that is not UTF-8 between tokens", stray))
    cut = calls.post(good.encode().replace(plan, plan + b"\xc3"))
    cut_short = _refuse("REQ-7", "utf-8-cut", "a UTF-8 sequence cut short in plan_id", cut)
    # A server that reads it as another letter, and overlooks what follows a plan_id, breaks REQ-15.
    return [*probes, replace(cut_short, presumes=("REQ-15",))]


def _no_object_at_root(calls: Calls) -> list[Probe]:
    good = calls.body(calls.documented)
    roots = {**_NOT_AN_OBJECT, "list": [good], "quoted": json.dumps(good), "number": 3.14}
    return [
        _refuse(
            "REQ-7",
            f"root-{name}",
            f"a root that is {name.replace('-', ' ')}",
            calls.post(json.dumps(root).encode()),
        )
        for name, root in roots.items()
    ]


def _checkpoint(calls: Calls) -> list[Probe]:
    inner = calls.body(calls.documented)["checkpoint"]
    named_otherwise: dict[str, Any] = {"other-case": {"Checkpoint": inner}, "unwrapped": inner}
    bodies: dict[str, Any] = {
        "missing": {},
        **named_otherwise,
        "list": {"checkpoint": [inner]},
        "quoted": {"checkpoint": json.dumps(inner)},
        **{name: {"checkpoint": value} for name, value in _NOT_AN_OBJECT.items()},
    }
    return [
        _refuse(
            "REQ-8",
            name,
            f"checkpoint {name.replace('-', ' ')}",
            calls.post(body),
            _NAMED_OTHERWISE if name in named_otherwise else NOTHING,
        )
        for name, body in bodies.items()
    ]


def _plan_id_type(calls: Calls) -> list[Probe]:
    plan = calls.target.policy_id
    values: dict[str, Any] = {
        "missing": ABSENT,
        "null": None,
        "zero": 0,
        "integer": 42,
        "beyond-64-bits": 1 << 64,
        "float": 1.5,
        "true": True,
        "false": False,
        "empty-list": [],
        "list": [plan],
        "empty-object": {},
        "object": {"id": plan},
    }
    probes = [
        _refuse("REQ-9", name, f"plan_id {name.replace('-', ' ')}", calls.post(calls.changed(plan_id=value)))
        for name, value in values.items()
    ]
    for alias in ("planId", "id", "plan"):
        request = calls.post(calls.changed(plan_id=ABSENT, **{alias: plan}))
        summary = f"no plan_id but {alias}"
        probes.append(_refuse("REQ-9", f"named-{alias}", summary, request, _NAMED_OTHERWISE))
    return probes


def _parameters(calls: Calls) -> list[Probe]:
    good = calls.documented.parameters()
    values = {
        "missing": ABSENT,
        **_NOT_AN_OBJECT,
        "list": [good],
        "pairs": [list(pair) for pair in good.items()],
        "quoted": "{}",
    }
    probes = [
        _refuse(
            "REQ-10",
            name,
            f"parameters {name.replace('-', ' ')}",
            calls.post(calls.changed(parameters=value)),
        )
        for name, value in values.items()
    ]
    beside = calls.post(calls.changed(parameters=ABSENT, **calls.documented.parameters()))
    summary = "no parameters but their members in checkpoint"
    probes.append(_refuse("REQ-10", "beside", summary, beside, _NAMED_OTHERWISE))
    return probes


def _auto_trigger(calls: Calls) -> list[Probe]:
    return [
        _refuse(
            "REQ-11",
            name,
            f"auto_trigger {value!r}",
            calls.post(calls.changed_parameters(auto_trigger=value)),
        )
        for name, value in _NOT_A_BOOLEAN.items()
    ]


def _resources(calls: Calls) -> list[Probe]:
    one, *_ = calls.target.resources
    last = calls.target.resources[-1]
    values: dict[str, Any] = {
        "string": one,
        "empty-string": "",
        "joined": ",".join(calls.target.resources[:2]),
        "quoted": json.dumps([one]),
        "zero": 0,
        "one": 1,
        "true": True,
        "false": False,
        "empty-object": {},
        "object": {"id": one},
        "keyed": {"0": one},
        "item-null": [None],
        "item-zero": [0],
        "item-number": [1.5],
        "item-beyond-64-bits": [1 << 64],
        "item-true": [True],
        "item-false": [False],
        "item-empty-list": [[]],
        "item-list": [[one]],
        "item-empty-object": [{}],
        "item-object": [{"id": one}],
        "first-item-null": [None, last],
        "first-item-number": [7, last],
        "second-item-null": [one, None],
        "second-item-number": [one, 7],
        "second-item-object": [one, {"id": last}],
        "second-item-list": [one, [last]],
    }
    return [
        _refuse(
            "REQ-12",
            name,
            f"resources {name.replace('-', ' ')}",
            calls.post(calls.changed_parameters(resources=value)),
        )
        for name, value in values.items()
    ]


def _content_type(calls: Calls) -> list[Probe]:
    body = calls.body(calls.documented)
    types = {
        "absent": None,
        "empty": "",
        "text": "text/plain",
        "text-json": "text/json",
        "xml": "application/xml",
        "form": "application/x-www-form-urlencoded",
        "multipart": "multipart/form-data; boundary=frontier",
        "octets": "application/octet-stream",
        "any": "*/*",
        "any-application": "application/*",
        "prefix": "application/jsonx",
        "seq": "application/json-seq",
        "patch": "application/json-patch+json",
        "merge-patch": "application/merge-patch+json",
        "problem": "application/problem+json",
        "lines": "application/x-ndjson",
        "json5": "application/json5",
        "x-json": "application/x-json",
        "yaml": "application/yaml",
        "suffix": "application/vnd.api+json",
        "inside": "text/plain; type=application/json",
        "list": "text/plain, application/json",
        "word": "json",
        "javascript": "application/javascript",
    }
    posts = {name: (f"Content-Type {value or name}", body, value) for name, value in types.items()}
    return [
        Probe(
            f"REQ-13/{name}",
            "REQ-13",
            what,
            calls.post(content, content_type=value),
            frozenset({400, 415}),
            _INVALID,
        )
        for name, (what, content, value) in {**posts, **_in_other_formats(calls)}.items()
    ]


def _in_other_formats(calls: Calls) -> dict[str, tuple[str, bytes, str]]:
    """Return a valid call in the formats that frameworks read beside JSON, each under its own type."""
    plan, resources = calls.target.policy_id, calls.target.resources[:2]
    brackets = [("checkpoint[plan_id]", plan)]
    brackets += [("checkpoint[parameters][resources][]", resource) for resource in resources]
    dots = [("checkpoint.plan_id", plan)]
    dots += [(f"checkpoint.parameters.resources[{n}]", resource) for n, resource in enumerate(resources)]
    parts = "".join(
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in brackets
    )
    elements = "".join(f"<resources>{resource}</resources>" for resource in resources)
    inner = f"<plan_id>{plan}</plan_id><parameters>{elements}</parameters>"
    items = [f"      - {resource}" for resource in resources]
    form = "application/x-www-form-urlencoded"
    texts = {
        "form-brackets": ("a form with its members in brackets", urlencode(brackets), form),
        "form-dots": ("a form with its members behind dots", urlencode(dots), form),
        "multipart-fields": (
            "a form in parts",
            f"{parts}--frontier--\r\n",
            "multipart/form-data; boundary=frontier",
        ),
        "xml-elements": (
            "XML with the same members",
            f"<request><checkpoint>{inner}</checkpoint></request>",
            "application/xml",
        ),
        "yaml-block": (
            "YAML with the same members",
            "\n".join(("checkpoint:", f"  plan_id: {plan}", "  parameters:", "    resources:", *items)),
            "application/yaml",
        ),
    }
    return {name: (what, text.encode(), value) for name, (what, text, value) in texts.items()}


def _unknown_members(calls: Calls) -> list[Probe]:
    good, plan = calls.body(calls.documented), calls.target.policy_id
    bodies: dict[str, Any] = {
        "root": {**good, "unknown": 1},
        "checkpoint": calls.changed(unknown="x"),
        "parameters": calls.changed_parameters(unknown=None),
        "underscore": calls.changed(_note="x"),
        "empty-name": calls.changed(**{"": 1}),
        "extension": calls.changed_parameters(**{"x-note": 1}),
        "other-case": calls.changed_parameters(Auto_Trigger=False),
        "constructor": calls.changed_parameters(constructor=1),
        "root-underscore": {**good, "_note": "x"},
        "parameters-underscore": calls.changed_parameters(_note="x"),
        "root-dotted": {**good, "checkpoint.plan_id": plan},
        "dotted": calls.changed(**{"parameters.auto_trigger": False}),
        "parameters-dotted": calls.changed_parameters(**{"resources.0": calls.target.resources[0]}),
        "root-camel-case": {**good, "planId": plan},
        "camel-case": calls.changed(planId=plan),
        "parameters-camel-case": calls.changed_parameters(autoTrigger=False),
        "root-extension": {**good, "x-note": 1},
        "dollar": calls.changed(**{"$note": 1}),
        "at-sign": calls.changed(**{"@type": "checkpoint"}),
        "of-another-level": calls.changed(auto_trigger=False),
        "parameters-at-root": {**good, "parameters": {}},
        "of-the-response": calls.changed(name="x", description=None),
        "with-a-space": calls.changed_parameters(**{"resources ": []}),
        "mistyped": calls.changed(
            parameters={"auto_trigger": False, "resource": list(calls.target.resources[:1])}
        ),
    }
    return [
        _refuse("REQ-14", name, f"an unknown member, {name}", calls.post(body))
        for name, body in bodies.items()
    ]
