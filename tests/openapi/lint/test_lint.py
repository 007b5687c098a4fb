"""Every rule finds the defect that is planted for it, and our own documents have none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checkpoint_openapi.document.source import Source, load_with_positions
from checkpoint_openapi.lint import RULES, Severity, lint
from checkpoint_openapi.load import data_path

from openapi.lint.defects import DEFECTS, DOCUMENT

ALWAYS = [rule.id for rule in RULES if not rule.on_request]
"""The rules that need not be asked for; tests of their own plant defects for the others."""


@pytest.fixture(scope="module")
def neighbours() -> list[Source]:
    """Keep what stands beside the document in use, so that it is read once."""
    return [load_with_positions(data_path(name)) for name in ("companions.yaml", "requirements.yaml")]


@pytest.fixture
def folder(tmp_path: Path, neighbours: list[Source]) -> Path:
    """Copy what stands beside the document."""
    for source in neighbours:
        shutil.copy(source.file, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["checkpoint.yaml", "companions.yaml"])
def test_our_own_documents_are_clean(name: str) -> None:
    """No rule finds anything, and none is left out."""
    report = lint(data_path(name))

    assert report.findings == ()
    assert report.skipped == {}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(folder: Path, name: str) -> None:
    """Exactly the named rules find the defect, one of them on the line where it stands."""
    defect = DEFECTS[name]
    assert DOCUMENT.count(defect.old) >= 1
    text = DOCUMENT.replace(defect.old, defect.new, 1)
    document = folder / "checkpoint.yaml"
    document.write_text(text, encoding="utf-8")

    report = lint(document)

    assert {finding.rule for finding in report.findings} == defect.rules
    if defect.line is not None:
        line = text[: text.index(defect.line)].count("\n") + 1
        assert line in {finding.position.line for finding in report.findings}


def test_every_rule_has_a_planted_defect() -> None:
    """A rule without a defect of its own is a rule that nobody has seen working."""
    found = set[str]().union(*(defect.rules for defect in DEFECTS.values()))

    assert found == set(ALWAYS)


@pytest.mark.parametrize("rule", ALWAYS)
def test_no_rule_stands_in_for_another(rule: str) -> None:
    """Some defect tells the rule from every other one."""
    sets = [defect.rules for defect in DEFECTS.values() if rule in defect.rules]

    assert set[str].intersection(*sets) == {rule}


def test_the_table_is_in_order() -> None:
    """Ids are unique and of one form, and every check is documented."""
    identifiers = [rule.id for rule in RULES]

    assert len(set(identifiers)) == len(identifiers)
    for rule in RULES:
        assert rule.id == rule.id.lower()
        assert rule.id.replace("-", "").isalpha()
        assert rule.check.__doc__
        assert rule.severity in Severity


def test_a_finding_says_where_what_and_how_to_mend(folder: Path) -> None:
    """The place is file, line, column and pointer; sentence and remedy are one line each."""
    document = folder / "checkpoint.yaml"
    document.write_text(DOCUMENT.replace("default: false", "default: 0"), encoding="utf-8")

    (finding,) = lint(document).findings

    line = DOCUMENT[: DOCUMENT.index("default: false")].count("\n") + 1
    assert finding.position == (str(document), line, 11)
    assert finding.pointer == "/components/schemas/CheckpointParameters/properties/auto_trigger/default"
    assert finding.what == "the default violates its schema: 0 is not of type 'boolean'"
    assert finding.fix == "correct one of them"


def test_a_null_that_is_refused_is_told_once_and_as_json_writes_it(folder: Path) -> None:
    """The library tells it twice, and in Python's word."""
    document = folder / "checkpoint.yaml"
    nullable = "Always present (RESP-10).\n          type: string\n          nullable: true\n"
    assert nullable in DOCUMENT
    changed = DOCUMENT.replace(nullable, nullable.replace("          nullable: true\n", ""))
    document.write_text(changed, encoding="utf-8")

    findings = lint(document).findings

    assert len({finding.pointer for finding in findings}) == len(findings) == 2
    assert {finding.what for finding in findings} == {
        "the example violates its schema: null is not of type 'string'"
    }


