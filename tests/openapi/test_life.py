"""The life of a contract: changed, kept in step, judged for both sides, by evidence, released, guarded."""

from __future__ import annotations

import ast
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.reports.report import build_report
from checkpoint_conformance.run.record import Options, Recorded
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.in_process import InProcessTransport
from checkpoint_openapi.cli import main
from click.testing import CliRunner, Result
from implementations import with_starlette, with_werkzeug

from handlers import running
from openapi.contracts import copied, replaced, state

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.matrix

OURS = ("checkpoint_", "mutants", "implementations", "handlers", "conformance", "tests")
"""What the names of this project's modules begin with."""
SEAM = "checkpoint_conformance.transport.exchange"
REQUIREMENT = """  - id: RESP-99
    level: SHOULD
    text: 'Every resource has an `extra_info`.'
    clause: 'checkpoint.yaml#/components/schemas/Resource/properties/extra_info'
    basis: [A]
    profile: core
    needs: null
    status: active
    since: 9.1.0
    not_tested: null
"""


def command(*arguments: str) -> Result:
    """Run the program as a designer does."""
    return CliRunner().invoke(main, arguments, prog_name="checkpoint-contract")


def certified(target: Target, name: str, folder: Path, transport: InProcessTransport | None = None) -> Path:
    """Verify a server, which conforms, and return its report with everything that was recorded."""
    target = replace(target, profiles=frozenset(), implementation=replace(target.implementation, name=name))
    report = build_report(run(target, Options(max_examples=1, record=Recorded.ALL), transport=transport))
    assert report["verdict"] == "conformant", name
    file = folder / f"{name}.json"
    file.write_text(json.dumps(report), "utf-8")
    return file


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give the reports of three certified implementations, which share no code."""
    folder = tmp_path_factory.mktemp("evidence")
    found = [
        certified(Target.from_table(module.TARGET), name, folder, InProcessTransport(module.respond))
        for name, module in (("starlette", with_starlette), ("werkzeug", with_werkzeug))
    ]
    server = running.start(folder)
    try:
        table: dict[str, Any] = tomllib.loads((folder / "target.toml").read_text("utf-8"))
        found.append(certified(Target.from_table(table), "reference", folder))
    finally:
        assert server.stop() == 0
    return found


@pytest.mark.parametrize(
    ("module", "framework"), [(with_starlette, "starlette"), (with_werkzeug, "werkzeug")]
)
def test_an_implementation_shares_no_code(module: ModuleType, framework: str) -> None:
    """Of this project, it imports only what a request of the suite is."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {
        "." * node.level + (node.module or "") for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert any(name.partition(".")[0] == framework for name in named)
    assert {name for name in named if name.startswith((".", *OURS))} == {SEAM}


def test_a_contract_lives(tmp_path: Path, evidence: list[Path]) -> None:
    """A designer changes the contract, hears who has to act, releases it, and cannot take it back unseen."""
    folder = copied(tmp_path)
    document = folder / "checkpoint.yaml"
    state(folder, "9.0.0")
    assert command("release", str(folder), "--write").exit_code == 0

    # The change: more servers in a request, and more about each of them in the answer.
    replaced(document, "maxItems: 64", "maxItems: 128")
    replaced(document, "required: [id, type, name]", "required: [id, type, name, extra_info]")
    replaced(folder / "requirements.yaml", "requirements:\n", f"requirements:\n{REQUIREMENT}")

    # In step: a file that was forgotten is named.
    state(folder, "9.1.0")
    replaced(folder / "errors.yaml", "contract: 9.1.0", "contract: 9.0.0")
    lint = command("lint", str(folder), "--ignore", "connexion", "--ignore", "schemathesis")
    assert lint.exit_code == 1
    assert "errors.yaml" in lint.stdout
    assert "[version-differs]" in lint.stdout
    assert "version-differs: " in command("release", str(folder), "--write").stderr
    replaced(folder / "errors.yaml", "contract: 9.0.0", "contract: 9.1.0")

    # Both sides: clients lose nothing, implementers have to act, with the requirements that say so.
    assert command("diff", str(document)).exit_code == 0
    found = command("diff", str(document), "--for", "implementers", "--format", "json")
    assert found.exit_code == 1
    findings = {each["id"]: each for each in json.loads(found.stdout)["findings"] if each["breaks"]}
    assert findings.keys() == {
        "request-item-count-widened",
        "response-member-became-required",
        "requirement-added",
    }
    assert "REQ-17" in findings["request-item-count-widened"]["requirements"]
    assert findings["response-member-became-required"]["requirements"][-1] == "RESP-99"

    # Evidence: what three servers answered, held against the new contract.
    options = [option for file in evidence for option in ("--evidence", str(file))]
    judged = json.loads(command("diff", str(document), "--format", "json", *options).stdout)
    names = {each["fingerprint"]: each["id"] for each in judged["findings"]}
    table = {
        implementation["implementation"].split()[0]: {
            names[change["fingerprint"]]: change["state"] for change in implementation["changes"]
        }
        for implementation in judged["implementations"]
    }
    assert {name: cells["response-member-became-required"] for name, cells in table.items()} == {
        "starlette": "red",
        "werkzeug": "green",
        "reference": "green",
    }
    assert {cells["request-item-count-widened"] for cells in table.values()} == {"red"}
    assert {cells["requirement-added"] for cells in table.values()} == {"unknown"}
    assert not any(implementation["unattributed"] for implementation in judged["implementations"])

    # Released by one command, and the gate is closed against the next break.
    assert command("release", str(folder)).exit_code == 0
    assert command("release", str(folder), "--write").exit_code == 0
    same = command("diff", str(document)).stdout
    assert same.endswith("the same contract as released/9.1.0/checkpoint.yaml\n")
    replaced(document, "maxItems: 128", "maxItems: 64")
    assert command("diff", str(document)).exit_code == 1
    assert command("release", str(folder), "--write").exit_code == 1
