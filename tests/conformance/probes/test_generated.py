"""The generated requests: the same everywhere and every day, anonymous, and rightly told apart."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated import hypothesis_settings
from checkpoint_conformance.probes.generated.fuzz import generated_probes
from checkpoint_conformance.probes.generated.hypothesis_settings import same_everywhere
from checkpoint_conformance.probes.generated.inputs import Inputs
from checkpoint_conformance.probes.generated.recipe import Recipe
from checkpoint_conformance.probes.generated.target_schema import target_schema
from checkpoint_conformance.probes.probe import Probe
from checkpoint_conformance.target.target import Target
from hypothesis.internal import charmap
from hypothesis.internal.lambda_sources import lambda_description

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target(
    "http://h",
    "b942cc8342734d15bcb246babb1953cf",
    "gAAAAAB-own-token",
    "62171999-3df1-42f7-9513-6f9b1bea4744",
    ("7a32a8b5-7977-4e24-b5da-e0eb457db75b", "b2b433bf-7dd6-4a74-aa8f-85673dfbda48"),
)
CALLS = Calls(TARGET)


def written(target: Target) -> str:
    """Return the expression that makes the target."""
    arguments = (target.url, target.project_id, target.token, target.policy_id, target.resources)
    return f"Target{arguments!r}"


SCRIPT = f"""
import hashlib
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated import hypothesis_settings
from checkpoint_conformance.probes.generated.fuzz import generated_probes
from checkpoint_conformance.probes.generated.recipe import Recipe
from checkpoint_conformance.target.target import Target
target = {written(TARGET)}
probes = generated_probes(Calls(target), Recipe.of(target, 5).make().requests)
print(hashlib.sha256(repr([(probe.id, probe.request) for probe in probes]).encode()).hexdigest())
"""
MEASURED = """
import re, sys
from pathlib import Path
from checkpoint_conformance.probes.generated.worker import main
main()
print(*re.findall(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()), file=sys.stderr)
"""
"""Generates inputs, and writes the peak of its memory in KiB to stderr."""


def probes(max_examples: int = 20, seed: int | None = None) -> list[Probe]:
    """Return the probes of newly generated requests."""
    return generated_probes(CALLS, Recipe.of(TARGET, max_examples, seed).make().requests)


def test_another_process_in_another_folder_sends_the_same_bytes(tmp_path: Path) -> None:
    """Neither the working directory nor what an earlier run left in it changes a request."""
    here = [(probe.id, probe.request) for probe in probes(5)]
    for left in (".hypothesis/examples/0", ".hypothesis/constants", ".schemathesis"):
        (tmp_path / left).mkdir(parents=True)
    (tmp_path / ".hypothesis/examples/0/1").write_bytes(b"\x01\x02\x03")
    (tmp_path / "schemathesis.toml").write_text("[generation]\nmode = 'positive'\n")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == hashlib.sha256(repr(here).encode()).hexdigest()


def test_the_characters_of_utf_8_are_those_that_hypothesis_finds() -> None:
    """The short cut gives the very characters that trying each of them gives, and no other codec takes it."""
    tried, ascii_too = charmap.intervals_from_codec("utf-8"), charmap.intervals_from_codec("ascii")
    with same_everywhere():
        assert charmap.intervals_from_codec("utf-8") == tried
        assert charmap.intervals_from_codec("ascii") == ascii_too


def test_what_hypothesis_calls_its_lambdas_changes_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requests are those that are drawn with the descriptions, and drawing them describes many."""
    undescribed = probes(5)
    described: list[object] = []

    def describe(function: object) -> str:
        described.append(function)
        return lambda_description(function)

    monkeypatch.setattr(hypothesis_settings, "_description", describe)
    assert probes(5) == undescribed
    assert described


def test_generating_takes_bounded_memory_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A process with an empty cache stays below 130 MB, and writes into no folder."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", MEASURED],
        cwd=tmp_path,
        check=True,
        input=Recipe.of(TARGET, 60).to_json().encode(),
        capture_output=True,
    )
    assert len(Inputs.from_json(done.stdout).requests) > 50
    assert int(done.stderr.split()[-1]) < 130 * 1024
    assert list(tmp_path.iterdir()) == []


def test_a_seed_varies_the_requests_and_repeats_itself() -> None:
    """Another seed finds other requests; the same one finds the same."""
    default, one, two = ({each.request for each in probes(seed=seed)} for seed in (None, 1, 2))
    assert one != two
    assert default not in (one, two)
    assert {each.request for each in probes(seed=1)} == one


def test_no_field_tells_who_is_asking() -> None:
    """Nothing of the generator's own goes out: the fields are those of every other request."""
    usual = {name for name, _ in CALLS.call(CALLS.documented).headers}
    for probe in probes():
        assert {name for name, _ in probe.request.headers} <= usual
        assert "schemathesis" not in repr(probe.request).lower()
        assert probe.request.header("User-Agent") == "curl/8.5.0"
        assert probe.request.header("X-Auth-Token") == TARGET.token


