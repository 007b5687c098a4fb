"""Mutants of HTTP-3: header fields and queries on which a framework raises before the operation is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...framework.mutant import crashes
from ...framework.shots import BASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request


def _field(name: str, test: Callable[[str], bool]) -> Callable[[Request], bool]:
    return lambda request: (value := request.header(name)) is not None and test(value)


def _query(pattern: str) -> Callable[[Request], bool]:
    return lambda request: re.search(pattern, request.target.partition("?")[2]) is not None


for _name, _fault, _when, _shows in (
    (
        "accept",
        "An Accept that is not a media type raises when the format of the answer is chosen.",
        _field("accept", lambda value: "/" not in value),
        BASE.but(headers=(("Accept", "json"),)),
    ),
    (
        "authorization",
        "Basic credentials that are not Base64 raise in a filter that all requests pass.",
        _field("authorization", lambda value: value.startswith("Basic") and "%" in value),
        BASE.but(headers=(("Authorization", "Basic %%%"),)),
    ),
    (
        "if-modified-since",
        "A date that is none raises in the cache.",
        _field("if-modified-since", lambda value: "GMT" not in value),
        BASE.but(headers=(("If-Modified-Since", "yesterday"),)),
    ),
    (
        "nested-query",
        "A parameter that is a value and has members cannot be put into one table.",
        _query(r"a%5Bb%5D="),
        BASE.but(path=f"{BASE.collection}?a=1&a%5Bb%5D=2"),
    ),
    (
        "query-escape",
        "A % without two digits raises when the query is decoded.",
        _query(r"%(?![0-9A-Fa-f]{2})"),
        BASE.but(path=f"{BASE.collection}?a=%zz"),
    ),
):
    crashes(f"crash-on-{_name}", _fault, "authenticate", _when, _shows)

crashes(
    "crash-on-unknown-token",
    "An unknown token raises a KeyError in the table of tokens, and for the lists as well.",
    "unknown_token",
    lambda *_: True,
    BASE.but(token="x"),
    profile="observation",
)
