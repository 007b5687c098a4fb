"""The release of the contract: all is checked and frozen, and half a release is refused by name."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoint_openapi.commands.release import release as command
from checkpoint_openapi.document.released import deviations
from click.testing import CliRunner, Result

from openapi.contracts import copied, replaced, state


def run(folder: Path, *options: str) -> Result:
    """Run the command on a folder."""
    return CliRunner().invoke(command, [str(folder), *options])


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a contract that was released as 3.0.0 and then changed by a wider request, as 3.1.0."""
    contract = copied(tmp_path_factory.mktemp("contract"))
    state(contract, "3.0.0")
    earlier = run(contract, "--write")
    assert earlier.exit_code == 0, earlier.output
    replaced(contract / "checkpoint.yaml", "maxItems: 64", "maxItems: 128")
    state(contract, "3.1.0")
    return contract


@pytest.fixture
def folder(changed: Path, tmp_path: Path) -> Path:
    """Give a copy of the changed contract that a test may spoil."""
    return Path(shutil.copytree(changed, tmp_path / "openapi"))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file under a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    """It shows the version, the files and the changelog, and leaves the folder as it was."""
    before = snapshot(folder)
    result = run(folder)
    assert result.exit_code == 0
    assert "3.0.0 → 3.1.0 (at least 3.1.0)" in result.stdout
    assert "request-item-count-widened" in result.stdout
    assert snapshot(folder) == before


def test_problems_that_are_fixed_alike_are_counted(folder: Path) -> None:
    """The first three are told, and `lint` lists all of them."""
    replaced(folder / "checkpoint.yaml", "[error_code, error_msg]", "[error_code, error_msg, request_id]")
    result = run(folder)
    assert result.exit_code == 1
    told = [line for line in result.stderr.splitlines() if line.startswith("example-invalid: ")]
    assert len(told) == 4
    assert f"more, which `checkpoint-contract lint {os.path.relpath(folder)}` lists" in told[-1]


def test_a_release_freezes_every_file_with_its_hash(folder: Path) -> None:
    """Documents, catalogues and errata are there, byte for byte, each with its SHA-256."""
    assert run(folder, "--write").exit_code == 0
    frozen = folder / "released" / "3.1.0"
    for name in ("checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml", "ERRATA.md"):
        assert (frozen / name).read_bytes() == (folder / name).read_bytes()
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert f"{digest}  {name}\n" in (frozen / "SHA256SUMS").read_text("utf-8")
    assert not deviations(frozen)


def test_the_changelog_has_the_newest_version_first(folder: Path) -> None:
    """Each release has one section, below the title and above the older ones."""
    assert run(folder, "--write").exit_code == 0
    text = (folder / "CHANGELOG.md").read_text("utf-8")
    assert text.startswith("# Changes to the contract\n\n## 3.1.0 (")
    assert text.index("## 3.1.0") < text.index("## 3.0.0")
    assert text.count("\n## ") == 2


