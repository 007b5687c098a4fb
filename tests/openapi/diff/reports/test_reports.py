"""Reports: severities and exit codes, acknowledgements, versions, and every form in which they are written."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.commands.diff import changelog as changelog_command
from checkpoint_openapi.commands.diff import diff, next_version
from checkpoint_openapi.diff.findings.acknowledgements import load_acknowledgements
from checkpoint_openapi.diff.findings.rules import RULES
from checkpoint_openapi.diff.findings.version import Step, Version
from checkpoint_openapi.diff.report import FailOn, Report, report
from checkpoint_openapi.diff.writers import FORMATS, write
from checkpoint_openapi.diff.writers.markdown import changelog
from checkpoint_openapi.document.source import DocumentError
from click.testing import CliRunner

from openapi.diff.judging import documents, judged, with_schema

TEXT = {"type": "string"}
TODAY = datetime.date(2026, 6, 1)


def change(old: dict[str, Any], new: dict[str, Any]) -> Report:
    """Return what the gate says of a change of a request."""
    return judged(with_schema(old, request=True), with_schema(new, request=True))


BREAKING = change(TEXT, {**TEXT, "maxLength": 3})
REVIEW = change(TEXT, {**TEXT, "format": "phone"})
COMPATIBLE = change({**TEXT, "maxLength": 3}, TEXT)
WORDS = change(TEXT, {**TEXT, "description": "words"})
SAME = change(TEXT, TEXT)


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (BREAKING, (0, 1, 1, 1)),
        (REVIEW, (0, 0, 5, 1)),
        (COMPATIBLE, (0, 0, 0, 1)),
        (WORDS, (0, 0, 0, 1)),
        (SAME, (0, 0, 0, 0)),
    ],
    ids=["breaking", "review", "compatible", "words", "same"],
)  # fmt: skip
def test_the_gate_closes_as_it_is_told(found: Report, codes: tuple[int, ...]) -> None:
    """Each level of `--fail-on` includes those before it."""
    assert tuple(found.exit_code(level) for level in FailOn) == codes


@pytest.mark.parametrize(
    ("found", "step", "version"),
    [
        (BREAKING, Step.MAJOR, "2.0.0"),
        (REVIEW, Step.MAJOR, "2.0.0"),
        (COMPATIBLE, Step.MINOR, "1.1.0"),
        (WORDS, Step.PATCH, "1.0.1"),
        (SAME, Step.NONE, "1.0.0"),
    ],
)
def test_the_version_moves_as_far_as_the_change(found: Report, step: Step, version: str) -> None:
    """A break moves the major number, an addition the minor, words the patch, and nothing none."""
    assert found.step is step
    assert str(found.next_version) == version


def test_before_1_0_a_break_moves_the_minor_number() -> None:
    """In 0.y.z anything may change (Semantic Versioning 2.0.0, 4)."""
    assert Version(0, 3, 1).after(Step.MAJOR) == Version(0, 4, 0)
    assert Version(0, 3, 1).after(Step.MINOR) == Version(0, 3, 2)


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.2.3", Version(1, 2, 3)), ("v2", Version(2, 0, 0)), ("1.0", Version(1, 0, 0)), ("1.0.0-rc.1+b", Version(1, 0, 0)), ("2024-01-01", None), ("", None)],
)  # fmt: skip
def test_versions_are_read_as_they_are_written(text: str, version: Version | None) -> None:
    """A missing number is nought, and what is no version is none."""
    if text != "2024-01-01":
        assert Version.parse(text) == version


def test_a_version_that_moves_far_enough_is_not_told() -> None:
    """The finding about the version goes away when the version is raised, and a break stays a break."""
    old, new = with_schema(TEXT, request=True), with_schema({**TEXT, "maxLength": 3}, request=True)
    assert "version-too-low" in {finding.id for finding in judged(old, new).findings}
    new["info"]["version"] = "2.0.0"
    found = judged(old, new)
    assert not any(finding.id.startswith("version-") for finding in found.findings)
    assert found.exit_code(FailOn.VERSION) == 1
    new["info"]["version"] = "0.9.0"
    (finding,) = judged(old, {**old, "info": new["info"]}).findings
    assert finding.message == "`info.version` is 0.9.0; after 1.0.0, it only goes up"
    new["info"]["version"] = "spring"
    assert "version-unreadable" in {finding.id for finding in judged(old, new).findings}


def acknowledged(
    tmp_path: Path, fingerprint: str, expires: str = "2026-12-31", reason: str = "agreed"
) -> Report:
    """Return the breaking report with one acknowledgement."""
    file = tmp_path / "accepted.yaml"
    entry = {"fingerprint": fingerprint, "reason": reason, "expires": expires}
    file.write_text(json.dumps({"acknowledgements": [entry]}), encoding="utf-8")
    old, new = with_schema(TEXT, request=True), with_schema({**TEXT, "maxLength": 3}, request=True)
    return report(documents(old), documents(new), load_acknowledgements(file), TODAY)


def test_an_acknowledged_break_opens_the_gate(tmp_path: Path) -> None:
    """The finding stays in the report with its reason, and the version has to move all the same."""
    found = acknowledged(tmp_path, BREAKING.findings[0].fingerprint)
    assert found.exit_code(FailOn.REVIEW) == 0
    assert found.findings[0].acknowledged == "agreed"
    assert found.step is Step.MAJOR
    assert all("agreed" in write(found, form) for form in ("text", "json", "markdown", "sarif"))


def test_an_acknowledgement_ends(tmp_path: Path) -> None:
    """One that expired does not count, and that is said."""
    found = acknowledged(tmp_path, BREAKING.findings[0].fingerprint, expires="2026-05-31")
    assert found.exit_code(FailOn.REVIEW) == 1
    assert "expired on 2026-05-31" in found.remarks[0]


def test_an_acknowledgement_of_nothing_is_told(tmp_path: Path) -> None:
    """An entry that matches no finding is to be removed."""
    assert "matches no finding" in acknowledged(tmp_path, "0" * 16).remarks[0]


def test_a_fingerprint_is_of_the_change_and_not_of_its_line() -> None:
    """It stays when lines move, and another bound is another change."""
    moved = with_schema({**TEXT, "maxLength": 3}, request=True)
    moved["info"]["description"] = "one\n\nmore\n\nline"
    same = judged(with_schema(TEXT, request=True), moved).findings[0]
    assert same.fingerprint == BREAKING.findings[0].fingerprint
    assert change(TEXT, {**TEXT, "maxLength": 2}).findings[0].fingerprint != same.fingerprint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]", "root is not an object"),
        ("other: []", "unknown key 'other'. Known: acknowledgements. (1 more)"),
        ("acknowledgements: {}", "must be a list"),
        ("acknowledgements: [{reason: r, expires: 2027-01-01}]", "acknowledgement 1: fingerprint is missing"),
        ("acknowledgements: [{fingerprint: f, expires: 2027-01-01}]", "acknowledgement 1: reason is missing"),
        ("acknowledgements: [{fingerprint: f, reason: r}]", "acknowledgement 1: expires is missing"),
        ("acknowledgements: [{fingerprint: f, reason: r, expires: soon}]", "expires must be a calendar date"),
        (
            "acknowledgements: [{fingerprint: f, reason: r, expires: 2027-01-01, by: me}]",
            "unknown key 'by' in acknowledgement 1",
        ),
    ],
)
def test_a_broken_acknowledgement_is_told_with_its_line(text: str, what: str, tmp_path: Path) -> None:
    """Nothing is accepted by mistake: each entry has a fingerprint, a reason and an expiry."""
    file = tmp_path / "accepted.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=re.escape(what)) as caught:
        load_acknowledgements(file)
    assert caught.value.line == 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "found", [BREAKING, REVIEW, COMPATIBLE, SAME], ids=["breaking", "review", "compatible", "same"]
)
def test_every_form_tells_the_verdict(form: str, found: Report) -> None:
    """Each form ends with a line break and holds every finding's id."""
    text = write(found, form)
    assert text.endswith("\n")
    for finding in found.findings:
        assert finding.id in text


