"""Mutants of REQ-13 and REQ-14: content types and unknown members."""

# ruff: noqa: D102 - what an overridden step does is said where it is defined

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from ...framework.mutant import breaks, refusing, replaces
from ...framework.shots import BASE, checkpoint, document, parameters
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request

_IDS = [resource.id for resource in POLICY.resources]


def _type(name: str, fault: str, test: Callable[[str], bool], sent: str | None, **options: Any) -> None:
    replaces(
        "REQ-13",
        name,
        fault,
        "wrong_content_type",
        lambda *_: None,
        lambda _, media_type: test(media_type),
        shows=BASE.but(content_type=sent),
        **options,
    )


for _name, _fault, _test, _sent in (
    ("any-type-accepted", "The content type is not looked at.", lambda _: True, "image/png"),
    ("plain-text-accepted", "text/plain is accepted.", lambda t: t == "text/plain", "text/plain"),
    ("no-type-accepted", "A body without a content type is taken for JSON.", lambda t: t == "", None),
    (
        "form-type-accepted",
        "JSON under the type of a form, as curl sends it by default, is accepted.",
        lambda t: t == "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded",
    ),
    (
        "multipart-accepted",
        "multipart/form-data is accepted.",
        lambda t: "multipart" in t,
        "multipart/form-data",
    ),
    (
        "type-prefix-accepted",
        "The type is compared by its start.",
        lambda t: t.startswith("application/json"),
        "application/jsonx",
    ),
    (
        "type-containing-json-accepted",
        "Any type that contains json is accepted.",
        lambda t: "json" in t,
        "text/x-json",
    ),
    (
        "list-of-types-accepted",
        "The field is read as a list, and application/json in it is accepted.",
        lambda t: "application/json" in t.split(", ")[1:],
        "text/plain, application/json",
    ),
    ("text-json-accepted", "text/json is accepted.", lambda t: t == "text/json", "text/json"),
    (
        "old-name-of-json-accepted",
        "application/x-json, the type before there was one, is accepted.",
        lambda t: t == "application/x-json",
        "application/x-json",
    ),
    (
        "merge-patch-accepted",
        "application/merge-patch+json is accepted, as for a PATCH.",
        lambda t: t == "application/merge-patch+json",
        "application/merge-patch+json",
    ),
    (
        "json-lines-accepted",
        "application/x-ndjson is accepted, one line of it.",
        lambda t: t == "application/x-ndjson",
        "application/x-ndjson",
    ),
    (
        "json5-accepted",
        "application/json5 is accepted.",
        lambda t: t == "application/json5",
        "application/json5",
    ),
    (
        "json-suffix-accepted",
        "Any type that ends in +json is accepted.",
        lambda t: t.endswith("+json"),
        "application/merge-patch+json",
    ),
    (
        "xml-type-accepted",
        "application/xml is accepted.",
        lambda t: t == "application/xml",
        "application/xml",
    ),
    (
        "octets-accepted",
        "application/octet-stream is accepted.",
        lambda t: t == "application/octet-stream",
        "application/octet-stream",
    ),
    (
        "wildcard-accepted",
        "The type */* is accepted, taken for an Accept header.",
        lambda t: t == "*/*",
        "*/*",
    ),
):
    _type(_name, _fault, _test, _sent)

_FORM = "application/x-www-form-urlencoded"


class _Converting(Server):
    """Reads bodies of another format beside JSON."""

    media_type = ""

    def convert(self, text: str) -> dict[str, list[str]]:
        """Return the values in a body by name, in no particular notation."""
        raise NotImplementedError

    def check_content_type(self, request: Request) -> None:
        if (request.header("content-type") or "").startswith(self.media_type):
            values = self.convert(request.body.decode("utf-8", "replace"))
            plan = values.get("plan_id", [])
            if len(plan) == 1:
                body = document(plan[0], resources=values.get("resources", []))
                request.body = json.dumps(body).encode()
                return
        super().check_content_type(request)


