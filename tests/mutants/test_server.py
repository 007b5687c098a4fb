"""The independent server answers as the contract says, so that it can stand beside the reference server."""

from __future__ import annotations

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.load import requirements

from .catalogue import GROUPS, MUTANTS
from .framework.mutant import ROUND, Mutant
from .framework.selfcheck import differs
from .framework.shots import BASE, Shot, checkpoint, document, get, item_list, parameters, pause, transcript
from .matrix import CONFIGURATION
from .service.clock import ForwardedClock
from .service.refusals import CONDITIONS
from .service.server import Server, running
from .service.world import (
    POLICY,
    PROJECT,
    PROVIDER,
    SECOND_POLICY,
    SECOND_PROJECT,
    TOKENS,
    TROUBLED,
    TROUBLED_PROJECT,
    stable_id,
)
from .variants.catalogue import VARIANTS, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE = stable_id("outside")
DEEP = b'{"checkpoint":' + b"[" * 10_000 + b"]" * 10_000 + b"}"

REFUSED: dict[str, list[Shot]] = {
    "invalid-request": [
        *(
            BASE.but(body=body)
            for body in (
                b"",
                b"{",
                b"null",
                b"[]",
                b'"x"',
                b"\xff",
                b"\xef\xbb\xbf{}",
                b'{"checkpoint": NaN}',
                DEEP,
                BASE.octets + b"{}",
                BASE.octets.replace(b'{"plan', b'{"plan_id": "x", "plan'),
                b'{"checkpoint": ' + b"9" * 5000 + b"}",
                {},
                {**BASE.body, "other": 1},
            )
        ),
        *(
            checkpoint(value)
            for value in (None, [], "x", 1, {}, {"plan_id": POLICY.id}, {**BASE.body["checkpoint"], "x": 1})
        ),
        *(
            BASE.but(body=document(value))
            for value in (None, 1, [], {}, "", "x", POLICY.id.upper(), POLICY.id + "\n")
        ),
        *(parameters(value) for value in (None, [], "x", 1, {"other": 1})),
        *(parameters({"auto_trigger": value}) for value in ("true", 0, 1, None, [], {})),
        *(
            parameters({"resources": value})
            for value in ("x", {}, 1, [1], [None], [[]], [POLICY.resources[0].id] * 65)
        ),
        *(
            BASE.but(content_type=value)
            for value in (None, "", "text/plain", "application/jsonx", "application/json; charset=latin-1")
        ),
    ],
    "unknown-provider": [
        BASE.but(provider=value) for value in ("x", PROVIDER.upper(), OUTSIDE, PROVIDER + "0", "%00", "%ff")
    ],
    "resource-not-in-policy": [
        parameters({"resources": value}) for value in ([OUTSIDE], [""], [POLICY.resources[0].id, "\ud800"])
    ],
    "unauthenticated": [
        *(
            BASE.but(token=value, body=body)
            for body in (BASE.body, b"{")
            for value in (None, "", "x", TOKENS["demo"][:-1], TOKENS["demo"] + "x", "é", "x" * 9000)
        ),
        BASE.but(token=TOKENS["expired"]),
        BASE.but(token=None, body=b"x" * 600_000),
        get("policies").but(token=None),
    ],
    "forbidden": [
        BASE.but(token=TOKENS["second"]),
        BASE.but(token=TOKENS["read_only"]),
        BASE.but(project="x"),
        BASE.but(project=PROJECT.upper()),
        get("policies").but(token=TOKENS["second"]),
    ],
    "policy-not-found": [BASE.but(body=document(value)) for value in (OUTSIDE, SECOND_POLICY.id)],
    "no-route": [
        BASE.but(path=path) for path in ("/", "/v1", f"/v1/{PROJECT}/providers/{PROVIDER}/checkpoints/")
    ],
    "method-not-allowed": [
        BASE.but(method=name) for name in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "post")
    ],
    "too-large": [BASE.but(body=document("x" * (1 << 20)))],
    "account-not-verified": [BASE.but(project=TROUBLED_PROJECT, token=TOKENS["unverified"])],
    "project-closed": [BASE.but(project=TROUBLED_PROJECT, token=TOKENS["closed"])],
    "checkpoint-not-found": [
        BASE.but(method="DELETE", path=f"/v1/{PROJECT}/providers/{PROVIDER}/checkpoints/{OUTSIDE}")
    ],
    **{
        name: [BASE.but(project=TROUBLED_PROJECT, token=TOKENS["troubled"], body=document(policy.id))]
        for name, policy in TROUBLED.items()
    },
}


class Slow(Server):
    """Protects for longer than a test takes."""

    protect_seconds = 60.0


