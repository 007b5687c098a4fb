"""What was not exercised does not pass, and what was exercised passes for itself alone."""

from __future__ import annotations

from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.target.values import PROFILES
from checkpoint_conformance.verdict.conclusion import conclude
from checkpoint_conformance.verdict.ledger import Ledger
from checkpoint_conformance.verdict.outcome import Outcome, Verdict, verdict_of
from checkpoint_openapi.load import requirements

COMPLETE = Target(
    "http://127.0.0.1:8080",
    "b942cc8342734d15bcb246babb1953cf",
    "a token",
    "62171999-3df1-42f7-9513-6f9b1bea4744",
    ("server-0", "server-1"),
    expired_token="an expired token",
    read_only_token="a token that may only read",
    second_project=SecondProject("0" * 32, "a token of the second project", "a policy of it"),
    profiles=frozenset(PROFILES),
)
"""A target that declares every profile and has every fixture."""
ACTIVE = {requirement.id for requirement in requirements() if requirement.status == "active"}


def passed(*exercised: str) -> set[str]:
    """Return what passes if nothing was found, and these requirements were exercised."""
    ledger = Ledger()
    ledger.exercise(*exercised)
    return {result.requirement.id for result in conclude(COMPLETE, ledger) if result.outcome is Outcome.PASS}


def test_what_was_not_exercised_does_not_pass() -> None:
    """A run that exercised nothing passes no requirement, and its verdict is inconclusive."""
    assert passed() == set()
    assert verdict_of(conclude(COMPLETE, Ledger())) is Verdict.INCONCLUSIVE


def test_each_requirement_passes_by_itself() -> None:
    """Exercising one requirement lets no other pass."""
    assert {name: passed(name) for name in ACTIVE} == {name: {name} for name in ACTIVE}
