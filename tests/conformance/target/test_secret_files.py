"""Values from files, as Docker and Kubernetes mount secrets: one line each, and never shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoint_conformance.commands.check_target import check_target
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_openapi.configuration.reference import MOST_BYTES
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.exit_codes import ExitCode
from hypothesis import given
from hypothesis import strategies as st

from conformance.target.test_target import refusal, table

TARGET = """\
url = "http://127.0.0.1:9"
project_id = "a"
token = {{ file = "{name}" }}
[policy]
id = "62171999-3df1-42f7-9513-6f9b1bea4744"
resources = ["one"]
"""
SECRET = "gAAAAAB-of-a-file"

UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (
        Path.exists,
        "in a readable file, but {path} cannot be read: no such file or directory.",
    ),
    "a folder": (Path.mkdir, "in a readable file, but {path} is not a regular file."),
    "a pipe": (os.mkfifo, "in a readable file, but {path} is not a regular file."),
    "empty": (Path.touch, "given, but {path} is empty."),
    "a blank line": (
        lambda path: path.write_text("\n"),
        "given, but {path} is empty.",
    ),
    "several lines": (
        lambda path: path.write_text(f"{SECRET}\n{SECRET}\n"),
        "one line, but {path} has several.",
    ),
    "no text": (
        lambda path: path.write_bytes(SECRET.encode() + b"\xff\n"),
        "in a file in UTF-8, but {path} is not; save it again.",
    ),
    "no token": (
        lambda path: path.write_text(f"{SECRET} \n"),
        'a token of printable ASCII, or {{ env = "NAME" }} or {{ file = "NAME" }}.',
    ),
    "large": (
        lambda path: path.write_text(SECRET * MOST_BYTES),
        "one line, but {path} has more than 64 KiB.",
    ),
}


@given(
    value=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    end=st.sampled_from(["", "\n", "\r\n"]),
)
def test_a_file_stands_for_its_line(tmp_path_factory: pytest.TempPathFactory, value: str, end: str) -> None:
    """Whatever the line is, and however it ends, the value is the line alone."""
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "token.txt").write_bytes(f"{value}{end}".encode())
    target = Target.from_table(table(token={"file": "token.txt"}), folder=folder)
    assert target.token == value


def test_every_secret_may_come_from_a_file_beside_the_target_file(tmp_path: Path) -> None:
    """Tokens, header values, a proxy with its password and the passphrase of a key are all read alike."""
    held = {
        "own": "token-of-its-own",
        "old": "token-of-before",
        "theirs": "token-of-others",
        "key": "key-of-the-gateway",
        "proxy": "http://user:word-of-proxy@proxy.example.com:3128",
        "pass": "a phrase for the key",
    }
    for name, value in held.items():
        (tmp_path / name).write_text(value + "\n", encoding="utf-8")
    content = table(
        **{
            "token": {"file": "own"},
            "fixtures.expired_token": {"file": "old"},
            "fixtures.second_project.token": {"file": str(tmp_path / "theirs")},
            "headers.X-Api-Key": {"file": "key"},
            "proxy": {"file": "proxy"},
            "tls.client_certificate": "client.pem",
            "tls.client_key_passphrase": {"file": "pass"},
        }
    )
    target = Target.from_table(content, folder=tmp_path)
    assert target.second_project is not None
    assert [target.token, target.expired_token, target.second_project.token] == [
        held[name] for name in ("own", "old", "theirs")
    ]
    assert target.headers == (("X-Api-Key", held["key"]),)
    assert (target.proxy, target.tls.client_key_passphrase) == (held["proxy"], held["pass"])
    told = Secrets(target).redact(" ".join(held.values()))
    for secret in (*held.values(), "word-of-proxy"):
        assert secret not in told


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_holds_no_value_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """`verify` and `target check` end with 2 and one line: which file, what is wrong, and what to do."""
    make, said = UNUSABLE[kind]
    make(path := tmp_path / "secret")
    file = tmp_path / "target.toml"
    file.write_text(TARGET.format(name="secret"), encoding="utf-8")
    settings = Settings(target_file=file, folder=tmp_path / "report", quiet=True)
    for command in (lambda: verify_target(settings), lambda: check_target(file, as_json=False)):
        assert command() is ExitCode.USAGE
        (line,) = capsys.readouterr().err.splitlines()
        assert line == f"Error: {file}: token must be {said.format(path=path)}"
        assert SECRET not in line


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the reason of the system."""
    (tmp_path / "secret").touch(mode=0)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(DocumentError, match=r"token must be in a readable file, .*: permission denied\.$"):
        Target.from_table(table(token={"file": "secret"}), folder=tmp_path)


@pytest.mark.parametrize("value", [{"file": 1}, {"file": ""}, {"file": "a\0b"}, {"file": "a", "env": "B"}])
def test_a_reference_names_one_file(value: object) -> None:
    """Anything else in place of the name is refused, as is a second source."""
    assert "token must be " in refusal(table(token=value))
