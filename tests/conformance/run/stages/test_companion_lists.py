"""Lists: read page by page, within the bytes that are read of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.run.companions import ListError, _Ids
from checkpoint_conformance.run.session import open_session
from checkpoint_conformance.transport.exchange import Response
from hypothesis import given
from hypothesis import strategies as st
from mutants.service.server import Server, running

from conformance.run.hostile import HOSTILE
from conformance.runs import target_of

if TYPE_CHECKING:
    from mutants.service.wire import Request, Response


class Talkative(Server):
    """A server with many policies, each with a description so long that a full page exceeds its limit."""

    policies = 60
    asked: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.asked = []

    def list_policies(self, request: Request, project: str) -> Response:
        """Remember how many entries were requested."""
        self.asked.append(int(request.query["limit"]))
        return super().list_policies(request, project)

    def listed_policies(self, project: str) -> list[Any]:
        """Return the project's first policy many times."""
        return super().listed_policies(project)[:1] * self.policies

    def page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        """Give each entry an id of its own, and a long description."""
        named = [
            row | {"id": f"policy-{number}", "description": "x" * 50_000} for number, row in enumerate(rows)
        ]
        return super().page(named, query)


def test_a_page_that_is_too_large_is_requested_again_with_fewer_entries() -> None:
    """Every entry is read, though a page with all of them is larger than what is read of it."""
    servers: list[Talkative] = []

    class Own(Talkative):
        """Known to the test."""

        def __init__(self) -> None:
            super().__init__()
            servers.append(self)

    with running(Own) as table:
        session = open_session(target_of(table))
        listed = [policy["id"] for _, page in session.lists.policies() for policy in page]
    assert listed == [f"policy-{number}" for number in range(Talkative.policies)]
    assert servers[0].asked[0] == 1000
    assert sorted(set(servers[0].asked), reverse=True) == [1000, 125, 15]


class Crowded(Server):
    """A server on which many checkpoints existed before."""

    def list_items(self, request: Request, project: str) -> Response:
        """Add an item of another's checkpoint that has ended, one that is under way, and one of ours."""
        body = json.loads(super().list_items(request, project).body)
        for name, status in (("old", "available"), ("busy", "protecting"), ("ours", "available")):
            item = {"id": f"{name}-item", "checkpoint_id": name, "status": status, "resource_id": "r"}
            item |= {"created_at": "2016-12-06T21:20:29.898823", "resource_type": "OS::Nova::Server"}
            body["checkpoint_items"].append(item)
        return self.json(200, body)


def test_items_that_had_ended_before_are_left_out_of_the_list_of_a_policy() -> None:
    """What is under way, what is ours, and what a checkpoint's own list shows, is never left out."""
    with running(Crowded) as table:
        session = open_session(target_of(table))
        policy = session.target.policy_id

        def shown(**filters: str) -> set[str]:
            return {item["checkpoint_id"] for item in session.lists.checkpoint_items(**filters)[0]}

        assert shown(policy_id=policy) == {"old", "busy", "ours"}
        first, _ = session.lists.items_of_policy(doubt=True, leave_out={"ours"})
        assert {item["checkpoint_id"] for item in first} == {"busy", "ours"}
        assert shown(policy_id=policy) == {"busy", "ours"}
        assert shown(checkpoint_id="old") == {"old", "busy", "ours"}


def test_a_list_without_end_is_read_in_part() -> None:
    """The list of the policy must be read whole or not at all; of any other, the first items are returned."""
    asked: list[str] = []

    class Own(HOSTILE["each page a new one"]):  # type: ignore[misc]
        """Remembers what was asked for."""

        def list_items(self, request: Request, project: str) -> Response:
            asked.append(request.target)
            return super().list_items(request, project)

    with running(Own) as table:
        session = open_session(target_of(table))
        policy = session.target.policy_id
        with pytest.raises(ListError, match="too many items"):
            session.lists.checkpoint_items(policy_id=policy)
        pages = len(asked)
        with pytest.raises(ListError, match="too many items"):
            session.lists.checkpoint_items(policy_id=policy)
        assert len(asked) == pages
        items, _ = session.lists.checkpoint_items(checkpoint_id="any")
    assert 5_000 < len(items) < 50_000
    assert pages < 50


@given(st.lists(st.integers(0, 3000), max_size=50), st.integers(0, 3000))
def test_many_ids_are_known_again_as_in_any_set(some: list[int], many: int) -> None:
    """Those that were added are there and others are not, whether sorted already or among the latest."""
    ids, known = _Ids(), {str(number) for number in [*range(many), *some]}
    for identifier in sorted(known):
        ids.add(identifier)
    assert all(identifier in ids for identifier in known)
    assert not any(str(number) in ids for number in range(3001, 3050))
