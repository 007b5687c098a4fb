"""The page for client authors states the versions that are tested."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from checkpoint_openapi.diff.findings.rules import RULES, Severity

from .generators import CLIENTS, HERE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "clients.yaml"
PACKAGES = {"OpenAPI Generator": "openapi-generator-cli"}
"""The packages of generators whose names differ from their packages' names."""


def test_page_tells_the_tested_versions() -> None:
    """Every generated client has a section with the pinned version, and no other client does."""
    pins = json.loads((HERE / "package.json").read_text())["devDependencies"]
    pins |= dict(re.findall(r"^([\w-]+)==(.+)$", (HERE / "requirements.txt").read_text(), re.MULTILINE))
    told = yaml.safe_load(PAGE.read_text(encoding="utf-8"))["generated"]

    assert told.keys() == CLIENTS.keys()
    for client in told.values():
        assert client["version"] == pins[PACKAGES.get(client["generator"], client["generator"])]
        for name, version in re.findall(r"([\w@/-]+) ([\d.]+)$", client["language"]):
            assert pins[name] == version


def test_page_tells_of_changes_that_do_not_break() -> None:
    """What a client that is generated anew makes of a change is told of changes that the gate lets pass."""
    rules = {each["rule"] for each in yaml.safe_load(PAGE.read_text(encoding="utf-8"))["changes"]} - {None}

    assert rules
    assert all(RULES[rule].severity is RULES[rule].implementers is Severity.INFO for rule in rules)