class Conflicting(Slow):
    """Refuses a second run while the first goes on."""

    conflict = True


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Run the conforming server for the module."""
    with running() as target:
        yield target["url"]


def _body(answer: str) -> Any:
    return json.loads(answer.partition("\n\n")[2])


@pytest.mark.parametrize("name", REFUSED)
def test_each_condition_gets_its_status_and_code(url: str, name: str) -> None:
    """Each row of the error table is answered, and a valid request after it is served on that connection."""
    condition = CONDITIONS[name]
    for shot in REFUSED[name]:
        refused, served = transcript(url, [shot, BASE])
        assert refused.startswith(f"HTTP/1.1 {condition.status} "), (shot, refused)
        assert _body(refused) == {"error_code": condition.code, "error_msg": condition.text}
        assert ("Allow: POST" in refused) is (name == "method-not-allowed")
        assert served.startswith("HTTP/1.1 200 OK")


def test_the_table_is_whole() -> None:
    """Every condition of the contract is exercised, the one that needs a running checkpoint elsewhere."""
    assert set(REFUSED) | {"checkpoint-protecting"} == set(CONDITIONS)


def test_the_documented_request_gets_the_documented_answer(url: str) -> None:
    """The 200 holds every member of section 2, for the two selected resources."""
    (answer,) = transcript(url, [BASE])
    resources = [
        {
            "id": r.id,
            "type": r.type,
            "name": r.name,
            "extra_info": json.dumps({"exclude_volumes": list(r.excluded)}),
        }
        for r in POLICY.resources[:2]
    ]
    assert _body(answer) == {
        "checkpoint": {
            "id": "<uuid 1>",
            "status": "protecting",
            "created_at": "<now>",
            "resource_graph": None,
            "project_id": PROJECT,
            "protection_plan": {"id": POLICY.id, "name": "backup", "resources": resources},
            "extra_info": '{"created_by": "manual"}',
        }
    }


@pytest.mark.parametrize(
    ("value", "count", "created_by"),
    [
        ({}, 3, "manual"),
        ({"resources": None}, 3, "manual"),
        ({"resources": []}, 3, "manual"),
        ({"auto_trigger": True}, 3, "operation-engine"),
        ({"auto_trigger": True, "resources": [POLICY.resources[2].id] * 64}, 1, "operation-engine"),
    ],
)
def test_parameters_select(url: str, value: dict[str, Any], count: int, created_by: str) -> None:
    """Absent, null and empty resources mean all, and the trigger decides who created it."""
    (answer,) = transcript(url, [parameters(value)])
    made = _body(answer)["checkpoint"]
    assert len(made["protection_plan"]["resources"]) == count
    assert json.loads(made["extra_info"]) == {"created_by": created_by}


def test_a_charset_and_a_chunked_body_are_accepted(url: str) -> None:
    """Framing and a charset parameter change nothing."""
    chunked = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in BASE.octets) + b"0\r\n\r\n"
    shots = [
        BASE.but(content_type='Application/JSON;charset="UTF-8"'),
        BASE.but(body=chunked, headers=(("Transfer-Encoding", "chunked"),)),
        BASE.but(headers=(("Expect", "100-continue"),)),
    ]
    assert [answer[9:12] for answer in transcript(url, shots)] == ["200"] * 3


def test_ids_are_unique_under_concurrent_calls(url: str) -> None:
    """Sixteen calls at once give sixteen checkpoints."""
    ids = [_body(answer)["checkpoint"]["id"] for answer in transcript(url, [BASE.but(copies=16)])]
    assert len(set(ids)) == 16


def test_garbage_is_answered_and_the_connection_closed(url: str) -> None:
    """Bytes that are no request get a 400 with the contract's body and an announced close."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(b"garbage\r\n\r\n")
        answer = sock.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in answer


def test_items_appear_and_become_available() -> None:
    """Each selected resource has an item, which becomes available; a refused request has none."""
    clock = ForwardedClock()
    with running(Slow, clock=clock) as target:
        refused = parameters({"resources": [OUTSIDE]})
        shots = [BASE, refused, item_list(), pause(61), item_list()]
        answers = transcript(target["url"], shots, wait=clock.forward)
        items = [_body(answer)["checkpoint_items"] for answer in answers[2:]]
        assert [[item["status"] for item in each] for each in items] == [
            ["protecting"] * 2,
            ["available"] * 2,
        ]


