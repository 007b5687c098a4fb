"""Whom a report is for, and which side decides the exit code."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.commands.diff import diff
from checkpoint_openapi.diff.writers import FORMATS
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from openapi.diff.judging import CONTRACT, contract, with_schema

TEXT = {"type": "string"}
SCHEMA = json.loads(
    resources("checkpoint_openapi").joinpath("diff", "writers", "diff.schema.json").read_text("utf-8")
)
REQUIREMENTS = """\
contract: 1.0.0
requirements:
  - {{id: A-1, level: MUST, text: {text}, clause: "openapi.json#/paths", basis: [S], profile: [core], needs: null,
     status: active, since: 1.0.0, not_tested: null}}
"""


@pytest.fixture
def widened(tmp_path: Path) -> list[str]:
    """Return two versions of a contract of which the second accepts longer texts."""
    for name, schema in (("old", {**TEXT, "maxLength": 3}), ("new", TEXT)):
        (tmp_path / f"{name}.json").write_text(json.dumps(with_schema(schema, request=True)), "utf-8")
    return [str(tmp_path / "old.json"), str(tmp_path / "new.json")]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--for", "both"], 0),
        (["--for", "clients"], 0),
        (["--for", "implementers"], 1),
        (["--fail-for", "implementers"], 1),
        (["--fail-for", "both"], 1),
        (["--for", "implementers", "--fail-on", "none"], 0),
    ],
)
def test_clients_are_counted_unless_others_are_asked_for(
    widened: list[str], options: list[str], code: int
) -> None:
    """A wider request breaks only implementers, and closes the gate only when they are counted."""
    assert CliRunner().invoke(diff, [*widened, *options]).exit_code == code
    narrowed = CliRunner().invoke(diff, [*widened[::-1], *options])
    assert narrowed.exit_code == (0 if "none" in options or options[-1:] == ["implementers"] else 1)


def test_a_side_that_is_left_out_cannot_be_counted(widened: list[str]) -> None:
    """The exit code never depends on findings that the report does not show."""
    result = CliRunner().invoke(diff, [*widened, "--for", "clients", "--fail-for", "implementers"])
    assert result.exit_code == 2
    assert "--fail-for implementers counts changes that --for leaves out" in result.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_says_whom_a_finding_breaks(form: str, widened: list[str]) -> None:
    """It shows implementers the request that a server of the old contract may refuse."""
    text = CliRunner().invoke(diff, [*widened, "--format", form]).stdout
    assert "implementers" in text
    assert "a server of the old one may refuse it" in text
    assert "implementers" not in CliRunner().invoke(
        diff, [*widened, "--format", form, "--for", "clients"]
    ).stdout.replace("for-implementers", "")


def test_the_text_has_a_heading_for_implementers(widened: list[str]) -> None:
    """What breaks clients too stands under their heading, and the verdict counts the others apart."""
    text = CliRunner().invoke(diff, widened).stdout
    assert text.startswith("Breaking changes for implementers\n")
    assert "  Breaks implementers.\n" in text
    assert "compatible (0 breaking, 0 for review, 1 compatible, 1 breaking for implementers)" in text
    alone = CliRunner().invoke(diff, [*widened, "--for", "implementers"]).stdout
    assert alone.startswith("Breaking changes for implementers\n")
    assert "breaking (1 breaking, 0 for review, 0 compatible)" in alone


def test_the_verdict_counts_what_others_have_to_review(tmp_path: Path) -> None:
    """A reworded requirement is for review by implementers, and the last line says so."""
    for version, text in (("old", "It is."), ("new", "It was.")):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "openapi.json").write_text(json.dumps(with_schema(TEXT, request=True)), "utf-8")
        (folder / "requirements.yaml").write_text(REQUIREMENTS.format(text=text), "utf-8")
    versions = [str(tmp_path / version / "openapi.json") for version in ("old", "new")]
    last = CliRunner().invoke(diff, versions).stdout.splitlines()[-1]
    assert "compatible (0 breaking, 0 for review, 1 compatible, 1 for review by implementers)" in last


@pytest.mark.parametrize(
    "options", [[], ["--for", "clients"], ["--for", "implementers"], ["--fail-for", "both"]]
)
def test_the_json_report_is_as_its_schema_says(options: list[str], tmp_path: Path) -> None:
    """A breaking change of this contract for both sides is a report that another validator accepts."""
    revision = contract()
    (item,) = (value for value in revision["paths"].values() if "post" in value)
    item["parameters"].append({"name": "region", "in": "query", "required": True, "schema": TEXT})
    for name, document in (("old", CONTRACT), ("new", revision)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document), "utf-8")
    versions = [str(tmp_path / "old.json"), str(tmp_path / "new.json")]
    told = json.loads(CliRunner().invoke(diff, [*versions, "--format", "json", *options]).stdout)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(told)
    shown = options[1:] if options[:1] == ["--for"] else ["clients", "implementers"]
    finding = next(each for each in told["findings"] if each["id"] == "parameter-added-required")
    assert finding["breaks"] == list(finding["severities"]) == list(told["sides"]) == shown
    assert all(finding["witnesses"][side]["line"].startswith("POST /") for side in shown)


def test_the_schema_refuses_what_no_report_says() -> None:
    """Its members are constrained, so that the test above can fail."""
    refused: list[dict[str, Any]] = [{}, {"format": "checkpoint-contract-diff/1"}]
    assert not any(Draft202012Validator(SCHEMA).is_valid(report) for report in refused)
