"""What a request that is in order gets: the documented 200."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from handlers.schemas import check_schema

if TYPE_CHECKING:
    from handlers.running import Answer, RunningServer

SOURCE_REQUEST = b"""
    {
      "checkpoint" : {
        "plan_id" : "62171999-3df1-42f7-9513-6f9b1bea4744",
        "parameters" : {
          "auto_trigger" : false,
          "resources" : [ "7a32a8b5-7977-4e24-b5da-e0eb457db75b", "b2b433bf-7dd6-4a74-aa8f-85673dfbda48" ]
        }
      }
    }
"""
"""The request of the published page, byte for byte."""


def checkpoint_of(answer: Answer) -> dict[str, Any]:
    """Return the checkpoint of an answer, after a look at its root."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/json"
    value = answer.json
    assert value.keys() == {"checkpoint"}
    checkpoint: dict[str, Any] = value["checkpoint"]
    return checkpoint


def listed(checkpoint: dict[str, Any]) -> list[str]:
    """Return the ids of the resources that a checkpoint holds."""
    return [resource["id"] for resource in checkpoint["protection_plan"]["resources"]]


def test_the_published_request_gets_the_documented_answer(server: RunningServer) -> None:
    """The source's own request, sent as published, creates a checkpoint of its two servers."""
    checkpoint = checkpoint_of(server.create(raw=SOURCE_REQUEST))
    created_at, identifier = checkpoint.pop("created_at"), checkpoint.pop("id")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", created_at)
    age = datetime.now(UTC) - datetime.fromisoformat(f"{created_at}+00:00")
    assert abs(age) < timedelta(minutes=1)
    assert checkpoint == {
        "status": "protecting",
        "resource_graph": None,
        "project_id": "b942cc8342734d15bcb246babb1953cf",
        "protection_plan": {
            "id": "62171999-3df1-42f7-9513-6f9b1bea4744",
            "name": "backup",
            "resources": [
                {
                    "id": "7a32a8b5-7977-4e24-b5da-e0eb457db75b",
                    "type": "OS::Nova::Server",
                    "name": "server0",
                    "extra_info": '{"exclude_volumes": ["53dbb1f8-0b14-4850-9346-ef5067acbeb5"]}',
                },
                {
                    "id": "b2b433bf-7dd6-4a74-aa8f-85673dfbda48",
                    "type": "OS::Nova::Server",
                    "name": "server1",
                    "extra_info": "{}",
                },
            ],
        },
        "extra_info": '{"created_by": "manual"}',
    }


def test_the_answer_fits_the_document(server: RunningServer) -> None:
    """The answer for all of the policy is valid by the schema of the 200."""
    check_schema("checkpoint.yaml", "CheckpointResponse", {"checkpoint": checkpoint_of(server.create())})


@pytest.mark.parametrize("parameters", [{}, {"resources": None}, {"resources": []}], ids=str)
def test_no_selection_means_every_resource(server: RunningServer, parameters: dict[str, Any]) -> None:
    """Resources absent, null and empty all back up the whole policy."""
    checkpoint = checkpoint_of(server.create(server.order(**parameters)))
    assert listed(checkpoint) == server.target["policy"]["resources"]


def test_a_selection_is_listed_in_its_order_and_once(server: RunningServer) -> None:
    """A resource named twice is taken once, and the others stay out."""
    first, _, third = server.target["policy"]["resources"]
    checkpoint = checkpoint_of(server.create(server.order(resources=[third, first, third])))
    assert listed(checkpoint) == [third, first]


@pytest.mark.parametrize(
    ("parameters", "creator"),
    [({}, "manual"), ({"auto_trigger": False}, "manual"), ({"auto_trigger": True}, "operation-engine")],
    ids=str,
)
def test_the_trigger_decides_who_created_it(
    server: RunningServer, parameters: dict[str, Any], creator: str
) -> None:
    """`created_by` is manual unless the run is triggered automatically."""
    checkpoint = checkpoint_of(server.create(server.order(**parameters)))
    assert json.loads(checkpoint["extra_info"]) == {"created_by": creator}


def test_a_disabled_policy_can_be_executed_by_hand(server: RunningServer) -> None:
    """A policy that its schedule does not run is run by this call."""
    listing = server.request("GET", f"/v1/{server.target['project_id']}/policies?name=disabled").json
    (disabled,) = listing["policies"]
    assert disabled["status"] == "disabled"
    checkpoint = checkpoint_of(server.create(server.order(disabled["id"])))
    assert checkpoint["protection_plan"]["name"] == "disabled"


def test_concurrent_calls_create_as_many_checkpoints(server: RunningServer) -> None:
    """Every call of a crowd gets an id of its own, and each id has its items."""
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda _: server.create(), range(64)))
    created = {checkpoint_of(answer)["id"] for answer in answers}
    assert len(created) == 64
    stored = {item["checkpoint_id"] for item in server.items()}
    assert created <= stored


@pytest.mark.parametrize(
    "body",
    [
        # gophertelekomcloud, backup.ExecBackupPolicy: always both members of `parameters`, null for none
        b'{"checkpoint":{"parameters":{"auto_trigger":false,"resources":null},"plan_id":"%s"}}\n',
        b'{"checkpoint":{"parameters":{"auto_trigger":true,"resources":["%s"]},"plan_id":"%s"}}\n',
        # huaweicloud-sdk-python, conn.csbs.create_checkpoint: the published shape
        b'{"checkpoint": {"plan_id": "%s", "parameters": {"auto_trigger": false, "resources": []}}}',
        # golangsdk: members that are empty are left out
        b'{"checkpoint":{"plan_id":"%s","parameters":{}}}',
    ],
    ids=["gophertelekomcloud-null", "gophertelekomcloud-list", "python-sdk", "golangsdk"],
)
def test_real_clients_are_served(server: RunningServer, body: bytes) -> None:
    """The bytes that published clients send get a 200 that those clients can decode."""
    policy = server.target["policy"]
    ids = [policy["id"]] if body.count(b"%s") == 1 else [policy["resources"][0], policy["id"]]
    checkpoint = checkpoint_of(server.create(raw=body % tuple(text.encode() for text in ids)))
    # golangsdk decodes into a time without zone, and every resource's extra_info into a string.
    datetime.strptime(f"{checkpoint['created_at']}+0000", "%Y-%m-%dT%H:%M:%S.%f%z")
    for resource in checkpoint["protection_plan"]["resources"]:
        assert isinstance(resource["extra_info"], str | None)


def test_karborclient_is_refused(server: RunningServer) -> None:
    """A client that leaves `parameters` out gets a 400, and creates nothing."""
    body = {"checkpoint": {"plan_id": server.target["policy"]["id"]}}
    assert server.create(body).error == (400, "CSBS.9001")
