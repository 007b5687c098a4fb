"""Lists: read page by page, within the bytes that are read of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkpoint_conformance.run.session import open_session
from mutants.service.server import Server, running

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