@pytest.mark.parametrize("form", ["text", "markdown", "html", "github"])
def test_of_many_operations_the_first_few_are_named(form: str) -> None:
    """A component of a large document may change hundreds of operations; JSON has them all."""
    (finding, *_) = BREAKING.findings
    aliases = tuple(f"GET /{number}" for number in range(400))
    many = replace(BREAKING, findings=[replace(finding, aliases=aliases)])
    text = write(many, form)
    assert "lso in GET /0, GET /1, GET /2, GET /3, GET /4 and 395 other operations" in text
    assert json.loads(write(many, "json"))["findings"][0]["also_in"] == list(aliases)


def test_json_is_whole() -> None:
    """A program finds every part of a finding, and knows by the last member that nothing was cut off."""
    written = json.loads(write(BREAKING, "json"))
    (finding, _) = written["findings"]
    assert written["verdict"] == "breaking"
    assert list(written)[-1] == "complete"
    assert finding["line"] >= 1
    assert finding["pointer"].startswith("#/paths/~1things/post/requestBody")
    assert finding["before"] is None
    assert finding["after"] == 3
    assert len(finding["witness"]["body"]) > 3
    assert re.fullmatch("[0-9a-f]{16}", finding["fingerprint"])


def test_annotations_stand_at_lines_of_the_revision() -> None:
    """A workflow command has its properties escaped, and a severity of its own."""
    first = write(BREAKING, "github").splitlines()[0]
    assert re.match(r"::error file=revision\.yaml,line=\d+,col=\d+,title=request-length-narrowed::", first)
    assert "%0AThe old contract allows this request; the new one rejects it.%0A  POST /things%0A" in first
    assert re.search(r"%0Afingerprint [0-9a-f]{16}$", first)
    assert write(REVIEW, "github").startswith("::warning ")
    assert write(COMPATIBLE, "github").startswith("::notice ")