def test_each_request_is_sent_once_and_the_invalid_ones_first() -> None:
    """No budget is spent twice for one request, and refusals cost none."""
    requests = [each.request for each in probes()]
    assert len(set(requests)) == len(requests)
    wanting = [each.wants_acceptance for each in probes()]
    assert wanting == sorted(wanting)
    assert any(wanting)
    assert not all(wanting)


def test_a_probe_expects_what_its_request_deserves() -> None:
    """A request is FUZZ-1's exactly if it violates nothing, and its call says what it asks for."""
    schema = target_schema(TARGET)
    for probe in probes():
        violated = schema.violations(probe.request)
        assert probe.requirement == ("FUZZ-2" if violated else "FUZZ-1")
        assert violated != {"REQ-14"}
        assert not schema.is_open(probe.request)
        if probe.call:
            members = json.loads(probe.request.body)["checkpoint"]["parameters"]
            assert probe.call.parameters() == members


def changed(**members: Any) -> bytes:
    """Return the documented body with members of `checkpoint` changed."""
    return json.dumps(CALLS.changed(**members)).encode()


VIOLATIONS: dict[str, tuple[bytes, set[str]]] = {
    "the documented request": (changed(), set()),
    "no parameters in it": (changed(parameters={}), set()),
    "null resources": (changed(parameters={"resources": None}), set()),
    "no JSON": (b"{", {"REQ-7"}),
    "a list": (b"[]", {"REQ-7"}),
    "no checkpoint": (b"{}", {"REQ-8"}),
    "checkpoint null": (b'{"checkpoint": null}', {"REQ-8"}),
    "plan_id a number": (changed(plan_id=1), {"REQ-9"}),
    "no plan_id": (b'{"checkpoint": {"parameters": {}}}', {"REQ-9"}),
    "another plan": (changed(plan_id="6a6cda7e-7b89-4b14-8e5c-3b6821a97d2c"), {"NF-1"}),
    "no parameters": (b'{"checkpoint": {"plan_id": "%s"}}' % TARGET.policy_id.encode(), {"REQ-10"}),
    "parameters a list": (changed(parameters=[]), {"REQ-10"}),
    "auto_trigger a string": (changed(parameters={"auto_trigger": "true"}), {"REQ-11"}),
    "resources a string": (changed(parameters={"resources": "all"}), {"REQ-12"}),
    "a resource that is a number": (changed(parameters={"resources": [1]}), {"REQ-12"}),
    "a stranger": (changed(parameters={"resources": ["x"]}), {"NF-3"}),
    "an unknown member": (changed(unknown=1), {"REQ-14"}),
    "two faults": (changed(plan_id=1, parameters={"auto_trigger": 1}), {"REQ-9", "REQ-11"}),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_request_is_told_by_what_it_has_wrong(name: str) -> None:
    """Each violation belongs to the requirement that speaks of it."""
    body, expected = VIOLATIONS[name]
    assert target_schema(TARGET).violations(CALLS.post(body)) == expected


def test_ids_and_content_type_count_too() -> None:
    """The path's ids and the media type are part of what may be wrong."""
    schema, body = target_schema(TARGET), CALLS.body(CALLS.documented)
    assert schema.violations(CALLS.post(body, project_id="x")) == {"AUTH-4"}
    assert schema.violations(CALLS.post(body, provider_id="x")) == {"REQ-16"}
    assert schema.violations(CALLS.post(body, content_type="text/plain")) == {"REQ-13"}
    assert schema.violations(CALLS.post(body, content_type="application/json; charset=utf-8")) == set()
    many = changed(parameters={"resources": list(TARGET.resources[:1]) * 65})
    assert schema.violations(CALLS.post(many)) == {"REQ-17"}


@pytest.mark.parametrize(
    "body",
    [
        changed(parameters={"auto_trigger": None}),
        changed(parameters={"resources": [TARGET.resources[0]] * 2}),
        changed(plan_id=TARGET.policy_id.upper()),
    ],
    ids=["auto_trigger null", "a resource twice", "upper case"],
)
def test_what_every_source_leaves_open_is_never_asked(body: bytes) -> None:
    """Such a request may be answered either way, so it is no probe."""
    assert target_schema(TARGET).is_open(CALLS.post(body))


def test_runs_against_the_same_ids_share_the_document() -> None:
    """Where a server is, and who calls it, changes nothing in it; another id does."""
    assert target_schema(replace(TARGET, url="http://elsewhere", token="another")) is target_schema(TARGET)
    assert target_schema(replace(TARGET, policy_id="another")) is not target_schema(TARGET)
