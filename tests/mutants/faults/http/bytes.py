"""Mutants of HTTP-2: the bytes of a complete body, and its content type."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

from ...framework.mutant import REFUSALS
from ...framework.shapes import accepted, anything, refused, sends, shapes
from ...framework.shots import BASE
from ...service.wire import compose

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Response

_ERR = {"ERR-1": "the body is then not the documented one either"}


def _body(change: Callable[[bytes], bytes]) -> Callable[[Response], None]:
    def edit(response: Response) -> None:
        response.body = change(response.body)

    return edit


def _typed(value: str | None) -> Callable[[Response], None]:
    return lambda response: response.header("Content-Type", value)


def _member(text: bytes) -> Callable[[bytes], bytes]:
    """Return a change that inserts `text` before the members of `checkpoint`."""
    return lambda body: body.replace(b'{"checkpoint": {', b'{"checkpoint": {' + text + b", ", 1)


for _name, _fault, _change in (
    ("byte-order-mark", "The body begins with a byte-order mark.", lambda b: b"\xef\xbb\xbf" + b),
    ("duplicate-name", "A name occurs twice, with two values.", _member(b'"status": "error"')),
    (
        "duplicate-name-same-value",
        "A name occurs twice, with the same value.",
        _member(b'"status": "protecting"'),
    ),
    ("duplicate-root", "The root has checkpoint twice.", lambda b: b[:-1] + b", " + b[1:]),
    ("nan", "A member is NaN.", _member(b'"progress": NaN')),
    ("infinity", "A member is -Infinity.", _member(b'"progress": -Infinity')),
    ("leading-zero", "A number has a leading zero.", _member(b'"progress": 07')),
    ("number-without-integer", "A number begins with its point.", _member(b'"progress": .5')),
    ("hexadecimal-number", "A number is hexadecimal.", _member(b'"progress": 0x1f')),
    ("undefined", "A member is undefined.", _member(b'"progress": undefined')),
    ("python-none", "null is written as None.", lambda b: b.replace(b": null", b": None")),
    ("single-quotes", "Strings stand in single quotes.", lambda b: b.replace(b'"', b"'")),
    ("unquoted-names", "Names have no quotation marks.", lambda b: re.sub(rb'"(\w+)": ', rb"\1: ", b)),
    ("trailing-comma", "A comma ends the object.", lambda b: b[:-1] + b",}"),
    ("comment", "A comment precedes the body.", lambda b: b"/* checkpoint */" + b),
    ("trailing-garbage", "Text follows the body.", lambda b: b + b"<!-- 0.012 s -->"),
    ("trailing-nul", "A NUL ends the body.", lambda b: b + b"\0"),
    ("two-documents", "Two JSON documents follow each other.", lambda b: b + b"\n" + b),
    ("second-root-after-line", "An empty object follows on a line of its own.", lambda b: b + b"\n{}"),
    ("callback", "The body is wrapped in a callback.", lambda b: b"callback(" + b + b")"),
    ("hijacking-prefix", "A prefix against hijacking precedes the body.", lambda b: b")]}',\n" + b),
    ("latin-1", "Letters that are not ASCII are in Latin-1.", lambda b: b.replace(b'"backup"', b'"f\xfcr"')),
    ("windows-1252", "A dash is in Windows-1252.", lambda b: b.replace(b'"backup"', b'"a\x96b"')),
    (
        "surrogate-bytes",
        "A surrogate is encoded by itself.",
        lambda b: b.replace(b'"backup"', b'"\xed\xa0\x80"'),
    ),
    ("overlong-bytes", "A slash is encoded in two bytes.", lambda b: b.replace(b'"backup"', b'"\xc0\xaf"')),
    (
        "cut-letter",
        "A string is cut in the middle of a letter.",
        lambda b: b.replace(b'"backup"', b'"f\xc3"'),
    ),
    ("utf-16", "The body is in UTF-16.", lambda b: b.decode().encode("utf-16")),
    ("utf-32", "The body is in UTF-32.", lambda b: b.decode().encode("utf-32-be")),
    ("control-character", "A string holds a line feed.", lambda b: b.replace(b'"backup"', b'"back\nup"')),
    (
        "bad-escape",
        "A string holds an escape that JSON does not have.",
        lambda b: b.replace(b'"backup"', rb'"back\'up"'),
    ),
    ("compressed-unsaid", "The body is compressed, and no header says so.", gzip.compress),
    ("empty-body", "The answer has no body.", lambda _: b""),
    ("html-body", "The body is a page.", lambda _: b"<html><body>OK</body></html>"),
    ("cut-json", "The last bracket is missing.", lambda b: b[:-1]),
    (
        "quoted-json",
        "The source's own example: quotes within extra_info are not escaped.",
        lambda b: b.replace(rb"\"", b'"'),
    ),
):
    shapes("HTTP-2", f"answer-{_name}", _fault, _body(_change), shows=BASE)


def _compress(response: Response) -> None:
    response.body = gzip.compress(response.body)
    response.header("Content-Encoding", "gzip")


shapes(
    "HTTP-2",
    "compressed-unasked",
    "Each body is compressed, whatever the request accepts.",
    _compress,
    shows=BASE.but(headers=(("Accept-Encoding", "identity"),)),
)


def _page(response: Response) -> None:
    response.body = b"<html><body><h1>Error</h1></body></html>"
    response.header("Content-Type", "text/html; charset=utf-8")


shapes(
    "HTTP-2",
    "error-page-for-browsers",
    "An error is a page for who accepts one, as the default of a framework.",
    _page,
    lambda request, response: refused(request, response) and "text/html" in (request.header("accept") or ""),
    shows=BASE.but(headers=(("Accept", "text/html, */*;q=0.8"),), token=None),
    also=_ERR,
)
for _name, _fault, _value in (
    ("text-plain", "The content type is text/plain.", "text/plain"),
    ("text-html", "The content type is text/html.", "text/html; charset=utf-8"),
    ("text-json", "The content type is text/json.", "text/json"),
    ("jsonx", "The content type is application/jsonx.", "application/jsonx"),
    ("hal", "The content type is application/hal+json.", "application/hal+json"),
    ("octets", "The content type is application/octet-stream.", "application/octet-stream"),
    ("latin-1", "The charset is ISO-8859-1.", "application/json; charset=ISO-8859-1"),
    ("utf-16", "The charset is UTF-16.", "application/json; charset=utf-16"),
    ("absent", "There is no content type.", None),
    ("empty", "The content type is empty.", ""),
    ("broken", "The content type has no subtype.", "application"),
):
    shapes("HTTP-2", f"type-{_name}", _fault, _typed(_value), shows=BASE)
for _name, _fault, _change, _one_in, _which in (
    (
        "byte-order-mark-once-in-five",
        "One body in five begins with a byte-order mark.",
        lambda b: b"\xef\xbb\xbf" + b,
        5,
        accepted,
    ),
    ("trailing-nul-once-in-three", "One body in three ends in a NUL.", lambda b: b + b"\0", 3, accepted),
    (
        "nan-when-automatic",
        "The answer to an automatic call holds NaN.",
        _member(b'"progress": NaN'),
        1,
        lambda request, response: accepted(request, response) and b"operation-engine" in response.body,
    ),
    (
        "trailing-comma-with-several",
        "A comma follows the last of several resources.",
        lambda b: b.replace(b"}]", b"},]"),
        1,
        lambda request, response: accepted(request, response) and response.body.count(b"exclude_volumes") > 1,
    ),
    (
        "garbage-after-refusal",
        "After a refusal on the connection its body is appended to the next.",
        lambda b: b + b'{"error_code": "CSBS.9001"}',
        1,
        lambda request, response: accepted(request, response) and request.connection.refused > 0,
    ),
):
    shapes("HTTP-2", f"answer-{_name}", _fault, _body(_change), _which, _one_in)

# -- errors -------------------------------------------------------------------------------------------

_PAGE = b"<html><head><title>400 Bad Request</title></head><body><h1>Bad Request</h1></body></html>"


def _as(body: bytes, media_type: str | None) -> Callable[[Response], None]:
    def edit(response: Response) -> None:
        response.body = body
        response.header("Content-Type", media_type)

    return edit


def _of(*statuses: int) -> Callable[[Any, Response], bool]:
    return lambda _, response: response.status in statuses


for _name, _fault, _edit, _which in (
    ("page", "Errors are pages.", _as(_PAGE, "text/html"), refused),
    ("page-of-router", "The router's own 404 is a page.", _as(_PAGE, "text/html"), _of(404)),
    ("page-of-method", "The router's own 405 is a page.", _as(_PAGE, "text/html"), _of(405)),
    ("page-of-size", "The proxy's own 413 is a page.", _as(_PAGE, "text/html"), _of(413)),
    ("page-of-token", "The gateway's own 401 is a page.", _as(_PAGE, "text/html"), _of(401)),
    ("page-under-json", "Errors are pages under application/json.", _as(_PAGE, "application/json"), refused),
    ("text", "A 400 is a line of text.", _as(b"Bad Request", "text/plain"), _of(400)),
    ("xml", "A 403 is XML.", _as(b"<error><code>APIGW.0302</code></error>", "application/xml"), _of(403)),
    ("empty", "A 401 has no body.", _as(b"", None), _of(401)),
    (
        "empty-under-json",
        "A 400 has no body, under application/json.",
        _as(b"", "application/json"),
        _of(400),
    ),
    (
        "problem-type",
        "Errors have the type application/problem+json.",
        _typed("application/problem+json"),
        refused,
    ),
    ("text-type", "Errors have the type text/plain.", _typed("text/plain"), refused),
    ("untyped", "Errors have no content type.", _typed(None), refused),
    (
        "byte-order-mark",
        "Errors begin with a byte-order mark.",
        _body(lambda b: b"\xef\xbb\xbf" + b),
        refused,
    ),
    (
        "duplicate-name",
        "Errors have error_msg twice.",
        _body(lambda b: b[:-1] + b', "error_msg": "again"}'),
        refused,
    ),
    ("latin-1", "Texts of errors are in Latin-1.", _body(lambda b: b.replace(b"is", b"\xefst")), refused),
    ("trailing-comma", "Errors end in a comma.", _body(lambda b: b[:-1] + b",}"), _of(404)),
    ("single-quotes", "Errors are in single quotes.", _body(lambda b: b.replace(b'"', b"'")), _of(400)),
    ("followed-by-page", "A page follows the JSON of an error.", _body(lambda b: b + _PAGE), refused),
):
    shapes("HTTP-2", f"error-{_name}", _fault, _edit, _which, also=_ERR, shows=REFUSALS)
shapes(
    "HTTP-2",
    "charset-latin-1-everywhere",
    "The charset of every answer is ISO-8859-1.",
    _typed("application/json; charset=ISO-8859-1"),
    anything,
    also=_ERR,
)


def _shorter(response: Response, _version: str) -> bytes:
    head = re.sub(rb"(?i)(content-length): \d+", rb"\1: %d" % (len(response.body) - 7), compose(response))
    return head + response.body


_NEXT = {"HTTP-1": "the bytes that are left over stand before the next answer"}
sends(
    "HTTP-2",
    "length-too-small",
    "Content-Length is seven smaller than the body.",
    _shorter,
    close=False,
    shows=(BASE, BASE),
    also=_NEXT,
)
sends(
    "HTTP-2",
    "length-too-small-and-closed",
    "Content-Length is seven smaller than the body, and the connection is closed.",
    _shorter,
    shows=BASE,
    also=_NEXT,
)
sends(
    "HTTP-2",
    "error-length-too-small",
    "Content-Length of an error counts letters, not bytes, and is too small.",
    _shorter,
    refused,
    also=_NEXT | _ERR,
)
sends(
    "HTTP-2",
    "line-break-after-the-body",
    "A line break that Content-Length does not count follows each body.",
    lambda response, _version: compose(response) + response.body + b"\r\n",
    anything,
    close=False,
    shows=(BASE, BASE),
    also=_NEXT,
)
