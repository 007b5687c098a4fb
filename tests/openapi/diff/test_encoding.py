"""How the parts of a form are written, on a small document."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .judging import judged, with_schema
from .shop import TEXT

_FORM = {
    "type": "object",
    "properties": {
        "note": TEXT,
        "tags": {"type": "array", "items": TEXT},
        "file": {**TEXT, "format": "binary"},
    },
}


@pytest.mark.parametrize(
    ("media_type", "encoding", "verdict"),
    [
        ("multipart/form-data", {"note": {"contentType": "text/plain"}}, "compatible"),
        ("multipart/form-data", {"file": {"contentType": "Application/Octet-Stream"}}, "compatible"),
        ("multipart/form-data", {"tags": {"contentType": "text/plain"}}, "compatible"),
        ("multipart/form-data", {"unknown": {"contentType": "image/png"}}, "compatible"),
        ("multipart/form-data", {"file": {"contentType": "image/png, image/jpeg"}}, "review"),
        ("multipart/form-data", {"note": {"headers": {"X-Note": {"schema": TEXT}}}}, "review"),
        ("application/x-www-form-urlencoded", {"tags": {"style": "form", "explode": True}}, "compatible"),
        ("application/x-www-form-urlencoded", {"tags": {"explode": False}}, "review"),
        ("application/json", {"note": {"contentType": "image/png"}}, "compatible"),
    ],
)  # fmt: skip
def test_an_encoding_counts_if_it_is_not_the_default(media_type: str, encoding: Any, verdict: str) -> None:
    """The encoding of a form is compared, with its defaults; elsewhere it has no effect."""
    plain = with_schema(_FORM, request=True, version="3.0.3")
    body = plain["paths"]["/things"]["post"]["requestBody"]
    body["content"] = {media_type: {"schema": _FORM}}
    encoded = copy.deepcopy(plain)
    encoded["paths"]["/things"]["post"]["requestBody"]["content"][media_type]["encoding"] = encoding
    assert judged(plain, encoded).verdict == judged(encoded, plain).verdict == verdict
