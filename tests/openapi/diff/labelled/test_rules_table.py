"""The table of rules is whole: every id has its form and its meaning, and whatever is told is in it."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import FACETS, RULES, SUBJECTS, Facet, Severity, Side

from openapi.diff.judging import CONTRACT, contract, judged

from .edits import EDITS


def test_a_rule_has_a_kebab_case_id_and_a_sentence() -> None:
    """An id is stable and readable, and its meaning is one sentence."""
    assert not [name for name in RULES if not re.fullmatch(r"[a-z]+(-[a-z]+)+", name)]
    assert not [name for name, rule in RULES.items() if not rule.summary.endswith(".")]


def test_whatever_narrows_one_side_widens_the_other() -> None:
    """For each subject and facet one direction breaks and the other does not."""
    for subject in SUBJECTS:
        for facet in FACETS.values():
            severities = {
                RULES[f"{subject}-{word}"].severity.value for word in (facet.narrowed, facet.widened)
            }
            assert severities == {"breaking", "info"}


def test_a_schema_that_changes_in_one_way_breaks_one_side() -> None:
    """What narrows or widens a schema breaks clients or implementers, never both, also where roles are swapped."""
    for name in SUBJECTS:
        for facet in FACETS.values():
            for word in (facet.narrowed, facet.widened):
                rule = RULES[f"{name}-{word}"]
                broken = [side for side in Side if rule.of(side, event=False) is Severity.BREAKING]
                assert len(broken) == 1


@pytest.mark.parametrize("facet", FACETS.values(), ids=lambda facet: facet.narrowed)
def test_the_sides_of_requests_and_answers_mirror_each_other(facet: Facet) -> None:
    """A wider request and a narrower answer are the implementers' breaks, in a callback the other way round."""
    for subject, widens in (("request", True), ("parameter", True), ("response", False), ("header", False)):
        word = facet.widened if widens else facet.narrowed
        assert RULES[f"{subject}-{word}"].implementers is Severity.BREAKING
        assert (
            RULES[f"event-{subject}".replace("event-request", "event") + f"-{word}"].severity
            is Severity.BREAKING
        )


def test_every_edit_tells_of_rules_in_the_table() -> None:
    """No finding of the labelled edits has an id that the table does not know."""
    told: set[str] = set()
    for edit in EDITS[::4]:
        revision = contract()
        edit.change(revision)
        told |= {finding.id for finding in judged(CONTRACT, revision).findings}
    assert told <= RULES.keys()


def test_a_severity_stands_in_the_table_alone() -> None:
    """A finding has no severity of its own, and no rule can give it another than the table's."""
    assert "severity" not in {field.name for field in fields(Finding)}


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.event is not rule.severity])
def test_an_exchange_of_roles_exchanges_who_is_broken(name: str) -> None:
    """What breaks who calls an operation does not break who receives an event, and the other way round."""
    rule = RULES[name]
    assert Severity.BREAKING in (rule.severity, rule.event) or rule.severity is Severity.REVIEW
    assert Severity.INFO in (rule.severity, rule.event)
