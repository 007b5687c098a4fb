"""What recorded answers say about a change: what turns red and why, what stays green, what nobody knows."""

from __future__ import annotations

import copy
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.commands.diff import diff
from checkpoint_openapi.diff.evidence.impact import Cell, State
from checkpoint_openapi.diff.evidence.recorded import read_recording
from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.diff.writers import write
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.document.source import DocumentError
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from openapi.diff.judging import documents

from .test_sides import SCHEMA

CONTRACT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1.0.0"},
    "paths": {
        "/things/{id}": {
            "put": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                },
                "responses": {
                    "200": {
                        "description": "done",
                        "headers": {"X-Id": {"required": True, "schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
                    },
                    "400": {
                        "description": "no",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}},
                    },
                    "409": {"description": "again"},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"name": {"type": "string", "maxLength": 4}},
            },
            "Answer": {
                "type": "object",
                "required": ["state"],
                "properties": {
                    "state": {"type": "string"},
                    "parts": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"size": {"type": "integer"}}},
                    },
                },
            },
            "Fault": {"type": "object", "properties": {"code": {"type": "string"}}},
        }
    },
}
REQUIREMENT = {
    "id": "REQ-1",
    "level": "MUST",
    "text": "More.",
    "clause": "contract.yaml#/info",
    "status": "active",
}
ANSWER = {"state": "ready", "parts": [{"size": 3}, {"size": 12}]}


def exchange(
    body: Any = ANSWER,
    *,
    status: int = 200,
    sent: Any = None,
    path: str = "/base/things/7",
    method: str = "PUT",
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"), ("X-Id", "7")),
) -> dict[str, Any]:
    """Return an exchange as a report holds it."""
    request = {
        "method": method,
        "url": f"http://127.0.0.1{path}",
        "path": path,
        "headers": [["content-type", "application/json"], ["x-auth-token", "{{token}}"]],
        "framing": "content-length",
        "body": {"text": json.dumps({"name": "a"} if sent is None else sent)},
    }
    text = "" if body is None else json.dumps(body)
    response = {
        "http_version": "1.1",
        "status": status,
        "reason": "",
        "headers": [list(pair) for pair in headers],
    }
    return {
        "number": 0, "connection": 1, "context": "none", "started": "2026-01-01T00:00:00+00:00", "elapsed_ms": 1.0,
        "request": request, "response": {**response, "body": {"text": text}}, "fault": None, "curl": "",
    }  # fmt: skip


def recorded(folder: Path, *exchanges: dict[str, Any], name: str = "Acme") -> Path:
    """Write a report with some exchanges, and return its file."""
    file = folder / f"{name}.json"
    numbered = [{**each, "number": number} for number, each in enumerate(exchanges, 1)]
    implementation = {"name": name, "version": "2", "vendor": "", "url": ""}
    header = {"implementation": implementation, "contract": {"version": "1.0.0", "sha256": "0" * 64}}
    content = {"format": 1, "header": header, "verdict": "conformant", "exchanges": numbered}
    file.write_text(json.dumps(content), "utf-8")
    return file


def changed(*path: str, **values: Any) -> dict[str, Any]:
    """Return the contract with members of the object at a path changed; None removes one."""
    revision = copy.deepcopy(CONTRACT)
    place: Any = revision
    for step in path:
        place = place[step]
    for name, value in values.items():
        place.pop(name, None)
        if value is not None:
            place[name] = value
    return revision


OPERATION = ("paths", "/things/{id}", "put")
SCHEMAS = ("components", "schemas")


def compared(revision: dict[str, Any], *files: Path) -> Report:
    """Return the report on a revision with recorded evidence."""
    recordings = [read_recording(file) for file in files]
    return report(
        documents(CONTRACT, "base.yaml"), documents(revision, "revision.yaml"), recordings=recordings
    )


def cells(found: Report, number: int = 0) -> dict[str, Cell]:
    """Return the cells of one implementation, by rule."""
    return {
        finding.id: found.impacts[number].cells[finding.fingerprint]
        for finding in found.findings
        if finding.fingerprint in found.impacts[number].cells
    }


