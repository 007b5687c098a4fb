"""The shells complete what there is, by the scripts that are installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import ROOT

SCRIPTS = ROOT / "docs" / "shell"
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def completed(shell: str, words: str, last: str) -> list[str]:
    """Return what the command offers a shell, each line without the kind that click puts before it."""
    position = last if shell == "fish" else str(len(words.split()))
    done = subprocess.run(
        ["checkpoint-contract"],
        env=ENVIRONMENT
        | {"_CHECKPOINT_CONTRACT_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": position},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_offered(shell: str) -> None:
    """After `target` each shell is offered the commands of that group."""
    offered = " ".join(completed(shell, "checkpoint-contract target", ""))
    assert "check" in offered
    assert "init" in offered
    assert f"_CHECKPOINT_CONTRACT_COMPLETE={shell}_complete" in (
        SCRIPTS / f"checkpoint-contract.{shell}"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        ("explain", "auth-", {f"AUTH-{number}" for number in range(1, 8)}),
        ("explain", "budget", {"budget-spent"}),
        ("replay report.json", "OBS", {f"OBS-{number}" for number in range(1, 5)}),
    ],
)
def test_ids_are_offered(words: str, begun: str, offered: set[str]) -> None:
    """An id that was begun is completed, whichever case it was begun in."""
    found = completed("fish", f"checkpoint-contract {words} {begun}", begun)
    assert {line.removeprefix("plain,").partition("\t")[0] for line in found} == offered


def test_bash_completes() -> None:
    """A real bash with the script fills in what was begun."""
    script = (
        f"source {SCRIPTS}/checkpoint-contract.bash; COMP_WORDS=(checkpoint-contract next); COMP_CWORD=1; "
        '_checkpoint_contract_completion checkpoint-contract; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "next-version"
