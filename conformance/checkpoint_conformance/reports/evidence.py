"""Converts exchanges to report data and back: byte for byte, with `{{name}}` in place of secrets."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from checkpoint_conformance.reports.curl import curl_line
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.transport.abridgement import KEPT_LIMIT
from checkpoint_conformance.transport.exchange import (
    Abridged,
    Context,
    Exchange,
    FaultKind,
    Framing,
    Headers,
    Request,
    Response,
    TransportFault,
)

__all__ = ["body_bytes", "exchange_data", "exchange_from", "plain_data", "request_data", "with_context"]


def exchange_data(exchange: Exchange, url: str, secrets: Secrets) -> dict[str, Any]:
    """Return an exchange as JSON data, with the command that repeats it; `url` has no path."""
    command = curl_line(url, _redacted(exchange.request, secrets), exchange.number)
    return plain_data(exchange, url, secrets) | {"curl": command}


def plain_data(exchange: Exchange, url: str, secrets: Secrets) -> dict[str, Any]:
    """Return an exchange as JSON data, from which `exchange_from` makes it again."""
    response, fault = exchange.response, exchange.fault
    return {
        "number": exchange.number,
        "connection": exchange.connection,
        "context": exchange.context.value,
        "started": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="microseconds"),
        "elapsed_ms": round(exchange.elapsed * 1000, 3),
        "request": request_data(exchange.request, url, secrets),
        "response": response
        and {
            "http_version": response.http_version,
            "status": response.status,
            "reason": secrets.redact(response.reason),
            "headers": _headers(response.headers, secrets),
            "body": _body(response.body, secrets, cut=response.abridged is not None),
            "abridged": response.abridged and _abridged(response.abridged, secrets),
        },
        "fault": fault
        and {
            "kind": fault.kind.value,
            "detail": secrets.redact(fault.detail),
            "received": _body(fault.received, secrets, cut=len(fault.received) >= KEPT_LIMIT),
        },
    }


def request_data(request: Request, url: str, secrets: Secrets) -> dict[str, Any]:
    """Return a request as JSON data."""
    path = secrets.redact(request.path)
    return {
        "method": request.method,
        "url": url + path,
        "path": path,
        "headers": [[name, secrets.redact_value(value)] for name, value in request.headers],
        "framing": request.framing.value,
        "body": _body(request.body, secrets),
    }


def exchange_from(data: dict[str, Any], secrets: Secrets | None = None) -> Exchange:
    """Return the exchange that the data describes, with the secrets restored if they are given."""
    response, fault = data["response"], data["fault"]
    return Exchange(
        request=_request_from(data["request"], secrets),
        response=response
        and Response(
            status=response["status"],
            headers=_pairs(response["headers"], secrets),
            body=body_bytes(response["body"], secrets),
            reason=response["reason"],
            http_version=response["http_version"],
            abridged=Abridged(**response["abridged"]) if response.get("abridged") else None,
        ),
        fault=fault
        and TransportFault(FaultKind(fault["kind"]), fault["detail"], body_bytes(fault["received"], secrets)),
        started=datetime.fromisoformat(data["started"]).timestamp(),
        elapsed=data["elapsed_ms"] / 1000,
        connection=data["connection"],
        number=data["number"],
        context=Context(data.get("context", Context.CONNECTION_AND_TIME)),
    )


def body_bytes(data: dict[str, str], secrets: Secrets | None = None) -> bytes:
    """Return the bytes of a body: `text` is UTF-8, `base64` is anything else."""
    octets = data["text"].encode() if "text" in data else base64.b64decode(data["base64"])
    return secrets.restore(octets.decode("latin-1")).encode("latin-1") if secrets else octets


def with_context(numbers: Iterable[int], exchanges: Iterable[Exchange]) -> set[int]:
    """Return the numbers of the exchanges and of those needed to repeat them.

    These are the earlier exchanges on the same connection, and those that overlapped in time, unless the
    exchange depends on neither.
    """
    everything = list(exchanges)
    wanted = set(numbers)
    return wanted | {
        other.number
        for chosen in everything
        if chosen.number in wanted
        for other in everything
        if _before_on_connection(other, chosen) or _at_once(other, chosen)
    }


def _before_on_connection(other: Exchange, chosen: Exchange) -> bool:
    same = other.connection == chosen.connection and other.number < chosen.number
    return same and chosen.context is not Context.NONE


def _at_once(other: Exchange, chosen: Exchange) -> bool:
    return chosen.context is Context.CONNECTION_AND_TIME and chosen.overlaps(other)


def _request_from(data: dict[str, Any], secrets: Secrets | None) -> Request:
    return Request(
        method=data["method"],
        path=secrets.restore(data["path"]) if secrets else data["path"],
        headers=_pairs(data["headers"], secrets),
        body=body_bytes(data["body"], secrets),
        framing=Framing(data["framing"]),
    )


def _pairs(headers: list[list[str]], secrets: Secrets | None) -> Headers:
    return tuple((name, secrets.restore(value) if secrets else value) for name, value in headers)


def _redacted(request: Request, secrets: Secrets) -> Request:
    return Request(
        request.method,
        secrets.redact(request.path),
        tuple((name, secrets.redact_value(value)) for name, value in request.headers),
        secrets.redact_bytes(request.body),
        request.framing,
    )


def _headers(headers: Headers, secrets: Secrets) -> list[list[str]]:
    return [[secrets.redact_name(name), secrets.redact_value(value)] for name, value in headers]


def _abridged(abridged: Abridged, secrets: Secrets) -> dict[str, Any]:
    return {"size": abridged.size, "sha256": abridged.sha256, "value": secrets.redact_all(abridged.value)}


def _body(data: bytes, secrets: Secrets, *, cut: bool = False) -> dict[str, str]:
    redacted = secrets.redact_bytes(data)
    if cut:
        redacted = secrets.without_part(redacted)
        with suppress(UnicodeDecodeError):
            return {"text": codecs.getincrementaldecoder("utf-8")().decode(redacted)}  # as far as it is whole
    try:
        return {"text": redacted.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(redacted).decode()}