def test_what_it_says_to_commit_leaves_a_clean_tree(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The printed commands, run as they are, commit every file that the release touched."""
    monkeypatch.chdir(folder.parent)
    for variable in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(variable, "designer@example.com")

    def git(line: str) -> str:
        done = subprocess.run(["bash", "-ec", line], check=True, capture_output=True, text=True)
        return done.stdout

    git("git init -q && git add --all && git commit -q -m before")
    written = run(Path("openapi"), "--write").stdout
    for line in (line for line in written.splitlines() if line.startswith("    git ")):
        git(line)
    assert not git("git status --porcelain")
    assert git("git log -1 --format=%s") == "Release contract 3.1.0\n"


def test_a_second_release_finds_nothing_to_do(folder: Path) -> None:
    """What was released is not released again, with or without a higher version."""
    assert run(folder, "--write").exit_code == 0
    again = run(folder, "--write")
    assert again.exit_code == 1
    assert "nothing-changed: nothing changed since release 3.1.0" in again.stderr
    assert "Not ready: 1 problem." in again.stderr


def test_the_gate_closes_against_the_next_break(folder: Path) -> None:
    """Once the wider request is released, taking it back is a break that only a major version allows."""
    assert run(folder, "--write").exit_code == 0
    replaced(folder / "checkpoint.yaml", "maxItems: 128", "maxItems: 64")
    state(folder, "3.2.0")
    refused = run(folder, "--write")
    assert refused.exit_code == 1
    assert (
        "version-too-low: version 3.2.0 is too low after 3.1.0; the change needs at least 4.0.0"
        in refused.stderr
    )
    state(folder, "4.0.0")
    assert run(folder, "--write").exit_code == 0


def _one_file_behind(folder: Path) -> None:
    replaced(folder / "errors.yaml", "contract: 3.1.0", "contract: 3.0.0")


def _version_forgotten(folder: Path) -> None:
    state(folder, "3.0.0")


def _too_low(folder: Path) -> None:
    state(folder, "3.0.1")


def _no_version(folder: Path) -> None:
    state(folder, "next")


def _interrupted(folder: Path) -> None:
    (folder / "released" / ".unfinished").mkdir()


def _changelog_written(folder: Path) -> None:
    (folder / "CHANGELOG.md").write_text("# Changes\n\n## 3.1.0\n\nSoon.\n", "utf-8")


def _catalogue_gone(folder: Path) -> None:
    (folder / "errors.yaml").unlink()


def _release_edited(folder: Path) -> None:
    replaced(folder / "released" / "1.0.0" / "errors.yaml", "contract: 1.0.0", "contract: 1.0.1")


def _hashes_gone(folder: Path) -> None:
    (folder / "released" / "3.0.0" / "SHA256SUMS").unlink()


def _unsound(folder: Path) -> None:
    replaced(folder / "checkpoint.yaml", "'#/components/responses/NotFound'", "'#/components/responses/Lost'")


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (_one_file_behind, "version-differs"),
        (_version_forgotten, "version-released"),
        (_too_low, "version-too-low"),
        (_no_version, "version-unreadable"),
        (_interrupted, "release-unfinished"),
        (_changelog_written, "changelog-ahead"),
        (_catalogue_gone, "file-missing"),
        (_release_edited, "release-changed"),
        (_hashes_gone, "release-changed"),
    ],
)
def test_half_a_release_is_refused_by_name(spoil: Callable[[Path], None], name: str, folder: Path) -> None:
    """Nothing is written, the problem has a name and a fix, and the next version is proposed."""
    spoil(folder)
    before = snapshot(folder)
    result = run(folder, "--write")
    assert result.exit_code == 1
    assert f"{name}: " in result.stderr
    assert "    fix: " in result.stderr
    assert "The next version after 3.0.0 is 3.1.0." in result.stderr
    assert snapshot(folder) == before


def test_a_document_that_cannot_be_compared_is_a_usage_error(folder: Path) -> None:
    """A reference that leads nowhere stops the command with one line and its place."""
    _unsound(folder)
    result = run(folder)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "checkpoint.yaml:" in result.stderr


def test_a_change_for_review_waits_for_a_person(folder: Path, tmp_path: Path) -> None:
    """An undecided change is refused with exit code 5, until its fingerprint is accepted."""
    replaced(folder / "checkpoint.yaml", "          default: false\n", "")
    state(folder, "4.0.0")
    result = run(folder, "--write")
    assert result.exit_code == 5
    assert "request-default-removed: " in result.stderr
    fingerprint = result.stderr.split("under fingerprint ")[1].split()[0]
    accepted = tmp_path / "accepted.yaml"
    entry = f"{{fingerprint: '{fingerprint}', reason: agreed, expires: 2999-01-01}}"
    accepted.write_text(f"acknowledgements: [{entry}]\n", "utf-8")
    assert run(folder, "--write", "--acknowledgements", str(accepted)).exit_code == 0


def test_a_folder_without_a_contract_is_a_usage_error(tmp_path: Path) -> None:
    """An empty folder has nothing to release, which is one line."""
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "holds no OpenAPI document" in result.stderr
