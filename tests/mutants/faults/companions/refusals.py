"""Mutants of HTTP-2, HTTP-3, HTTP-5 and ERR: what the companion operations make of what they must refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...framework.mutant import OUTSIDE, condition_name, crashes, register
from ...framework.shots import BASE, DELETE_NEWEST, get, item_list
from ...service.server import Server
from ...service.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.refusals import Condition
    from ...service.wire import Request

_NOTHING = BASE.but(method="DELETE", path=f"{BASE.collection}/{OUTSIDE}", body=b"", content_type=None)
_REFUSED = (BASE, get("policies").but(token=None), item_list().but(token=None), _NOTHING, DELETE_NEWEST)


def _errors(
    requirement: str, name: str, fault: str, method: str, condition: str, answer: Callable[..., Response]
) -> None:
    """Register a server that gives `answer` for a condition, to requests with this method alone."""

    def refused(self: Server, request: Request, found: Condition) -> Response:
        if request.method == method and condition_name(found) == condition and _is_companion(request):
            return answer(self, found)
        return Server.refused(self, request, found)

    profile = "deletion" if method == "DELETE" else "discovery"
    mutant = type(name, (Server,), {"refused": refused, "__doc__": fault})
    register(name, requirement, fault, mutant, _REFUSED, profile=profile)


def _is_companion(request: Request) -> bool:
    return "checkpoint" not in request.segments[-1] or request.method == "DELETE"


def _page(_: Server, condition: Condition) -> Response:
    return Response(condition.status, b"<h1>Refused</h1>", [("Content-Type", "text/html")])


def _detail(self: Server, condition: Condition) -> Response:
    return self.json(condition.status, {"detail": condition.text})


def _coded(code: str) -> Callable[[Server, Condition], Response]:
    return lambda self, condition: self.json(condition.status, {"error_code": code, "error_msg": "Refused."})


def _query(self: Server, condition: Condition) -> Response:
    text = "no row: SELECT id FROM checkpoint WHERE id = ?"
    return self.json(condition.status, {"error_code": condition.code, "error_msg": text})


_MISSING, _UNKNOWN = "unauthenticated", "checkpoint-not-found"
for _requirement, _name, _fault, _method, _condition, _answer in (
    (
        "HTTP-2",
        "list-refusal-is-a-page",
        "Lists are refused by a page.",
        "GET",
        _MISSING,
        _page,
    ),
    ("HTTP-2", "deletion-refusal-is-a-page", "An unknown checkpoint is a page.", "DELETE", _UNKNOWN, _page),
    ("HTTP-5", "deletion-refusal-shows-sql", "An unknown checkpoint shows SQL.", "DELETE", _UNKNOWN, _query),
    (
        "ERR-1",
        "form-of-lists",
        "The refusals of the lists have another form.",
        "GET",
        _MISSING,
        _detail,
    ),
    ("ERR-1", "form-of-deletion", "An unknown checkpoint has another form.", "DELETE", _UNKNOWN, _detail),
    (
        "ERR-2",
        "deletion-code-invented",
        "An unknown checkpoint has a code that nobody published.",
        "DELETE",
        _UNKNOWN,
        _coded("CSBS.0404"),
    ),
    (
        "ERR-3",
        "policy-code-for-checkpoint",
        "An unknown checkpoint has the code of an unknown policy.",
        "DELETE",
        _UNKNOWN,
        _coded("CSBS.3000"),
    ),
):
    _errors(_requirement, _name, _fault, _method, _condition, _answer)


def _of_query(test: Callable[[dict[str, str]], bool]) -> Callable[..., bool]:
    return lambda request, _known: test(request.query)


for _name, _fault, _shows, _test in (
    (
        "limit-beyond-64-bits",
        "A limit of a list that the database cannot hold ends in 500.",
        f"limit={1 << 64}",
        lambda query: query.get("limit", "").isdigit() and int(query["limit"]) >= 1 << 63,
    ),
    (
        "limit-is-a-word",
        "The limit of a list is read without a check.",
        "limit=many",
        lambda query: query.get("limit", "").isalpha(),
    ),
    (
        "limit-of-nothing",
        "The number of pages is computed by a limit of 0.",
        "limit=0",
        lambda query: query.get("limit") == "0",
    ),
    (
        "offset-is-negative",
        "The database does not take a negative offset.",
        "offset=-1",
        lambda query: query.get("offset", "").startswith("-"),
    ),
    (
        "sort-is-documented",
        "The order of a list has two parts, and is read as one.",
        "limit=1&offset=1&sort=created_at:desc",
        lambda query: ":" in query.get("sort", ""),
    ),
    (
        "sort-is-unknown",
        "Lists are sorted by any attribute, also by one that rows do not have.",
        "sort=nothing",
        lambda query: query.get("sort") == "nothing",
    ),
):
    crashes(
        f"list-{_name}",
        _fault,
        "read_query",
        _of_query(_test),
        shows=get(f"policies?{_shows}"),
        profile="discovery",
    )


def _unknown_marker(rows: list[dict[str, Any]], query: dict[str, str]) -> bool:
    return "marker" in query and query["marker"] not in [row["id"] for row in rows]


crashes(
    "list-marker-is-unknown",
    "The row of the marker is looked up without a check.",
    "page",
    _unknown_marker,
    shows=get(f"policies?marker={OUTSIDE}"),
    profile="discovery",
)


crashes(
    "list-of-nothing",
    "The newest item of a list is looked up, also in an empty one.",
    "page",
    lambda rows, _query: not rows,
    shows=item_list(f"?checkpoint_id={OUTSIDE}"),
    profile="observation",
)


def _is_no_uuid(_request: Request, _project: str, _provider: str, wanted: str) -> bool:
    return len(wanted) != len(OUTSIDE)


crashes(
    "deletion-of-no-uuid",
    "An id to delete is parsed as a UUID without a check.",
    "delete_checkpoint",
    _is_no_uuid,
    shows=BASE.but(method="DELETE", path=f"{BASE.collection}/x", body=b"", content_type=None),
    profile="deletion",
)
