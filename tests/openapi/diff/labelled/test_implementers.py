"""The other side of the contract: what breaks who implements it is found, shown, and nothing else is."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Side
from checkpoint_openapi.diff.report import Report

from openapi.diff.independent import accepts, lists, schema_of, value_of
from openapi.diff.judging import CONTRACT, contract, judged, with_schema

from .edits import Edit
from .implementers import ALL, BROKEN, FURTHER
from .pairs import PAIRS, Pair
from .shown import SHOWN


class _Case(NamedTuple):
    edit: Edit
    finding: str | None
    """The finding that breaks implementers, or None if nothing does."""
    revision: dict[str, Any]
    report: Report


@pytest.fixture(params=ALL, ids=lambda case: case[0].name.replace(" ", "-"))
def case(request: pytest.FixtureRequest) -> _Case:
    """Give each edit of the tables, and what the gate says of it."""
    edit, finding = request.param
    revision = contract()
    edit.change(revision)
    return _Case(edit, finding, revision, judged(CONTRACT, revision))


def _broken(report: Report) -> list[Finding]:
    return [found for found in report.findings if Side.IMPLEMENTERS in found.breaks]


def test_an_edit_breaks_implementers_as_its_label_says(case: _Case) -> None:
    """The finding that breaks them is there, and an edit without one breaks nobody who implements."""
    told = {finding.id for finding in _broken(case.report)}
    if case.finding is None:
        assert not told
    else:
        assert case.finding in told
    assert case.report.verdict == case.edit.label


def test_every_break_has_a_witness(case: _Case) -> None:
    """Whoever is broken is shown a request that it may refuse, or an answer that it may give."""
    for finding in _broken(case.report):
        witness = finding.implementers_witness
        assert witness is not None, finding.message
        assert witness.text
        assert witness.line


def test_another_validator_confirms_every_value(case: _Case) -> None:
    """The new contract alone allows a request that is shown, the old one alone an answer."""
    for finding in case.report.findings:
        witness = finding.implementers_witness
        if witness is None or not witness.has_body:
            continue
        value = value_of(finding.place, witness.body)
        assert accepts(case.revision, schema_of(case.revision, finding.place), value) is (
            witness.kind == "request"
        )
        if not finding.id.startswith("parameter-added"):
            assert accepts(CONTRACT, schema_of(CONTRACT, finding.place), value) is (
                witness.kind == "response"
            )


def test_an_edit_of_a_value_is_shown_by_one(case: _Case) -> None:
    """A value stands for each edit of a schema, and a line that both versions confirm for others."""
    witnesses = [finding.implementers_witness for finding in _broken(case.report)]
    if case.edit in SHOWN:
        assert any(witness is not None and witness.has_body for witness in witnesses)
    for finding in _broken(case.report):
        line = finding.implementers_witness.line if finding.implementers_witness else ""
        if finding.id in ("path-added", "operation-added", "response-removed", "response-error-removed"):
            gained = finding.id.endswith("added")
            assert lists(case.revision, line) is gained
            assert lists(CONTRACT, line) is not gained


def test_the_tables_are_as_large_as_they_have_to_be() -> None:
    """At least sixty edits break implementers, and many do not, whatever they do to clients."""
    assert len(BROKEN) + len(FURTHER) + len(SHOWN) >= 100
    assert {edit.name for edit, _ in ALL} >= BROKEN.keys()
    assert sum(finding is None for _, finding in ALL) >= 40


@pytest.mark.parametrize("request_", [True, False], ids=["request", "answer"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_pair_of_schemas_breaks_the_side_that_it_should(pair: Pair, request_: bool) -> None:
    """A request that widens and an answer that narrows break implementers, with a value that shows it."""
    sides = {
        "old": with_schema(pair.old, request=request_, version=pair.version),
        "new": with_schema(pair.new, request=request_, version=pair.version),
    }
    found = _broken(judged(sides["old"], sides["new"]))
    assert bool(found) is (pair.widens if request_ else pair.narrows)
    for finding in found:
        witness = finding.implementers_witness
        assert witness is not None
        assert accepts(sides["new"], pair.new, witness.body) is request_
        assert accepts(sides["old"], pair.old, witness.body) is not request_


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
def test_a_member_that_an_answer_loses_breaks_clients(closed: bool) -> None:
    """Whether or not the object is closed, clients no longer get it; a closed one forbids it to servers, too."""
    names = ({"a": {}, "b": {}}, {"a": {}})
    old, new = ({"type": "object", "properties": each, "additionalProperties": not closed} for each in names)
    found = judged(with_schema(old, request=False), with_schema(new, request=False))
    assert "response-member-removed" in {each.id for each in found.findings if Side.CLIENTS in each.breaks}
    assert {each.id for each in _broken(found)} == ({"response-member-refused"} if closed else set())


def test_a_range_of_statuses_that_shrinks_breaks_implementers() -> None:
    """They are shown a status of the range that is no longer listed."""
    old, new = (with_schema({}, request=True) for _ in range(2))
    for document, status in ((old, "4XX"), (new, "400")):
        document["paths"]["/things"]["post"]["responses"][status] = {"description": "wrong"}
    (finding,) = _broken(judged(old, new))
    assert finding.id == "response-range-narrowed"
    assert finding.implementers_witness is not None
    assert finding.implementers_witness.line == "response 401"


def test_a_default_that_is_gone_is_shown_as_a_status() -> None:
    """Implementers are shown an error that only the default covered."""
    old, new = (with_schema({}, request=True) for _ in range(2))
    for document, statuses in ((old, ("default", "500")), (new, ("500",))):
        document["paths"]["/things"]["post"]["responses"].update(
            {status: {"description": "wrong"} for status in statuses}
        )
    (finding,) = _broken(judged(old, new))
    assert finding.id == "response-error-removed"
    assert finding.implementers_witness is not None
    assert finding.implementers_witness.line == "response 501"


def _with_parameter(**changed: Any) -> dict[str, Any]:
    document = with_schema({}, request=True)
    parameter = {"name": "path", "in": "query", "schema": {"type": "string"}, **changed}
    document["paths"]["/things"]["post"]["parameters"] = [parameter] if changed.get("name") != "" else []
    return document


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ({}, {"allowReserved": True}, "parameter-reserved-accepted"),
        ({}, {"allowEmptyValue": True}, "parameter-empty-value-allowed"),
        ({"required": True}, {}, "parameter-became-optional"),
        ({"required": True}, {"name": ""}, "parameter-became-optional"),
        ({}, {"in": "header"}, "parameter-location-changed"),
        ({}, {"name": ""}, None),
        ({"allowReserved": True}, {}, None),
        ({"allowEmptyValue": True}, {}, None),
    ],
)
def test_a_parameter_breaks_implementers_where_more_may_be_sent(
    old: dict[str, Any], new: dict[str, Any], rule: str | None
) -> None:
    """What a server of the old contract need not read is told, and what it no longer has to read is not."""
    found = _broken(judged(_with_parameter(**old), _with_parameter(**new)))
    assert {each.id for each in found} == ({rule} if rule else set())
    assert all(each.implementers_witness for each in found)