STATE = (*SCHEMAS, "Answer", "properties", "state")
SIZE = (*SCHEMAS, "Answer", "properties", "parts", "items", "properties", "size")
NAME = (*SCHEMAS, "Thing", "properties", "name")
LONGER = {"name": "abcdef"}


@pytest.mark.parametrize(
    ("revision", "given", "rule", "state", "told"),
    [
        (changed(*STATE, enum=["done"]), exchange(), "response-value-removed", State.RED, "ready"),
        (changed(*STATE, enum=["ready"]), exchange(), "response-value-removed", State.GREEN, ""),
        (changed(*SIZE, maximum=10), exchange(), "response-range-narrowed", State.RED, 12),
        (changed(*SIZE, maximum=20), exchange(), "response-range-narrowed", State.GREEN, ""),
        (changed(*SIZE, maximum=10), exchange({"state": "x"}), "response-range-narrowed", State.UNKNOWN, ""),
        (changed(*SCHEMAS, "Answer", required=["state", "parts"]), exchange({"state": "x"}), "response-member-became-required", State.RED, None),
        (changed(*SCHEMAS, "Answer", required=["state", "parts"]), exchange(), "response-member-became-required", State.GREEN, ""),
        (changed(*NAME, maxLength=9), exchange({"code": "x"}, status=400, sent=LONGER), "request-length-widened", State.RED, "abcdef"),
        (changed(*NAME, maxLength=9), exchange(sent=LONGER), "request-length-widened", State.GREEN, ""),
        (changed(*NAME, maxLength=9), exchange(), "request-length-widened", State.UNKNOWN, ""),
        (changed(*NAME, minLength=3), exchange(), "request-length-narrowed", State.RED, "a"),
        (changed(*NAME, minLength=3), exchange(sent=LONGER), "request-length-narrowed", State.UNKNOWN, ""),
        (changed(*OPERATION, "responses", **{"418": {"description": "x"}}), exchange(), "response-added", State.GREEN, ""),
        (changed(*OPERATION, "responses", **{"409": None}), exchange(None, status=409, headers=()), "response-error-removed", State.RED, 409),
        (changed(*OPERATION, "responses", **{"409": None}), exchange(), "response-error-removed", State.UNKNOWN, ""),
        (changed(*OPERATION, "responses", "200", "headers", **{"X-No": {"required": True, "schema": {}}}), exchange(), "response-header-added-required", State.RED, None),
        (changed(*OPERATION, "responses", "200", "headers", "X-Id", schema={"type": "string", "pattern": "^[a-z]+$"}), exchange(), "header-pattern-narrowed", State.RED, "7"),
        (changed(*OPERATION, "responses", "200", "content", **{"application/json": None, "text/plain": {}}), exchange(), "response-media-type-removed", State.RED, "application/json"),
        (changed(*OPERATION, "responses", "200", content=None), exchange(), "response-body-removed", State.RED, '{"state": "ready", "parts": [{"size": 3}, {"size": 12}]}'),
        (changed("paths", **{"/more": {"get": {"responses": {"200": {"description": "x"}}}}}), exchange(None, status=404, path="/base/more", method="GET"), "path-added", State.RED, None),
        (changed("paths", **{"/more": {"get": {"responses": {"200": {"description": "x"}}}}}), exchange(), "path-added", State.UNKNOWN, ""),
        (changed(*SCHEMAS, "Fault", required=["code"]), exchange({}, status=400, sent=LONGER), "response-member-became-required", State.RED, None),
    ],
)  # fmt: skip
def test_a_change_is_judged_by_what_was_recorded(
    revision: dict[str, Any], given: dict[str, Any], rule: str, state: State, told: Any, tmp_path: Path
) -> None:
    """A change turns red with the recorded value as proof, stays green, or is not reached by the evidence."""
    found = compared(revision, recorded(tmp_path, given))
    cell = cells(found)[rule]
    assert cell.state is state
    if state is State.RED:
        assert cell.proof is not None
        assert cell.proof.exchange == 1
        assert cell.proof.value == told
    assert not found.impacts[0].unattributed


