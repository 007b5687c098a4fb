"""Labelled edits of the project's own contract: what breaks is found, with its reason, and nothing else is."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from checkpoint_openapi.diff.report import FailOn, Report

from openapi.diff.independent import accepts, schema_of, value_of
from openapi.diff.judging import CONTRACT, contract, ids, judged

from .edits import EDITS, Edit

CODES = {"breaking": 1, "review": 5, "compatible": 0, "same": 0}


@pytest.fixture(params=EDITS, ids=lambda edit: edit.name.replace(" ", "-"))
def edit(request: pytest.FixtureRequest) -> Edit:
    """Give each edit of the table."""
    found: Edit = request.param
    return found


@cache
def changed(edit: Edit) -> tuple[dict[str, Any], Report]:
    """Return the contract after an edit, and what the gate says of it."""
    revision = contract()
    edit.change(revision)
    return revision, judged(CONTRACT, revision)


def test_an_edit_gets_its_label_and_its_finding(edit: Edit) -> None:
    """The verdict and the exit code are those of the table, and the finding that tells the change is there."""
    _, found = changed(edit)
    assert found.verdict == edit.label
    assert found.exit_code(FailOn.REVIEW) == CODES[edit.label]
    told = ids(found, "info" if edit.label == "compatible" else edit.label)
    if edit.finding is None:
        assert not found.open_ids()
    else:
        assert edit.finding in told


def test_a_break_stands_at_a_line_of_the_revision_or_of_the_base(edit: Edit) -> None:
    """Every finding has a position, a sentence, and a pointer that leads to something in its document."""
    _, report = changed(edit)
    for finding in report.findings:
        assert finding.position.line >= 1
        assert finding.position.file == ("base.yaml" if finding.in_base else "revision.yaml")
        assert finding.label.startswith("#")
        assert finding.message[0].isupper() or finding.message[0] == "`"


def test_a_witness_is_accepted_by_one_contract_and_refused_by_the_other(edit: Edit) -> None:
    """An independent validator says of each witness what the gate says of it."""
    revision, report = changed(edit)
    for finding in report.findings:
        witness = finding.witness
        if witness is None or not witness.has_body:
            continue
        old, new = schema_of(CONTRACT, finding.place), schema_of(revision, finding.place)
        if witness.kind == "request":
            assert accepts(CONTRACT, old, value_of(finding.place, witness.body))
            assert not accepts(revision, new, value_of(finding.place, witness.body))
        else:
            assert accepts(revision, new, value_of(finding.place, witness.body))
            assert not accepts(CONTRACT, old, value_of(finding.place, witness.body))


def test_the_table_is_as_large_as_it_has_to_be() -> None:
    """There are at least sixty edits, of which a good part breaks and a good part does not."""
    labels = [edit.label for edit in EDITS]
    assert len({edit.name for edit in EDITS}) == len(EDITS) >= 60
    assert labels.count("breaking") >= 30
    assert labels.count("compatible") >= 30
