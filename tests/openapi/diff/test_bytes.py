"""Binary bodies: what OpenAPI 3.0 writes with the format `binary`, 3.1 writes in other ways."""

from __future__ import annotations

from typing import Any

import pytest

from .judging import ids, judged
from .labelled.small import TEXT, Object, document, holds

BYTES: Object = {"type": "string", "format": "binary"}
STREAM: Object = {"type": "string", "contentMediaType": "application/octet-stream"}
KINDS = ("application/octet-stream", "image/png", "application/pdf", "video/*")
AS_IN_3_1: dict[str, Any] = {
    "no schema": None,
    "nothing": {},
    "true": True,
    "the media type": {"contentMediaType": "image/png"},
    "a string of bytes": STREAM,
    "the same": BYTES,
    "a reference": {"$ref": "#/components/schemas/File", "description": "a file"},
}


def _carries(schema: Any, kind: str, version: str, *, request: bool) -> Object:
    content = {"content": {kind: {} if schema is None else {"schema": schema}}}
    operation: Object = {"responses": {"200": {"description": "done", **({} if request else content)}}}
    if request:
        operation["requestBody"] = {"required": True, **content}
    return document(operation, version=version, components={"schemas": {"File": BYTES}})


def _told(old: Object, new: Object) -> set[str]:
    return {each.id for each in judged(old, new).findings if not each.id.startswith("version-")}


@pytest.mark.parametrize("request_", [True, False], ids=["request", "response"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("written", AS_IN_3_1)
def test_a_binary_body_is_the_same_however_it_is_written(written: str, kind: str, request_: bool) -> None:
    """The migration from 3.0 to 3.1 changes nothing, nor does the way back."""
    old = _carries(BYTES, kind, "3.0.3", request=request_)
    new = _carries(AS_IN_3_1[written], kind, "3.1.0", request=request_)
    assert not _told(old, new)
    assert not _told(new, old)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("application/json", {}),
        ("application/vnd.things", {}),
        ("image/svg+xml", {}),
        ("image/png", {"type": "object"}),
        ("image/png", {"$ref": "#/components/schemas/File", "maxLength": 5}),
    ],
)
def test_anything_else_is_compared_as_a_schema(kind: str, schema: Object) -> None:
    """A media type may hold a structure, and a schema may say more than that the body is bytes."""
    versions = [
        _carries(BYTES, kind, "3.1.0", request=False),
        _carries(schema, kind, "3.1.0", request=False),
    ]
    assert "breaking" in {judged(*versions).verdict, judged(*versions[::-1]).verdict}


@pytest.mark.parametrize("several", [False, True], ids=["a file", "a list of files"])
def test_a_file_in_a_form_is_bytes_as_well(several: bool) -> None:
    """Frameworks write it with `contentMediaType` since they produce OpenAPI 3.1."""
    old, new = (
        document(
            {
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": holds(
                                ["file"],
                                file={"type": "array", "items": file} if several else file,
                                name=TEXT,
                            )
                        }
                    },
                }
            },
            version=version,
        )
        for file, version in ((BYTES, "3.0.3"), (STREAM, "3.1.0"))
    )
    assert not _told(old, new)
    assert not ids(judged(new, old), "review")
