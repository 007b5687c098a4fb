"""The suite proves itself: every mutant fails, by the requirement that it breaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from checkpoint_openapi.load import requirements
from mutants.catalogue import GROUPS, MUTANTS, representative
from mutants.framework.verifying import in_process, over_a_socket
from mutants.matrix import judge

from .language.chinese import untranslated

_CHOSEN = tuple(mutant.name for mutant in representative(1))
_OTHERS = tuple(mutant.name for mutant in MUTANTS if mutant.name not in _CHOSEN)
_SAMPLE = {
    mutant.requirement.partition("-")[0]: mutant.name
    for mutant in reversed(representative(1))
    if mutant.name != "dropped-when-busy"
}
_PAGE = Path(__file__).parents[2] / "docs" / "kill-matrix.md"


def _hold(name: str) -> None:
    row = judge(name)
    assert row.expected, f"names {row.mutant.requirement}, charged {row.charged}: {row.mutant.fault}"
    assert {text: left for text in row.sentences if (left := untranslated(text))} == {}


@pytest.mark.parametrize("name", _CHOSEN)
def test_a_chosen_mutant_is_charged_with_its_fault(name: str) -> None:
    """One mutant of each requirement is charged with what it breaks alone, and this is told in Chinese."""
    _hold(name)


@pytest.mark.matrix
@pytest.mark.parametrize("name", _OTHERS)
def test_every_other_mutant_is_charged_with_its_fault(name: str) -> None:
    """All the others are charged with what they break alone, and this is told in Chinese."""
    _hold(name)


@pytest.mark.matrix
@pytest.mark.parametrize("group", GROUPS)
def test_a_mutant_is_charged_alike_in_process_and_over_a_socket(group: str) -> None:
    """What carries the answers makes no difference to what is found: one of each group shows it."""
    name = _SAMPLE[group]
    assert judge(name, in_process).charged == judge(name, over_a_socket).charged


def test_every_requirement_has_a_mutant() -> None:
    """No active requirement is without a server that breaks it."""
    broken = {mutant.requirement for mutant in MUTANTS if not mutant.equivalent}
    active = {requirement.id for requirement in requirements() if requirement.status == "active"}
    assert active - broken == set()


def test_the_published_matrix_is_of_every_mutant() -> None:
    """`docs/kill-matrix.md` lists every mutant below its requirement, with its fault, and none survives."""
    page = _PAGE.read_text(encoding="utf-8")
    listed = []
    for part in page.split("\n## ")[1:]:
        requirement = part.partition("\n")[0]
        rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| .*\|$", part, re.MULTILINE)
        listed += [(requirement, name, fault) for name, fault, _ in rows]
    assert sorted(listed) == sorted((each.requirement, each.name, each.fault) for each in MUTANTS)
    told = sum(not each.equivalent for each in MUTANTS)
    assert f"- {told} mutants, {told} of them killed" in page
    assert f"- {len(MUTANTS) - told} more that no client can tell" in page
    assert "not as expected" not in page
