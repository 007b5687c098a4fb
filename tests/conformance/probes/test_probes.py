"""The probes: named once, for known requirements, with documented answers, one fault each, ever the same."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from checkpoint_conformance.probes import acceptance
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.identifiers import malformed_plans
from checkpoint_conformance.probes.probe import ANY_REFUSAL, DOCUMENTED, Probe
from checkpoint_conformance.probes.variations.groups import single_faults
from checkpoint_conformance.probes.variations.settings import settings
from checkpoint_conformance.run.schedule import odd_requests
from checkpoint_conformance.run.stages.kept_connections import on_kept_connection
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.transport.exchange import Request
from checkpoint_openapi.load import errors, requirements
from hypothesis import given
from hypothesis import strategies as st

TARGET = Target(
    "http://h",
    "b942cc8342734d15bcb246babb1953cf",
    "gAAAAAB-own-token",
    "62171999-3df1-42f7-9513-6f9b1bea4744",
    ("7a32a8b5-7977-4e24-b5da-e0eb457db75b", "b2b433bf-7dd6-4a74-aa8f-85673dfbda48"),
    expired_token="gAAAAAB-expired",
    read_only_token="gAAAAAB-read-only",
    second_project=SecondProject("0d8c7a5e", "gAAAAAB-second", "6a6cda7e-7b89-4b14-8e5c-3b6821a97d2c"),
)
CALLS = Calls(TARGET)
KNOWN = {requirement.id: requirement for requirement in requirements()}
ELSEWHERE = {
    *(f"RESP-{number}" for number in range(1, 14)),
    *("AUTH-7", "OBS-4", "DEL-2"),
    *("HTTP-1", "HTTP-2", "HTTP-5", "HTTP-6", "ERR-2", "ERR-3"),
    *("DISC-1", "OBS-1", "OBS-2", "OBS-3", "DEL-1", "CONF-1"),
}
"""What rides on every answer, is a profile's, or is a sequence of requests."""

MOVED = ("REQ-8/other-case", "REQ-8/unwrapped", "REQ-9/named-", "REQ-10/beside")
"""Probes whose one fault is a member under another name or in another place: gone here, new there."""


def every() -> list[Probe]:
    """Return every probe that does not depend on a run."""
    secrets = Secrets(TARGET)
    return [
        *acceptance.documented(CALLS),
        acceptance.documented_later(CALLS),
        *acceptance.shapes(CALLS),
        *acceptance.variations(CALLS),
        *(probe for group in single_faults(CALLS, secrets) for probe in group.probes),
        *odd_requests(CALLS),
        *on_kept_connection(authentication(CALLS, secrets)),
    ]


def test_every_id_is_unique_and_names_its_requirement() -> None:
    """A waiver names a probe by its id, so no two share one."""
    ids = [probe.id for probe in every()]
    assert sorted(ids) == sorted(set(ids))
    assert [probe.id for probe in every() if not probe.id.startswith(f"{probe.requirement}/")] == []


def test_every_probe_names_known_requirements_and_conditions() -> None:
    """Whoever is blamed or presumed stands in the catalogue, and so does each condition."""
    for probe in every():
        assert {probe.requirement, *probe.presumes} <= set(KNOWN), probe.id
        assert set(probe.conditions) <= set(errors().conditions), probe.id
        assert probe.summary


def test_every_allowed_status_is_documented() -> None:
    """A valid call wants 200 (in chunks also 411); a refusal is documented, or any 4xx by its clause."""
    for probe in every():
        if probe.wants_acceptance:
            assert probe.allowed == ({200, 411} if probe.requirement == "HTTP-7" else {200}), probe.id
        else:
            assert probe.allowed <= DOCUMENTED - {200, 500, 503} or probe.allowed == ANY_REFUSAL, probe.id


def test_every_active_requirement_is_asked_for() -> None:
    """Each requirement has a probe, or stands among those that need none of their own."""
    probed = {probe.requirement for probe in every()}
    active = {name for name, each in KNOWN.items() if each.status == "active" and not each.not_tested}
    assert active - probed - ELSEWHERE == set()
    assert active >= ELSEWHERE
    assert probed <= active


def test_two_constructions_give_the_same_bytes() -> None:
    """Nothing in a request is drawn by chance or taken from the clock."""
    assert every() == every()


def differences(one: Any, other: Any) -> int:
    """Count the places in which two JSON values differ; a list counts as one place."""
    if isinstance(one, dict) and isinstance(other, dict):
        return sum(
            differences(one[name], other[name]) if name in one and name in other else 1
            for name in one.keys() | other.keys()
        )
    return int(json.dumps(one) != json.dumps(other))


def read(request: Request) -> Any:
    """Return the JSON value of a body; for a body in the format of another type, the call that it holds."""
    if request.body.startswith((b"{", b"[")):
        return json.loads(request.body)
    text = unquote(request.body.decode())
    assert all(identifier in text for identifier in (TARGET.policy_id, *TARGET.resources[:2]))
    return CALLS.body(CALLS.documented)


@pytest.mark.parametrize(
    "requirement", ["REQ-8", "REQ-9", "REQ-10", "REQ-11", "REQ-12", "REQ-13", "REQ-15", "REQ-16", "NF-3"]
)
def test_a_single_fault_probe_differs_in_one_place(requirement: str) -> None:
    """Path, fields and body together differ from a valid request in exactly one place."""
    shapes = [{}, *(setting.changes for setting in settings(CALLS))]
    bodies = [CALLS.changed_parameters(**changes) for changes in shapes]
    call = CALLS.call(CALLS.documented)
    valid = [call, *(call.with_header("Accept", value) for value in ("*/*", None))]
    probes = [probe for probe in every() if probe.requirement == requirement]
    assert len(probes) >= 5
    for probe in probes:
        request = probe.request
        body = read(request)
        inside = min(differences(body, good) for good in bodies) if isinstance(body, dict) else 1
        outside = (request.path != call.path) + min(
            len(set(good.headers) - set(request.headers)) for good in valid
        )
        assert inside + outside == 1 or probe.id.startswith(MOVED), probe.id


@given(plan=st.from_regex(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fullmatch=True))
def test_a_wide_digit_is_one_if_the_plan_has_any(plan: str) -> None:
    """NFKC makes the plan of it again, and a class of digits in any script matches it."""
    (probe,) = [
        each
        for each in malformed_plans(Calls(replace(TARGET, policy_id=plan)))
        if each.id == "REQ-15/wide-digit"
    ]
    sent = json.loads(probe.request.body)["checkpoint"]["plan_id"]
    assert sent != plan
    assert unicodedata.normalize("NFKC", sent) == plan
    (wide,) = [letter for letter in sent if not letter.isascii()]
    assert wide.isdigit() == any(letter.isdigit() for letter in plan)


def test_without_fixtures_only_their_probes_are_missing() -> None:
    """What needs an expired, a read-only or another project's token is left out, and nothing else."""
    bare = Target("http://h", TARGET.project_id, TARGET.token, TARGET.policy_id, TARGET.resources)
    groups = single_faults(Calls(bare), Secrets(bare))
    left = {probe.id for group in groups for probe in group.probes}
    left |= {probe.id for probe in odd_requests(Calls(bare))}
    missing = {probe.id for probe in every() if not probe.wants_acceptance} - left
    own = ("AUTH-3/", "AUTH-4/their", "AUTH-5/", "AUTH-6/expired", "NF-2/")
    assert {name for name in missing if not name.startswith(own)} <= {
        "AUTH-1/absent-kept",
        "AUTH-2/unknown-kept",
    }
    assert not any(name.startswith(own) for name in left)
