"""The GitHub Action and the pre-commit hooks: what they run, run as they run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from checkpoint_openapi.cli import main
from conformance.runs import Broken, write_target
from mutants.service.server import running
from openapi.contracts import line_of

if TYPE_CHECKING:
    from click import Group

ROOT = Path(__file__).resolve().parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
PROGRAM = Path(sys.executable).with_name("checkpoint-contract")
BREAK = ("required: [plan_id, parameters]", "required: [plan_id, parameters, auto_trigger]")


class Ran(NamedTuple):
    """What a step left behind."""

    code: int
    log: str
    summary: str
    output: str


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a repository that holds the contract in its first commit."""
    folder = tmp_path / "checkout"
    (folder / "openapi").mkdir(parents=True)
    for name in ("checkpoint.yaml", "companions.yaml", "requirements.yaml"):
        shutil.copy(ROOT / "openapi" / name, folder / "openapi" / name)
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "First"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def edit(checkout: Path, old: str, new: str) -> None:
    """Edit the contract of a checkout once."""
    path = checkout / "openapi" / "checkpoint.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def run_step(name: str, folder: Path, **inputs: str) -> Ran:
    """Run a step as the runner does: by bash, its inputs in the environment, its files in place."""
    step = STEPS[name]
    values = {key: str(entry.get("default", "")) for key, entry in ACTION["inputs"].items()} | inputs
    environment = {
        key: re.sub(
            r"\$\{\{ (?:inputs|steps\.plan\.outputs)\.(\w+) \}\}", lambda found: values[found[1]], value
        )
        for key, value in step["env"].items()
    }
    temporary = folder.parent / "runner"
    (temporary / "checkpoint-contract").mkdir(parents=True, exist_ok=True)
    files = {key: temporary / key for key in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for file in files.values():
        file.touch()
    script = temporary / "step.sh"
    script.write_text(step["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], cwd=folder, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={
            **os.environ, **environment, **{key: str(file) for key, file in files.items()},
            "RUNNER_TEMP": str(temporary), "GITHUB_ACTION_PATH": str(ROOT),
        },
    )  # fmt: skip
    texts = {key: file.read_text() for key, file in files.items()}
    return Ran(done.returncode, done.stdout, texts["GITHUB_STEP_SUMMARY"], texts["GITHUB_OUTPUT"])


@pytest.fixture
def installed(checkout: Path) -> Path:
    """Put the program of this environment where the step `Install` puts it."""
    folder = checkout.parent / "runner" / "checkpoint-contract" / "bin"
    folder.mkdir(parents=True)
    for name in ("checkpoint-contract", "python"):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{PROGRAM.with_name(name)}" "$@"\n')
        script.chmod(0o755)
    return checkout


def test_action_is_whole() -> None:
    """Every step runs in bash, takes its inputs by the environment alone, and uses only inputs that exist."""
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS.values():
        if "uses" in step:
            assert re.fullmatch(r"actions/\w+@v\d+", step["uses"])
            continue
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
    used = set(re.findall(r"inputs\.(\w+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])


def test_lint_writes_annotations_and_summary(installed: Path) -> None:
    """A finding becomes an annotation on its line and stands in the summary, and the step fails with it."""
    edit(installed, "auto_trigger: false", "auto_trigger: 7")
    ran = run_step(
        "Run", installed, command="lint", args='"openapi/checkpoint.yaml" --ignore component-unused'
    )

    assert ran.code == 1
    assert f"::error file=openapi/checkpoint.yaml,line={line_of('auto_trigger: false')}," in ran.log
    assert "[example-invalid]" in ran.summary


def test_diff_writes_annotations_and_summary(installed: Path) -> None:
    """A break becomes an annotation on its line and stands in the summary with its witness."""
    edit(installed, *BREAK)
    ran = run_step(
        "Run", installed, command="diff", args="HEAD:openapi/checkpoint.yaml openapi/checkpoint.yaml"
    )

    assert ran.code == 1
    assert f"::error file=openapi/checkpoint.yaml,line={line_of(BREAK[0])}," in ran.log
    assert "request-required-member-added" in ran.summary
    assert "```http" in ran.summary


@pytest.mark.parametrize(
    ("command", "args", "why"),
    [
        ("verify", "--target 100%.toml", "100%.toml: cannot be read"),
        (
            "diff",
            "no-branch:openapi/checkpoint.yaml openapi/checkpoint.yaml",
            "invalid object name 'no-branch'",
        ),
        ("lint", "none.yaml", "none.yaml: cannot be read"),
    ],
)
def test_what_cannot_begin_says_why_on_the_page(installed: Path, command: str, args: str, why: str) -> None:
    """What cannot be used ends the step with 2, and an annotation and the summary say why."""
    ran = run_step("Run", installed, command=command, args=args)

    assert ran.code == 2
    (annotation,) = re.findall(r"^::error .*$", ran.log, re.MULTILINE)
    assert why in annotation.replace("%25", "%")
    assert why in ran.summary


@pytest.mark.matrix
def test_verify_writes_annotations_and_summary(installed: Path) -> None:
    """Each requirement that is not met becomes an annotation; the summary and the reports are there."""
    with running(Broken) as server:
        write_target(server, installed / "target.toml")
        ran = run_step(
            "Run", installed, command="verify", args="--quiet --max-examples 1 --target target.toml"
        )

    report = installed.parent / "runner" / "checkpoint-report"
    assert ran.code == 1, ran.log
    assert re.search(r"^::error title=REQ-11 \(MUST\)::.*%0Aexpected 400, got 200", ran.log, re.MULTILINE)
    assert re.search(r"^::warning title=REQ-14 \(SHOULD\)::", ran.log, re.MULTILINE)
    assert ran.summary == (report / "summary.md").read_text()
    assert f"report={report}\n" in ran.output


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"command": "lnit"}, "::error::command is 'lnit', not lint, diff or verify"),
        ({"command": "lint", "args": "'a"}, "::error::args: quotes do not match"),
    ],
)
def test_inputs_that_cannot_be_used(installed: Path, inputs: dict[str, str], told: str) -> None:
    """A wrong input ends the step with 2 and an annotation that says which."""
    ran = run_step("Run", installed, **inputs)

    assert ran.code == 2
    assert told in ran.log.splitlines()


