"""The companion operations: the policies, the items of checkpoints, and deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers.schemas import check_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.running import RunningServer

UNKNOWN_ID = "ffffffff-0000-4000-8000-000000000000"


def policies(server: RunningServer, query: str = "") -> list[dict[str, Any]]:
    """Return the policies of the demonstration project."""
    answer = server.request("GET", f"/v1/{server.target['project_id']}/policies?{query}")
    assert answer.status == 200, answer
    listed: list[dict[str, Any]] = answer.json["policies"]
    return listed


def created(server: RunningServer, **parameters: Any) -> str:
    """Create a checkpoint and return its id."""
    answer = server.create(server.order(**parameters))
    assert answer.status == 200, answer
    identifier: str = answer.json["checkpoint"]["id"]
    return identifier


def test_the_policies_are_listed_as_documented(server: RunningServer) -> None:
    """The list fits its schema and holds the policy under test with its resources."""
    listed = policies(server)
    check_schema("companions.yaml", "PolicyList", {"policies": listed})
    (backup,) = [policy for policy in listed if policy["id"] == server.target["policy"]["id"]]
    assert [resource["id"] for resource in backup["resources"]] == server.target["policy"]["resources"]
    assert backup["resources"][0]["extra_info"] == {
        "exclude_volumes": ["53dbb1f8-0b14-4850-9346-ef5067acbeb5"]
    }
    assert {policy["project_id"] for policy in listed} == {server.target["project_id"]}


def test_policies_are_filtered_sorted_and_paged(server: RunningServer) -> None:
    """Name, sort, limit, offset and marker each do what they say."""
    names = [policy["name"] for policy in policies(server, "sort=name:asc")]
    assert names == sorted(names)
    assert [policy["name"] for policy in policies(server, "sort=name:desc")] == names[::-1]
    assert [policy["name"] for policy in policies(server, "name=empty")] == ["empty"]
    assert policies(server, "name=nobody") == []
    assert [policy["name"] for policy in policies(server, "sort=name:asc&limit=1&offset=2")] == names[2:3]
    paged: list[str] = []
    marker = ""
    while page := policies(server, f"sort=status:desc,name:asc&limit=1{marker}"):
        paged.append(page[0]["name"])
        marker = f"&marker={page[0]['id']}"
    assert sorted(paged) == names
    assert paged == [policy["name"] for policy in policies(server, "sort=status:desc,name:asc")]


def test_a_read_only_token_may_list_and_no_more(server: RunningServer) -> None:
    """Reading needs no more than the read-only role, deleting does."""
    token = server.tokens["read_only"]
    project = server.target["project_id"]
    for name in ("policies", "checkpoint_items"):
        assert server.request("GET", f"/v1/{project}/{name}", token=token).status == 200
    deletion = server.request("DELETE", f"{server.path}/{UNKNOWN_ID}", token=token)
    assert deletion.error == (403, "APIGW.0302")


def test_each_selected_resource_has_an_item(server: RunningServer) -> None:
    """A checkpoint shows one available item for each of its servers, in the documented form."""
    resources = server.target["policy"]["resources"][1:]
    identifier = created(server, resources=resources)
    items = server.items(f"checkpoint_id={identifier}")
    check_schema("companions.yaml", "CheckpointItemList", {"checkpoint_items": items})
    assert {item["resource_id"] for item in items} == set(resources)
    assert {item["status"] for item in items} == {"available"}
    assert {item["name"] for item in items} == {"manualbk_server1", "manualbk_metal0"}


def test_items_are_filtered(server: RunningServer) -> None:
    """Each filter keeps what fits and drops the rest."""
    policy, resources = server.target["policy"]["id"], server.target["policy"]["resources"]
    first, second = (created(server, resources=[resource]) for resource in resources[:2])
    by_checkpoint = server.items(f"checkpoint_id={first}")
    (item,) = by_checkpoint
    time = item["created_at"]
    for query, found in (
        (f"policy_id={policy}", True),
        (f"policy_id={UNKNOWN_ID}", False),
        (f"resource_id={resources[0]}", True),
        (f"resource_id={resources[1]}", False),
        ("status=available", True),
        ("status=protecting", False),
        ("status=error", False),
        ("name=manualbk_server0", True),
        ("name=manualbk_server1", False),
        (f"start_time={time}", True),
        (f"end_time={time}", True),
        ("start_time=2100-01-01T00:00:00", False),
        ("end_time=2016-12-07T00:00:00", False),
        ("end_time=9999-99-99T99:99:99.9", True),
    ):
        expected = by_checkpoint if found else []
        assert server.items(f"checkpoint_id={first}&{query}") == expected, query
    newest = server.items("limit=1")
    assert newest[0]["checkpoint_id"] == second


def test_items_are_paged_by_marker(server: RunningServer) -> None:
    """Walking the list one by one gives what one page gives, in any order."""
    identifier = created(server)
    for order in ("", "&sort=name:asc", "&sort=resource_type:desc,name:desc"):
        whole = server.items(f"checkpoint_id={identifier}{order}")
        assert len(whole) == 3
        walked: list[dict[str, Any]] = []
        marker = ""
        while page := server.items(f"checkpoint_id={identifier}{order}&limit=1{marker}"):
            walked += page
            marker = f"&marker={page[0]['id']}"
        assert walked == whole


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "limit=1_0",
        "limit=01",
        "limit=%201",
        "limit=%D9%A1",
        "offset=%2B1",
        "limit=" + "1" * 5000,
        "offset=-1",
        "offset=x",
        "sort=nothing",
        "sort=name:up",
        "sort=name:asc,",
        "sort=seq;DROP TABLE items",
        "status=unknown",
        "start_time=yesterday",
        "end_time=2016-12-06T21:20:29Z",
    ],
)
def test_a_query_against_the_document_is_refused(server: RunningServer, query: str) -> None:
    """A parameter that does not fit its schema gets 400 CSBS.9001."""
    path = f"/v1/{server.target['project_id']}/checkpoint_items?{query.replace(' ', '%20')}"
    assert server.request("GET", path).error == (400, "CSBS.9001")


@pytest.mark.parametrize(
    "query", ["limit=99999999999999999999", "offset=99999999999999999999999", "marker=x"]
)
def test_an_extreme_query_is_answered(server: RunningServer, query: str) -> None:
    """A number beyond the store's and a marker of no entry are no fault of the server."""
    assert isinstance(server.items(query), list)


