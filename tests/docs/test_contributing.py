"""The three recipes of CONTRIBUTING, followed from their text in a clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from checkpoint_openapi.load import document

from .pages import ROOT, blocks

PAGE = ROOT / "CONTRIBUTING.md"
PACKAGES = ("openapi", "handlers", "conformance")


def replace(file: Path, before: str, after: str) -> None:
    """Replace a text that stands once in a file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file.name}: {before!r} stands there {text.count(before)} times"
    file.write_text(text.replace(before, after), encoding="utf-8")


def indented(text: str, depth: int) -> str:
    """Return a block as it stands in its place."""
    return "".join(" " * depth + line for line in text.splitlines(keepends=True))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this Python with the code of the clone."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": ":".join(str(folder / name) for name in PACKAGES), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def raise_the_version(contract: Path) -> None:
    """Raise the contract to its next minor version, unless that was done since the last release."""
    version = str(document()["info"]["version"])
    if not (contract / "released" / version).is_dir():
        return
    major, minor, _ = map(int, version.split("."))
    for name, key in {
        "checkpoint": "  version",
        "companions": "  version",
        "requirements": "contract",
        "errors": "contract",
    }.items():
        before, after = f"\n{key}: {version}\n", f"\n{key}: {major}.{minor + 1}.0\n"
        replace(contract / f"{name}.yaml", before, after)


def pytest_of(text: str) -> list[str]:
    """Return the arguments of the pytest call that the page gives in running text."""
    call = re.search(r"`\.venv/bin/pytest (.*?)`", text, re.DOTALL)
    assert call
    words = re.findall(r'"([^"]*)"|(\S+)', call[1])
    return ["-m", "pytest", "-p", "no:cacheprovider", *(quoted or plain for quoted, plain in words)]


def step(number: int, section: str) -> str:
    """Return the text of a numbered step of a section."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    found = re.search(rf"^{number}\. (.*?)(?=^\d\. |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.mark.matrix
def test_requirement_check_and_mutant_are_added_by_the_text(tmp_path: Path) -> None:
    """The example goes through: one test fails after the first recipe, none after the others."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    entry, chinese, symptom, check, told, row = (
        block.text for block in blocks(PAGE) if block.language in ("yaml", "python")
    )

    raise_the_version(folder / "openapi")
    replace(folder / "openapi/requirements.yaml", "  - id: ERR-1\n", f"{entry}  - id: ERR-1\n")
    type_of_it = "\n          type: string\n          example: backup"
    replace(
        folder / "openapi/checkpoint.yaml",
        f"The name of the policy (RESP-1).{type_of_it}",
        f"The name of the policy (RESP-1, RESP-14).{type_of_it}",
    )
    with (folder / "conformance/checkpoint_conformance/zh.yaml").open("a", encoding="utf-8") as file:
        file.write(chinese)
    replace(folder / "tests/openapi/test_document.py", '"RESP": 13', '"RESP": 14')
    for name in ("tests/openapi/test_document.py", "tests/mutants/framework/mutant.py"):
        replace(folder / name, '"RESP-13",\n', '"RESP-13",\n"RESP-14",\n')
    assert run(folder, "tools/reference.py").returncode == 0
    first = run(folder, *pytest_of(step(6, "Add a requirement")))
    assert re.search(r"^1 failed, \d+ passed", first.stdout.splitlines()[-1].strip("= ")), first.stdout[
        -3000:
    ]
    assert "RESP-14" in first.stdout

    symptoms = folder / "conformance/checkpoint_conformance/verdict/symptom.py"
    place = '    PLAN_NAME_TYPE = "plan-name-type"\n'
    replace(symptoms, place, place + indented(symptom, 4))
    success = folder / "conformance/checkpoint_conformance/checks/success.py"
    place = '    if isinstance(plan.get("resources"), list):\n'
    replace(success, place, indented(check, 4) + place)
    with (folder / "conformance/checkpoint_conformance/zh.yaml").open("a", encoding="utf-8") as file:
        file.write(told)
    second = run(folder, "-c", "from checkpoint_openapi.cli import main; main()", "verify")
    assert second.returncode == 0, second.stdout[-2000:] + second.stderr[-2000:]
    assert re.search(r"pass +RESP-14", second.stdout)

    with (folder / "tests/mutants/faults/answers/answer.py").open("a", encoding="utf-8") as file:
        file.write("\n" + row)
    third = run(folder, *pytest_of(step(2, "Add a mutant")))
    assert third.returncode == 0, third.stdout[-3000:]
    assert re.search(r"\d+ passed", third.stdout)
