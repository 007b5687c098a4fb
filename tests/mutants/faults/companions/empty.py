"""Mutants with a list that has no entry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...framework.mutant import OUTSIDE
from ...framework.shapes import shapes
from ...framework.shots import get, item_list
from ...service.refusals import CONDITIONS

if TYPE_CHECKING:
    from ...service.wire import Request, Response


def _not_found(response: Response) -> None:
    condition = CONDITIONS["checkpoint-not-found"]
    response.status = condition.status
    response.body = json.dumps({"error_code": condition.code, "error_msg": condition.text}).encode()


def _no_policies(_: Request, response: Response) -> bool:
    return response.body == b'{"policies": []}'


def _no_items(_: Request, response: Response) -> bool:
    return response.body == b'{"checkpoint_items": []}'


def _no_entries(request: Request, response: Response) -> bool:
    return _no_policies(request, response) or _no_items(request, response)


_POLICIES, _ITEMS = get(f"policies?name={OUTSIDE}"), item_list(f"?name={OUTSIDE}")
for _requirement, _name, _fault, _which, _shows in (
    ("DISC-1", "no-policies-not-found", "A list without policies gets 404.", _no_policies, (_POLICIES,)),
    ("OBS-1", "no-items-not-found", "A list without items gets 404.", _no_items, (_ITEMS,)),
    ("DISC-1", "no-entries-not-found", "A list without entries gets 404.", _no_entries, (_POLICIES, _ITEMS)),
):
    shapes(_requirement, _name, _fault, _not_found, _which, shows=_shows)
