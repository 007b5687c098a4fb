"""Check every pinned version: is it vulnerable, was it yanked, does its licence bind users?

Run: .venv/bin/python tools/audit.py [FILE]; FILE defaults to constraints.txt. Exit code: 0 all checks ran and
found nothing, 1 with each finding, 2 no such file, 5 nothing was found but a check could not run. Each check
is first tried on a version with a known result: silence proves nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VULNERABLE = "jinja2==2.10"
WITHDRAWN = "requests==2.32.1"
FREE = re.compile(r"\b(MIT|0BSD|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Public Domain)\b")
"""Licences that put no obligations on users of the project."""


class NotAsked(Exception):
    """Raised if a check could not run; the message says why."""


def vulnerable(file: Path) -> list[str]:
    """Return each known vulnerability, from the first service that can be reached."""
    reasons: list[str] = []
    for service in ("pypi", "osv"):
        try:
            return advisories(service, file)
        except NotAsked as reason:
            reasons.append(f"{service} {reason}")
    raise NotAsked("; ".join(reasons))


def advisories(service: str, file: Path) -> list[str]:
    """Return the advisories of a service, after it has reported the known one of VULNERABLE."""
    if not about(VULNERABLE, lambda canary: audited(service, canary)):
        raise NotAsked(f"knows no vulnerability of {VULNERABLE}")
    return list(audited(service, file))


def audited(service: str, file: Path) -> Iterator[str]:
    """Yield what pip-audit reports from a service; raise NotAsked if it could not check a version."""
    done = python(
        *("-m", "pip_audit", "-s", service, "-r", str(file), "--no-deps", "--disable-pip"),
        *("-f", "json", "--progress-spinner", "off", "--timeout", "10"),
    )
    try:
        answers = json.loads(done.stdout)["dependencies"]
    except ValueError:
        raise NotAsked(f"did not answer ({last(done.stderr)})") from None
    for each in answers:
        if "skip_reason" in each:
            raise NotAsked(f"did not answer ({each['skip_reason']})")
    if len(answers) != len(pins(file)):
        raise NotAsked(f"answered for {len(answers)} of {len(pins(file))}")
    for each in answers:
        for advisory in each["vulns"]:
            fixed = " or ".join(advisory["fix_versions"]) or "no version"
            yield f"{each['name']} {each['version']}: {advisory['id']}, fixed in {fixed}"


def withdrawn(file: Path) -> list[str]:
    """Return each version that was yanked or is no longer in the index."""
    if not about(WITHDRAWN, yanked):
        raise NotAsked(f"the index does not say that {WITHDRAWN} is withdrawn")
    return list(yanked(file))


def yanked(file: Path) -> Iterator[str]:
    """Yield what pip reports about the versions in a file, without installing them."""
    done = python(
        *("-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--no-deps", "-r", str(file)),
    )
    told = r"a yanked version: '([^']+)' candidate \(version (\S+) [^\n]*\nReason for being yanked: ([^\n]*)"
    for name, version, reason in re.findall(told, done.stderr):
        yield f"{name} {version}: withdrawn by its authors: {reason.strip()}"
    if done.returncode:
        yield f"not to be had any more: {last(done.stderr)}"


def binding(file: Path) -> list[str]:
    """Return each licence, among the packages installed here, that is not known to leave users free."""
    found = 0
    findings: list[str] = []
    for line in pins(file):
        name, _, _ = line.partition("==")
        try:
            stated = licence(metadata(name))
        except PackageNotFoundError:
            continue
        found += 1
        if not all(FREE.search(part) for part in re.split(r"\bAND\b", stated)):
            findings.append(f"{name}: its licence is {stated or 'not stated'}")
    if not found:
        raise NotAsked("none of them is installed beside this Python")
    return findings


def licence(stated: Message) -> str:
    """Return a distribution's licence: its expression, classifiers or free text."""
    classifiers = [line for line in stated.get_all("Classifier") or [] if line.startswith("License ::")]
    words = (stated.get("License") or "").strip().partition("\n")[0]
    return stated.get("License-Expression") or " OR ".join(classifiers) or words


QUESTIONS: dict[str, Callable[[Path], list[str]]] = {
    "vulnerabilities": vulnerable,
    "withdrawn versions": withdrawn,
    "licences": binding,
}
"""The checks of the pinned versions, in order."""


def main() -> int:
    """Run each check, print its findings or why it could not run, and return the exit code."""
    file = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "constraints.txt"
    if not file.is_file():
        print(f"Error: {file}: no such file. Name one with lines NAME==VERSION.", file=sys.stderr)
        return 2
    code = 0
    for question, ask in QUESTIONS.items():
        try:
            findings = ask(file)
        except NotAsked as reason:
            code = code or 5
            print(f"{question}: NOT ASKED: {reason}", flush=True)
            continue
        code = 1 if findings else code
        print(f"{question}: {len(findings)} in {len(pins(file))} pinned versions", flush=True)
        for finding in findings:
            print(f"  {finding}", flush=True)
    return code


def pins(file: Path) -> list[str]:
    """Return the lines NAME==VERSION of a file."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if "==" in line]


def about(pin: str, ask: Callable[[Path], Iterator[str]]) -> list[str]:
    """Return the findings for a single version."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pin.txt"
        file.write_text(f"{pin}\n", encoding="utf-8")
        return list(ask(file))


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this environment's Python with these arguments."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def last(text: str) -> str:
    """Return the last non-empty line, shortened if it is long."""
    lines = [line for line in text.splitlines() if line.strip()]
    return textwrap.shorten(lines[-1], 120) if lines else "no word"


if __name__ == "__main__":
    sys.exit(main())
