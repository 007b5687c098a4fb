"""Exit codes: one table for every command, as the page of the reference has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.cli import SUBCOMMANDS, main
from checkpoint_openapi.exit_codes import ExitCode
from click.testing import CliRunner
from conformance.runs import Broken, report, write_target
from mutants.service.server import Server, running

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "exit-codes.md"
CONTRACT = """\
openapi: 3.0.3
info: {title: T, version: 1.0.0, description: A contract., license: {name: MIT, url: "https://example.com"}}
servers: [{url: "https://example.com"}]
tags: [{name: a, description: All.}]
paths:
  /a:
    get:
      operationId: getA
      summary: Get it.
      description: Gets it.
      tags: [a]
      security: []
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: {type: string, pattern: "^PATTERN$"}
        "400": {description: No.}
"""
UNASKED = "--ignore connexion --ignore schemathesis --ignore example-missing --ignore pattern-divergent"
ROWS: list[tuple[str, ExitCode]] = [
    ("lint contract.yaml", ExitCode.FAILURE),
    ("lint", ExitCode.SUCCESS),
    ("lint missing.yaml", ExitCode.USAGE),
    (f"lint newer.yaml {UNASKED}", ExitCode.UNDECIDED),
    ("diff contract.yaml contract.yaml", ExitCode.SUCCESS),
    ("diff contract.yaml wider.yaml", ExitCode.FAILURE),
    ("diff wider.yaml contract.yaml", ExitCode.SUCCESS),
    ("diff format.yaml contract.yaml", ExitCode.UNDECIDED),
    ("diff format.yaml contract.yaml --fail-on breaking", ExitCode.SUCCESS),
    ("diff missing.yaml contract.yaml", ExitCode.USAGE),
    ("changelog contract.yaml wider.yaml", ExitCode.SUCCESS),
    ("changelog missing.yaml contract.yaml", ExitCode.USAGE),
    ("next-version contract.yaml wider.yaml", ExitCode.SUCCESS),
    ("next-version missing.yaml contract.yaml", ExitCode.USAGE),
    ("release missing", ExitCode.USAGE),
    ("docs contract.yaml --output page.html", ExitCode.SUCCESS),
    ("docs newer.yaml --output page.html", ExitCode.UNDECIDED),
    ("docs missing.yaml --output page.html", ExitCode.USAGE),
    ("list", ExitCode.SUCCESS),
    ("explain REQ-1", ExitCode.SUCCESS),
    ("explain nothing-of-the-kind", ExitCode.USAGE),
    ("target init new.toml", ExitCode.SUCCESS),
    ("target init target.toml", ExitCode.USAGE),
    ("target check missing.toml", ExitCode.USAGE),
    ("verify --target missing.toml", ExitCode.USAGE),
    ("replay good.json", ExitCode.SUCCESS),
    ("replay missing.json", ExitCode.USAGE),
    ("report show good.json", ExitCode.SUCCESS),
    ("report show missing.json", ExitCode.USAGE),
    ("report schema", ExitCode.SUCCESS),
    ("report diff bad.json good.json", ExitCode.SUCCESS),
    ("report diff good.json bad.json", ExitCode.FAILURE),
    ("report diff good.json missing.json", ExitCode.USAGE),
    ("report matrix bad.json good.json", ExitCode.SUCCESS),
    ("report matrix one.json good.json", ExitCode.USAGE),
    ("report merge good.json", ExitCode.USAGE),
    ("report merge one.json two.json", ExitCode.SUCCESS),
    ("report merge poor-one.json poor-two.json", ExitCode.PARTIAL),
    ("report merge poor-one.json poor-two.json --accept partial", ExitCode.SUCCESS),
    ("serve --seed missing.yaml --database new.sqlite3 --port 0", ExitCode.USAGE),
    ("admin --database missing.sqlite3 show", ExitCode.USAGE),
]
"""Command lines and how they end; tests of `verify`, `target check`, `replay` and `serve` have the others."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that the rows name."""
    folder = tmp_path_factory.mktemp("codes")
    for name, text in {
        "contract.yaml": CONTRACT.replace("PATTERN", "[ab]"),
        "wider.yaml": CONTRACT.replace("PATTERN", "[abc]"),
        "newer.yaml": CONTRACT.replace("PATTERN", "[ab]")
        .replace("3.0.3", "3.2.0")
        .replace("schema:", "itemEncoding: {contentType: text/plain}\n              schema:"),
        "format.yaml": CONTRACT.replace("PATTERN", "[ab]").replace("string,", "string, format: phone,"),
    }.items():
        (folder / name).write_text(text)
    for name, found in {
        "good": report(Server),
        "bad": report(Broken),
        "one": report(Server, "1/2"),
        "two": report(Server, "2/2"),
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(found))
    for name in ("one", "two"):
        (folder / f"poor-{name}.json").write_text(json.dumps(without_fixtures(report(Server, _SHARDS[name]))))
    with running(Server) as table:
        write_target(table, folder / "target.toml")
    return folder


_SHARDS = {"one": "1/2", "two": "2/2"}


def without_fixtures(found: dict[str, Any]) -> dict[str, Any]:
    """Return a shard's report as of a target that has no expired token."""
    found["header"]["target"]["fixtures"] = [
        name for name in found["header"]["target"]["fixtures"] if name != "expired_token"
    ]
    return found


@pytest.mark.parametrize(("line", "code"), ROWS)
def test_each_command_ends_as_the_table_says(
    line: str, code: ExitCode, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code other than 0 for wrong usage comes with one line on stderr."""
    monkeypatch.chdir(folder)
    (folder / "new.toml").unlink(missing_ok=True)
    result = CliRunner().invoke(main, line.split(), prog_name="checkpoint-contract")
    assert result.exit_code == code, result.output
    if code is ExitCode.USAGE:
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_an_unknown_option_is_usage_for_every_command(name: str) -> None:
    """No command has a code of its own for it."""
    assert CliRunner().invoke(main, [name, "--no-such-option"]).exit_code == ExitCode.USAGE


def test_the_page_has_the_codes_of_the_program() -> None:
    """Numbers and meanings are those of the enumeration, and the second table names every command."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (.*) \|$", page, re.MULTILINE)
    assert rows == [(str(code.value), code.meaning) for code in ExitCode]
    named = {words.split()[0] for words in re.findall(r"`([a-z-]+[^`]*)`", page.split("## From")[0])}
    assert named >= set(SUBCOMMANDS)


@pytest.mark.parametrize("name", ["verify", "replay", "lint", "diff", "release"])
def test_help_tells_the_codes(name: str) -> None:
    """What a pipeline has to know stands in the help, with no code that the table does not have."""
    text = " ".join(CliRunner().invoke(main, [name, "--help"]).stdout.split())
    told = re.search(r"Exit codes?: (.*?)\.", text)
    assert told
    assert {int(code) for code in re.findall(r"\b\d\b", told[1])} <= {code.value for code in ExitCode}