def test_a_link_may_say_the_place_of_a_parameter(folder: Path) -> None:
    """A name behind its place is a parameter, too (OpenAPI, Link Object)."""
    document = folder / "checkpoint.yaml"
    document.write_text(DOCUMENT.replace("        checkpoint_id: $res", "        query.checkpoint_id: $res"))

    assert lint(document).findings == ()


def test_a_discriminator_is_looked_for_in_each_branch(folder: Path) -> None:
    """A branch that requires the property by what it refers to is left alone, another one is named."""
    branches = """
      discriminator: {propertyName: auto_trigger}
      oneOf:
        - allOf: [{$ref: '#/components/schemas/Kind'}]
        - type: object
    Kind: {type: object, description: A kind., required: [auto_trigger], properties: {auto_trigger: {}}}
"""
    document = folder / "checkpoint.yaml"
    head = "    CheckpointParameters:\n"
    document.write_text(DOCUMENT.replace(head, head.rstrip("\n") + branches + "    Rest:\n", 1))

    found = [each for each in lint(document).findings if each.rule == "discriminator-undeclared"]

    assert [each.what.rpartition(" at ")[2] for each in found] == [
        "/components/schemas/CheckpointParameters/oneOf/1"
    ]


def test_a_clause_is_found_in_the_catalogue(folder: Path) -> None:
    """The finding stands in the file whose clause points nowhere."""
    document = folder / "checkpoint.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    catalogue = folder / "requirements.yaml"
    text = catalogue.read_text(encoding="utf-8").replace("schemas/ErrorBody'", "schemas/ErorBody'")
    catalogue.write_text(text, encoding="utf-8")

    (finding,) = lint(document).findings

    assert finding.rule == "clause-dangling"
    assert finding.position.file == str(catalogue)
    assert "schemas/Eror" in text.splitlines()[finding.position.line - 1]


def test_programs_load_only_what_has_no_error(folder: Path) -> None:
    """An error is told once, and the loaders that would repeat it are named as not asked."""
    document = folder / "checkpoint.yaml"
    document.write_text(DOCUMENT.replace("type: boolean", "type: bool"), encoding="utf-8")

    report = lint(document)

    assert report.skipped["connexion"] == report.skipped["schemathesis"] == "other errors come first"


def test_the_canary_is_refused() -> None:
    """The document that shows other linters to be awake shows ours to be so, too."""
    report = lint(Path(__file__).with_name("canary.yaml"))

    assert {finding.rule for finding in report.findings} == {
        "example-invalid",
        "path-parameter-undeclared",
        "security-undeclared",
    }


def test_an_ignored_rule_is_not_applied(folder: Path) -> None:
    """A rule that is left out finds nothing and is not named as skipped."""
    document = folder / "checkpoint.yaml"
    document.write_text(
        DOCUMENT.replace("default: false", "default: false\n          maxLength: 5"), encoding="utf-8"
    )

    report = lint(document, ignored={"keyword-idle"})

    assert report.findings == ()
    assert report.skipped == {}


def test_a_schema_that_a_discriminator_selects_by_its_name_is_used(folder: Path) -> None:
    """A schema that includes one with a discriminator, even indirectly, is used."""
    family = """
      required: [kind]
      properties: {kind: {type: string, description: Which one.}}
      discriminator: {propertyName: kind}
    Child: {description: A child., allOf: [{$ref: '#/components/schemas/CheckpointParameters'}]}
    Grandchild: {description: Its child., allOf: [{$ref: '#/components/schemas/Child'}]}
    Stranger: {description: Another., allOf: [{$ref: '#/components/schemas/ErrorBody'}]}
"""
    document = folder / "checkpoint.yaml"
    head = "    CheckpointParameters:\n"
    document.write_text(DOCUMENT.replace(head, head.rstrip("\n") + family + "    Rest:\n", 1))

    found = [each.pointer for each in lint(document).findings if each.rule == "component-unused"]

    assert found == ["/components/schemas/Stranger", "/components/schemas/Rest"]
