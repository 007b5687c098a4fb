"""The state of a live preview: the current document, and its last readable version."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from checkpoint_openapi.diff.report import Report, report
from checkpoint_openapi.diff.sources import RELEASED, open_documents
from checkpoint_openapi.docs.content.contract import Content, companions_of, read_content
from checkpoint_openapi.docs.content.files import FileState, SeenFiles, file_state
from checkpoint_openapi.docs.content.listing import anchor
from checkpoint_openapi.docs.mock.server import Mock
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.lint.engine import lint_documents
from checkpoint_openapi.lint.finding import Finding
from checkpoint_openapi.lint.table import RULES

__all__ = ["Build", "Fault", "Preview", "Problem"]

_SLOW = tuple(rule.id for rule in RULES if rule.loads)
_HOLDS_BACK = {"specification", "ref-dangling", "pattern-refused"}
"""The rules whose findings make a document unusable for display and for the mock."""
_SHOWN = 4
"""The number of faults shown at once for an unusable document."""
_AROUND = 2
"""The number of lines shown before and after a faulty one."""
_INTERVAL = 0.03
"""Seconds between two checks of the files; a change counts once two checks in a row agree."""


class ExcerptLine(NamedTuple):
    """A line of the broken file."""

    number: int
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the document, as shown on the page."""

    place: str
    """File, line and column."""
    what: str
    fix: str = ""
    rule: str = ""
    anchor: str = ""
    excerpt: tuple[ExcerptLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the latest version of the document is not shown."""

    title: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Build:
    """What the page shows after one check of the files."""

    number: int
    time: str
    content: Content | None = None
    """The latest readable version, or None if there was none yet."""
    mock: Mock | None = None
    """Answers according to that version."""
    problem: Problem | None = None
    findings: tuple[Fault, ...] = ()
    diff: Report | None = None
    diff_fault: str = ""

    @property
    def state(self) -> str:
        """How the document is: `bad` if it cannot be used, `warn` if the lint finds anything, else `good`."""
        return "bad" if self.problem else "warn" if self.findings else "good"


class _NotFitError(Exception):
    """Raised for a document that can be read but not used; the findings say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


class Preview:
    """Follows one document; `current` is always complete, and never replaced by an older state."""

    def __init__(self, path: Path, base: str = RELEASED) -> None:
        self._path = path
        self._reader = SeenFiles()
        self._base = base
        self._changed = threading.Condition()
        self.closed = threading.Event()
        self._watched: frozenset[Path] = frozenset({path})
        self._seen = self._look()
        self.current = self._next(Build(0, ""))

    def wait(self, number: int, timeout: float) -> bool:
        """Wait up to `timeout` seconds for a build other than `number`; return whether there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self.current.number != number or self.closed.is_set(), timeout)
        return self.current.number != number

    def close(self) -> None:
        """Stop watching and end all waiting."""
        self.closed.set()
        with self._changed:
            self._changed.notify_all()

    def watch(self, told: Callable[[Build], None]) -> None:
        """Rebuild after each change to a file until the preview is closed, and report each build."""
        before = self._seen
        while not self.closed.wait(_INTERVAL):
            now = self._look()
            if now == before and now != self._seen:
                self._seen = now
                build = self._next(self.current)
                with self._changed:
                    self.current = build
                    self._changed.notify_all()
                told(build)
                before = self._seen
            else:
                before = now

    def _look(self) -> dict[Path, FileState | None]:
        """Return the states of the watched files."""
        return {path: file_state(path) for path in self._watched}

    def _next(self, last: Build) -> Build:
        """Return the next build, which keeps the last content if the document cannot be used."""
        now = datetime.datetime.now().astimezone().strftime("%H:%M:%S")
        build = replace(last, number=last.number + 1, time=now, problem=None)
        try:
            return self._fresh(build)
        except DocumentError as error:
            return replace(
                build, problem=Problem("The document cannot be read", (_of_error(error),)), findings=()
            )
        except _NotFitError as error:
            # An error deep inside is often reported again, vaguely, for the whole document.
            deepest = sorted(error.findings, key=lambda finding: -finding.pointer.count("/"))[:_SHOWN]
            faults = tuple(_of_finding(finding, excerpt=True) for finding in deepest)
            return replace(build, problem=Problem("The document is not valid OpenAPI", faults), findings=())

    def _fresh(self, build: Build) -> Build:
        documents = Documents(self._reader, str(self._path))
        found = lint_documents(documents, ignored=_SLOW).findings
        unfit = [finding for finding in found if finding.rule in _HOLDS_BACK]
        if unfit:
            raise _NotFitError(unfit)
        content = read_content(self._path, self._reader)
        mock = Mock(documents, companions_of(self._path, self._reader))
        if content.files - self._watched:
            self._watched |= content.files
            # Files that were already watched keep the state that they had before they were read.
            self._seen = {**self._look(), **self._seen}
        diff, diff_fault = self._compared()
        return replace(
            build,
            content=content,
            mock=mock,
            findings=tuple(_of_finding(finding) for finding in found),
            diff=diff,
            diff_fault=diff_fault,
        )

    def _compared(self) -> tuple[Report | None, str]:
        """Return the comparison with the base, or why there is none."""
        # Both versions are opened in the same way: files that only lint reads are no part of a comparison.
        revision = Documents(self._reader, str(self._path))
        try:
            return report(open_documents(self._base, beside=str(self._path)), revision), ""
        except DocumentError as error:
            return None, str(error)


def _of_error(error: DocumentError) -> Fault:
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    return Fault(place, error.what, excerpt=_excerpt(error.file, error.line))


def _of_finding(finding: Finding, *, excerpt: bool = False) -> Fault:
    file, line, _ = finding.position
    lines = _excerpt(file, line) if excerpt else ()
    return Fault(
        str(finding.position), finding.what, finding.fix, finding.rule, anchor(Path(file).name, line), lines
    )


def _excerpt(file: str, line: int | None) -> tuple[ExcerptLine, ...]:
    """Return the lines around one line of a file, or none if the file is gone."""
    if line is None:
        return ()
    try:
        lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        # The file disappeared between two checks; the next build reports that.
        return ()
    first = max(1, line - _AROUND)
    chosen = lines[first - 1 : line + _AROUND]
    return tuple(ExcerptLine(number, text, number == line) for number, text in enumerate(chosen, first))
