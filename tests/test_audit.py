"""The audit of the pinned versions, asked of stand-ins that answer as pip, pip-audit and the services do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PINS = "alpha==1.0\nbeta==2.0\n"
READ = """
import sys
from pathlib import Path
lines = Path(sys.argv[sys.argv.index("-r") + 1]).read_text().splitlines()
pins = [line for line in lines if "==" in line]
service = sys.argv[sys.argv.index("-s") + 1] if "-s" in sys.argv else None
"""
AUDIT = """
import json
def of(pin):
    name, _, version = pin.partition("==")
    ids = [{{"id": "X-1", "fix_versions": ["9.9"]}}] if pin in {vulnerable} else []
    return {{"name": name, "version": version, "vulns": ids}}
print(json.dumps({{"dependencies": [of(pin) for pin in pins]}}))
sys.exit(1)
"""
ASLEEP = """
import json
print(json.dumps({"dependencies": [{"name": pin, "skip_reason": "not found"} for pin in pins]}))
"""
DROWSY = """
import json
print(json.dumps({"dependencies": [{"name": "alpha", "version": "1.0", "vulns": []}]}))
"""
ONLY_OSV = "if service == 'pypi': sys.exit('no route')"
PIP = """
for pin in pins:
    name, _, version = pin.partition("==")
    if pin in {yanked}:
        print(f"WARNING: The candidate selected for download or install is a yanked version: '{{name}}' "
              f"candidate (version {{version}} at a place)", file=sys.stderr)
        print("Reason for being yanked: broken", file=sys.stderr)
sys.exit({code!r})
"""
METADATA = "Metadata-Version: 2.4\nName: {name}\nVersion: 1\n{licence}\n"
CANARIES = ("jinja2==2.10", "requests==2.32.1")


class World(NamedTuple):
    """What the stand-ins answer, by default that nothing is wrong."""

    audit: str = AUDIT.format(vulnerable=CANARIES)
    pip: str = PIP.format(yanked=CANARIES, code=0)
    alpha: str = "License-Expression: MPL-2.0 AND (Apache-2.0 OR MIT)"
    beta: str = "Classifier: License :: OSI Approved :: BSD License"


def audit(folder: Path, world: World) -> subprocess.CompletedProcess[str]:
    """Audit two pins in a world of stand-ins."""
    file = folder / "pins.txt"
    file.write_text(f"# exact versions\n{PINS}")
    (folder / "pip_audit.py").write_text(READ + world.audit)
    (folder / "pip.py").write_text(READ + world.pip)
    for name in ("alpha", "beta"):
        info = folder / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(METADATA.format(name=name, licence=getattr(world, name)))
    return run(str(file), PYTHONPATH=str(folder))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tool."""
    return subprocess.run(
        [sys.executable, "tools/audit.py", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("audited", [World().audit, ONLY_OSV + World().audit], ids=["first", "second"])
def test_nothing_found_is_said_of_each_question(tmp_path: Path, audited: str) -> None:
    """Where all can be asked and nothing is wrong the audit ends with 0, whichever service answers."""
    done = audit(tmp_path, World(audit=audited))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "vulnerabilities: 0 in 2 pinned versions",
        "withdrawn versions: 0 in 2 pinned versions",
        "licences: 0 in 2 pinned versions",
    ]


@pytest.mark.parametrize(
    ("world", "finding"),
    [
        (World(audit=AUDIT.format(vulnerable=[*CANARIES, "beta==2.0"])), "beta 2.0: X-1, fixed in 9.9"),
        (
            World(pip=PIP.format(yanked=[*CANARIES, "alpha==1.0"], code=0)),
            "alpha 1.0: withdrawn by its authors: broken",
        ),
        (
            World(alpha="License-Expression: MIT AND GPL-3.0-only"),
            "alpha: its licence is MIT AND GPL-3.0-only",
        ),
        (World(beta=""), "beta: its licence is not stated"),
    ],
    ids=["vulnerable", "withdrawn", "binding", "unlicensed"],
)
def test_finding_fails_the_audit(tmp_path: Path, world: World, finding: str) -> None:
    """One version that is vulnerable, withdrawn or not free ends the audit with 1, and is named."""
    done = audit(tmp_path, world)
    assert done.returncode == 1
    assert f"  {finding}\n" in done.stdout


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (
            World(audit="sys.exit('no route')"),
            "pypi did not answer (no route); osv did not",
        ),
        (World(audit=ASLEEP), "pypi did not answer (not found); osv did not"),
        (World(audit=DROWSY), "pypi knows no vulnerability of jinja2==2.10; osv knows no"),
        (World(pip=PIP.format(yanked=[], code=0)), "the index does not say that"),
    ],
    ids=["out of reach", "asleep", "ignorant", "index without withdrawals"],
)
def test_silence_is_not_taken_for_an_answer(tmp_path: Path, world: World, said: str) -> None:
    """A service that is out of reach, or knows nothing, makes the audit partial, and that is said."""
    done = audit(tmp_path, world)
    assert done.returncode == 5
    assert f": NOT ASKED: {said}" in done.stdout


def test_version_that_is_gone_fails_the_audit(tmp_path: Path) -> None:
    """What pip cannot get any more, from an index that answers, is a finding."""
    gone = "if 'alpha==1.0' in pins: sys.exit('ERROR: No matching distribution found for alpha==1.0')"
    done = audit(tmp_path, World(pip=World().pip.replace("sys.exit(0)", gone)))
    assert done.returncode == 1
    assert "  not to be had any more: ERROR: No matching distribution found for alpha==1.0\n" in done.stdout


def test_file_that_is_not_there_is_named() -> None:
    """A wrong name is usage: exit code 2 and one line."""
    done = run("nowhere.txt")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nowhere.txt: no such file" in done.stderr
