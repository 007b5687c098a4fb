"""Every command of the pages is run as it is printed, in a directory of its own, against real servers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.commands.explain.probe_names import probe_names
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.verdict.waivers import read_waivers
from conformance.runs import write_target
from mutants.service.server import running

from .pages import PAGES, ROOT, Block, blocks, directives
from .servers import SERVERS

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = [page for page in PAGES if any(block.language == "sh" for block in blocks(page))]
KEPT_ELSEWHERE = {"README.md": "`.ci/run` and the tutorials", "CONTRIBUTING.md": "test_contributing.py"}
"""Pages whose blocks are run, and by what."""
SECRETS = ("CSBS_TOKEN", "CSBS_READ_ONLY_TOKEN", "OS_TOKEN", "GATEWAY_KEY")
STARTED = 30.0


def shown(page: Path) -> str:
    """Return the name of a page."""
    return str(page.relative_to(ROOT))


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which the commands of the folder's own Python come first, then of this one."""
    first = (folder / ".venv" / "bin", Path(sys.executable).parent)
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    committer = dict.fromkeys(names, "designer@example.com")
    path = ":".join([*map(str, first), os.environ["PATH"]])
    return os.environ | committer | {"PATH": path, "NO_COLOR": "1"}


def shell(block: Block, folder: Path) -> None:
    """Run a block as a shell does, and hold its exit code against the one that the page gives."""
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", block.text],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    expected = int(block.told("exit") or 0)
    assert done.returncode == expected, f"{block.text}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


def start(block: Block, folder: Path) -> Callable[[], None]:
    """Start a block, wait until it says that it listens or has written its target, and return its end."""
    log = folder.with_name(f"{folder.name}.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {block.text}"],
            cwd=folder,
            env=environment(folder),
            stdout=output,
            stderr=output,
        )
    limit = time.monotonic() + STARTED
    while not re.search(
        r"http://[\w.:]+", log.read_text()
    ) or "Listening" not in log.read_text() + "Listening" * ("--watch" in block.text):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < limit, log.read_text()
        time.sleep(0.05)

    def end() -> None:
        process.terminate()
        process.wait(30)

    return end


def untidy(checkout: Path) -> str:
    """Return what git lists as changed or new in a checkout."""
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(status, cwd=checkout, check=True, capture_output=True, text=True).stdout


def prepare(page: Path, folder: Path, stack: ExitStack) -> Path:
    """Put into the folder what the page takes for granted; return where its commands are run."""
    given = directives(page, "given")
    if "checkout" in given:
        folder /= "checkout"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    for each in given:
        if each != "checkout":
            name, _, server = each.partition(" of ")
            write_target(
                stack.enter_context(running(SERVERS[server])), folder / name, max_creates=100, profiles=[]
            )
    return folder


@pytest.mark.matrix
@pytest.mark.parametrize("page", [page for page in RUN if page.name not in KEPT_ELSEWHERE], ids=shown)
def test_commands_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """The blocks of a page, one after the other, end with the exit codes that it gives."""
    with ExitStack() as stack:
        folder = prepare(page, tmp_path, stack)
        ran = 0
        for block in blocks(page):
            if name := block.told("file"):
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(block.text, encoding="utf-8")
            elif block.language != "sh" or block.told("by") is not None:
                continue
            elif block.told("background") is not None:
                stack.callback(start(block, folder))
                ran += 1
            else:
                shell(block, folder)
                ran += 1
        if folder.name == "checkout":
            assert untidy(folder) == "", "the page leaves files that git would take for new or changed"
        left_out = [block for block in blocks(page) if block.told("by") is not None]
        assert ran or left_out, "no block of the page was run, and none says by what it is"


def test_what_is_not_run_here_is_run_elsewhere() -> None:
    """A block that is left out names the test or the script that runs its program."""
    left_out = [block for page in PAGES for block in blocks(page) if block.told("by") is not None]
    assert left_out
    for block in left_out:
        assert block.program() in (ROOT / str(block.told("by"))).read_text(encoding="utf-8"), block.text


def test_targets_and_waivers_of_the_pages_are_valid(tmp_path: Path) -> None:
    """Each target file that a page shows is one that the suite takes, and so are waivers and their probes."""
    found = 0
    for page in PAGES:
        for block in blocks(page):
            if block.language != "toml":
                continue
            found += 1
            if block.told("target") is not None:
                for name in ("ca.pem", "client.pem"):
                    (tmp_path / name).touch()
                environment = {name: f"secret of {name}" for name in SECRETS}
                target = Target.from_table(tomllib.loads(block.text), shown(page), environment, tmp_path)
                assert target.url.startswith("http")
            else:
                file = tmp_path / "waivers.toml"
                file.write_text(block.text, encoding="utf-8")
                waivers = read_waivers(file)
                assert waivers
                assert {waiver.probe for waiver in waivers if waiver.probe} <= probe_names().keys()
    assert found
