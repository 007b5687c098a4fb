"""Finds the version of a contract that an argument names: a file, a commit, or the latest release."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.source import (
    AbsentError,
    DocumentError,
    Source,
    decoded,
    parse_with_positions,
)

__all__ = ["RELEASED", "Commit", "NoBaseError", "of_base", "open_documents"]

RELEASED = "released"
"""The argument that names the newest released contract."""
_ABSENT = re.compile(r"path '.*' (does not exist|exists on disk, but not) in '|invalid object name 'HEAD'\.$")
"""Git's message for a path that a commit does not have, and for HEAD before the first commit."""

_NO_COMMIT = re.compile(r"invalid object name '(?!HEAD'\.$)")
_FETCH = "Fetch it; a shallow clone, as CI makes them, has only the newest commit."


_OTHER_BASE = (
    "this is the base: to compare a version that fixes it, name the last sound one, as in `REV:PATH`"
)


class NoBaseError(AbsentError):
    """Raised if a commit does not have the document, so that there is nothing to compare with."""


class Commit:
    """Reads documents from a commit of the repository that contains the working directory."""

    def __init__(self, revision: str) -> None:
        self._revision = revision

    def read(self, file: str) -> Source:
        """Read one file; raises `DocumentError` if it is broken or not in the commit."""
        import subprocess

        name = f"{self._revision}:{file}"
        try:
            shown = subprocess.run(  # noqa: S603 - git is asked for a blob, by an argument list
                ["git", "show", "--end-of-options", name],  # noqa: S607 - the git of the user's path is meant
                capture_output=True, check=False, env=os.environ | {"LC_ALL": "C"},
            )  # fmt: skip
        except OSError as error:
            raise DocumentError(f"cannot be read from git: {error.strerror or error}", name) from error
        if shown.returncode != 0:
            why = shown.stderr.decode("utf-8", "replace").strip().splitlines() or ["git show failed"]
            kind = NoBaseError if _ABSENT.search(why[0]) else DocumentError
            hint = f" {_FETCH}" if _NO_COMMIT.search(why[0]) else ""
            raise kind(f"cannot be read from git: {why[0].removeprefix('fatal: ')}{hint}", name)
        return parse_with_positions(decoded(shown.stdout, name), name)

    def find(self, file: str) -> Source | None:
        """Read one file, or return None if the commit does not have it; raises like `read` otherwise."""
        try:
            return self.read(file)
        except NoBaseError:
            return None


@contextmanager
def of_base() -> Generator[None]:
    """Say of a document that is broken at some line that it is the base, and what to compare with instead."""
    try:
        yield
    except DocumentError as error:
        if error.line is None:
            raise  # no version of it was read at all
        raise DocumentError(f"{error.what}; {_OTHER_BASE}", error.file, error.line, error.column) from error


def open_documents(argument: str, *, beside: str = "checkpoint.yaml") -> Documents:
    """Return the contract that an argument names: `released`, a file, or `REV:path` in a commit.

    `beside` is the file whose release is wanted: of the releases beside it, or, without any, of those of this
    project's contract. Raises `DocumentError` if the contract cannot be read.
    """
    if argument == RELEASED and not Path(argument).is_file():
        return Documents(Files(), str(_newest(Path(beside))))
    revision, colon, path = argument.partition(":")
    if colon and len(revision) > 1 and not Path(argument).exists():
        return Documents(Commit(revision), posixpath.normpath(path) if not path.startswith("./") else path)
    return Documents(Files(), argument)


def _newest(beside: Path) -> Path:
    from checkpoint_openapi.document.released import releases
    from checkpoint_openapi.load import data_path

    versions = releases(beside.parent / RELEASED) or releases(data_path(RELEASED))
    if not versions:
        what = "holds no released contract to compare with: name a base"
        raise DocumentError(what, str(data_path(RELEASED)))
    return versions[-1] / (beside.name if (versions[-1] / beside.name).is_file() else "checkpoint.yaml")
