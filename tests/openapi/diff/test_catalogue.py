"""The requirement catalogue beside a contract: compared by id, and named wherever a change touches a clause."""

from __future__ import annotations

import json
from typing import Any

import pytest
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity, Side
from checkpoint_openapi.diff.findings.version import Step
from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.diff.writers import write
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.document.source import DocumentError

from .judging import with_schema

THING = "contract.yaml#/components/schemas/Thing"


def requirement(name: str, **changed: Any) -> dict[str, Any]:
    """Return a requirement about the whole `Thing`, changed."""
    said = {"level": "SHOULD", "text": f"What {name} asks.", "clause": THING, "status": "active"}
    return {"id": name, **said, "profile": "core", "needs": None, **changed}


def released(requirements: list[dict[str, Any]] | None, **thing: Any) -> Documents:
    """Return a contract that takes a `Thing`, changed, with a catalogue beside it unless that is None."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "size": {}}, **thing}
    document = with_schema({"$ref": "#/components/schemas/Thing"}, request=True, Thing=schema)
    files = {"contract.yaml": json.dumps(document)}
    if requirements is not None:
        files["requirements.yaml"] = json.dumps({"contract": "1.0.0", "requirements": requirements})
    return Documents(Text(files), "contract.yaml")


def about_requirements(found: Report) -> dict[str, Finding]:
    """Return the findings about the catalogue itself, by rule."""
    return {each.id: each for each in found.findings if each.place == "the catalogue"}


@pytest.mark.parametrize(
    ("old", "new", "rule", "severity", "step"),
    [
        (None, {}, "requirement-added", Severity.BREAKING, Step.MINOR),
        ({}, {"level": "MUST"}, "requirement-raised", Severity.BREAKING, Step.MINOR),
        ({"level": "MUST"}, {}, "requirement-lowered", Severity.INFO, Step.PATCH),
        ({}, {"status": "withdrawn"}, "requirement-withdrawn", Severity.INFO, Step.PATCH),
        ({}, None, "requirement-withdrawn", Severity.INFO, Step.PATCH),
        ({"status": "withdrawn"}, {}, "requirement-added", Severity.BREAKING, Step.MINOR),
        ({}, {"text": "Otherwise."}, "requirement-reworded", Severity.REVIEW, Step.PATCH),
        ({}, {"profile": "discovery"}, "requirement-scope-changed", Severity.REVIEW, Step.MINOR),
        ({}, {"needs": "expired_token"}, "requirement-scope-changed", Severity.REVIEW, Step.MINOR),
    ],
)
def test_a_change_to_a_requirement_is_told_by_its_id(
    old: dict[str, Any] | None, new: dict[str, Any] | None, rule: str, severity: Severity, step: Step
) -> None:
    """Implementers are told what more is asked of them, and clients are never broken by it."""
    kept = requirement("REQ-1")
    versions = [
        released([kept, *([] if change is None else [requirement("REQ-2", **change)])])
        for change in (old, new)
    ]
    found = report(versions[0], versions[1])
    (finding,) = about_requirements(found).values()
    assert (finding.id, finding.path, finding.requirements) == (rule, "REQ-2", ("REQ-2",))
    assert finding.severity_for(Side.IMPLEMENTERS) is severity
    assert found.verdict == "compatible"
    assert found.step is step
    assert "The requirement REQ-2" in write(found, "html")
    if severity is Severity.BREAKING:
        assert finding.implementers_witness is not None
        assert finding.implementers_witness.kind == "requirement"
        assert finding.implementers_witness.text == "What REQ-2 asks."


def test_a_profile_may_stand_alone_or_in_a_list() -> None:
    """A catalogue that writes one profile as a list says the same as before."""
    old, new = (released([requirement("REQ-1", profile=profile)]) for profile in ("core", ["core"]))
    assert report(old, new).verdict == "same"


def test_a_contract_without_a_catalogue_is_compared_without_one() -> None:
    """Where only one version has a catalogue, nothing is added and nothing is withdrawn."""
    for old, new in ((None, [requirement("REQ-1")]), ([requirement("REQ-1")], None), (None, None)):
        assert not about_requirements(report(released(old), released(new)))


def test_a_broken_catalogue_is_told_with_its_line() -> None:
    """An entry without what every requirement has is an error, not a requirement that vanished."""
    broken = released([{"id": "REQ-1", "level": "MUST"}])
    with pytest.raises(DocumentError, match=r"requirements\.yaml:1:\d+: has a requirement without `text`"):
        report(released([requirement("REQ-1")]), broken)


CATALOGUE = [
    requirement("ALL-1"),
    requirement("NAME-1", clause=f"{THING}/properties/name"),
    requirement("NAME-2", clause=f"{THING}/properties/name"),
    requirement("SIZE-1", clause=f"{THING}/properties/size"),
    requirement("GONE-1", clause=f"{THING}/properties/size", status="withdrawn"),
    requirement("ELSE-1", clause="other.yaml#/components/schemas/Thing/properties/name"),
]


@pytest.mark.parametrize(
    ("thing", "rule", "touched"),
    [
        ({"properties": {"name": {"type": "string", "maxLength": 3}, "size": {}}}, "request-length-narrowed", ("NAME-1", "NAME-2")),
        ({"properties": {"name": {"type": "string"}}}, "request-member-removed", ("SIZE-1",)),
        ({"required": ["size"]}, "request-member-became-required", ("SIZE-1",)),
        ({"minProperties": 1}, "request-member-count-narrowed", ("ALL-1",)),
        ({"type": "array"}, "request-type-narrowed", ("ALL-1",)),
    ],
)  # fmt: skip
def test_a_finding_names_the_requirements_that_rest_on_its_place(
    thing: dict[str, Any], rule: str, touched: tuple[str, ...]
) -> None:
    """The nearest clause around the place counts, and every clause within what was changed."""
    found = report(released(CATALOGUE), released(CATALOGUE, **thing))
    finding = next(each for each in found.findings if each.id == rule)
    assert finding.requirements == touched
