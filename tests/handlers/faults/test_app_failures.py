"""The application in trouble: a store that fails, a bug, a clock that is set back."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from checkpoint_handlers.app import create_app
from checkpoint_handlers.errors import Refusal
from checkpoint_handlers.operations.service import PROVIDER_ID, Service
from checkpoint_handlers.seeding import seed
from checkpoint_handlers.store import StoreUnavailableError
from checkpoint_openapi.load import errors

from handlers.in_process import PATH, answers, code_of, order

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclasses.dataclass
class FailingStore:
    """A store whose every method raises the same error."""

    error: Exception

    def __getattr__(self, _name: str) -> Callable[..., NoReturn]:
        def fail(*_arguments: Any, **_options: Any) -> NoReturn:
            raise self.error

        return fail


def test_a_crash_discloses_nothing(token: str, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the server gets 500 CSBS.9999 with the text of the catalogue, and is logged."""
    error = RuntimeError("SELECT secret FROM /var/lib/db")
    (answer,) = answers(Service(FailingStore(error)), order(token))
    assert answer.json() == {
        "error_code": "CSBS.9999",
        "error_msg": errors().conditions["internal-error"].message,
    }
    assert answer.status_code == 500
    assert "SELECT secret" in caplog.text
    assert token not in caplog.text


def test_a_store_out_of_reach_is_unavailable(token: str) -> None:
    """A store that cannot be reached gets 503 and a hint when to try again."""
    (answer,) = answers(Service(FailingStore(StoreUnavailableError("gone"))), order(token))
    assert code_of(answer) == (503, "APIGW.0106")
    assert answer.headers["retry-after"] == "1"


@dataclasses.dataclass
class CallersOnly(FailingStore):
    """A store that knows callers, and fails when anything else is looked up."""

    caller: Callable[[bytes], Any]


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("POST", f"providers/{PROVIDER_ID}/checkpoints"),
        ("DELETE", f"providers/{PROVIDER_ID}/checkpoints/{seed.PLAN_ID}"),
        ("GET", "policies"),
        ("GET", "checkpoint_items"),
    ],
)
def test_another_projects_token_has_nothing_looked_up(
    service: Service, token: str, method: str, rest: str
) -> None:
    """In another project than the token's there is 403 before the store is asked for anything."""
    store = CallersOnly(AssertionError("looked up"), service.store.caller)
    url = f"/v1/{seed.SECOND_PROJECT_ID}/{rest}"
    (answer,) = answers(Service(store), order(token, method=method, url=url))
    assert code_of(answer) == (403, "APIGW.0302")


def test_every_condition_has_a_strict_body() -> None:
    """A refusal for any condition of the catalogue is JSON of exactly the two members."""
    for identifier, condition in errors().conditions.items():
        refusal = Refusal(identifier)
        body = json.loads(refusal.body())
        assert body == {"error_code": condition.code, "error_msg": condition.message}
        assert refusal.status == condition.status


def test_a_refusal_leaves_nothing_to_the_garbage_collector(service: Service, token: str) -> None:
    """What a refused request has made is gone with it, as after an accepted one."""

    async def refuse() -> int:
        app = await create_app(service)
        headers = [(b"x-auth-token", token.encode()), (b"content-type", b"application/json")]
        described = {"type": "http", "method": "POST", "path": PATH, "root_path": "", "query_string": b""}
        statuses: list[int] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))

        gc.collect()
        gc.disable()
        try:
            for _ in range(50):
                await app({**described, "headers": [*headers]}, receive, send)
            assert statuses == [400, 0] * 50
            return gc.collect()
        finally:
            gc.enable()

    assert asyncio.run(refuse()) < 50


def test_a_clock_stepped_back_repeats_and_reverts_nothing(
    service: Service, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the system's clock an hour back ids stay new, times do not fall, no status goes back."""
    listing = {
        "method": "GET",
        "url": f"/v1/{seed.PROJECT_ID}/checkpoint_items",
        "headers": {"X-Auth-Token": token},
    }
    before = [answer.json()["checkpoint"] for answer in answers(service, *[order(token)] * 20)]
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * 10**9)
    *created, listed = answers(service, *[order(token)] * 20, listing)
    after = [answer.json()["checkpoint"] for answer in created]
    assert len({checkpoint["id"] for checkpoint in before + after}) == 40
    assert min(each["created_at"] for each in after) >= max(each["created_at"] for each in before)
    assert {item["status"] for item in listed.json()["checkpoint_items"]} == {"available"}