def test_deletion_waits_and_removes() -> None:
    """A protecting checkpoint cannot be deleted; an available one leaves the list."""
    clock = ForwardedClock()
    with running(Slow, clock=clock) as target:
        url = target["url"]
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(BASE.encode(host, "").replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            made = json.loads(sock.makefile("rb").read().partition(b"\r\n\r\n")[2])["checkpoint"]["id"]
        path = f"/v1/{PROJECT}/providers/{PROVIDER}/checkpoints/{made}"
        delete = Shot(method="DELETE", path=path, body=b"")
        shots = [delete, pause(61), delete, delete, item_list()]
        early, late, again, items = transcript(url, shots, wait=clock.forward)
    assert [early[9:12], late[9:12], again[9:12]] == ["400", "200", "404"]
    assert _body(early)["error_code"] == "CSBS.2003"
    assert _body(late) == {}
    assert _body(items) == {"checkpoint_items": []}


def test_filters_and_pages_of_items() -> None:
    """Filters and paging narrow the list, and nonsense is refused."""
    with running() as target:
        made = [parameters({"resources": [r.id]}) for r in POLICY.resources]
        queries = {
            f"?resource_id={POLICY.resources[1].id}": 1,
            "?limit=2": 2,
            "?offset=1&limit=1": 1,
            "?offset=9": 0,
            "?name=backup-server2": 1,
            f"?policy_id={POLICY.id}": 3,
            "?policy_id=x": 0,
            "?end_time=2000-01-01T00:00:00": 0,
            "?start_time=2000-01-01T00:00:00&sort=name:desc,created_at": 3,
            "?checkpoint_id=x": 0,
        }
        answers = transcript(target["url"], [*made, *map(item_list, queries)])[3:]
        assert [len(_body(answer)["checkpoint_items"]) for answer in answers] == list(queries.values())
        bad = ["?limit=0", "?limit=x", "?offset=-1", "?sort=x", "?marker=x", "?unknown=1"]
        assert [a[9:12] for a in transcript(target["url"], map(item_list, bad))] == ["400"] * len(bad)


def test_policies_are_listed_page_by_page(url: str) -> None:
    """The list holds the policies of the project and of no other."""
    answers = transcript(url, [get("policies"), get("policies?limit=1"), get("policies?name=weekly")])
    names = [[policy["name"] for policy in _body(answer)["policies"]] for answer in answers]
    assert names == [["backup", "weekly"], ["backup"], ["weekly"]]


def test_a_running_policy_refuses_a_second_run_with_the_conflict_option() -> None:
    """With `conflict`, a second call is refused until the first has ended."""
    clock = ForwardedClock()
    with running(Conflicting, clock=clock) as target:
        assert "conflict" in target["profiles"]
        answers = transcript(target["url"], [BASE, BASE, pause(61), BASE], wait=clock.forward)
        assert [re.findall(r"CSBS\.\d+", answer) for answer in answers] == [[], ["CSBS.1001"], []]


@pytest.mark.parametrize("group", GROUPS)
def test_each_mutant_differs_where_it_says(group: str) -> None:
    """A mutant's answers to the requests that show it are not those of the conforming server."""
    mutants = [each for each in MUTANTS if each.requirement.startswith(f"{group}-")]
    with ThreadPoolExecutor(8) as pool:
        shown = dict(zip([each.name for each in mutants], pool.map(differs, mutants), strict=True))
    assert shown
    assert [name for name, seen in shown.items() if not seen] == []


def _statuses(variant: Variant) -> list[str]:
    with running(variant.behaviour) as target:
        answers = transcript(target["url"], [BASE, BASE.but(body=b"{"), BASE.but(token="x")])
    return [answer.split()[1] for answer in answers]


def test_each_variant_serves_and_refuses() -> None:
    """A conforming variant is described, accepts the documented request and refuses broken ones."""
    with ThreadPoolExecutor(8) as pool:
        statuses = dict(zip([each.name for each in VARIANTS], pool.map(_statuses, VARIANTS), strict=True))
    assert {name: seen for name, seen in statuses.items() if seen != ["200", "400", "401"]} == {}
    assert [each.name for each in VARIANTS if not re.fullmatch(r"[A-Za-z0-9].*\.", each.freedom)] == []


def test_the_conforming_server_does_not_differ_from_itself() -> None:
    """The comparison that shows a mutant shows nothing in all its tries on a server without a fault."""
    shows = (*ROUND, BASE.but(copies=8))
    sound = Mutant("sound", "RESP-2", "None.", type("Sound", (Server,), {}), "MUST", "core", None, shows)
    assert not differs(sound)


def test_mutants_are_described() -> None:
    """Names are unique and kebab-case, a fault is one sentence, and every requirement has a mutant."""
    names = [each.name for each in MUTANTS]
    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []
    assert [each.name for each in MUTANTS if not re.fullmatch(r"[A-Za-z].*\.", each.fault)] == []
    known = {each.id for each in requirements()}
    assert {each.requirement for each in MUTANTS} == known
    assert {also for each in MUTANTS for also in each.also} <= known | {CONFIGURATION}


def test_the_target_names_every_fixture() -> None:
    """The target holds what a target file holds, and does not share state with the next server."""
    with running(timeout=1.5) as target:
        assert target["timeout"] == 1.5
        assert target["policy"]["resources"] == [resource.id for resource in POLICY.resources]
        assert target["fixtures"]["second_project"]["project_id"] == SECOND_PROJECT