def _by_last_name(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        words = re.findall(r"[a-z_]+", name)
        found.setdefault(words[-1] if words else "", []).append(value)
    return found


@breaks(
    "REQ-13", shows=BASE.but(body=urlencode({"checkpoint[plan_id]": POLICY.id}).encode(), content_type=_FORM)
)
class FormWithBracketsRead(_Converting):
    """A form whose fields have brackets in their names is read, as by the default middleware."""

    media_type = _FORM

    def convert(self, text: str) -> dict[str, list[str]]:
        return _by_last_name([pair for pair in parse_qsl(text) if "[" in pair[0]])


@breaks(
    "REQ-13", shows=BASE.but(body=urlencode({"checkpoint.plan_id": POLICY.id}).encode(), content_type=_FORM)
)
class FormWithDotsRead(_Converting):
    """A form whose fields have dots in their names is read, as by the default parsers."""

    media_type = _FORM

    def convert(self, text: str) -> dict[str, list[str]]:
        return _by_last_name([pair for pair in parse_qsl(text) if "." in pair[0]])


@breaks(
    "REQ-13",
    shows=BASE.but(
        body=f'--b\r\nX: form-data; name="checkpoint[plan_id]"\r\n\r\n{POLICY.id}\r\n--b--'.encode(),
        content_type="multipart/form-data; boundary=b",
    ),
)
class FormInPartsRead(_Converting):
    """A form in parts is read, as by the default parsers."""

    media_type = "multipart/form-data"

    def convert(self, text: str) -> dict[str, list[str]]:
        return _by_last_name(re.findall(r'name="(.+?)"\r\n\r\n(.*?)\r\n', text))


@breaks(
    "REQ-13",
    shows=BASE.but(
        body=f"<r><checkpoint><plan_id>{POLICY.id}</plan_id></checkpoint></r>".encode(),
        content_type="application/xml",
    ),
)
class XmlRead(_Converting):
    """XML is read, too, with the library that is there for another service."""

    media_type = "application/xml"

    def convert(self, text: str) -> dict[str, list[str]]:
        return _by_last_name(re.findall(r"<(plan_id|resources)>(.*?)</", text))


@breaks(
    "REQ-13",
    shows=BASE.but(body=f"checkpoint:\n  plan_id: {POLICY.id}\n".encode(), content_type="application/yaml"),
)
class YamlRead(_Converting):
    """YAML is read, too, as in the files of the same product."""

    media_type = "application/yaml"

    def convert(self, text: str) -> dict[str, list[str]]:
        return _by_last_name(re.findall(r"(plan_id): (\S+)", text))


for _status, _code, _name, _fault in (
    (404, "APIGW.0101", "wrong-type-not-found", "A wrong content type gets 404."),
    (403, "APIGW.0302", "wrong-type-forbidden", "A wrong content type gets 403."),
):
    replaces(
        "REQ-13",
        _name,
        _fault,
        "wrong_content_type",
        refusing(_status, _code),
        shows=BASE.but(content_type="text/plain"),
    )

# -- REQ-14: unknown members --------------------------------------------------------------------------

_UNKNOWN = {
    "root": BASE.but(body={**BASE.body, "other": 1}),
    "checkpoint": checkpoint({**BASE.body["checkpoint"], "other": 1}),
    "parameters": parameters({"other": 1}),
}
for _place, _shot in _UNKNOWN.items():
    replaces(
        "REQ-14",
        f"unknown-in-{_place}-ignored",
        f"Unknown members of {_place} are ignored.",
        "check_unknown",
        lambda *_: None,
        lambda place, _members, _known, _place=_place: place == _place,
        shows=_shot,
    )
replaces(
    "REQ-14",
    "unknown-null-ignored",
    "Unknown members whose value is null are ignored.",
    "check_unknown",
    lambda server, place, members, known: Server.check_unknown(
        server, place, {name: value for name, value in members.items() if value is not None}, known
    ),
    shows=parameters({"other": None}),
)
replaces(
    "REQ-14",
    "mistyped-resources-ignored",
    "A mistyped resources is ignored, and everything is backed up.",
    "check_unknown",
    lambda *_: None,
    lambda place, members, _known: (
        place == "parameters" and any(re.match("(?i)res", name) for name in members)
    ),
    shows=parameters({"resource": _IDS[:1]}),
)
replaces(
    "REQ-14",
    "parameters-in-another-case-ignored",
    "Members of parameters are recognised in any case, but read under their own names only.",
    "check_unknown",
    lambda server, place, members, known: Server.check_unknown(
        server, place, {name.lower() if place == "parameters" else name: 0 for name in members}, known
    ),
    shows=parameters({"Auto_Trigger": True}),
)
replaces(
    "REQ-14",
    "inherited-names-known",
    "A name is known if an object has it, which has inherited some.",
    "check_unknown",
    lambda server, place, members, known: Server.check_unknown(
        server, place, members, known | {"constructor", "toString", "hasOwnProperty"}
    ),
    shows=parameters({"constructor": 1}),
)
replaces(
    "REQ-14",
    "unknown-with-underscore-ignored",
    "Unknown members whose name begins with an underscore are ignored, as private ones.",
    "check_unknown",
    lambda server, place, members, known: Server.check_unknown(
        server, place, {name: value for name, value in members.items() if name[:1] != "_"}, known
    ),
    shows=checkpoint({**BASE.body["checkpoint"], "_other": 1}),
)
replaces(
    "REQ-14",
    "unknown-without-name-ignored",
    "An unknown member with the empty name is ignored, an empty name being none.",
    "check_unknown",
    lambda server, place, members, known: Server.check_unknown(
        server, place, {name: value for name, value in members.items() if name}, known
    ),
    shows=checkpoint({**BASE.body["checkpoint"], "": 1}),
)
replaces(
    "REQ-14",
    "unknown-not-found",
    "An unknown member gets 404.",
    "check_unknown",
    refusing("policy-not-found"),
    lambda _place, members, known: bool(set(members) - known),
    shows=parameters({"other": 1}),
)
