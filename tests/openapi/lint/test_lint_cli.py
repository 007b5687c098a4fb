"""The command `lint`: its formats, its exit codes, and what it says of input that it cannot use."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.commands.lint import lint
from checkpoint_openapi.lint import FOLDER_RULES, RULES
from checkpoint_openapi.lint import lint as linted
from checkpoint_openapi.lint.render import as_text
from checkpoint_openapi.load import data_path
from click.testing import CliRunner
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from click.testing import Result

FLAWED = """\
openapi: 3.0.3
info: {title: '50% off, or: more', version: '1'}
paths:
  /a:
    get:
      operationId: read
      responses:
        200: {description: Fine.}
"""
FINDING = "the key 200 is not text in YAML, and some tools fail on it"


@pytest.fixture
def flawed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a document with one finding to the working directory and return its name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flawed.yaml").write_text(FLAWED)
    return "flawed.yaml"


def run(*arguments: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(lint, arguments)


def test_our_documents_are_the_default() -> None:
    """Without an argument both documents of the contract are read and are clean."""
    result = run()

    assert result.exit_code == 0
    assert "checkpoint.yaml" in result.stdout
    assert "companions.yaml: no findings" in result.stdout


def test_text_has_place_rule_and_remedy(flawed: str) -> None:
    """A finding is a line that an editor jumps from, its pointer, and what to do."""
    result = run(flawed)

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"flawed.yaml:8:9: error: {FINDING} [unquoted-key]",
        "    at /paths/~1a/get/responses/200",
        "    fix: write '200'",
        "flawed.yaml: not checked: connexion, schemathesis (other errors come first)",
        "flawed.yaml: 1 finding",
    ]


def test_json_holds_the_same(flawed: str) -> None:
    """The members of a finding are named, and the object ends with the mark of completeness."""
    result = run("--format", "json", flawed)
    document = json.loads(result.stdout)

    assert result.exit_code == 1
    assert document["findings"] == [
        {
            "rule": "unquoted-key",
            "severity": "error",
            "file": "flawed.yaml",
            "line": 8,
            "column": 9,
            "pointer": "/paths/~1a/get/responses/200",
            "message": FINDING,
            "fix": "write '200'",
        }
    ]
    assert {entry["rule"] for entry in document["skipped"]} == {"connexion", "schemathesis"}
    assert list(document)[-1] == "complete"
    schema = json.loads(
        resources("checkpoint_openapi").joinpath("lint", "lint.schema.json").read_text("utf-8")
    )
    described = schema["properties"], schema["properties"]["findings"]["items"]["properties"]
    Draft202012Validator(schema).validate(document)
    assert (document.keys(), document["findings"][0].keys()) == (described[0].keys(), described[1].keys())


def test_github_gets_annotations(flawed: str) -> None:
    """Each finding is a workflow command on its line; what was not checked is a notice."""
    first, *others = run("--format", "github", flawed).stdout.splitlines()

    assert first == (
        f"::error file=flawed.yaml,line=8,col=9,title=unquoted-key::{FINDING}. Fix: write '200'."
    )
    assert others
    assert all(line.startswith("::notice file=flawed.yaml::Not checked: ") for line in others)


def test_github_text_is_escaped(flawed: str, tmp_path: Path) -> None:
    """Percent signs, line ends, colons and commas of a message do not end the command."""
    text = FLAWED.replace("200:", "'200':").replace("read", '"read: 1%,\\n2"')
    text += text[text.index("  /a:") :].replace("/a:", "/b:")
    (tmp_path / "a,b.yaml").write_text(text)

    line = run("--format", "github", "a,b.yaml").stdout.splitlines()[0]

    assert line.startswith("::error file=a%2Cb.yaml,line=11,col=7,title=operation-id-duplicate::")
    assert "1%25," in line
    assert flawed


def test_a_rule_can_be_left_out(flawed: str) -> None:
    """What is ignored neither fails the run nor is looked for."""
    assert run("--ignore", "unquoted-key", flawed).exit_code == 0


def test_a_misspelt_rule_gets_the_nearest_name(flawed: str) -> None:
    """A mistyped rule is an error of usage and never silently ignores nothing."""
    result = run("--ignore", "unqoted-key", flawed)

    assert result.exit_code == 2
    assert "Unknown rule 'unqoted-key'. Did you mean 'unquoted-key'?" in result.stderr


def test_the_rules_are_listed() -> None:
    """Each rule has one line with its severity."""
    result = run("--rules")

    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == [
        rule.id for rule in (*RULES, *FOLDER_RULES)
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", "bad.yaml:2:1: is invalid YAML: "),
        ("a: 1\na: 2\n", "bad.yaml:2:1: has the key 'a' twice in one object: remove one"),
        ("swagger: '2.0'\n", "bad.yaml:1:1: is version 2.0 of OpenAPI; versions 3.0, 3.1, 3.2 can be read"),
        (
            "openapi: 3.1\n",
            "bad.yaml:1:1: has the version 3.1 of OpenAPI without its third number: write '3.1.0'",
        ),
        ("openapi: 3\n", "bad.yaml:1:1: is version 3 of OpenAPI; versions 3.0, 3.1, 3.2 can be read"),
        ("[]", "bad.yaml:1:1: is invalid: its root is not an object"),
        ("", "bad.yaml:1:1: is empty"),
    ],
)
def test_an_unusable_file_is_one_line(flawed: str, tmp_path: Path, text: str, message: str) -> None:
    """The other files are still judged, and the exit code says that one was not."""
    (tmp_path / "bad.yaml").write_text(text)

    result = run("bad.yaml", flawed)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1
    assert FINDING in result.stdout


def test_a_missing_file_is_one_line(flawed: str) -> None:
    """The line names the file and the reason."""
    result = run("none.yaml")

    assert result.exit_code == 2
    assert result.stderr == "Error: none.yaml: cannot be read: No such file or directory\n"
    assert flawed


def test_a_path_outside_is_shown_whole(flawed: str) -> None:
    """A file that is not below the working directory keeps the path that was given."""
    path = str(data_path("checkpoint.yaml"))

    assert run(path).stdout.startswith(f"{path}: no findings")
    assert flawed


def test_tools_are_chosen_by_name(flawed: str) -> None:
    """`--for` takes names with commas between them, and refuses one that it does not know."""
    assert run("--for", "connexion, schemathesis", flawed).exit_code == 1
    result = run("--for", "connexon", flawed)
    assert result.exit_code == 2
    assert "Unknown tool 'connexon'. Did you mean 'connexion'?" in result.stderr


def test_a_missing_catalogue_is_told_where_one_belongs(flawed: str) -> None:
    """Beside a catalogue of errors a catalogue of requirements is expected, and elsewhere it is not."""
    assert "catalogue" not in run(flawed).stdout
    Path("errors.yaml").write_text("conditions: {}\n")
    assert "there is no requirement catalogue next to the document" in run(flawed).stdout


TWICE = """\
openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: 'https://a.example'}]
paths:
  /a:
    get: &operation
      responses:
        '200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
        '404': {$ref: '#/components/responses/Gone'}
  /b:
    get: *operation
