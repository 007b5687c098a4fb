"""Run the suite against a small server in each framework, and write the page that compares them.

Usage: python examples/frameworks/run.py [--keep FOLDER] [NAME...]

Each server runs as its framework comes (`stock`), with the glue that a developer adds (`glue`), and with the
lines that fix what still fails (`fixed`). The frameworks are installed from PyPI and npm into a temporary
folder. With names of folders, only these are run, and no page is written. Exit codes: 0 if every server
fails what `frameworks.toml` says, 1 if not, 2 if something could not be installed or started.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checkpoint_conformance.reports.comparison.matrix import build_matrix
from checkpoint_conformance.reports.comparison.matrix_markdown import matrix_markdown
from checkpoint_conformance.reports.comparison.pages import matrix_page
from checkpoint_conformance.reports.report import Report, read_report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "openapi" / "checkpoint.yaml"
PAGE, MATRIX = ROOT / "docs" / "frameworks.md", ROOT / "docs" / "frameworks-matrix.html"
STAGES = {"stock": "out of the box", "glue": "with glue", "fixed": "fixed"}
PATIENCE = 30
"""Seconds within which a server listens."""
TARGET = HERE / "target.toml"


@dataclass(frozen=True)
class Framework:
    """One framework: its server, and what is said of it."""

    name: str
    folder: str
    package: str
    """The package whose version counts."""
    glue: str = ""
    """What the glue does; empty if there is none to add."""
    after: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Each MUST that fails with the glue: why, and the lines that fix it."""

    @property
    def version(self) -> str:
        """The version that is pinned."""
        requirements = HERE / self.folder / "requirements.txt"
        if requirements.exists():
            found = re.search(rf"(?m)^{self.package}(?:\[.+\])?==(.+)$", requirements.read_text())
            assert found, f"{requirements}: no pinned {self.package}"
            return found[1]
        manifest = json.loads((HERE / self.folder / "package.json").read_text())
        return str(manifest["dependencies"][self.package])

    @property
    def file(self) -> str:
        """The server, or what is installed if there is none to write."""
        names = ("server.py", "server.mjs", "package.json")
        return next(name for name in names if (HERE / self.folder / name).exists())

    @property
    def stages(self) -> list[str]:
        """The stages in which it runs."""
        return ["stock", *(["glue"] if self.glue else []), *(["fixed"] if self.after else [])]


Found = list[tuple[Framework, dict[str, Report]]]
"""The reports of each framework by stage."""


