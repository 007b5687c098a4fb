"""Clients that generators make of the contract compile, and expose what the reference server responds."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from handlers.running import error_of, start

from .calls import accepted, refused
from .generators import CLIENTS, install, made
from .relay import relayed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handlers.running import RunningServer

    from .calls import Call

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Start the reference server."""
    running = start(tmp_path_factory.mktemp("server"), "--scenarios")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def generators() -> None:
    """Install the generators."""
    install()


@pytest.fixture(scope="module", params=CLIENTS)
def program(request: pytest.FixtureRequest, generators: None) -> list[str]:  # noqa: ARG001
    """Make a client, compile it, and return the command of the program that uses it."""
    return made(request.param)


def outcomes(program: list[str], url: str, calls: list[Call]) -> list[dict[str, Any]]:
    """Return what a client exposes of the response to each call."""
    given = json.dumps({"url": url, "calls": [asdict(each) for each in calls]})
    environment = os.environ | {"SERVER": url, "NO_PROXY": "*"}
    ended = subprocess.run(
        program, input=given, capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told: list[dict[str, Any]] = json.loads(ended.stdout)
    return told


def exposed(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """Return what a client has to expose of a checkpoint."""
    plan = checkpoint["protection_plan"]
    return {
        **{name: checkpoint[name] for name in ("id", "status", "created_at", "resource_graph", "extra_info")},
        "plan": plan["id"],
        "resources": [[each["id"], each["extra_info"]] for each in plan["resources"]],
    }


def test_client_creates_checkpoints(program: list[str], server: RunningServer) -> None:
    """It sends exactly the members that were given, `parameters: {}` too, and exposes the checkpoint."""
    calls = accepted(server)
    with relayed(server.target["url"]) as relay:
        told = outcomes(program, relay.url, calls)

    assert [each.request for each in relay.exchanges] == [each.body for each in calls]
    assert told == [exposed(each.response["checkpoint"]) for each in relay.exchanges]
    for checkpoint in told:
        items = server.items(f"checkpoint_id={checkpoint['id']}")
        assert {item["resource_id"] for item in items} == {name for name, _ in checkpoint["resources"]}
    assert [len(each["resources"]) for each in told] == [3, 2, 3]


def test_client_tells_every_error(program: list[str], server: RunningServer) -> None:
    """Of every documented error it exposes the status, the code and the text."""
    cases = refused(server)
    before = server.items()
    with relayed(server.target["url"]) as relay:
        told = outcomes(program, relay.url, [each for _, each in cases])

    got = [(each["status"], each["error_code"]) for each in told]
    assert got == [error_of(condition) for condition, _ in cases]
    assert told == [{"status": each.status, **each.response} for each in relay.exchanges]
    assert server.items() == before
