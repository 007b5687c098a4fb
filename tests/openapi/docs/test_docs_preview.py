"""The live preview: what it makes of each save, and what its server answers meanwhile."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.docs.mock.answers import REASON
from checkpoint_openapi.docs.page import render_page
from checkpoint_openapi.docs.preview import Build, Preview
from checkpoint_openapi.docs.server import PreviewServer

from openapi.contracts import line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATH = "/v1/b942/providers/fc4d/checkpoints"
HEADERS = {"Content-Type": "application/json", "X-Auth-Token": "any"}
BODY = {"checkpoint": {"plan_id": "62171999-3df1-42f7-9513-6f9b1bea4744", "parameters": {}}}
PATIENCE = 20.0
"""Seconds after which a build that did not come is missed."""


@contextmanager
def watched(path: Path, base: str = "released") -> Iterator[tuple[Preview, Callable[[str], Build]]]:
    """Watch a document; the second value saves a text and returns the build that follows."""
    preview = Preview(path, base)
    watcher = threading.Thread(target=preview.watch, args=(lambda _: None,))
    watcher.start()

    def save(text: str) -> Build:
        number = preview.current.number
        # In one step, as editors do: between two a busy machine might show the half of it.
        whole = path.with_suffix(".new")
        whole.write_text(text)
        whole.replace(path)
        assert preview.wait(number, PATIENCE)
        return preview.current

    try:
        yield preview, save
    finally:
        preview.close()
        watcher.join()


def test_save_is_followed(contract: Path) -> None:
    """A save makes a build with the new text, and the comparison with the base beside it."""
    text = contract.read_text()
    base = contract.with_name("base.yaml")
    base.write_text(text)
    with watched(contract, str(base)) as (preview, save):
        assert preview.current.diff is not None
        assert preview.current.diff.verdict == "same"

        build = save(text.replace("maxItems: 64", "maxItems: 63"))

    assert build.problem is None
    assert build.diff is not None
    assert build.diff.verdict == "breaking"
    assert build.content is not None
    assert "maxItems: 63" in "".join(line.html.striptags() for line in build.content.listings[0].lines)


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        (
            "tags: [checkpoints]\n",
            "tags: [checkpoints\n",
            f"checkpoint.yaml:{line_of('summary: Execute')}:",
            "invalid YAML",
        ),
        (
            "type: boolean",
            "type: bolean",
            f"checkpoint.yaml:{line_of('type: boolean')}:",
            "`bolean` is not one of",
        ),
        ("responses/Forbidden'", "responses/Forbiden'", "checkpoint.yaml:1", "Forbiden"),
        ("'^[0-9a-f]{8}-", "'^[0-9a-f{8}-", "checkpoint.yaml:2", "pattern"),
        ("openapi: 3.0.3", "openapi: 2.0", "checkpoint.yaml:1:", "OpenAPI"),
    ],
)
def test_fault_is_told_and_the_last_version_stays(
    contract: Path, old: str, new: str, place: str, what: str
) -> None:
    """What cannot be shown is told with its line, above the last version that could."""
    text = contract.read_text()
    assert old in text
    with watched(contract) as (preview, save):
        good = preview.current
        broken = save(text.replace(old, new, 1))
        fixed = save(text)

    assert broken.problem is not None
    fault = broken.problem.faults[0]
    assert place in fault.place
    assert what in fault.what
    (line,) = [line for line in fault.excerpt if line.here]
    assert f":{line.number}:" in fault.place
    assert broken.content is good.content
    assert broken.mock is good.mock
    assert fixed.problem is None


def test_lint_finding_is_told_beside_the_new_version(contract: Path) -> None:
    """A finding that leaves a document which can be shown does not hold it back."""
    with watched(contract) as (_, save):
        build = save(contract.read_text().replace("auto_trigger: false", "auto_trigger: 7"))

    assert build.problem is None
    assert [finding.rule for finding in build.findings] == ["example-invalid"]
    assert build.findings[0].anchor == f"checkpoint.yaml-L{line_of('auto_trigger: false')}"


def test_catalogue_and_missing_file_are_followed(contract: Path) -> None:
    """A save of a catalogue counts, and a document that goes away is told until it is back."""
    errata = contract.parent / "ERRATA.md"
    with watched(contract) as (preview, save):
        errata.write_text("# Errata\n\nNone at all.\n")
        assert preview.wait(1, PATIENCE)
        assert preview.current.content is not None
        assert "None at all." in str(preview.current.content.errata)
        text, number = contract.read_text(), preview.current.number
        contract.unlink()
        assert preview.wait(number, PATIENCE)
        assert preview.current.problem is not None
        assert save(text).problem is None


def test_preview_starts_with_a_broken_document(contract: Path) -> None:
    """A preview that never saw a good version says so, and shows the first one that comes."""
    text = contract.read_text()
    contract.write_text("openapi: [")
    with watched(contract) as (preview, save):
        assert preview.current.content is None
        assert preview.current.problem is not None
        assert save(text).content is not None


def test_base_that_cannot_be_used_is_told(contract: Path) -> None:
    """Without a base there is a preview all the same, and the reason in place of the diff."""
    preview = Preview(contract, base="missing.yaml")

    assert preview.current.diff is None
    assert preview.current.diff_fault.startswith("missing.yaml: cannot be read")


@contextmanager
def served(preview: Preview) -> Iterator[http.client.HTTPConnection]:
    """Serve a preview and connect to it."""
    server = PreviewServer(preview, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE)
    try:
        yield connection
    finally:
        connection.close()
        server.end()
        thread.join()


def ask(
    connection: http.client.HTTPConnection, method: str, target: str, body: object = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Send one request and read the answer."""
    content = json.dumps(body) if body is not None else None
    connection.request(method, target, content, {**HEADERS, **headers})
    answer = connection.getresponse()
    return answer, answer.read()