components:
  schemas:
    A: {type: object, properties: {b: {type: integer, minLength: 1, example: x, default: y}}}
    Spare: {type: string}
  responses:
    Gone: {description: Gone., content: {application/json: {schema: {type: string}}}}
"""


@pytest.fixture
def twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a document whose components have several faults to the working directory; return its name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "twice.yaml").write_text(TWICE)
    return "twice.yaml"


def test_a_summary_by_rule_comes_first(twice: str) -> None:
    """The rules with findings and their numbers come before the findings, errors before warnings."""
    lines = run(twice).stdout.splitlines()

    assert lines[0] == "twice.yaml: 8 findings of 5 rules"
    assert [line.split()[:3] for line in lines[1:6]] == [
        ["1", "error", "default-invalid"],
        ["1", "error", "example-invalid"],
        ["1", "warning", "component-unused"],
        ["1", "warning", "keyword-idle"],
        ["4", "warning", "example-missing"],
    ]
    assert lines[6] == ""


def test_errors_come_before_warnings(twice: str) -> None:
    """What a person fixes first is on top, whatever its line."""
    severities = [line.split()[1] for line in run(twice).stdout.splitlines() if line.endswith("]")]

    assert severities == sorted(severities)
    assert set(severities) == {"error:", "warning:"}


def test_findings_are_folded_by_component(twice: str) -> None:
    """What one component lacks is told once, with the other lines where it shows."""
    told = run("--rule", "example-missing", twice).stdout

    assert told.count("has no example") == 2
    assert "and 1 more because of #/components/responses/Gone: line 9" in told
    assert "and 1 more because of #/components/schemas/A: line 8" in told
    assert told.endswith("twice.yaml: 4 findings\n")


def test_every_folded_finding_is_in_the_json(twice: str) -> None:
    """Programs get each finding, and how many there are of each rule."""
    document = json.loads(run("--format", "json", twice).stdout)

    assert len(document["findings"]) == 8
    assert document["summary"]["example-missing"] == 4


def test_one_rule_is_applied_alone(twice: str) -> None:
    """With --rule, other findings neither show nor fail."""
    assert run("--rule", "default-invalid", twice).stdout.endswith("twice.yaml: 1 finding\n")
    assert run("--rule", "security-undeclared", twice).exit_code == 0


def test_a_severity_leaves_out_what_is_lower(twice: str) -> None:
    """With --severity error, no warning shows."""
    told = run("--severity", "error", "--format", "json", twice).stdout

    assert {finding["severity"] for finding in json.loads(told)["findings"]} == {"error"}


def test_a_baseline_accepts_what_is_there(twice: str) -> None:
    """The command writes what it finds; then only what is new fails, wherever the lines have moved."""
    written = run("--baseline", "accepted.yaml", "--write-baseline", twice)
    accepted = run("--baseline", "accepted.yaml", twice)
    Path(twice).write_text("# moved\n" + TWICE.replace("Spare:", "Other:"))
    changed = run("--baseline", "accepted.yaml", twice)

    assert (written.exit_code, written.stdout) == (0, "accepted.yaml accepts 8 findings\n")
    assert accepted.exit_code == 0
    assert accepted.stdout.endswith("twice.yaml: no findings, 8 more accepted\n")
    assert changed.exit_code == 1
    assert "the component 'Other' is not used" in changed.stdout
    assert "accepted.yaml:3: component-unused" in changed.stdout


def test_a_stale_entry_fails(twice: str) -> None:
    """An entry that accepts nothing any longer is told by its line, and fails."""
    run("--baseline", "accepted.yaml", "--write-baseline", twice)
    Path(twice).write_text(TWICE.replace("    Spare: {type: string}\n", ""))
    result = run("--baseline", "accepted.yaml", twice)

    assert result.exit_code == 1
    assert (
        "component-unused at /components/schemas/Spare is no longer found: remove the entry" in result.stdout
    )


def test_an_entry_of_an_unknown_rule_is_stale(twice: str) -> None:
    """A mistyped rule accepts nothing, and is told."""
    Path("accepted.yaml").write_text("accepted: [{rule: exampel-missing, file: twice.yaml, pointer: /a}]")

    assert "exampel-missing at /a is no longer found" in run("--baseline", "accepted.yaml", twice).stdout


def test_an_entry_of_a_rule_that_was_not_applied_is_not_stale(twice: str) -> None:
    """What was not looked for cannot be missing."""
    run("--baseline", "accepted.yaml", "--write-baseline", twice)

    assert run("--baseline", "accepted.yaml", "--rule", "default-invalid", twice).exit_code == 0


def test_a_second_fault_at_an_accepted_place_is_new(twice: str) -> None:
    """An entry accepts one finding, not whatever its rule finds at the place."""
    run("--baseline", "accepted.yaml", "--write-baseline", twice)
    Path(twice).write_text(TWICE.replace("minLength: 1,", "minLength: 1, maxLength: 2,"))
    result = run("--baseline", "accepted.yaml", twice)

    assert result.exit_code == 1
    assert "`maxLength` has no effect" in result.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [("accepted: 3", "a list"), ("accepted: [{rule: a}]", "file"), ("acepted: []", "accepted")],
)
def test_a_broken_baseline_is_one_line(twice: str, text: str, told: str) -> None:
    """A mistake in the baseline is told with its place, and nothing is linted."""
    Path("accepted.yaml").write_text(text)
    result = run("--baseline", "accepted.yaml", twice)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "accepted.yaml" in result.stderr
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_baseline_to_write_needs_a_name(twice: str) -> None:
    """Without --baseline there is nothing to write to."""
    result = run("--write-baseline", twice)

    assert result.exit_code == 2
    assert "--baseline FILE" in result.stderr


@pytest.mark.parametrize("wide", [False, True])
def test_the_source_line_has_a_caret(wide: bool, tmp_path: Path) -> None:
    """In a terminal, a finding shows its line, and a caret below its column; a long line is shortened."""
    padding = f"x-padding: {'p' * 400}, " if wide else ""
    file = tmp_path / "a.yaml"
    file.write_text(TWICE.replace("    Spare: {", f"    Spare: {{{padding}") + ("#" if wide else ""))
    report = linted(file, only=["default-invalid"])
    line, caret = as_text([report], excerpts=True).splitlines()[1:3]

    assert line[caret.index("^") :].startswith("default: y")
    assert len(line) <= 104


def test_a_reference_gets_the_nearest_name(twice: str) -> None:
    """A mistyped reference is told with the name that was meant."""
    Path(twice).write_text(TWICE.replace("schemas/A'", "schemas/Spair'"))

    assert "there is no 'Spair'; did you mean 'Spare'?" in run("--rule", "ref-dangling", twice).stdout
