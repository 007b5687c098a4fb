"""What the pages say can be done: their commands parse, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path

import click
import pytest
from checkpoint_openapi.cli import SUBCOMMANDS
from handlers.reliability import FILES

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = sorted(
    {
        (page.name, line)
        for page in PAGES
        for block in re.findall(
            r"```(?:sh|console|bash)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL
        )
        for line in re.findall(r"checkpoint-contract ([a-z-][^\n|;&>`#)]*)", block.replace("\\\n", " "))
    }
)


def test_there_are_commands_to_try() -> None:
    """The pattern that finds the commands finds those of the README."""
    assert ("README.md", "target init target.toml") in COMMANDS


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_command_parses(page: str, line: str) -> None:
    """Each command of a page exists, and takes the arguments that the page gives it."""
    words = shlex.split(line)
    assert words[0] in SUBCOMMANDS, page
    module, attribute = SUBCOMMANDS[words[0]].location.split(":")
    command, name, arguments = getattr(import_module(module), attribute), words[0], words[1:]
    while isinstance(command, click.Group) and arguments:
        _, arguments, _ = command.make_parser(click.Context(command)).parse_args(list(arguments))
        assert arguments[0] in command.commands, page
        command, name, arguments = command.commands[arguments[0]], arguments[0], arguments[1:]
    assert command.make_context(name, arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of the project, and to a heading, leads to one that is there."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, target


def test_ci_runs_the_commands_of_the_readme() -> None:
    """`.ci/run` finds both commands below their headings, so that what is printed is what is run."""
    function = re.search(
        r"^readme\(\) \{.*?^\}", (ROOT / ".ci" / "run").read_text(), re.DOTALL | re.MULTILINE
    )
    assert function
    for heading, end in (("## See it work", "checkpoint-contract verify"), ("## Run the tests", "pytest")):
        script = f"{function.group()}\nreadme '{heading}'"
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("python3 -m venv .venv && .venv/bin/pip install")
        assert done.stdout.endswith(f"{end}\n")


def test_every_page_says_what_the_reference_server_is_for() -> None:
    """README, SECURITY.md and the pages for operators tell its purpose and its limits in the same words."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (purpose,) = re.findall(r"^The reference server shows what .+?\n\n", readme, re.MULTILINE | re.DOTALL)
    for page in ("SECURITY.md", "docs/operating.md", "docs/reliability.md"):
        assert purpose in (ROOT / page).read_text(encoding="utf-8"), page


def test_ci_runs_each_fault_test_once() -> None:
    """What the run of the matrix leaves out is what the page of reliability runs."""
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r'--ignore=([^\s"]+)', steps) == list(FILES)
    assert "tests.handlers.reliability" in steps
