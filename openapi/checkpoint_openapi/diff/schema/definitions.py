"""The schemas that others refer to by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import AT
from checkpoint_openapi.diff.schema.nested import references
from checkpoint_openapi.document.pointer import unescaped

__all__ = ["Definitions"]

_Answer = TypeVar("_Answer")


class Definitions:
    """The schemas that others refer to by name, and which of them lead where."""

    def __init__(self, schemas: dict[str, JsonSchema], novel: frozenset[str] = frozenset()) -> None:
        self.schemas = schemas
        self.novel = novel
        """The member names that only one version of the contract knows."""
        self.answers: dict[tuple[str, bytes], Any] = {}
        """Cached answers about schemas that refer to these, by the question and the schema's digest."""
        self._direct: dict[str, list[str]] = {}
        self._reachable: dict[str, frozenset[str]] = {}
        self._about: dict[tuple[str, str], Any] = {}
        self._derived: dict[frozenset[str], Definitions] = {}

    def get(self, name: str) -> JsonSchema:
        """Return a definition; a missing one is the empty schema."""
        return self.schemas.get(name, {})

    def component(self, name: str) -> str:
        """Return the name that a definition has in its document."""
        written = self.get(name).get(AT) or name.split("-", maxsplit=1)[0].removeprefix("components.schemas.")
        return unescaped(str(written).rsplit("/", 1)[-1])

    def derived(self, refused: frozenset[str]) -> Definitions:
        """Return the definitions that senders share which refuse some names; whoever needs one adds it."""
        return self._derived.setdefault(refused, Definitions({}, self.novel))

    def reachable(self, name: str) -> frozenset[str]:
        """Return all definitions that a definition leads to."""
        if name not in self._reachable:
            self._reachable[name] = frozenset(self.needed(self._references(name)))
        return self._reachable[name]

    def needed(self, names: list[str]) -> set[str]:
        """Return the named definitions and all that they lead to."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in found and name in self.schemas:
                found.add(name)
                pending.extend(self._references(name))
        return found

    def loops(self, names: set[str]) -> set[str]:
        """Return the named definitions that lead back to themselves."""
        return {name for name in names if name in self.reachable(name)}

    def about(self, name: str, question: str, answer: Callable[[JsonSchema], _Answer]) -> _Answer:
        """Return an answer about a definition itself, computed once."""
        key = (question, name)
        if key not in self._about:
            self._about[key] = answer(self.get(name))
        return cast("_Answer", self._about[key])

    def _references(self, name: str) -> list[str]:
        if name not in self._direct:
            self._direct[name] = references(self.get(name))
        return self._direct[name]
