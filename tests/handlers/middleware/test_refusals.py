"""Each row of the contract's error table, and the order in which the checks are made."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from handlers.running import error_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.running import Answer, RunningServer

OBSTACLES = {
    "resource-terminated": (400, "CSBS.6001"),
    "resource-type-unsupported": (400, "CSBS.6003"),
    "resource-state-forbids": (400, "CSBS.6005"),
    "resource-type-forbids": (400, "CSBS.6006"),
    "resource-without-disk": (400, "CSBS.6007"),
    "zone-without-backup": (400, "CSBS.6027"),
    "pool-without-backup": (400, "CSBS.6033"),
    "pod-without-backup": (400, "CSBS.6061"),
}

UNKNOWN_ID = "ffffffff-0000-4000-8000-000000000000"


@dataclass
class Call:
    """A request under construction: in order at first, then with faults."""

    server: RunningServer
    token: str | None = ""
    path: str = ""
    content_type: str = "application/json"
    body: Any = None
    raw: bytes | None = None

    def send(self) -> Answer:
        """Send it."""
        raw = self.raw if self.raw is not None else json.dumps(self.body).encode()
        return self.server.create(raw=raw, path=self.path, token=self.token, content_type=self.content_type)


def sound(server: RunningServer) -> Call:
    """Return a call without a fault."""
    return Call(server, path=server.path, body=server.order())


def policy_named(server: RunningServer, name: str) -> dict[str, Any]:
    """Return a policy of the demonstration project."""
    answer = server.request("GET", f"/v1/{server.target['project_id']}/policies?name={name}")
    (policy,) = answer.json["policies"]
    assert isinstance(policy, dict)
    return policy


def no_token(call: Call) -> None:
    """Send no token."""
    call.token = None


def expired_token(call: Call) -> None:
    """Send a token that was valid once."""
    call.token = call.server.tokens["expired"]


def read_only_token(call: Call) -> None:
    """Send a token without the permission."""
    call.token = call.server.tokens["read_only"]


def foreign_project(call: Call) -> None:
    """Name another project than the token's."""
    call.path = call.path.replace(call.server.target["project_id"], "0" * 32)


def wrong_content_type(call: Call) -> None:
    """Declare another content type."""
    call.content_type = "text/plain"


def truncated_json(call: Call) -> None:
    """Leave the last bracket out."""
    call.raw = json.dumps(call.body).encode()[:-1]


def unknown_member(call: Call) -> None:
    """Add a member that the schema does not know."""
    call.body["checkpoint"]["name"] = "x"


def other_provider(call: Call) -> None:
    """Name another provider."""
    call.path = call.path.replace(call.server.target["provider_id"], UNKNOWN_ID)


def unknown_policy(call: Call) -> None:
    """Name a policy that nobody has."""
    call.body["checkpoint"]["plan_id"] = UNKNOWN_ID


def unknown_resource(call: Call) -> None:
    """Select a server that is not in the policy."""
    call.body["checkpoint"]["parameters"]["resources"] = [UNKNOWN_ID]


def empty_policy(call: Call) -> None:
    """Name a policy without servers."""
    call.body["checkpoint"]["plan_id"] = policy_named(call.server, "empty")["id"]


FAULTS: list[tuple[Callable[[Call], None], str]] = [
    (no_token, "unauthenticated"),
    (expired_token, "unauthenticated"),
    (foreign_project, "forbidden"),
    (read_only_token, "forbidden"),
    (wrong_content_type, "invalid-request"),
    (truncated_json, "invalid-request"),
    (unknown_member, "invalid-request"),
    (other_provider, "unknown-provider"),
    (unknown_policy, "policy-not-found"),
    (unknown_resource, "resource-not-in-policy"),
    (empty_policy, "nothing-to-back-up"),
]
"""Faults in the order in which the contract has them checked, with what each leads to."""

EXCLUSIVE = {frozenset({no_token, expired_token}), frozenset({no_token, read_only_token})}
EXCLUSIVE |= {frozenset({expired_token, read_only_token}), frozenset({unknown_policy, empty_policy})}
"""Faults that one request cannot have together."""