def test_args_are_no_script(installed: Path) -> None:
    """Arguments are split at spaces and nothing in them is executed or expanded."""
    ran = run_step("Run", installed, command="lint", args="$(touch${IFS}owned) *.md `id` ;exit")

    assert ran.code == 2
    assert "$(touch${IFS}owned): cannot be read" in ran.log
    assert "*.md: cannot be read" in ran.log
    assert not (installed / "owned").exists()


@pytest.mark.parametrize(
    ("command", "arguments", "extra"),
    [
        ("lint", "openapi.yaml", "[server]"),
        ("diff", "a.yaml b.yaml", ""),
        ("verify", "--target target.toml", ""),
        ("verify", "--quiet", "[server]"),
    ],
)
def test_server_is_installed_where_it_is_needed(
    checkout: Path, command: str, arguments: str, extra: str
) -> None:
    """A run against a target needs no server, and the key of the cache says what is installed."""
    ran = run_step("Plan", checkout, command=command, args=arguments, python=sys.executable)

    assert ran.code == 0, ran.log
    planned = dict(line.split("=", 1) for line in ran.output.splitlines())
    assert planned["extra"] == extra
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert re.fullmatch(rf"checkpoint-contract-{version}-[0-9a-f]{{16}}{re.escape(extra)}", planned["key"])


def test_install_makes_the_program(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step installs this checkout, with pinned versions, into an environment of its own."""
    calls = checkout.parent / "calls"
    python = checkout.parent / "python"
    # Stands in for a Python whose pip would fetch every dependency; the wheel's own test installs for real.
    python.write_text(
        f'#!/bin/sh\necho "$@" >>"{calls}"\n'
        '[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; }\n'
    )
    python.chmod(0o755)
    monkeypatch.chdir(checkout)

    ran = run_step("Install", checkout, command="lint", python=str(python), extra="[server]")

    environment = checkout.parent / "runner" / "checkpoint-contract"
    assert ran.code == 0, ran.log
    assert calls.read_text().splitlines() == [
        f"-m venv {environment}",
        f"-m pip install --quiet -c {ROOT}/constraints.txt {ROOT}[server]",
    ]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert "server" in extras


def hook(name: str) -> dict[str, Any]:
    """Return a hook by the last part of its id."""
    (found,) = [entry for entry in HOOKS if entry["id"] == f"checkpoint-contract-{name}"]
    return found


def run_hook(name: str, checkout: Path, *changed: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: entry and arguments, then the changed files that it takes."""
    entry = hook(name)
    files = [file for file in changed if re.search(entry.get("files", ""), file)]
    passed = files if entry.get("pass_filenames", True) else []
    command = [*entry["entry"].split(), *entry.get("args", []), *passed]
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=checkout, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def test_hooks_name_commands_of_the_program() -> None:
    """There is a hook for lint, diff and verify, and each runs a command that exists."""
    group: Group = main
    assert [entry["entry"].split() for entry in HOOKS] == [
        ["checkpoint-contract", name] for name in ("lint", "diff", "verify")
    ]
    assert {"lint", "diff", "verify"} <= set(
        group.list_commands(group.make_context("x", [], resilient_parsing=True))
    )


def test_lint_hook(checkout: Path) -> None:
    """The hook gets the documents among the changed files, and fails with a finding."""
    changed = ("openapi/checkpoint.yaml", "openapi/requirements.yaml", "README.md")
    edit(checkout, "auto_trigger: false", "auto_trigger: 7")

    ran = run_hook("lint", checkout, *changed)

    assert ran.returncode == 1
    assert f"openapi/checkpoint.yaml:{line_of('auto_trigger: false')}:" in ran.stdout
    assert "requirements.yaml" not in ran.stdout


def test_diff_hook(checkout: Path) -> None:
    """The hook compares with the last commit, and fails with a break."""
    assert run_hook("diff", checkout).returncode == 0
    edit(checkout, *BREAK)

    ran = run_hook("diff", checkout)

    assert ran.returncode == 1
    assert "request-required-member-added" in ran.stdout


@pytest.mark.matrix
def test_verify_hook(checkout: Path) -> None:
    """The hook verifies before a push, whatever was changed, and ends with the code of the verdict."""
    assert hook("verify")["stages"] == ["pre-push"]
    assert hook("verify")["always_run"] is True
    (checkout / "target.toml").write_text("url = 1\n")

    assert run_hook("verify", checkout).returncode in (0, 3)
    assert (checkout / "checkpoint-report" / "report.json").is_file()
