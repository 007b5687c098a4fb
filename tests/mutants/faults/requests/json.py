"""Mutants of REQ-7: bodies that are not JSON objects but are accepted; and one of REQ-15 by its decoder."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

from ...framework.mutant import accepts, breaks, malformed, refusing, replaces
from ...framework.shots import BASE, document
from ...service.refusals import Refusal
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT = BASE.octets
_LOOSE = {"FUZZ-2": "a generator may send it too"}


def _lenient(name: str, fault: str, mend: Callable[[bytes], Any], body: bytes, **options: Any) -> None:
    """Register a parser that, if the strict one fails, takes the value, or parses the bytes, from `mend`."""

    def parse(self: Server, body: bytes) -> Any:
        try:
            return Server.parse(self, body)
        except Refusal:
            mended = mend(body)
            if not isinstance(mended, bytes):
                return mended
            return Server.parse(self, mended)

    replaces("REQ-7", name, fault, "parse", parse, shows=BASE.but(body=body), **options)


def _first_value(body: bytes) -> Any:
    try:
        return json.JSONDecoder().raw_decode(body.decode())[0]
    except (ValueError, RecursionError):
        return body


_lenient("body-absent-accepted", "Without a body the default policy is run.", lambda b: b or _TEXT, b"")
_lenient(
    "body-blank-accepted",
    "A body of blanks is taken for none, and none for the default.",
    lambda b: b.strip() or _TEXT,
    b"  ",
)
_lenient(
    "unknown-escape-accepted",
    "A backslash stands for whatever letter follows it.",
    lambda b: re.sub(rb"\\([^\"\\/bfnrtu])", rb"\1", b),
    _TEXT.replace(b"-", b"\\-", 1),
    also=_LOOSE,
)
_lenient(
    "yaml-comment-accepted",
    "The body is read as YAML, of which JSON is a part, and comments with it.",
    lambda b: re.sub(rb"\n#[^\n]*", b"", b),
    _TEXT + b"\n# by hand",
)
_lenient(
    "percent-encoded-accepted",
    "A body that is percent-encoded is decoded first, as that of a form.",
    lambda b: unquote_to_bytes(b) if b.startswith(b"%7B") else b,
    quote(_TEXT).encode(),
)
_lenient(
    "trailing-comma-accepted",
    "A trailing comma is accepted.",
    lambda b: re.sub(rb",\s*([}\]])", rb"\1", b),
    _TEXT[:-1] + b",}",
)
_lenient(
    "comment-accepted",
    "Comments are accepted.",
    lambda b: re.sub(rb"/\*.*?\*/|//[^\n]*", b"", b),
    b"/* run */ " + _TEXT,
)
_lenient(
    "single-quotes-accepted",
    "Single quotes are accepted.",
    lambda b: b.replace(b"'", b'"'),
    _TEXT.replace(b'"', b"'"),
)
_lenient(
    "unquoted-names-accepted",
    "Names without quotation marks are accepted.",
    lambda b: re.sub(rb"([{,]\s*)([A-Za-z_]+)\s*:", rb'\1"\2":', b),
    re.sub(rb'"(\w+)":', rb"\1:", _TEXT),
)
_lenient(
    "nan-accepted",
    "NaN is read as null, and resources that are NaN as all.",
    lambda b: b.replace(b"NaN", b"null"),
    b'{"checkpoint": {"plan_id": "%s", "parameters": {"resources": NaN}}}' % POLICY.id.encode(),
    also={"REQ-12": "the member that is NaN is resources"},
)
_lenient(
    "cut-body-accepted",
    "Brackets that are missing at the end are added.",
    lambda b: b + b"}" * (b.count(b"{") - b.count(b"}")),
    _TEXT[:-2],
)
_lenient(
    "trailing-bytes-accepted",
    "Only the first JSON value is read, and what follows is ignored.",
    _first_value,
    _TEXT + b" trailing",
)
_lenient(
    "any-white-space-stripped",
    "Whatever Unicode calls white space is stripped from the body.",
    lambda b: b.decode(errors="replace").strip().encode(),
    _TEXT + b"\f",
)
_lenient(
    "body-ends-at-nul",
    "The body ends at its first NUL, as a string of C does.",
    lambda b: b.partition(b"\0")[0],
    _TEXT + b"\0x",
)
_lenient(
    "nul-at-end-cut-off",
    "A NUL that ends the body is cut off, as a buffer's padding.",
    lambda b: b.rstrip(b"\0"),
    _TEXT + b"\0",
)
_lenient(
    "two-documents-accepted",
    "Of two JSON documents the first is taken.",
    lambda b: _first_value(b) if b.rstrip().endswith(b"}") else b,
    _TEXT + b"\n" + _TEXT,
)
_lenient(
    "invalid-utf-8-dropped",
    "Bytes that are not UTF-8 are dropped.",
    lambda b: b.decode(errors="ignore").encode(),
    _TEXT.replace(b"auto", b"au\xffto"),
)
_lenient(
    "utf-16-accepted",
    "A body in UTF-16 is detected and accepted.",
    lambda b: (
        b.decode("utf-16", "replace").encode() if b[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else b
    ),
    _TEXT.decode().encode("utf-16"),
    equivalent="a charset other than UTF-8 is left open by every source",
)
_lenient(
    "byte-order-mark-accepted",
    "A byte-order mark before the JSON is ignored.",
    lambda b: b.removeprefix(codecs.BOM_UTF8),
    codecs.BOM_UTF8 + _TEXT,
    equivalent="RFC 8259, section 8.1, allows a reader to ignore a byte-order mark",
)
_lenient(
    "control-character-accepted",
    "Line feeds inside strings are accepted, and dropped.",
    lambda b: b.replace(b"\n", b""),
    _TEXT.replace(b"auto_", b"auto\n_"),
)
_lenient(
    "python-literal-accepted",
    "Python's False is accepted beside false.",
    lambda b: b.replace(b"False", b"false").replace(b"True", b"true"),
    _TEXT.replace(b"false", b"False"),
)


def _roots(rows: dict[str, tuple[str, Callable[[Any], bool], bytes]]) -> None:
    for name, (fault, when, body) in rows.items():
        accepts("REQ-7", name, fault, "read_root", when, BASE.but(body=body))


_roots(
    {
        "root-list-accepted": (
            "Of a list at the root the first is taken.",
            lambda v: isinstance(v, list),
            b"[" + _TEXT + b"]",
        ),
        "root-null-accepted": ("A root that is null runs the default.", lambda v: v is None, b"null"),
        "root-string-accepted": (
            "A string at the root that holds the JSON is decoded again.",
            lambda v: isinstance(v, str),
            json.dumps(_TEXT.decode()).encode(),
        ),
        "root-number-accepted": (
            "A number at the root is the number of a policy.",
            lambda v: isinstance(v, int) and not isinstance(v, bool),
            b"1",
        ),
        "root-true-accepted": ("A root that is true runs the default.", lambda v: v is True, b"true"),
        "root-empty-list-accepted": ("An empty list at the root runs the default.", lambda v: v == [], b"[]"),
    }
)
replaces(
    "REQ-7",
    "malformed-json-not-found",
    "Malformed JSON gets 404.",
    "parse",
    refusing(404, "CSBS.3000"),
    malformed,
    shows=BASE.but(body=b"{"),
)
replaces(
    "REQ-7",
    "absent-body-not-found",
    "A request without a body gets 404.",
    "parse",
    refusing("policy-not-found"),
    lambda body: body == b"",
    shows=BASE.but(body=b""),
)


@breaks("REQ-7", shows=(BASE, BASE.but(body=b"{")))
class MalformedJsonTakesTheBodyBefore(Server):
    """Malformed JSON leaves the body of the call before in the buffer, and that is run."""

    before: Any = None

    def parse(self, body: bytes) -> Any:
        try:
            self.before = super().parse(body)
        except Refusal:
            if self.before is None:
                raise
        return self.before


@breaks("REQ-15", shows=BASE.but(body=document(POLICY.id + "x")))
class PlanIdCutAfterLenientDecoding(Server):
    """Bytes that are not UTF-8 are read as another letter, and plan_id is cut to 36 characters."""

    def parse(self, body: bytes) -> Any:
        return super().parse(body.decode(errors="replace").encode())

    def read_plan_id(self, value: Any) -> str:
        return super().read_plan_id(value[:36] if isinstance(value, str) else value)
