"""Blame as data: what a rule names exists, so that none waits for a probe or symptom that was renamed."""

from __future__ import annotations

import ast
from dataclasses import fields
from functools import cache
from pathlib import Path

import checkpoint_conformance
import pytest
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.probe import Circumstance, Implications, Probe
from checkpoint_conformance.probes.variations.groups import single_faults
from checkpoint_conformance.probes.variations.settings import REPEATED
from checkpoint_conformance.run.schedule import odd_requests, origins
from checkpoint_conformance.run.stages.kept_connections import on_kept_connection
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.verdict import consequences, groups
from checkpoint_conformance.verdict.symptom import Symptom
from checkpoint_openapi.load import requirements

PACKAGE = Path(checkpoint_conformance.__file__).parent
TARGET = Target(
    "http://h",
    "p" * 32,
    "a-token-that-is-long-enough",
    "7c1f2e3d-4a5b-4c6d-8e9f-0a1b2c3d4e5f",
    ("resource-1", "resource-2"),
    expired_token="a-token-that-has-expired",
    read_only_token="a-token-that-may-only-read",
    second_project=SecondProject(
        "q" * 32, "another-token-that-is-long", "0a1b2c3d-4e5f-4c6d-8e9f-7c1f2e3d4a5b"
    ),
)
CATALOGUE = frozenset(item.id for item in requirements() if item.status == "active")


@cache
def probes() -> tuple[Probe, ...]:
    """Return the probes of single faults, with those on kept connections."""
    calls, secrets = Calls(TARGET), Secrets(TARGET)
    singles = [probe for group in single_faults(calls, secrets) for probe in group.probes]
    singles += odd_requests(calls)
    return (*singles, *on_kept_connection(authentication(calls, secrets)))


def modules() -> list[Path]:
    """Return every module of the suite."""
    return sorted(PACKAGE.rglob("*.py"))


def test_the_rules_name_requirements_of_the_catalogue() -> None:
    """What the groups, the tables and the probes name are active requirements."""
    grouped = set[str]().union(*(getattr(groups, name) for name in groups.__all__))
    tables = {*groups.FOLLOWING, *(name for names in groups.FOLLOWING.values() for name in names)}
    symptoms = consequences.FOLLOWING_SYMPTOMS
    pairs = {*symptoms, *(pair for pairs in symptoms.values() for pair in pairs)}
    tables |= {requirement for requirement, _ in pairs}
    lists = set[str]().union(*consequences.UNREADABLE.values())
    implied = {name for probe in probes() for name in named_by(probe.implies)}
    presumed = {name for probe in probes() for name in probe.presumes}
    assert implied
    assert (grouped | tables | lists | implied | presumed) - CATALOGUE == set()


def named_by(implies: Implications) -> set[str]:
    """Return the requirements that the implications of a probe name."""
    others = {implies.same_answer, implies.refused_as, implies.smaller}
    return {*implies.accepted_too, *(name for name in others if name)}


@pytest.mark.parametrize("field", [field.name for field in fields(Implications)])
def test_every_kind_of_implication_is_some_probe_s(field: str) -> None:
    """No rule waits for what no probe declares."""
    assert [probe.id for probe in probes() if getattr(probe.implies, field)]


def test_every_circumstance_is_some_origin_s() -> None:
    """No rule asks for a circumstance under which nothing is sent."""
    assert {origin.circumstance for origin in origins(TARGET).values()} == set(Circumstance)


def test_what_is_sent_in_other_shapes_exists() -> None:
    """Every probe that is repeated in calls of another shape is one that is sent."""
    assert REPEATED - {probe.id for probe in probes()} == set()


def test_what_lets_others_in_does_so_in_its_own_shape_alone() -> None:
    """A probe in a call of another shape explains no acceptance elsewhere."""
    letting_in = {
        probe.id for probe in probes() if probe.implies.accepted_too and not probe.implies.refused_as
    }
    plain = {"AUTH-1/absent", "AUTH-2/unknown", "NF-1/unknown"}
    assert letting_in == plain | {"AUTH-1/absent-kept", "AUTH-2/unknown-kept"}


def test_every_symptom_is_one_that_something_shows() -> None:
    """Every member of the enumeration is named by a module that finds something, and not by rules alone."""
    finding = [path for path in modules() if path.parent.name != "verdict"]
    named = {
        node.attr
        for path in finding
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Symptom"
    }
    derived = {each.name for each in Symptom if each.of_one_answer is not each}
    assert {each.name for each in Symptom} - derived - named == set()