@pytest.mark.parametrize(("fault", "condition"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_single_fault_gets_its_pair_and_creates_nothing(
    server: RunningServer, fault: Callable[[Call], None], condition: str
) -> None:
    """A request with one fault gets the fault's status and code, and leaves no item behind."""
    call = sound(server)
    fault(call)
    before = server.items("limit=1&sort=created_at:desc")
    assert call.send().error == error_of(condition)
    assert server.items("limit=1&sort=created_at:desc") == before


def test_of_two_faults_the_earlier_one_is_answered(server: RunningServer) -> None:
    """Any two faults at once get the answer of the one that the contract has checked first."""
    for (first, condition), (second, _) in itertools.combinations(FAULTS, 2):
        if frozenset({first, second}) in EXCLUSIVE:
            continue
        call = sound(server)
        second(call)
        first(call)
        assert call.send().error == error_of(condition), (first.__name__, second.__name__)


@pytest.mark.parametrize("condition", OBSTACLES)
def test_a_server_that_cannot_be_backed_up_is_refused(server: RunningServer, condition: str) -> None:
    """Each state of a resource that stands against a backup has its own code."""
    policy = policy_named(server, "obstacles")
    (resource,) = [entry["id"] for entry in policy["resources"] if entry["name"] == condition]
    answer = server.create(server.order(policy["id"], resources=[resource]))
    assert answer.error == OBSTACLES[condition] == error_of(condition)


def test_one_obstacle_among_all_resources_refuses_the_run(server: RunningServer) -> None:
    """A policy with a resource that cannot be backed up is not run in part."""
    policy = policy_named(server, "obstacles")
    assert server.create(server.order(policy["id"])).error == OBSTACLES["resource-terminated"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("closed_project", (400, "BackupService.4008")),
        ("unverified_project", (403, "CSBS.9009")),
        ("full_project", (400, "CSBS.9006")),
    ],
)
def test_the_state_of_a_project_refuses_its_runs(
    server: RunningServer, token: str, expected: tuple[int, str]
) -> None:
    """A project that is closed, not verified or out of quota gets the pair of its state."""
    from checkpoint_handlers.seeding import seed

    project = getattr(seed, f"{token.upper()}_ID")
    plan = next(plan.id for plan in seed.PLANS if plan.project_id == project)
    path = server.path.replace(server.target["project_id"], project)
    answer = server.create(server.order(plan), path=path, token=server.tokens[token])
    assert answer.error == expected


def test_another_projects_policy_is_not_disclosed(server: RunningServer) -> None:
    """A policy of another project and one that nobody has get the same answer to the byte."""
    foreign = server.target["fixtures"]["second_project"]["policy_id"]
    answers = [server.create(server.order(plan)) for plan in (foreign, UNKNOWN_ID)]
    assert answers[0].error == (404, "CSBS.3000")
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize("token", ["", "x", "\u00e9" * 40, " ", "a" * 8000], ids=ascii)
def test_a_token_that_is_none_gets_401(server: RunningServer, token: str) -> None:
    """An empty, short, long or strange token is answered like an unknown one."""
    headers = {"X-Auth-Token": token.encode("latin-1").decode("latin-1"), "Content-Type": "application/json"}
    body = json.dumps(server.order()).encode()
    answer = server.request("POST", server.path, token=None, body=body, headers=headers)
    assert answer.error == (401, "APIGW.0301")
    assert "www-authenticate" in answer.headers


def test_the_second_projects_token_is_for_the_second_project(server: RunningServer) -> None:
    """A token is refused in another project than its own and accepted in its own."""
    second = server.target["fixtures"]["second_project"]
    assert server.create(token=second["token"]).error == (403, "APIGW.0302")
    path = server.path.replace(server.target["project_id"], second["project_id"])
    own = server.create(server.order(second["policy_id"]), path=path, token=second["token"])
    assert own.status == 200


@pytest.mark.parametrize("project", ["B942CC8342734D15BCB246BABB1953CF", "x", "%00", "..", "%F0%9F%92%A9"])
def test_a_malformed_project_is_never_the_tokens(server: RunningServer, project: str) -> None:
    """A project that does not look like one gets the 403 of a foreign one."""
    path = server.path.replace(server.target["project_id"], project)
    assert server.create(path=path).error == (403, "APIGW.0302")


def changed(parameters: Any = None, **members: Any) -> dict[str, Any]:
    """Return a body with members of `checkpoint` changed."""
    order = {"plan_id": "62171999-3df1-42f7-9513-6f9b1bea4744", "parameters": parameters or {}}
    return {"checkpoint": order | members}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"checkpoint": None},
        {"checkpoint": []},
        {"checkpoint": {}},
        {**changed(), "x": 1},
        changed(plan_id=None),
        changed(plan_id=1),
        changed(plan_id=""),
        changed(plan_id="62171999-3DF1-42F7-9513-6F9B1BEA4744"),
        changed(plan_id="62171999-3df1-42f7-9513-6f9b1bea4744\n"),
        changed(plan_id="62171999-3df1-42f7-9513-6f9b1bea474\u0664"),
        {"checkpoint": {"parameters": {}}},
        {"checkpoint": {"plan_id": "62171999-3df1-42f7-9513-6f9b1bea4744"}},
        {"checkpoint": {"plan_id": "62171999-3df1-42f7-9513-6f9b1bea4744", "parameters": None}},
        {"checkpoint": {"plan_id": "62171999-3df1-42f7-9513-6f9b1bea4744", "parameters": []}},
        *(changed({"auto_trigger": value}) for value in (None, 0, 1, "true", [], {}, 0.0)),
        *(changed({"resources": value}) for value in ("", {}, 0, False, [1], [None], [[]])),
        changed({"resources": ["x"] * 65}),
        changed({"Resources": []}),
    ],
    ids=lambda body: json.dumps(body)[:60],
)
def test_a_body_against_the_schema_is_refused(server: RunningServer, body: Any) -> None:
    """A missing, mistyped, malformed or unknown member gets 400 CSBS.9001."""
    assert server.create(raw=json.dumps(body).encode()).error == (400, "CSBS.9001")
