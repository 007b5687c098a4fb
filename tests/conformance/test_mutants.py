"""The suite proves itself: every mutant fails, by the requirement that it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkpoint_openapi.load import requirements
from mutants.catalogue import MUTANTS, representative
from mutants.matrix import PUBLISHED, judge

_CHOSEN = tuple(mutant.name for mutant in representative(1))
_MORE = tuple(mutant.name for mutant in representative(PUBLISHED) if mutant.name not in _CHOSEN)
_PAGE = Path(__file__).parents[2] / "docs" / "kill-matrix.md"


def _hold(name: str) -> None:
    row = judge(name)
    assert row.expected, f"names {row.mutant.requirement}, charged {row.charged}: {row.mutant.fault}"


@pytest.mark.parametrize("name", _CHOSEN)
def test_a_chosen_mutant_is_charged_with_its_fault(name: str) -> None:
    """One mutant of each requirement is charged with what it breaks, and with nothing else."""
    _hold(name)


@pytest.mark.matrix
@pytest.mark.parametrize("name", _MORE)
def test_a_further_mutant_is_charged_with_its_fault(name: str) -> None:
    """Two further ones of each requirement are charged with what it breaks, and with nothing else."""
    _hold(name)


def test_every_requirement_has_a_mutant() -> None:
    """No active requirement is without a server that breaks it."""
    broken = {mutant.requirement for mutant in MUTANTS if not mutant.equivalent}
    active = {requirement.id for requirement in requirements() if requirement.status == "active"}
    assert active - broken == set()


def test_the_published_matrix_is_of_these_mutants() -> None:
    """`docs/kill-matrix.md` has one row for each mutant that is judged in CI, none of them unexpected."""
    page = _PAGE.read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert listed == {mutant.name for mutant in representative(PUBLISHED)}
    assert "not as expected" not in page
