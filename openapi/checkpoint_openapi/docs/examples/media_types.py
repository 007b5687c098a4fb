"""Which media type a response has, and how a value is written in it."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import urlencode

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

__all__ = ["JSON", "chosen", "concrete", "declared", "is_json", "written"]

JSON = "application/json"
"""The media type of JSON (RFC 8259, 11)."""


def is_json(media_type: str) -> bool:
    """Return whether values of a media type are JSON, as those of a range may be (RFC 6839, 3.1)."""
    name = _essence(media_type)
    return name == JSON or name.endswith("+json") or name in ("*/*", "application/*")


def chosen(accept: str, content: list[str]) -> str | None:
    """Return the declared media type that an `Accept` header prefers, or None (RFC 9110, 12.5.1).

    Without a preference, JSON goes first, then the order of the document.
    """
    ordered = sorted(content, key=lambda name: not is_json(name))
    if not accept.strip():
        return next(iter(ordered), None)
    sources = {concrete(name): name for name in reversed(ordered)}
    offered = [concrete(name) for name in ordered]
    found = parse_accept_header(accept, MIMEAccept).best_match(offered)
    return None if found is None else sources[found]


def declared(sent: str, content: list[str]) -> str | None:
    """Return the declared media type or range that matches a content type, the most specific first."""
    name = _essence(sent)
    ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
    names = {_essence(each): each for each in content}
    return next((names[each] for each in ranges if each in names), None)


def written(value: Any, media_type: str) -> bytes | None:
    """Return a value as a body of a media type, or None if it cannot be written in it."""
    name = _essence(media_type)
    if is_json(name):
        return json.dumps(value, indent=2, ensure_ascii=False).encode()
    if isinstance(value, str):
        return value.encode()
    if name.startswith("text/") and not isinstance(value, dict | list):
        return json.dumps(value).encode()
    if name == "application/x-www-form-urlencoded" and isinstance(value, dict):
        return urlencode(cast("dict[str, Any]", value), doseq=True).encode()
    return None


def _essence(media_type: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def concrete(name: str) -> str:
    """Return a media type to send for a declared one, which may be a range."""
    if "*" not in name:
        return name
    return JSON if is_json(name) else name.replace("*", "plain", 1)
