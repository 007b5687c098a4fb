"""HAR 1.2: the exchanges of the report for any network traffic viewer, byte for byte.

A body that is not UTF-8 is base64. In a response, `encoding` says so; HAR has no such member for requests, so
there it is `_encoding`. A missing response has the status 0, and `_error` says what came instead.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from checkpoint_conformance.reports.evidence import body_bytes

__all__ = ["har"]


def har(report: dict[str, Any]) -> str:
    """Return the JSON text."""
    comments: dict[int, list[str]] = {}
    for requirement in report["requirements"]:
        for number in requirement.get("evidence", ()):
            comments.setdefault(number, []).append(f"{requirement['id']}: {requirement['outcome']}")
        for finding in requirement["findings"]:
            for number in finding["exchanges"]:
                note = f"{requirement['id']} {finding['probe']}: {finding['symptom']}"
                comments.setdefault(number, []).append(note)
    log = {
        "version": "1.2",
        "creator": {"name": "checkpoint-contract", "version": report["header"]["suite"]},
        "entries": [_entry(exchange, comments) for exchange in report["exchanges"]],
        "comment": f"{report['verdict']}; secrets are replaced by {{{{name}}}}",
    }
    return json.dumps({"log": log}, indent=1, ensure_ascii=False) + "\n"


def _entry(exchange: dict[str, Any], comments: dict[int, list[str]]) -> dict[str, Any]:
    elapsed = exchange["elapsed_ms"]
    entry = {
        "startedDateTime": exchange["started"],
        "time": elapsed,
        "request": _request(exchange["request"]),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
        "connection": str(exchange["connection"]),
        "_number": exchange["number"],
    }
    notes = comments.get(exchange["number"])
    return {**entry, "comment": "; ".join(notes)} if notes else entry


def _request(request: dict[str, Any]) -> dict[str, Any]:
    data = body_bytes(request["body"])
    parts = urlsplit(str(request["url"]))
    fields: list[list[str]] = [["Host", parts.netloc], *request["headers"]]
    if request["framing"] == "length":
        fields.append(["Content-Length", str(len(data))])
    elif request["framing"] == "chunked":
        fields.append(["Transfer-Encoding", "chunked"])
    converted = {
        "method": request["method"],
        "url": request["url"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _fields(fields),
        "queryString": [_pair(item) for item in parts.query.split("&") if item],
        "headersSize": -1,
        "bodySize": len(data),
    }
    return {**converted, "postData": _post_data(request)} if data else converted


def _post_data(request: dict[str, Any]) -> dict[str, Any]:
    body = request["body"]
    mime = next((value for name, value in request["headers"] if name.lower() == "content-type"), "")
    if "text" in body:
        return {"mimeType": mime, "text": body["text"]}
    return {"mimeType": mime, "text": body["base64"], "_encoding": "base64"}


def _response(exchange: dict[str, Any]) -> dict[str, Any]:
    response, fault = exchange["response"], exchange["fault"]
    error = {"_error": f"{fault['kind']}: {fault['detail']}"} if fault else {}
    if response is None:
        nothing: dict[str, Any] = {"status": 0, "statusText": "", "httpVersion": "HTTP/1.1"}
        nothing |= {"cookies": [], "headers": []}
        content = {"size": 0, "mimeType": "x-unknown"}
        return {**nothing, "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1, **error}
    headers = {name.lower(): value for name, value in response["headers"]}
    body = response["body"]
    whole = response.get("abridged")
    size = whole["size"] if whole else len(body_bytes(body))
    content = {"size": size, "mimeType": headers.get("content-type", "x-unknown")}
    content |= {"comment": f"only the beginning; SHA-256 {whole['sha256']}"} if whole else {}
    content |= {"text": body["text"]} if "text" in body else {"text": body["base64"], "encoding": "base64"}
    return {
        "status": response["status"],
        "statusText": response["reason"],
        "httpVersion": f"HTTP/{response['http_version']}",
        "cookies": [],
        "headers": _fields(response["headers"]),
        "content": content,
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": size,
        **error,
    }


def _fields(headers: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _pair(item: str) -> dict[str, str]:
    name, _, value = item.partition("=")
    return {"name": unquote(name), "value": unquote(value)}
