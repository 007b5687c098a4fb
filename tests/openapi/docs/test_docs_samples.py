"""The samples: each runs as it stands, and gets the documented response."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.docs.content.samples import Samples, samples
from checkpoint_openapi.docs.examples.checks import Checker
from checkpoint_openapi.docs.examples.made import Maker
from checkpoint_openapi.docs.preview import Preview
from checkpoint_openapi.docs.server import PreviewServer
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files, Text
from checkpoint_openapi.load import data_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.document.readers import Reader

PROGRAMS = {
    "curl": (["sh", "-c"], "curl"),
    "Python": ([sys.executable, "-c"], sys.executable),
    "JavaScript": (["node", "--input-type=module", "-e"], "node"),
}


def samples_of(reader: Reader, file: str) -> list[Samples]:
    """Return the samples of a document."""
    documents = Documents(reader, file)
    return samples(documents, Maker(documents, Checker(Bundle(documents), Direction.REQUEST)))


CONTRACT = [
    sample
    for name in ("checkpoint.yaml", "companions.yaml")
    for sample in samples_of(Files(), str(data_path(name)))
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve the preview of our contract, and return its address."""
    preview = PreviewServer(Preview(data_path("checkpoint.yaml")), 0)
    thread = threading.Thread(target=preview.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield preview.url.rstrip("/")
    preview.end()
    thread.join()


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize(
    "sample", CONTRACT, ids=lambda sample: sample.method + sample.path.rpartition("/")[2]
)
def test_sample_runs_as_it_stands(sample: Samples, language: str, server: str) -> None:
    """A sample that is pasted gets a success, from the mock of the contract or its companions."""
    command, program = PROGRAMS[language]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    text = dict(sample.texts)[language]
    environment = {**os.environ, "SERVER": server, "TOKEN": 'a "token"', "NO_PROXY": "*"}
    shown = subprocess.run(
        [*command, text], env=environment, capture_output=True, text=True, check=True, timeout=60
    )

    body = shown.stdout.strip().removeprefix("200 ")
    assert "error_code" not in json.loads(body)
    assert len(json.loads(body)) <= 1


def test_samples_name_the_examples() -> None:
    """The names to ask the mock for are listed by status."""
    (create, *_) = CONTRACT

    assert dict(create.examples)["404"] == ("policy-not-found",)
    assert {status for status, _ in create.examples} >= {"200", "400", "401", "500", "503"}


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ({"type": "http", "scheme": "bearer"}, '-H "Authorization: Bearer $TOKEN"'),
        ({"type": "apiKey", "in": "query", "name": "key"}, '"$SERVER/a/it%27s?key=$TOKEN"'),
        ({"type": "apiKey", "in": "cookie", "name": "key"}, '-H "Cookie: key=$TOKEN"'),
    ],
)
def test_credential_stands_where_it_belongs(scheme: dict[str, Any], expected: str) -> None:
    """Each kind of credential is read from the environment, and values are quoted for the shell."""
    operation = {
        "parameters": [{"name": "id", "in": "path", "required": True, "example": "it's", "schema": {}}],
        "responses": {"204": {"description": "Fine."}},
    }
    whole = {
        "openapi": "3.0.3",
        "info": {"title": "A", "version": "1"},
        "security": [{"key": []}],
        "paths": {"/a/{id}": {"get": operation}},
        "components": {"securitySchemes": {"key": scheme}},
    }
    (sample,) = samples_of(Text({"api.json": json.dumps(whole)}), "api.json")

    assert expected in dict(sample.texts)["curl"]


def test_schema_that_cannot_be_used_has_no_sample_body() -> None:
    """A page of a document in an older dialect shows the request without a made body."""
    old_style = {"type": "object", "properties": {"n": {"type": "number", "exclusiveMinimum": True}}}
    content = {"application/json": {"schema": old_style}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "done"}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"post": operation}},
    }
    (found,) = samples_of(Text({"a.json": json.dumps(document)}), "a.json")
    assert "--data" not in dict(found.texts)["curl"]
