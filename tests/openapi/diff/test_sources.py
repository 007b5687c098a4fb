"""Where contracts come from: files that refer to files, commits, and what was released."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.commands.diff import diff
from checkpoint_openapi.diff.report import report
from checkpoint_openapi.diff.sources import open_documents
from checkpoint_openapi.diff.writers import FORMATS
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files, Text
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.load import data_path
from click.testing import CliRunner

ROOT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Split", "version": "1.0.0"},
    "paths": {"/a": {"$ref": "paths/a.json"}},
}
PATH: dict[str, Any] = {
    "post": {
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "../schemas.json#/Thing"}}}},
        "responses": {"200": {"description": "done"}},
    }
}


def split(length: int) -> dict[str, str]:
    """Return a contract in three files."""
    schemas = {
        "Thing": {"type": "object", "properties": {"name": {"$ref": "#/Name"}}},
        "Name": {"type": "string", "maxLength": length},
    }
    return {
        "root.json": json.dumps(ROOT),
        "paths/a.json": json.dumps(PATH),
        "schemas.json": json.dumps(schemas, indent=1),
    }


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder and return the root."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "root.json"


def test_a_change_in_another_file_is_told_at_its_line(tmp_path: Path) -> None:
    """References to files are followed, and a finding stands in the file that changed."""
    old = written(tmp_path / "old", split(9))
    new = written(tmp_path / "new", split(5))
    found = report(Documents(Files(), str(old)), Documents(Files(), str(new)))
    (finding,) = [finding for finding in found.findings if finding.id == "request-length-narrowed"]
    assert finding.position.file == str(tmp_path / "new" / "schemas.json")
    assert split(5)["schemas.json"].splitlines()[finding.position.line - 1].strip().startswith('"maxLength"')
    assert finding.label == "schemas.json#/Name/maxLength"


def test_one_file_or_several_is_the_same_contract() -> None:
    """Bundling a contract is no change."""
    whole = {
        **ROOT,
        "paths": {"/a": json.loads(json.dumps(PATH).replace("../schemas.json#/", "#/components/schemas/"))},
    }
    schemas = json.loads(split(9)["schemas.json"].replace("#/Name", "#/components/schemas/Name"))
    whole["components"] = {"schemas": schemas}
    one, several = Documents(Text({"w": json.dumps(whole)}), "w"), Documents(Text(split(9)), "root.json")
    assert not report(one, several).open_ids()
    assert not report(several, one).open_ids()


def test_a_missing_file_is_told_where_it_is_named(tmp_path: Path) -> None:
    """The line is that of the reference."""
    files = split(9)
    del files["schemas.json"]
    root = written(tmp_path, files)
    with pytest.raises(DocumentError, match=r"paths/a\.json:1:\d+: refers to .*schemas\.json"):
        report(Documents(Files(), str(root)), Documents(Files(), str(root)))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository with a contract in a commit and a later one in the working directory."""
    git = shutil.which("git")
    if git is None:
        pytest.fail("the gate reads contracts from git, which these tests need")
    root = written(tmp_path / "api", split(9))
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run([git, "-C", str(tmp_path), *arguments], check=True, capture_output=True)
    written(tmp_path / "api", split(5))
    monkeypatch.chdir(tmp_path)
    return root


def test_a_commit_is_compared_with_the_working_directory(repository: Path) -> None:
    """`REV:path` names a contract with all the files that it refers to."""
    result = CliRunner().invoke(diff, ["HEAD:api/root.json", "api/root.json"])
    assert result.exit_code == 1, result.output
    assert "`maxLength` 9 → 5" in result.output
    assert CliRunner().invoke(diff, ["HEAD:api/root.json", "HEAD:api/root.json"]).exit_code == 0
    assert repository.is_file()


def test_the_first_commit_of_a_contract_has_no_base(repository: Path) -> None:
    """A contract that the base does not have yet is new; another path that is not there is a mistake."""
    new = repository.with_name("new.json")
    new.write_text(repository.read_text("utf-8"), "utf-8")
    result = CliRunner().invoke(diff, ["HEAD:api/new.json", "api/new.json"])
    assert result.exit_code == 0
    assert "api/new.json: new: HEAD:api/new.json does not have it" in result.output
    assert CliRunner().invoke(diff, ["HEAD:api/nwe.json", "api/new.json"]).exit_code == 2


def test_a_repository_without_a_commit_has_no_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook runs before the first commit: everything is new, whatever the language of the user's git."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "de")
    subprocess.run(["git", "init", "-q"], check=True)
    new = written(tmp_path / "api", split(9))
    result = CliRunner().invoke(diff, ["HEAD:api/root.json", "api/root.json"])
    assert (new.name, result.exit_code) == ("root.json", 0)
    assert "api/root.json: new: HEAD:api/root.json does not have it" in result.output
    assert CliRunner().invoke(diff, ["HEAD~1:api/root.json", "api/root.json"]).exit_code == 2


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("ends", ["narrowed", "removed"])
def test_every_format_shows_a_change_since_a_commit(
    repository: Path, monkeypatch: pytest.MonkeyPatch, form: str, ends: str
) -> None:
    """Whether the revision has what changed or only the commit does, and on a terminal with its line."""
    if ends == "removed":
        repository.write_text(json.dumps({**ROOT, "paths": {}}), "utf-8")
    monkeypatch.setattr("checkpoint_openapi.terminal.streams.reader_width", lambda: 100)
    result = CliRunner().invoke(diff, ["HEAD:api/root.json", "api/root.json", "--format", form])
    assert (result.exit_code, result.stderr) == (1, "")


def test_the_base_is_named_as_it_was_given(repository: Path) -> None:
    """The verdict says which commit a contract was compared with."""
    assert repository.is_file()
    result = CliRunner().invoke(diff, ["HEAD:api/root.json", "api/root.json"])
    assert "api/root.json against HEAD:api/root.json: breaking" in result.output


@pytest.mark.parametrize(
    "argument", ["HEAD:api/no.json", "no-such-commit:api/root.json", "--output=x:api/root.json"]
)
def test_what_a_commit_does_not_have_gets_one_line(repository: Path, argument: str) -> None:
    """Git's own message is told, and an argument is never taken for an option of git."""
    assert repository.is_file()
    with pytest.raises(DocumentError, match="cannot be read from git") as raised:
        open_documents(argument)
    assert ("Fetch it" in str(raised.value)) == argument.startswith("no-such-commit")


def test_the_base_is_the_newest_released_contract() -> None:
    """Without a base, the release with the highest version is meant."""
    found = open_documents("released", beside="openapi/checkpoint.yaml")
    releases = sorted(
        (entry.name for entry in data_path("released").iterdir()), key=lambda name: name.split(".")
    )
    assert Path(found.root.file).parent.name in releases
    assert Path(found.root.file).name == "checkpoint.yaml"
    assert Path(open_documents("released", beside="companions.yaml").root.file).name == "companions.yaml"
