"""The page for authors of clients tells the versions that are tested."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from .generators import CLIENTS, HERE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "clients.yaml"
PACKAGES = {"OpenAPI Generator": "openapi-generator-cli"}
"""The packages of generators that have another name."""


def test_page_tells_the_tested_versions() -> None:
    """Every generated client has a section with the pinned version, and no other has one."""
    pins = json.loads((HERE / "package.json").read_text())["devDependencies"]
    pins |= dict(re.findall(r"^([\w-]+)==(.+)$", (HERE / "requirements.txt").read_text(), re.MULTILINE))
    told = yaml.safe_load(PAGE.read_text(encoding="utf-8"))["generated"]

    assert told.keys() == CLIENTS.keys()
    for client in told.values():
        assert client["version"] == pins[PACKAGES.get(client["generator"], client["generator"])]
        for name, version in re.findall(r"(openapi-fetch) ([\d.]+)", client["language"]):
            assert pins[name] == version
