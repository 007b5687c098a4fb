"""The errors beside a contract: compared by condition, and by status and code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from checkpoint_openapi.diff.findings.finding import Finding
from checkpoint_openapi.diff.findings.rules import Severity, Side
from checkpoint_openapi.diff.findings.version import Step
from checkpoint_openapi.diff.report import report
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Text
from checkpoint_openapi.document.source import DocumentError
from hypothesis import given
from hypothesis import strategies as st

from .judging import with_schema

CONDITION = {"id": "busy", "status": 500, "code": "A.1", "text": "It runs.", "operations": ["act"]}
KEPT = CONDITION | {"id": "gone", "status": 404, "code": "A.4"}
PAIR = {"status": 500, "code": "A.1", "meaning": "It runs."}
OTHER = {"status": 500, "code": "A.2", "meaning": "It stands."}
_B, _R, _I = Severity.BREAKING, Severity.REVIEW, Severity.INFO
RULES = [
    {"id": "ERR-2", "clause": "errors.yaml#/published"},
    {"id": "ERR-3", "clause": "errors.yaml#/conditions"},
]


def errors(*conditions: dict[str, Any], published: Any = (), pattern: str = "^G") -> dict[str, Any]:
    """Return an error catalogue with one more condition, which no version changes."""
    listed = {"published": list(published), "conditions": [KEPT, *conditions]}
    return {"contract": "1.0.0", "gateway_pattern": pattern, **listed}


def contract(catalogue: dict[str, Any] | None) -> Documents:
    """Return a contract with a catalogue of errors beside it, and requirements that rest on it."""
    document = with_schema({"type": "string"}, request=True)
    said = {"level": "SHOULD", "text": "It holds.", "status": "active", "profile": "core", "needs": None}
    beside = {"contract": "1.0.0", "requirements": [rule | said for rule in RULES]}
    files = {"contract.yaml": json.dumps(document), "requirements.yaml": json.dumps(beside)}
    if catalogue is not None:
        files["errors.yaml"] = json.dumps(catalogue)
    return Documents(Text(files), "contract.yaml")


def compared(old: dict[str, Any] | None, new: dict[str, Any] | None) -> tuple[dict[str, Finding], Step]:
    """Return the findings by rule, and the step of the version."""
    found = report(contract(old), contract(new))
    return {each.id: each for each in found.findings if not each.id.startswith("version-")}, found.step


CHANGES: list[tuple[dict[str, Any], dict[str, Any], dict[str, tuple[Severity, Severity, str]], Step]] = [
    (errors(), errors(CONDITION), {"error-condition-added": (_I, _B, "ERR-3")}, Step.MINOR),
    (
        errors(CONDITION),
        errors(),
        {"error-condition-removed": (_I, _I, "ERR-3"), "error-code-removed": (_I, _B, "ERR-3")},
        Step.MINOR,
    ),
    (
        errors(CONDITION, published=[PAIR]),
        errors(published=[PAIR]),
        {"error-condition-removed": (_I, _I, "ERR-3")},
        Step.MINOR,
    ),
    (
        errors(CONDITION),
        errors(CONDITION | {"status": 409}),
        {"error-condition-response-changed": (_B, _B, "ERR-3"), "error-code-removed": (_I, _B, "ERR-3")},
        Step.MAJOR,
    ),
    (
        errors(CONDITION, published=[PAIR, OTHER]),
        errors(CONDITION | {"code": "A.2"}, published=[PAIR, OTHER]),
        {"error-condition-response-changed": (_B, _B, "ERR-3")},
        Step.MAJOR,
    ),
    (
        errors(CONDITION),
        errors(CONDITION | {"text": "It ran."}),
        {"error-condition-reworded": (_I, _R, "ERR-3")},
        Step.PATCH,
    ),
    (
        errors(CONDITION),
        errors(CONDITION | {"operations": ["act", "stop"]}),
        {"error-condition-scope-changed": (_I, _R, "ERR-3")},
        Step.MINOR,
    ),
    (errors(published=[PAIR]), errors(), {"error-code-removed": (_I, _B, "ERR-2")}, Step.MINOR),
    (errors(), errors(published=[PAIR]), {"error-code-added": (_I, _I, "ERR-2")}, Step.MINOR),
    (errors(), errors(pattern="^H"), {"gateway-codes-changed": (_I, _R, "")}, Step.MINOR),
    (
        errors(CONDITION | {"message": "It runs already."}),
        errors(CONDITION | {"message": "Wait."}),
        {"error-message-changed": (_I, _I, "ERR-3")},
        Step.PATCH,
    ),
    (
        errors(published=[PAIR, OTHER]),
        errors(published=[PAIR | {"meaning": "It works."}, OTHER]),
        {"error-code-reworded": (_I, _R, "ERR-2")},
        Step.PATCH,
    ),
    (
        errors(published=[PAIR, OTHER]),
        errors(published=[PAIR | {"meaning": OTHER["meaning"]}, OTHER | {"meaning": PAIR["meaning"]}]),
        {"error-code-exchanged": (_B, _B, "ERR-2")},
        Step.MAJOR,
    ),
    (errors(CONDITION, published=[PAIR]), errors(CONDITION), {}, Step.PATCH),
    (errors(CONDITION), errors(CONDITION | {"label": "A"}), {}, Step.PATCH),
    (errors(CONDITION), errors(CONDITION | {"message": "Wait."}), {}, Step.PATCH),
    (errors(CONDITION), errors(CONDITION) | {"contract": "1.0.1"}, {}, Step.NONE),
]


@pytest.mark.parametrize(("old", "new", "expected", "step"), CHANGES)
def test_a_change_is_told_by_condition(
    old: dict[str, Any], new: dict[str, Any], expected: dict[str, tuple[Severity, Severity, str]], step: Step
) -> None:
    """Each change has its rule, its severity for both sides, and the requirement that rests on it."""
    found, needed = compared(old, new)

    told = {
        name: (
            each.severity_for(Side.CLIENTS),
            each.severity_for(Side.IMPLEMENTERS),
            *(each.requirements or ("",)),
        )
        for name, each in found.items()
    }
    assert told == expected
    assert needed is step


def test_witnesses_are_the_answers() -> None:
    """Clients are shown the answer that they do not know, and implementers the one that is wrong now."""
    found, _ = compared(errors(CONDITION), errors(CONDITION | {"status": 409, "code": "A.9"}))

    changed = found["error-condition-response-changed"]
    assert changed.witness is not None
    assert changed.implementers_witness is not None
    shown = [(each.line, each.body["error_code"]) for each in (changed.witness, changed.implementers_witness)]
    assert shown == [("response 409", "A.9"), ("response 500", "A.1")]
    removed = found["error-code-removed"].implementers_witness
    assert removed is not None
    assert (removed.line, removed.body["error_code"]) == ("response 500", "A.1")


def test_an_exchanged_meaning_is_shown_by_the_answers() -> None:
    """Clients are shown the answer that means something else now, and implementers the one to replace."""
    found, _ = compared(
        errors(published=[PAIR, OTHER]),
        errors(published=[PAIR | {"meaning": "It is new."}, OTHER | {"meaning": PAIR["meaning"]}]),
    )

    assert found.keys() == {"error-code-exchanged", "error-code-reworded"}
    witnesses = found["error-code-exchanged"].witnesses()
    assert [(witness.line, witness.body["error_code"]) for _, witness in witnesses] == [
        ("response 500", "A.2"),
        ("response 500", "A.1"),
    ]


def test_any_other_change_of_a_catalogue_is_no_longer_the_same_contract() -> None:
    """Where no rule applies, the version moves by a patch, and the verdict says that something changed."""
    found = report(contract(errors(CONDITION)), contract(errors(CONDITION | {"label": "A"})))
    assert found.verdict == "compatible"
    assert str(found.next_version) == "1.0.1"


PAIRS = st.tuples(st.sampled_from([400, 500]), st.sampled_from(["A.1", "A.2"]))
CATALOGUES = st.builds(
    lambda conditions, published: errors(
        *(CONDITION | {"id": name, "status": pair[0], "code": pair[1]} for name, pair in conditions.items()),
        published=[{"status": status, "code": code} for status, code in published],
    ),
    st.dictionaries(st.sampled_from("abc"), PAIRS),
    st.sets(PAIRS),
)


@given(CATALOGUES, CATALOGUES)
def test_an_answer_that_is_no_longer_allowed_breaks_implementers(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    """A pair of the old contract that the new one has nowhere is told once, and no other pair is."""
    findings = report(contract(old), contract(new)).findings

    def pairs(catalogue: dict[str, Any]) -> set[tuple[int, str]]:
        entries = [*catalogue["published"], *catalogue["conditions"]]
        return {(entry["status"], entry["code"]) for entry in entries}

    told = [
        (each.before["status"], each.before["code"]) for each in findings if each.id == "error-code-removed"
    ]
    assert sorted(told) == sorted(pairs(old) - pairs(new))


def test_a_contract_without_a_catalogue_is_compared_without_one() -> None:
    """Where only one version has a catalogue, no condition came or went."""
    for old, new in ((None, errors()), (errors(), None), (None, None)):
        found, _ = compared(old, new)
        assert not found


def test_a_broken_catalogue_is_told_with_its_line() -> None:
    """An entry without what every condition has is an error, not a condition that vanished."""
    broken = errors({"id": "busy", "status": "500", "code": "A.1", "text": "It runs."})
    with pytest.raises(
        DocumentError, match=r"errors\.yaml:1:\d+: has an entry of `conditions` without `status`"
    ):
        report(contract(errors()), contract(broken))