def install(framework: Framework, home: Path) -> list[str]:
    """Install a framework below a folder, and return the command that starts its server."""
    source, place = HERE / framework.folder, home / framework.folder
    for file in (HERE / "backups.json", HERE / "backups.py", HERE / "backups.mjs", *source.iterdir()):
        target = home / file.relative_to(HERE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    if (place / "requirements.txt").exists():
        python = place / "venv" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", place / "requirements.txt"], check=True, stderr=subprocess.DEVNULL)
        return [str(python), str(place / "server.py")]
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(npm, cwd=place, check=True)
    server = place / "server.mjs"
    return ["node", str(server)] if server.exists() else ["npx", "prism"]


@contextmanager
def running(command: list[str], stage: str, port: int, folder: Path) -> Iterator[None]:
    """Run a server until the block ends. Raises TimeoutError if it does not listen in time."""
    mock = ["mock", "--port", str(port), "--host", "127.0.0.1", "--errors", str(DOCUMENT)]
    arguments = mock if command[-1] == "prism" else [str(DOCUMENT), str(port), stage]
    with (folder / f"{stage}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *arguments], cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise TimeoutError(f"{folder / stage}.log: the server does not listen") from None
                    time.sleep(0.1)
            yield
        finally:
            with_children = os.getpgid(process.pid) if process.poll() is None else None
            if with_children:
                os.killpg(with_children, 15)
            process.wait()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def judge(framework: Framework, command: list[str], stage: str, home: Path) -> Report:
    """Run the suite against a server, and return its report without what is of this machine."""
    folder, port = home / framework.folder, free_port()
    target = folder / f"{stage}.toml"
    described = TARGET.read_text(encoding="utf-8").replace(":8080", f":{port}")
    described = described.replace('"my server"', f'"{framework.name}"')
    target.write_text(described.replace('version = "1"', f'version = "{framework.version}"'))
    verify = [Path(sys.executable).with_name("checkpoint-contract"), "verify", "--quiet"]
    with running(command, stage, port, folder):
        subprocess.run(
            [*verify, "--target", target, "--report", folder / stage], stdout=subprocess.DEVNULL, check=False
        )
    file = folder / stage / "report.json"
    text = file.read_text(encoding="utf-8").replace(f"127.0.0.1:{port}", "127.0.0.1:8080")
    for place, told in {str(home): "/app", sys.base_prefix: "/usr", str(ROOT): "/app"}.items():
        text = text.replace(place, told)
    file.write_text(text, encoding="utf-8")
    return read_report(file)


def failing(report: Report) -> list[str]:
    """Return the MUSTs that failed."""
    return [item["id"] for item in report["requirements"] if item["outcome"] == "fail"]


def surprises(framework: Framework, reports: dict[str, Report]) -> Iterator[str]:
    """Give what is not as `frameworks.toml` says."""
    if "glue" in reports and {*failing(reports["glue"])} != framework.after.keys():
        yield f"{framework.name} with glue fails {failing(reports['glue'])}, not {list(framework.after)}"
    last = reports[framework.stages[-1]]
    if framework.glue and last["verdict"] != "conformant":
        yield f"{framework.name} {framework.stages[-1]} is {last['verdict']}: {failing(last)}"


def page(found: Found) -> str:
    """Return the page: a line for each framework, the fixes, and the matrix with the glue."""
    lines = [(HERE / "page.md").read_text(encoding="utf-8").rstrip(), ""]
    lines += ["| framework | out of the box | with the glue | with the fix |", "|---|---|---|---|"]
    for framework, reports in found:
        cells = [_verdict(reports.get(stage)) for stage in STAGES]
        source = f"[{framework.name}](../examples/frameworks/{framework.folder}/{framework.file})"
        lines.append(f"| {source} {framework.version} | {' | '.join(cells)} |")
    lines += ["", "## What still fails with the glue, and the fix", ""]
    for framework, _ in found:
        if framework.glue:
            lines += [f"### {framework.name}", "", f"The glue: {framework.glue.strip()}", ""]
            lines += [] if framework.after else ["Nothing fails.", ""]
        language = "python" if (HERE / framework.folder / "requirements.txt").exists() else "js"
        for name, told in framework.after.items():
            lines += [
                f"**{name}**: {told['why'].strip()}",
                "",
                f"```{language}",
                told["fix"].strip(),
                "```",
                "",
            ]
    glued = [reports["glue"] for _, reports in found if "glue" in reports]
    names = [framework.name for framework, reports in found if "glue" in reports]
    lines += [
        "## Side by side, with the glue",
        "",
        "Only the requirements for which the results differ are shown.",
        "",
    ]
    matrix = matrix_markdown(build_matrix(glued, names).only_differing())
    # The servers of these requests have ended: there is nothing to run.
    return "\n".join([*lines, matrix.replace("```sh", "```text")])


def _verdict(report: Report | None) -> str:
    if report is None:
        return ""
    failed = failing(report)
    return f"❌ {', '.join(failed)}" if failed else f"✅ {report['verdict']}"


def main() -> int:
    """Install, run, compare and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="folders of the frameworks to run; all by default"
    )
    parser.add_argument("--keep", type=Path, help="install here, and keep the servers and reports")
    chosen = parser.parse_args()
    tables = tomllib.loads((HERE / "frameworks.toml").read_text(encoding="utf-8"))["framework"]
    every = [Framework(**table) for table in tables]
    wanted = [each for each in every if not chosen.names or each.folder in chosen.names]
    found: Found = []
    with tempfile.TemporaryDirectory(prefix="frameworks-") as temporary:
        home = (chosen.keep or Path(temporary)).resolve()
        for framework in wanted:
            try:
                command = install(framework, home)
                reports = {stage: judge(framework, command, stage, home) for stage in framework.stages}
            except (subprocess.CalledProcessError, OSError) as error:
                sys.stderr.write(f"{framework.name}: {error}\n")
                return 2
            found.append((framework, reports))
            told = {stage: failing(report) for stage, report in reports.items()}
            sys.stdout.write(f"{framework.name} {framework.version}: {told}\n")
            sys.stdout.flush()
    problems = [each for framework, reports in found for each in surprises(framework, reports)]
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    if wanted == every:
        PAGE.write_text(page(found), encoding="utf-8")
        columns = [
            (report, f"{framework.name}, {STAGES[stage]}")
            for framework, reports in found
            for stage, report in reports.items()
        ]
        matrix = build_matrix([report for report, _ in columns], [name for _, name in columns])
        MATRIX.write_text(matrix_page(matrix), encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
