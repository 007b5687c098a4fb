"""The recipe for Karbor says what its imitation does, and promises the verdict that it gets."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from mutants.framework.in_process import InProcess
from mutants.framework.verifying import verify
from mutants.service.world import POLICY

from .karbor import Karbor, KarborWithoutKeystone
from .pages import ROOT

if TYPE_CHECKING:
    from checkpoint_conformance.run.record import RunRecord
    from checkpoint_conformance.transport.exchange import Response

PAGE = (ROOT / "docs" / "recipes" / "karbor.md").read_text(encoding="utf-8")


@cache
def run_of(behaviour: type[Karbor]) -> RunRecord:
    """Return the run against an imitation, cached."""
    return verify(behaviour)


def named(behaviour: type[Karbor], outcome: Outcome) -> set[str]:
    """Return the ids of the requirements with this outcome."""
    return {result.requirement.id for result in run_of(behaviour).results if result.outcome is outcome}


def ask(body: Any, path: str = "", **headers: str) -> Response:
    """Return the response to a POST, by default of the operation's path with the right token."""
    transport = InProcess(Karbor)
    calls = Calls(Target.from_table(transport.target))
    request = calls.request(
        "POST", path or calls.path(), json.dumps(body).encode(), content_type="application/json"
    )
    for name, value in headers.items():
        request = request.with_header(name, value)
    with transport.connect() as connection:
        response = connection.exchange(request).response
    assert response is not None
    return response


@pytest.mark.parametrize("behaviour", [Karbor, KarborWithoutKeystone])
def test_verdict_is_the_promised_one(behaviour: type[Karbor]) -> None:
    """Karbor is not conformant by HTTP-3, and most requirements are skipped since no valid call succeeds."""
    assert run_of(behaviour).verdict is Verdict.NOT_CONFORMANT
    assert "HTTP-3" in named(behaviour, Outcome.FAIL)
    assert len(named(behaviour, Outcome.SKIP)) > 0.8 * len(run_of(behaviour).results)


def test_page_names_what_fails_and_nothing_else() -> None:
    """Each requirement in the table fails or warns on one of the two, and each that does is in the table."""
    table = "".join(line for line in PAGE.splitlines() if line.startswith("|"))
    found = {
        name
        for behaviour in (Karbor, KarborWithoutKeystone)
        for outcome in (Outcome.FAIL, Outcome.WARN)
        for name in named(behaviour, outcome)
    }
    assert set(re.findall(r"\b[A-Z]+-\d+\b", table)) == found


def test_calls_without_a_token_pass_only_without_keystone() -> None:
    """AUTH-1 and AUTH-2 fail with `noauth`, and pass with Keystone."""
    assert {"AUTH-1", "AUTH-2"} <= named(KarborWithoutKeystone, Outcome.FAIL)
    assert {"AUTH-1", "AUTH-2"} <= named(Karbor, Outcome.PASS)


def test_parameters_are_rejected_and_the_rest_is_accepted() -> None:
    """The documented body gets 500; without `parameters` it creates a checkpoint of Karbor's form."""
    plan = {"plan_id": POLICY.id}
    assert ask({"checkpoint": plan | {"parameters": {"auto_trigger": False}}}).status == 500
    response = ask({"checkpoint": plan})
    assert response.status == 200
    checkpoint = response.value["checkpoint"]
    assert checkpoint["created_at"] is None
    resources = checkpoint["protection_plan"]["resources"]
    assert resources
    assert all(isinstance(each.get("extra_info"), str | None) for each in resources)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/json", "application/json"),
        ("text/html", "text/html; charset=UTF-8"),
        ("text/plain", "text/plain; charset=UTF-8"),
    ],
)
def test_form_of_an_error_depends_on_what_is_accepted(accept: str, form: str) -> None:
    """An unknown path gets JSON, HTML or plain text."""
    response = ask({}, "/v1/nowhere", Accept=accept)
    assert (response.status, response.header("Content-Type")) == (404, form)