def test_sarif_has_what_its_readers_need() -> None:
    """Rules, levels, places and fingerprints are those of SARIF 2.1.0."""
    (run,) = json.loads(write(BREAKING, "sarif"))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        assert result["partialFingerprints"]
    assert set(rules) <= RULES.keys()
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["fullDescription"]["text"]
        assert "--acknowledgements" in rule["help"]["text"]


def test_a_changelog_is_for_those_who_use_the_contract() -> None:
    """It names the changes by severity, and none about the version itself."""
    text = changelog(BREAKING, "2.0.0")
    assert text.startswith("## 2.0.0\n\n### Breaking changes\n")
    assert "version-" not in text
    assert "Only texts and examples changed." in changelog(WORDS, "1.0.1")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Give two versions of a contract as files."""
    found = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, schema in zip(found, (TEXT, {**TEXT, "maxLength": 3}), strict=True):
        file.write_text(json.dumps(with_schema(schema, request=True)), encoding="utf-8")
    return [str(file) for file in found]


def test_the_command_judges_two_files(files: list[str], tmp_path: Path) -> None:
    """The report goes to the output, and the exit code says whether the gate opens."""
    run = CliRunner().invoke
    assert run(diff, files).exit_code == 1
    assert run(diff, [*files, "--fail-on", "none"]).exit_code == 0
    assert run(diff, files[::-1]).exit_code == 0
    output = tmp_path / "report.json"
    result = run(diff, [*files, "--format", "json", "--output", str(output)])
    assert result.exit_code == 1
    assert not result.output
    assert json.loads(output.read_text("utf-8"))["complete"] is True


def test_the_command_reads_acknowledgements(files: list[str], tmp_path: Path) -> None:
    """What the report calls a fingerprint is what the file of acknowledgements names."""
    told = json.loads(CliRunner().invoke(diff, [*files, "--format", "json"]).output)["findings"][0][
        "fingerprint"
    ]
    file = tmp_path / "accepted.yaml"
    file.write_text(
        f"acknowledgements: [{{fingerprint: '{told}', reason: agreed, expires: 2099-01-01}}]", "utf-8"
    )
    assert CliRunner().invoke(diff, [*files, "--acknowledgements", str(file)]).exit_code == 0


def test_accepted_findings_have_a_heading_of_their_own(files: list[str], tmp_path: Path) -> None:
    """So has the version; neither stands among what is open."""
    told = json.loads(CliRunner().invoke(diff, [*files, "--format", "json"]).output)["findings"][0][
        "fingerprint"
    ]
    file = tmp_path / "accepted.yaml"
    file.write_text(
        f"acknowledgements: [{{fingerprint: '{told}', reason: agreed, expires: 2099-01-01}}]", "utf-8"
    )
    for form, mark in (("text", ""), ("markdown", "## ")):
        text = CliRunner().invoke(diff, [*files, "--format", form, "--acknowledgements", str(file)]).output
        assert f"\n{mark}Accepted changes\n" in f"\n{text}"
        assert f"{mark}Breaking changes" not in text
    assert "\nVersion\n" in CliRunner().invoke(diff, files).output
    assert f"fingerprint `{told}`" in CliRunner().invoke(diff, [*files, "--format", "markdown"]).output


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_a_document_that_cannot_be_read_is_marked(form: str, files: list[str]) -> None:
    """The forms that mark lines mark the line that keeps a version from being read."""
    Path(files[1]).write_text("openapi: 3.0.3\ninfo: [\n", encoding="utf-8")
    result = CliRunner().invoke(diff, [*files, "--format", form])
    assert result.exit_code == 2
    if form == "github":
        assert re.match(
            rf"::error file={re.escape(files[1])},line=3,col=1,title=document-unreadable::", result.stdout
        )
    else:
        (run,) = json.loads(result.stdout)["runs"]
        assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_components_alone_are_not_compared(tmp_path: Path) -> None:
    """Two documents without an operation have nothing that reaches a client, and the report says so."""
    for name in ("old.json", "new.json"):
        document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1.0.0"}, "components": {}}
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(diff, [str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert "nothing was compared" in result.output


def test_the_other_commands_tell_of_the_same_change(files: list[str]) -> None:
    """`changelog` heads its section with the version that `next-version` names."""
    assert CliRunner().invoke(next_version, files).output == "2.0.0\n"
    assert CliRunner().invoke(changelog_command, files).output.startswith("## 2.0.0\n")
    assert CliRunner().invoke(next_version, files[::-1]).output == "1.1.0\n"


def test_an_output_that_cannot_be_written_gets_one_line(files: list[str], tmp_path: Path) -> None:
    """A report that is nowhere is no open gate."""
    result = CliRunner().invoke(diff, [*files[::-1], "--output", str(tmp_path / "no" / "report.txt")])
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
