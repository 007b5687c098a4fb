"""A Schemathesis run over each document, as a user of the server does it, finds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from checkpoint_openapi.load import document

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.running import RunningServer

pytestmark = pytest.mark.matrix


def narrow_checkpoint(whole: dict[str, Any], target: dict[str, Any]) -> None:
    """Let the generated ids be those of the server, so that requests reach a 200."""
    schemas = whole["components"]["schemas"]
    schemas["CheckpointOrder"]["properties"]["plan_id"]["enum"] = [target["policy"]["id"]]
    resources = schemas["CheckpointParameters"]["properties"]["resources"]
    resources["items"]["enum"] = target["policy"]["resources"]


def narrow_companions(whole: dict[str, Any], _target: dict[str, Any]) -> None:
    """Let the generated order be one that the server knows."""
    whole["components"]["parameters"]["Sort"]["schema"]["enum"] = ["created_at:desc", "name:asc"]


def test_a_plain_run_in_the_checkout_finds_nothing(server: RunningServer) -> None:
    """The document as it is, an address and a token: every phase that the checkout leaves on passes."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", "openapi/checkpoint.yaml"),
            *("--url", server.target["url"], "--header", f"X-Auth-Token: {server.target['token']}"),
            *("--generation-database", "none", "--no-color"),
        ],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "No issues found" in run.stdout


@pytest.mark.parametrize(
    ("name", "narrow"),
    [
        ("checkpoint.yaml", narrow_checkpoint),
        ("companions.yaml", narrow_companions),
    ],
)
def test_schemathesis_finds_nothing(
    server: RunningServer,
    tmp_path: Path,
    name: str,
    narrow: Callable[[dict[str, Any], dict[str, Any]], None],
) -> None:
    """All checks of examples, coverage and fuzzing pass on the document with the server's own ids."""
    whole = document(name)
    parameters = whole["components"]["parameters"]
    parameters["ProjectId"]["schema"]["enum"] = [server.target["project_id"]]
    parameters["ProviderId"]["schema"]["enum"] = [server.target["provider_id"]]
    narrow(whole, server.target)
    (tmp_path / name).write_text(yaml.safe_dump(whole))
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", name),
            *("--url", server.target["url"], "--header", f"X-Auth-Token: {server.target['token']}"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1"),
            *("--generation-database", "none", "--no-color"),
            # A checkpoint can be deleted once; after that, 404 is all that a deletion can get.
            *("--warnings", "missing_auth,validation_mismatch,low_valid_rate,method_not_allowed"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "No issues found" in run.stdout
