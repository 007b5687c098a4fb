"""Compiled schemas are shared and dropped without any effect on the findings."""

from __future__ import annotations

import copy
from typing import Any
from weakref import WeakValueDictionary

import pytest
from checkpoint_openapi.diff.proof.judge import Judge
from checkpoint_openapi.diff.schema import containment
from checkpoint_openapi.diff.schema.containment import Answer, Operand, operand_of
from checkpoint_openapi.diff.schema.parts import Schema as Parts
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi.diff.judging import judged, with_schema

from .schemas import Schema, schemas

_SETTINGS = settings(max_examples=30)


def forget(patched: pytest.MonkeyPatch, kept: int) -> None:
    """Drop all compiled schemas, and from now on keep those of at most so many bytes of schemas."""
    patched.setattr(containment, "_KNOWN", WeakValueDictionary[bytes, Operand]())
    patched.setattr(containment, "_USED_LAST", containment._UsedLast())
    patched.setattr(containment, "_KEPT", kept)


@_SETTINGS
@given(schemas, schemas, st.booleans())
def test_dropped_forms_change_no_finding(old: Schema, new: Schema, is_request: bool) -> None:
    """A comparison that keeps no compiled schema has the same findings as one that keeps all."""
    found: list[Any] = []
    for kept in (0, 1 << 40):
        with pytest.MonkeyPatch.context() as patched:
            forget(patched, kept)
            versions = (with_schema(copy.deepcopy(each), request=is_request) for each in (old, new))
            found.append(judged(*versions).findings)
    assert found[0] == found[1]


def test_forms_of_the_schemas_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """All forms of all schemas together never exceed the limit, and are made again when needed."""
    operands = [operand_of({"type": "string", "minLength": number}) for number in range(1, 21)]
    limit = 7 * operands[0].weight
    forget(monkeypatch, limit)
    for _ in range(2):
        for number, operand in enumerate(operands, 1):
            assert operand.accepts("a" * number)
            assert not operand.accepts("a" * (number - 1))
            assert operand.simplified()["minLength"] == number
            assert operand.forms.keys() == {"validator", "canonical", "simplified"}
            assert sum(each.weight * len(each.forms) for each in operands) <= limit


def test_identical_schemas_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two schemas with the same keywords share their answers, wherever they occur."""
    forget(monkeypatch, 1 << 40)
    asked: list[Operand] = []
    covers = Operand._covers
    monkeypatch.setattr(Operand, "_covers", lambda one, two: (asked.append(one), covers(one, two))[1])
    one, two = (operand_of(copy.deepcopy({"type": "integer"})) for _ in range(2))
    assert one is two
    other = operand_of({"type": "number"})
    assert [other.covers(one), other.covers(two)] == [Answer.YES, Answer.YES]
    assert len(asked) == 1


def test_what_refuses_something_of_anything_is_not_negated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negation of two large objects has millions of parts; a simple value shows what they refuse."""
    monkeypatch.setattr(Operand, "without", lambda *_: pytest.fail("the engine was asked to negate them"))
    objects = [
        {"type": "object", "required": [f"{name}{n}" for n in range(20)], "properties": {f"{name}0": {}}}
        for name in "ab"
    ]
    report = judged(with_schema({}, request=True), with_schema({"oneOf": objects}, request=True))
    assert any(found.witness is not None and found.witness.has_body for found in report.findings)


def test_schemas_that_are_too_large_together_are_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be compared as a whole costs nothing, even if patterns might decide it."""
    forget(monkeypatch, 1 << 40)
    monkeypatch.setattr(containment, "_LARGEST", 0)
    compiled: list[Operand] = []
    monkeypatch.setattr(Operand, "_canonicalized", compiled.append)
    receiver = Parts.of({"type": "string", "pattern": "^a*$"})
    sender = Parts.of({"type": "string", "pattern": "^aa*$"})

    assert Judge().covers(receiver, sender) is Answer.UNKNOWN
    assert compiled == []


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_a_failure_that_a_value_shows_needs_no_proof(keyword: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alternative that sends a new value is not compared with all alternatives as a whole."""

    def choice(*values: str) -> Parts:
        kind = {"type": "object", "required": ["at"], "properties": {"at": {"enum": [*values]}}}
        other = {"type": "object", "required": ["of"], "properties": {"of": {"type": "integer"}}}
        return Parts.of(
            {keyword: [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}], "$defs": {"A": kind, "B": other}}
        )

    asked: list[tuple[Operand, Operand]] = []
    covers = Operand.covers

    def noted(receiver: Operand, sender: Operand) -> Answer:
        asked.append((receiver, sender))
        return covers(receiver, sender)

    monkeypatch.setattr(Operand, "covers", noted)
    failures = Judge().failures(choice("x"), choice("x", "y"))

    assert [(failure.path, failure.value) for failure in failures] == [(("at",), "y")]
    about_all = [
        sender for receiver, sender in asked if not receiver.schema.keys().isdisjoint(("anyOf", "oneOf"))
    ]
    assert [sender.schema for sender in about_all if "$ref" in sender.schema] == []
