"""Mutants that refuse with the wrong status what several requirements are about: one place, one fault."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from ...framework.mutant import REFUSALS, misanswers, register
from ...framework.shots import BASE, DELETE_NEWEST
from ...service.refusals import CONDITIONS
from ...service.server import Server

if TYPE_CHECKING:
    from ...service.refusals import Condition
    from ...service.wire import Request, Response

_OTHERS = "which calls it falls on is chance, and each gets the right error at other times"
_MET = dict.fromkeys(("AUTH-1", "AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5"), _OTHERS)

for _requirement, _name, _fault, _conditions, _status in (
    ("AUTH-1", "no-valid-token-is-403", "A call without a valid token gets 403.", "unauthenticated", 403),
    ("AUTH-1", "no-valid-token-is-400", "A call without a valid token gets 400.", "unauthenticated", 400),
    ("AUTH-1", "every-error-is-400", "Every error has the status 400.", "all", 400),
    ("AUTH-1", "every-error-is-200", "Every error has the status 200.", "all", 200),
    ("AUTH-1", "no-valid-token-is-200", "The error for an invalid token has 200.", "unauthenticated", 200),
    ("AUTH-4", "forbidden-is-404", "A caller who must not see the project gets 404.", "forbidden", 404),
    ("AUTH-4", "forbidden-is-200", "The error for another project has the status 200.", "forbidden", 200),
    ("AUTH-5", "forbidden-is-401", "A caller who lacks a permission gets 401.", "forbidden", 401),
    ("REQ-7", "invalid-is-404", "Every invalid request gets 404.", "invalid-request", 404),
    ("REQ-7", "invalid-is-200", "The error for an invalid request has 200.", "invalid-request", 200),
    ("REQ-17", "too-large-is-200", "The error for a large body has the status 200.", "too-large", 200),
    ("NF-1", "unknown-policy-is-400", "An unknown policy gets 400.", "policy-not-found", 400),
    ("NF-1", "unknown-policy-is-200", "The error for an unknown policy has 200.", "policy-not-found", 200),
    ("HTTP-4", "other-method-is-200", "The error for another method has 200.", "method-not-allowed", 200),
    ("HTTP-3", "every-error-is-500", "Every error has the status 500.", "all", 500),
    (
        "RESP-1",
        "outside-resource-is-200",
        "The error for a resource outside the policy has the status 200.",
        "resource-not-in-policy",
        200,
    ),
    (
        "DEL-1",
        "protecting-is-200",
        "The error for the deletion of a checkpoint that is protecting has the status 200.",
        "checkpoint-protecting",
        200,
    ),
):
    _shows = (BASE, DELETE_NEWEST) if _requirement == "DEL-1" else REFUSALS
    misanswers(_requirement, _name, _fault, _conditions, status=_status, shows=_shows)
misanswers(
    "REQ-7",
    "every-400-is-200",
    "Every error that should have the status 400 has 200.",
    " ".join(name for name, condition in CONDITIONS.items() if condition.status == 400),
    status=200,
)


class _Mixed(Server):
    """Counts the errors, and gives one in `one_in` another status."""

    one_in = 4
    statuses: tuple[int, ...] = (400,)

    def __init__(self) -> None:
        super().__init__()
        self.turns = itertools.count(1)

    def refused(self, request: Request, condition: Condition) -> Response:
        """Return the error, at times with the next of the other statuses."""
        response = super().refused(request, condition)
        turn = next(self.turns)
        if turn % self.one_in == 0:
            response.status = self.statuses[turn // self.one_in % len(self.statuses)]
        return response


for _requirement, _name, _fault, _statuses in (
    ("AUTH-1", "documented", "has another documented status", (400, 401, 403, 404)),
    ("AUTH-1", "not-found", "has the status 404", (404,)),
    ("HTTP-1", "undocumented", "has some status, documented or not", (409, 404, 422, 400, 403)),
    ("HTTP-3", "failing", "has the status 500", (500,)),
):
    for _one_in, _words in ((4, "four"), (19, "nineteen")):
        register(
            f"one-error-in-{_words}-is-{_name}",
            _requirement,
            f"One error in {_words} {_fault}, whatever is wrong with the request.",
            type(_name, (_Mixed,), {"one_in": _one_in, "statuses": _statuses}),
            shows=REFUSALS * 4,
            also=_MET if _requirement == "AUTH-1" else None,
        )