def test_page_and_parts_are_served(contract: Path) -> None:
    """The page names parts that the server has, with their media types."""
    with served(Preview(contract)) as connection:
        answer, page = ask(connection, "GET", "/")
        assert (answer.status, answer.getheader("Cache-Control")) == (200, "no-store")
        for name, kind in (("page.js", "text/javascript"), ("swagger-ui.css", "text/css")):
            assert f"/_preview/{name}".encode() in page
            answer, part = ask(connection, "GET", f"/_preview/{name}")
            assert answer.getheader("Content-Type") == f"{kind}; charset=utf-8"
            assert part
        answer, _ = ask(connection, "GET", "/_preview/other.js")
        assert answer.status == 404
        answer, nothing = ask(connection, "HEAD", "/")
        assert (answer.status, nothing) == (200, b"")


def test_page_says_whom_a_change_breaks(contract: Path) -> None:
    """A wider request is marked as the implementers' break, with the request that they may refuse."""
    base = contract.with_name("base.yaml")
    base.write_text(contract.read_text())
    contract.write_text(contract.read_text().replace("maxItems: 64", "maxItems: 65"))
    preview = Preview(contract, str(base))
    page = render_page(preview.current.content, preview.current)
    assert "breaks implementers" in page
    assert "a server of the old one may refuse it" in page


def test_mock_answers_what_was_saved_last(contract: Path) -> None:
    """On the same port and connection the mock answers by the newest version of the document."""
    text = contract.read_text()
    with watched(contract) as (preview, save), served(preview) as connection:
        assert ask(connection, "POST", PATH, BODY)[0].status == 200
        save(text.replace("required: [plan_id, parameters]", "required: [plan_id, parameters, label]"))
        answer, body = ask(connection, "POST", PATH, BODY)
        assert (answer.status, json.loads(body)["error_code"]) == (400, "CSBS.9001")
        assert "label" in (answer.getheader(REASON) or "")
        save("openapi: [")
        assert ask(connection, "POST", PATH, BODY)[0].status == 400
        save(text)
        assert ask(connection, "POST", PATH, BODY)[0].status == 200
        assert ask(connection, "PROPFIND", PATH)[0].status == 405


def test_stream_tells_each_build(contract: Path) -> None:
    """A server-sent event comes with the number of the present build, and one with each that follows."""
    with watched(contract) as (preview, save), served(preview) as connection:
        connection.request("GET", "/_preview/events")
        answer = connection.getresponse()
        assert answer.getheader("Content-Type") == "text/event-stream"
        assert [answer.readline() for _ in range(3)] == [b"event: build\n", b"data: 1\n", b"\n"]
        save(contract.read_text() + "# Saved.\n")
        assert [answer.readline() for _ in range(3)] == [b"event: build\n", b"data: 2\n", b"\n"]


def test_server_refuses_what_it_cannot_answer(contract: Path) -> None:
    """Another host name, a body that is too large and one without a length get an answer that says why."""
    preview = Preview(contract)
    for headers, status in (
        ({"Host": "evil.example:80"}, 403),
        ({"Content-Length": str(1 << 21)}, 413),
        ({"Transfer-Encoding": "chunked"}, 411),
    ):
        with served(preview) as connection:
            answer, body = ask(connection, "POST", PATH, None, **headers)
            assert answer.status == status
            assert json.loads(body)["preview"] == answer.getheader(REASON)


def test_mock_without_a_document(contract: Path) -> None:
    """As long as there was no good version the mock says so, and the page waits."""
    contract.write_text("openapi: [")
    with served(Preview(contract)) as connection:
        assert ask(connection, "POST", PATH, BODY)[0].status == 503
        assert b"Waiting for a document" in ask(connection, "GET", "/")[1]
