"""A request as a curl line that sends the same bytes when pasted into a POSIX shell."""

from __future__ import annotations

import shlex

from checkpoint_conformance.exchange import Framing, Request

__all__ = ["curl_line"]

_LONGEST = 100_000
"""Bytes of a body that a command line still takes; a longer one is named by its place in the report."""


def curl_line(url: str, request: Request) -> str:
    """Return the line; a body that is not plain text goes through `printf` and standard input."""
    words = [
        "curl",
        "--silent",
        "--show-error",
        "--include",
        "--request",
        request.method,
        "--path-as-is",
        "--globoff",
    ]
    for name, value in request.headers:
        words += ["--header", f"{name}: {value}" if value else f"{name};"]
    if request.header("Content-Type") is None and request.body:
        words += ["--header", "Content-Type:"]
    if request.framing is Framing.CHUNKED:
        words += ["--header", "Transfer-Encoding: chunked"]
    address = url + request.path
    if len(request.body) > _LONGEST:
        return (
            shlex.join([*words, "--data-binary", "@body", address]) + f"  # body: {len(request.body)} bytes"
        )
    text = _plain(request.body)
    if text is not None:
        if request.body or request.framing is Framing.LENGTH and request.method == "POST":
            words += ["--data-binary", text]
        return shlex.join([*words, address])
    octets = "".join(f"\\{byte:03o}" for byte in request.body)
    return f"printf '{octets}' | " + shlex.join([*words, "--data-binary", "@-", address])


def _plain(body: bytes) -> str | None:
    """Return the body as text that a shell passes on unchanged, or None."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or text.startswith("@") or text.endswith("\n") else text
