"""Reads the exchanges that a report of the conformance suite recorded.

The report is plain data with a published schema (`checkpoint-contract report schema`); only some of its
members are needed here.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.values import items, members

__all__ = ["Exchange", "Recording", "read_recording", "whole_text"]

_FORMAT = 1
_LARGEST = 256 * 1024 * 1024
"""Bytes; a report holds a few thousand exchanges at most."""


@dataclass(frozen=True)
class Exchange:
    """A request that was sent to a real server, and its response."""

    number: int
    """Its number in the report."""
    method: str
    path: str
    """The path without the query."""
    query: str
    request_headers: dict[str, str]
    """By name in lower case."""
    request_body: bytes
    status: int
    headers: dict[str, str]
    body: bytes | None
    """None if the report holds only a part of it."""


@dataclass(frozen=True)
class Recording:
    """What a report says about one implementation."""

    file: str
    implementation: str
    """Name and version, as its target file gives them, or the address."""
    verdict: str
    contract: str
    """The version of the contract that it was verified against."""
    exchanges: tuple[Exchange, ...]
    outcomes: dict[str, str]
    """The outcome of each requirement, by its id."""


def read_recording(path: Path) -> Recording:
    """Return the recording in a report; raises `DocumentError` if the file is no report of the suite."""
    try:
        if path.stat().st_size > _LARGEST:
            raise DocumentError(
                f"is larger than {_LARGEST // 1024 // 1024} MiB, which no report is", str(path)
            )
        report = members(parse(path.read_bytes()))
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror or error}", str(path)) from error
    except StrictJsonError as error:
        raise DocumentError(f"is not a report: {error}", str(path)) from error
    if report.get("format") != _FORMAT or not isinstance(report.get("exchanges"), list):
        what = "is not a JSON report of `checkpoint-contract verify` that this version can read"
        raise DocumentError(what, str(path))
    header = members(report.get("header"))
    try:
        exchanges = tuple(
            _exchange(members(entry)) for entry in items(report["exchanges"]) if entry["response"] is not None
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise DocumentError(f"has an exchange that is malformed ({error!r})", str(path)) from error
    implementation, target = members(header.get("implementation")), members(header.get("target"))
    names = [str(implementation.get(key) or "") for key in ("name", "version")]
    return Recording(
        file=str(path),
        implementation=" ".join(filter(None, names)) or str(target.get("url", path.name)),
        verdict=str(report.get("verdict")),
        contract=str(members(header.get("contract")).get("version", "")),
        exchanges=exchanges,
        outcomes={
            str(members(entry).get("id")): str(members(entry).get("outcome"))
            for entry in items(report.get("requirements"))
        },
    )


def _exchange(entry: dict[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    path, _, query = whole_text(str(request["path"])).partition("?")
    return Exchange(
        number=int(entry["number"]),
        method=str(request["method"]).lower(),
        path=path,
        query=query,
        request_headers=_headers(request["headers"]),
        request_body=_body(request["body"]),
        status=int(response["status"]),
        headers=_headers(response["headers"]),
        body=None if response.get("abridged") else _body(response["body"]),
    )


def _headers(pairs: list[list[str]]) -> dict[str, str]:
    return {whole_text(str(name)).lower(): whole_text(str(value)) for name, value in pairs}


def _body(data: dict[str, str]) -> bytes:
    if "text" in data:
        return data["text"].encode("utf-8", "surrogatepass")
    return base64.b64decode(data["base64"], validate=True)


def whole_text(text: str) -> str:
    """Return a text that can be written, without the lone surrogates that JSON allows."""
    return text.encode("utf-8", "replace").decode("utf-8")