def test_what_the_old_contract_forbade_already_is_not_the_change(tmp_path: Path) -> None:
    """An answer that was wrong before says nothing about the revision."""
    wrong = exchange({"state": 5})
    found = compared(changed(*STATE, minLength=1), recorded(tmp_path, wrong))
    assert cells(found)["response-length-narrowed"].state is not State.RED
    assert found.impacts[0].state is not State.RED


def test_each_implementation_has_a_column_of_its_own(tmp_path: Path) -> None:
    """Three reports give three judgements, in the order in which they were given."""
    files = [
        recorded(tmp_path, exchange({"state": state}), name=name)
        for name, state in (("First", "ready"), ("Second", "odd"), ("Third", "ready"))
    ]
    found = compared(changed(*STATE, enum=["ready"]), *files)
    assert [impact.recording.implementation for impact in found.impacts] == ["First 2", "Second 2", "Third 2"]
    assert [impact.state for impact in found.impacts] == [State.GREEN, State.RED, State.GREEN]
    text = write(found, "text")
    row = next(line for line in text.splitlines() if line.startswith("state [response-value-removed]"))
    assert row.split()[-3:] == ["green", "red", "green"]
    assert '(recorded: "odd")' in text


HOSTILE = "</td><script>alert(1)</script>|\x1b[31m\u202e"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.names.append(tag)


def test_a_recorded_value_cannot_leave_its_cell(tmp_path: Path) -> None:
    """What a server answered is data in every form: no markup, no control character, no new column."""
    found = compared(changed(*STATE, enum=["done"]), recorded(tmp_path, exchange({"state": HOSTILE})))
    tags = _Tags()
    tags.feed(write(found, "html"))
    assert "table" in tags.names
    assert tags.names.count("script") == 1, "the script of the page itself"
    told = write(found, "text") + write(found, "markdown")
    assert "\x1b" not in told
    assert "\u202e" not in told
    row = next(line for line in write(found, "markdown").splitlines() if line.startswith("| state"))
    assert row.replace("\\|", "").count("|") == 3


def test_a_part_of_a_body_proves_nothing(tmp_path: Path) -> None:
    """A body of which the report holds only the beginning is not judged."""
    cut = exchange()
    cut["response"]["abridged"] = {"size": 10**9, "sha256": "0" * 64, "value": None}
    found = compared(changed(*STATE, enum=["done"]), recorded(tmp_path, cut))
    assert cells(found)["response-value-removed"].state is State.UNKNOWN


