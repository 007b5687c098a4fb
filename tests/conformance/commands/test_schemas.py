"""Each JSON form that a program may read is as its published schema describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.commands.report.cli import schema as schema_command
from checkpoint_conformance.commands.report.commands import SCHEMAS
from jsonschema import Draft202012Validator
from mutants.service.server import Server, running

from conformance.closed import closed
from conformance.runs import Broken, Dropping, invoke, report, write_target

if TYPE_CHECKING:
    from pathlib import Path

FORMS = {
    "report": ("report", "show", "broken.json", "--format", "json"),
    "matrix": ("report", "matrix", "good.json", "broken.json", "dropping.json", "--format", "json"),
    "diff": ("report", "diff", "broken.json", "dropping.json", "--format", "json"),
    "replay": ("replay", "broken.json", "REQ-11", "--target", "target.toml", "--json"),
    "target-check": ("target", "check", "target.toml", "--json"),
    "dry-run": ("verify", "--target", "target.toml", "--dry-run", "--max-examples", "1", "--json"),
}
"""The command that writes each form, in a folder with these files."""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """Run the command of a form, and return what it writes."""
    monkeypatch.chdir(tmp_path)
    for name, behaviour in {"good": Server, "broken": Broken, "dropping": Dropping}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(report(behaviour)))
    with running(Server) as table:
        write_target(table, tmp_path / "target.toml")
        return json.loads(invoke(*FORMS[request.param]).stdout)


@pytest.mark.parametrize(("written", "form"), [(form, form) for form in FORMS], indirect=["written"])
def test_what_a_command_writes_is_what_its_schema_describes(written: Any, form: str) -> None:
    """A real one has every member that is required, and none that the schema does not name."""
    schema = json.loads(invoke("report", "schema", form).stdout)
    Draft202012Validator.check_schema(schema)
    if form == "report":  # its own tests judge it in more detail
        assert list(Draft202012Validator(schema).iter_errors(written)) == []
        return
    errors = Draft202012Validator(closed(schema)).iter_errors(written)
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []
    assert written


def test_every_form_has_its_schema() -> None:
    """The forms that the command offers, those that are tested here, and the published files are the same."""
    (argument,) = (each for each in schema_command.params if each.name == "form")
    assert [*argument.to_info_dict()["type"]["choices"]] == [*FORMS]
    assert {*SCHEMAS} == {*FORMS}
