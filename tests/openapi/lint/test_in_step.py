"""A contract as a folder: documents, catalogues and releases that fall out of step are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoint_openapi.commands.lint import lint as command
from checkpoint_openapi.document.folder import ContractFolder
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.lint import FOLDER_RULES, Finding, lint_folder
from click.testing import CliRunner

from openapi.contracts import copied, replaced

SKIPPED = ["--ignore", "connexion", "--ignore", "schemathesis"]


def found(folder: Path) -> list[Finding]:
    """Return the findings about a folder as a whole."""
    return list(lint_folder(ContractFolder(folder)).findings)


def test_the_contract_is_in_step(tmp_path: Path) -> None:
    """The contract of this project, as it stands, gives no finding."""
    assert not found(copied(tmp_path))


@pytest.mark.parametrize("name", ["checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml"])
def test_a_file_of_another_version_is_named(name: str, tmp_path: Path) -> None:
    """Whichever of the four files was forgotten, it is the one that the finding is about."""
    folder = copied(tmp_path)
    key = "version" if name.startswith("c") else "contract"
    text = (folder / name).read_text("utf-8")
    line = next(line for line in text.splitlines() if line.strip().startswith(f"{key}: "))
    replaced(folder / name, f"{line}\n", f"{line.partition(': ')[0]}: 9.9.9\n")
    (finding,) = found(folder)
    assert finding.rule == "version-differs"
    assert finding.position.file == str(folder / name)
    assert "has version 9.9.9" in finding.what


_MEMBER = """        auto_trigger:
          description: |
            Whether"""
_STATUS = """        '401':
          $ref: '#/components/responses/Unauthorized'"""


_PARTS = {
    "member `label`": (
        _MEMBER,
        f"        label:\n          description: A name.\n          type: string\n{_MEMBER}",
    ),
    "status 418 of `createCheckpoint`": (
        _STATUS,
        f"        '418':\n          description: A teapot.\n{_STATUS}",
    ),
    "parameter `dry_run`": (
        "      operationId: createCheckpoint\n",
        "      operationId: createCheckpoint\n      parameters: [{name: dry_run, in: query, schema: {}}]\n",
    ),
    "operation `readAll`": (
        "    post:\n",
        "    get:\n      operationId: readAll\n      responses: {}\n    post:\n",
    ),
}


@pytest.mark.parametrize("what", _PARTS)
def test_what_no_requirement_is_about_is_named(what: str, tmp_path: Path) -> None:
    """A new part of the document without a requirement, a condition or a reason is told with its line."""
    folder = copied(tmp_path)
    replaced(folder / "checkpoint.yaml", *_PARTS[what])
    (finding,) = found(folder)
    assert finding.rule == "requirement-missing"
    assert what in finding.what
    assert finding.position.line > 1


def test_a_reason_in_the_document_excuses_a_part(tmp_path: Path) -> None:
    """The reason stands where a reader of the document finds it, and an empty one excuses nothing."""
    folder = copied(tmp_path)
    excused = "        label:\n          x-no-requirement: {}\n          type: string\n"
    replaced(folder / "checkpoint.yaml", _MEMBER, excused.format("For people.") + _MEMBER)
    assert not found(folder)
    replaced(folder / "checkpoint.yaml", "For people.", "''")
    assert [finding.rule for finding in found(folder)] == ["requirement-missing"]


def test_a_requirement_that_is_withdrawn_covers_nothing(tmp_path: Path) -> None:
    """What only a withdrawn requirement was about is without one."""
    folder = copied(tmp_path)
    text = (folder / "requirements.yaml").read_text("utf-8")
    before, entry = text.split("  - id: RESP-5\n", 1)
    (folder / "requirements.yaml").write_text(
        f"{before}  - id: RESP-5\n{entry.replace('status: active', 'status: withdrawn', 1)}", "utf-8"
    )
    assert "the member `project_id`" in " ".join(finding.what for finding in found(folder))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("            policy-not-found:\n", "            policy-lost:\n", "belongs to no error condition"),
        ("    error_code: CSBS.3000\n", "    error_code: CSBS.3001\n", "has the code CSBS.3001"),
    ],
    ids=["name", "code"],
)  # fmt: skip
def test_an_example_of_an_error_belongs_to_a_condition(old: str, new: str, what: str, tmp_path: Path) -> None:
    """Its name is the id of a condition in the error catalogue, and its code is the condition's."""
    folder = copied(tmp_path)
    replaced(folder / "checkpoint.yaml", old, new)
    (finding,) = found(folder)
    assert finding.rule == "example-unknown"
    assert what in finding.what


def _changed(release: Path) -> Path:
    replaced(release / "checkpoint.yaml", "openapi:", "# later\nopenapi:")
    return release / "checkpoint.yaml"


def _removed(release: Path) -> Path:
    (release / "errors.yaml").unlink()
    return release / "errors.yaml"


def _added(release: Path) -> Path:
    (release / "more.yaml").write_text("new: true\n", "utf-8")
    return release / "more.yaml"


def _without_sums(release: Path) -> Path:
    (release / "SHA256SUMS").unlink()
    return release


@pytest.mark.parametrize("change", [_changed, _removed, _added, _without_sums])
def test_a_release_stays_as_it_was_released(change: Callable[[Path], Path], tmp_path: Path) -> None:
    """A file that was changed, removed or added, and a release without hashes, are named."""
    folder = copied(tmp_path)
    place = change(folder / "released" / "1.0.0")
    (finding,) = found(folder)
    assert finding.rule == "release-changed"
    assert finding.position.file == str(place)


def test_every_release_is_checked(tmp_path: Path) -> None:
    """An old release counts as much as the newest."""
    folder = copied(tmp_path)
    (folder / "released" / "0.9.0").mkdir()
    assert [finding.position.file for finding in found(folder)] == [str(folder / "released" / "0.9.0")]


def test_broken_hashes_are_an_error_of_the_folder(tmp_path: Path) -> None:
    """A line that is no hash says nothing about a file, so the release cannot be judged."""
    folder = copied(tmp_path)
    (folder / "released" / "1.0.0" / "SHA256SUMS").write_text("nonsense\n", "utf-8")
    with pytest.raises(DocumentError, match="SHA256SUMS:1: line 1 is not a hash"):
        found(folder)


def test_the_command_takes_a_folder(tmp_path: Path) -> None:
    """It lints each document and the folder, and a rule about the folder can be ignored like any other."""
    folder = copied(tmp_path)
    assert CliRunner().invoke(command, [str(folder), *SKIPPED]).exit_code == 0
    replaced(folder / "errors.yaml", "contract: ", "contract: 9")
    result = CliRunner().invoke(command, [str(folder), *SKIPPED])
    assert result.exit_code == 1
    assert "[version-differs]" in result.stdout
    ignored = CliRunner().invoke(command, [str(folder), *SKIPPED, "--ignore", "version-differs"])
    assert ignored.exit_code == 0


def test_a_folder_without_a_document_is_refused(tmp_path: Path) -> None:
    """An empty folder has nothing to lint, which is said instead of passed."""
    result = CliRunner().invoke(command, [str(tmp_path)])
    assert result.exit_code == 2
    assert "holds no OpenAPI document" in result.stderr


def test_the_rules_about_a_folder_are_listed() -> None:
    """They stand among the rules of the command, with an id in the same form."""
    listed = CliRunner().invoke(command, ["--rules"]).stdout
    assert all(f"{rule.id} " in listed for rule in FOLDER_RULES)