def test_a_secret_is_no_proof(tmp_path: Path) -> None:
    """What stands in place of a secret was never answered."""
    found = compared(changed(*STATE, enum=["done"]), recorded(tmp_path, exchange({"state": "{{token}}"})))
    assert found.impacts[0].state is not State.RED


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("[]", "is not a JSON report"),
        ("{}", "is not a JSON report"),
        ('{"format": 2, "exchanges": []}', "is not a JSON report"),
        ('{"format": 1, "exchanges": [{}]}', "has an exchange that is malformed"),
        ("no json", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_report_gets_one_line(content: str, what: str, tmp_path: Path) -> None:
    """A broken, foreign or missing file is a usage error with its name."""
    file = tmp_path / "report.json"
    file.write_text(content, "utf-8")
    with pytest.raises(DocumentError, match=what):
        read_recording(file)
    for name, value in (("old", CONTRACT), ("new", CONTRACT)):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(value), "utf-8")
    versions = [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")]
    result = CliRunner().invoke(diff, [*versions, "--evidence", str(file)])
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    missing = CliRunner().invoke(diff, [*versions, "--evidence", str(tmp_path / "none.json")])
    assert missing.exit_code == 2
    assert "cannot be read" in missing.stderr


def _with_requirements(*requirements: dict[str, Any]) -> Documents:
    return _beside("requirements.yaml", requirements=requirements)


@pytest.mark.parametrize(("others", "state"), [((), State.RED), (("idle",), State.UNKNOWN)])
def test_a_condition_is_judged_by_the_answer_that_it_alone_had(
    others: tuple[str, ...], state: State, tmp_path: Path
) -> None:
    """A renamed code turns a server red that gave the old one, unless that may have told something else."""
    recording = read_recording(recorded(tmp_path, exchange(status=500, body={"error_code": "A.1"})))
    old = [{"id": name, "text": "It is so.", "status": 500, "code": "A.1"} for name in ("busy", *others)]
    new = [old[0] | {"code": "A.2"}, *old[1:]]
    versions = [_beside("errors.yaml", published=[old[0]], conditions=each) for each in (old, new)]
    found = report(*versions, recordings=[recording])
    assert cells(found)["error-condition-response-changed"].state is state


def _with_errors(*published: dict[str, Any]) -> Documents:
    return _beside("errors.yaml", published=published, conditions=[])


def _beside(name: str, **catalogue: Any) -> Documents:
    """Return the contract with a catalogue beside it."""
    content = json.dumps({"contract": "1.0.0", **catalogue})
    return Documents(Text({"contract.yaml": json.dumps(CONTRACT), name: content}), "contract.yaml")


def test_a_requirement_is_left_to_the_suite(tmp_path: Path) -> None:
    """What only a check can judge is named as such, and keeps an implementation from being green."""
    recording = read_recording(recorded(tmp_path, exchange()))
    found = report(_with_requirements(), _with_requirements(REQUIREMENT), recordings=[recording])
    expected = Cell(State.UNKNOWN, "only a check of the suite can judge a requirement")
    assert cells(found)["requirement-added"] == expected
    assert found.impacts[0].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("outcome", "state"), [("pass", State.GREEN), ("warn", State.RED), ("skip", State.UNKNOWN)]
)
def test_a_requirement_that_is_raised_is_judged_by_its_outcome(
    outcome: str, state: State, tmp_path: Path
) -> None:
    """A SHOULD that passed is met as a MUST, and one that the suite warned about would fail."""
    file = recorded(tmp_path, exchange())
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**content, "requirements": [{"id": "REQ-1", "outcome": outcome}]}), "utf-8")
    base = _with_requirements({**REQUIREMENT, "level": "SHOULD"})
    found = report(base, _with_requirements(REQUIREMENT), recordings=[read_recording(file)])
    assert cells(found)["requirement-raised"].state is state


@pytest.mark.parametrize(("given", "state"), [("A.1", State.RED), ("A.2", State.UNKNOWN)])
def test_a_code_that_is_gone_is_judged_by_the_recorded_errors(
    given: str, state: State, tmp_path: Path
) -> None:
    """A server that gave the status and code would turn red, and one that gave another is unknown."""
    answer = exchange(status=500, body={"error_code": given})
    recording = read_recording(recorded(tmp_path, answer))
    gone = {"status": 500, "code": "A.1"}
    found = report(_with_errors(gone), _with_errors(), recordings=[recording])
    cell = cells(found)["error-code-removed"]
    assert cell.state is state
    assert (cell.proof is not None) is (state is State.RED)
    kept = report(_with_errors(), _with_errors(gone), recordings=[recording])
    assert cells(kept)["error-code-added"].state is State.GREEN


def test_the_json_report_holds_the_table_as_its_schema_says(tmp_path: Path) -> None:
    """Another validator accepts the report, and a program finds the proof by the fingerprint."""
    found = compared(changed(*STATE, enum=["done"]), recorded(tmp_path, exchange()))
    told = json.loads(write(found, "json"))
    Draft202012Validator(SCHEMA).validate(told)
    (implementation,) = told["implementations"]
    assert implementation["state"] == "red"
    (change,) = implementation["changes"]
    assert change["fingerprint"] == told["findings"][0]["fingerprint"]
    assert change["proof"]["value"] == "ready"
