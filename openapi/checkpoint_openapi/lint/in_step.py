"""Checks of a contract's folder as a whole: its documents, its catalogues and its releases agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.folder import ContractFolder
from checkpoint_openapi.document.pointer import last
from checkpoint_openapi.document.released import SUMS, deviations, releases
from checkpoint_openapi.document.source import Position
from checkpoint_openapi.document.structure.objects import Node, walk
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.engine import Report
from checkpoint_openapi.lint.finding import Fault, Finding, Severity

__all__ = ["FOLDER_RULES", "FolderRule", "lint_folder"]

_EXCUSE = "x-no-requirement"
"""The member that says why nothing more is required of a place and everything in it."""
_IDENTIFIER = re.compile(r"[A-Z]+-[0-9]+")


def lint_folder(
    folder: ContractFolder, *, ignored: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> Report:
    """Apply the rules about a contract as a whole, except ignored ones, to a folder; with `only`, no others.

    Raises `DocumentError` if the hashes of a release cannot be read.
    """
    rules = [rule for rule in FOLDER_RULES if rule.id not in ignored and (not only or rule.id in only)]
    found = [
        Finding.of(rule.id, rule.severity, fault, fault.position)
        for rule in rules
        for fault in rule.check(folder)
        if fault.position is not None
    ]
    ordered = tuple(sorted(found, key=lambda each: (each.position, each.rule)))
    return Report(str(folder.path), ordered, {}, applied=frozenset(rule.id for rule in rules))


def _versions_differ(folder: ContractFolder) -> Iterator[Fault]:
    """Find files that state another version than most of the folder."""
    stated = folder.versions()
    if len(set(stated.values())) < 2:
        return
    common = Counter(stated.values()).most_common(1)[0][0]
    for name, version in stated.items():
        if version != common:
            others = ", ".join(other for other, each in stated.items() if each == common)
            yield Fault(
                "/contract" if name in folder.catalogues else "/info/version",
                f"has version {version or 'none'}, not {common or 'none'} like {others}",
                "state the same version in every file of the contract",
                folder.version_position(name),
            )


def _unnamed(folder: ContractFolder) -> Iterator[Fault]:
    """Find operations, statuses, parameters and members that no requirement and no condition is about."""
    if not folder.requirements:
        return
    for name, documents in folder.documents.items():
        yield from _Naming(folder, name, documents).faults()


class _Naming:
    """What the catalogues say about one document."""

    def __init__(self, folder: ContractFolder, name: str, documents: Documents) -> None:
        clauses = [str(entry.get("clause", "")).partition("#") for entry in folder.requirements]
        self._clauses = {pointer for file, _, pointer in clauses if file == name}
        self._ids = {str(entry.get("id")) for entry in folder.requirements}
        self._conditions = folder.conditions
        self._documents = documents
        self._source = documents.source(documents.root.file)
        self._nodes = {node.pointer: node for node in walk(self._source.document)}

    def faults(self) -> Iterator[Fault]:
        """Find what no requirement or condition is about."""
        for node in self._nodes.values():
            if node.kind == "operation":
                yield from self._operation(node)
            elif self._is_declared(node) and not self._is_named(node):
                yield self._fault(node.pointer, f"the {self._noun(node)} is")

    def _operation(self, node: Node) -> Iterator[Fault]:
        name = str(node.value.get("operationId"))
        if not (self._holds(node.pointer) or any(name in _operations(each) for each in self._conditions)):
            yield self._fault(node.pointer, f"the operation `{name}` is")
        place = f"{node.pointer}/responses"
        for status in members(node.value.get("responses")):
            response = f"{place}/{status}"
            target = self._documents.follow(self._documents.place(f"#{response}")).pointer
            known = (
                (status[:1] == "2" and node.pointer in self._clauses)
                or self._holds(response)
                or self._holds(target)
                or self._texts_name(self._nodes.get(target))
                or any(
                    str(each.get("status")) == status and name in (_operations(each) or [name])
                    for each in self._conditions
                )
            )
            if not known:
                yield self._fault(response, f"the status {status} of `{name}` is")

    def _is_declared(self, node: Node) -> bool:
        """Return whether a node declares a parameter or a member."""
        if node.kind == "parameter":
            return node.reference is None
        return node.kind == "schema" and node.pointer.rsplit("/", 2)[-2] == "properties"

    def _is_named(self, node: Node) -> bool:
        """Return whether a clause or a text is about a place, or the document says why there is none."""
        if self._holds(node.pointer) or self._texts_name(node) or self._is_excused(node.pointer):
            return True
        if node.reference is None:
            return False
        # A member that only refers to a schema has no text of its own.
        target = self._documents.follow(self._documents.place(f"#{node.pointer}")).pointer
        return self._holds(target) or self._texts_name(self._nodes.get(target))

    def _is_excused(self, place: str) -> bool:
        while place:
            node = self._nodes.get(place)
            if node is not None and node.value.get(_EXCUSE):
                return True
            place = place.rpartition("/")[0]
        return False

    def _holds(self, place: str) -> bool:
        return any(clause == place or clause.startswith(f"{place}/") for clause in self._clauses)

    def _texts_name(self, node: Node | None) -> bool:
        texts = [node.value.get(member) for member in ("description", "summary")] if node is not None else []
        return any(
            not self._ids.isdisjoint(_IDENTIFIER.findall(text)) for text in texts if isinstance(text, str)
        )

    def _noun(self, node: Node) -> str:
        if node.kind == "parameter":
            return f"parameter `{node.value.get('name')}`"
        return f"member `{last(node.pointer)}`"

    def _fault(self, pointer: str, subject: str) -> Fault:
        return Fault(
            pointer,
            f"{subject} in no clause of a requirement, and in no error condition",
            f"add a requirement, name its id in the description, or say why there is none in `{_EXCUSE}`",
            self._source.position(pointer),
        )


def _operations(condition: dict[str, Any]) -> list[str]:
    return [str(name) for name in items(condition.get("operations"))]


def _examples_belong(folder: ContractFolder) -> Iterator[Fault]:
    """Find error examples named after no condition in the error catalogue, or after the wrong one."""
    conditions = {str(entry.get("id")): entry for entry in folder.conditions}
    if not conditions:
        return
    for documents in folder.documents.values():
        source = documents.source(documents.root.file)
        for node in walk(source.document):
            if node.kind != "example" or "/responses/" not in node.pointer:
                continue
            value = members(members(node.value).get("value"))
            if "error_code" not in value:
                continue
            name = last(node.pointer)
            condition = conditions.get(name)
            if condition is None:
                what, fix = (
                    f"the example `{name}` belongs to no error condition",
                    "name it after its condition",
                )
            elif str(condition.get("code")) != str(value["error_code"]):
                codes = f"{value['error_code']}, its condition {condition.get('code')}"
                what, fix = f"the example `{name}` has the code {codes}", "give both the same code"
            else:
                continue
            yield Fault(node.pointer, what, fix, source.position(node.pointer))


def _releases_changed(folder: ContractFolder) -> Iterator[Fault]:
    """Find releases that are not as they were released."""
    for release in releases(folder.path / "released"):
        for file, line, what in deviations(release):
            yield Fault(
                "",
                what,
                f"restore it from version control; a release never changes ({SUMS} holds its hashes)",
                Position(str(file), line, 1),
            )


class FolderRule(NamedTuple):
    """One rule about a contract as a whole."""

    id: str
    severity: Severity
    about: str
    """What the rule finds; it follows "finds"."""
    check: Callable[[ContractFolder], Iterator[Fault]]


FOLDER_RULES = (
    FolderRule(
        "version-differs",
        Severity.ERROR,
        "files of one contract that state different versions",
        _versions_differ,
    ),
    FolderRule(
        "requirement-missing",
        Severity.WARNING,
        "operations, statuses, parameters and members without a requirement",
        _unnamed,
    ),
    FolderRule(
        "example-unknown",
        Severity.ERROR,
        "examples of errors that belong to no error condition",
        _examples_belong,
    ),
    FolderRule(
        "release-changed", Severity.ERROR, "releases that were changed after their release", _releases_changed
    ),
)
"""Every rule about a folder, in the order of execution."""