def test_another_projects_items_are_not_shown(server: RunningServer) -> None:
    """A project sees neither the checkpoints nor the policies of another, and cannot delete them."""
    second = server.target["fixtures"]["second_project"]
    identifier = created(server)
    base = f"/v1/{second['project_id']}"
    items = server.request(
        "GET", f"{base}/checkpoint_items?checkpoint_id={identifier}", token=second["token"]
    )
    assert items.json == {"checkpoint_items": []}
    path = f"{base}/providers/{server.target['provider_id']}/checkpoints/{identifier}"
    assert server.request("DELETE", path, token=second["token"]).error == (404, "CSBS.3001")
    assert len(server.items(f"checkpoint_id={identifier}")) == 3


def test_a_deleted_checkpoint_leaves_the_list(server: RunningServer) -> None:
    """Deletion answers an empty object, takes the items away and works once."""
    identifier = created(server)
    answer = server.request("DELETE", f"{server.path}/{identifier}")
    assert (answer.status, answer.json) == (200, {})
    assert server.items(f"checkpoint_id={identifier}") == []
    assert server.request("DELETE", f"{server.path}/{identifier}").error == (404, "CSBS.3001")


def test_deletion_checks_the_provider(server: RunningServer) -> None:
    """Another provider than the documented one gets 400 before the checkpoint is looked for."""
    path = server.path.replace(server.target["provider_id"], UNKNOWN_ID)
    assert server.request("DELETE", f"{path}/{created(server)}").error == (400, "CSBS.9001")


def test_a_running_policy_refuses_a_second_run(start: Callable[..., RunningServer]) -> None:
    """With --conflict a policy runs once at a time, and what is protecting is not deleted."""
    server = start("--protect-seconds", "600", "--conflict")
    assert "conflict" in server.target["profiles"]
    identifier = created(server)
    assert server.create().error == (500, "CSBS.1001")
    assert {item["status"] for item in server.items()} == {"protecting"}
    assert server.request("DELETE", f"{server.path}/{identifier}").error == (400, "CSBS.2003")
    (disabled,) = policies(server, "name=disabled")
    assert server.create(server.order(disabled["id"], auto_trigger=True)).status == 200
    assert server.create(server.order(disabled["id"])).error == (500, "CSBS.6030")


def test_one_of_many_concurrent_runs_wins(start: Callable[..., RunningServer]) -> None:
    """Of calls at the same moment on a policy that runs once at a time, exactly one is accepted."""
    from concurrent.futures import ThreadPoolExecutor

    server = start("--protect-seconds", "600", "--conflict")
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda _: server.create(), range(16)))
    assert sorted(answer.status for answer in answers) == [200] + [500] * 15
    assert len(server.items()) == 3
