"""The table of rules is whole: every id has its form and its meaning, and whatever is told is in it."""

from __future__ import annotations

import re

from checkpoint_openapi.diff.findings.rules import FACETS, RULES, SUBJECTS

from .edits import EDITS
from .judging import CONTRACT, contract, judged


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


def test_every_edit_tells_of_rules_in_the_table() -> None:
    """No finding of the labelled edits has an id that the table does not know."""
    told: set[str] = set()
    for edit in EDITS[::4]:
        revision = contract()
        edit.change(revision)
        told |= {finding.id for finding in judged(CONTRACT, revision).findings}
    assert told <= RULES.keys()
