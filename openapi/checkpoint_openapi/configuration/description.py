"""The description of a configuration file: its keys, the values they take, and their purpose.

A `Table` of `Key`s reads a file and validates it as a whole; a reference page can be generated from it too.
Every error message has one form: file, line or key, what is wrong, and how to fix it. All mistakes are found
before anything is built, and the first in file order is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from checkpoint_openapi.configuration.file import ConfigurationFile, Place
from checkpoint_openapi.configuration.reference import referred
from checkpoint_openapi.configuration.values import InvalidValueError
from checkpoint_openapi.suggestion import nearest

__all__ = ["REQUIRED", "Entries", "Key", "Member", "Rows", "Table", "list_alone", "read"]

_T = TypeVar("_T")
REQUIRED: Any = object()
"""The default of a required key."""
_ABSENT: Any = object()
_BROKEN: Any = object()


class Member(Protocol):
    """A readable part of a file."""

    @property
    def help(self) -> str:
        """The purpose of the member, in Markdown."""
        ...

    def read(self, value: Any, place: Place) -> Any:
        """Return the converted value; mistakes are recorded by the place."""
        ...


@dataclass(frozen=True)
class Key:
    """A member with a value."""

    convert: Callable[[Any], Any]
    """Returns the converted value; raises `InvalidValueError` if it is not valid."""
    default: Any = REQUIRED
    help: str = ""
    default_help: str | None = None
    """The default in words, if no value in a file could express it."""

    def read(self, value: Any, place: Place) -> Any:
        """Return the value, or the default if there is none."""
        if value is _ABSENT:
            if self.default is REQUIRED:
                place.refuse_missing()
            return self.default
        try:
            return self.convert(referred(value, place.file))
        except InvalidValueError as error:
            place.refuse(_must_be(place, str(error)))
            return _BROKEN


@dataclass(frozen=True)
class Entries:
    """A table whose keys the file chooses."""

    convert: Callable[[str, Any], Any]
    """Takes a key and its value; raises `InvalidValueError` if they are not valid."""
    help: str = ""

    def read(self, value: Any, place: Place) -> tuple[tuple[str, Any], ...]:
        """Return the keys with their values."""
        if value is _ABSENT:
            return ()
        if not isinstance(value, dict):
            place.refuse(_must_be(place, "a table"))
            return ()
        found = cast("dict[str, Any]", value)
        return tuple((name, self._one(name, each, place.key(name))) for name, each in found.items())

    def _one(self, name: str, value: Any, place: Place) -> Any:
        return Key(lambda resolved: self.convert(name, resolved)).read(value, place)


@dataclass(frozen=True)
class Table(Generic[_T]):
    """A table of named members that is built into one value."""

    members: Mapping[str, Member]
    build: Callable[..., _T]
    """Takes the members' values as keyword arguments."""
    check: Callable[[Mapping[str, Any], Place], None] | None = None
    """Finds mistakes across members; called only if each member alone is valid."""
    default: Any = _ABSENT
    """The value if the table is absent; by default, it is built from the members' own defaults."""
    help: str = ""

    def read(self, value: Any, place: Place) -> Any:
        """Return the value built from the table."""
        if value is _ABSENT and self.default is REQUIRED:
            place.refuse(f"the table [{place}] is missing. Add it.")
            return _BROKEN
        if value is _ABSENT and self.default is not _ABSENT:
            return self.default
        if value is not _ABSENT and not isinstance(value, dict):
            place.refuse(_must_be(place, f"a table with the keys {', '.join(self.members)}"))
            return _BROKEN
        given = {} if value is _ABSENT else cast("dict[str, Any]", value)
        before = len(place.file.mistakes)
        mistyped = self._refuse_unknown(given, place)
        values = {
            name: member.read(given.get(name, _ABSENT), place.key(name))
            for name, member in self.members.items()
            if name not in mistyped
        }
        if self.check and len(place.file.mistakes) == before:
            self.check(values, place)
        return self.build(**values) if len(place.file.mistakes) == before else _BROKEN

    def _refuse_unknown(self, given: Mapping[str, Any], place: Place) -> set[str]:
        """Reject unknown keys; return the absent members that they most likely stand for."""
        meant = {key: nearest(str(key), self.members) for key in given if key not in self.members}
        for key, near in meant.items():
            known = f"Did you mean {near!r}?" if near else f"Known: {', '.join(sorted(self.members))}."
            place.key(key).refuse_unknown(known)
        return {near for near in meant.values() if near and near not in given}


@dataclass(frozen=True)
class Rows:
    """A list of tables."""

    table: Table[Any]
    name: str
    """The name of one row, as in `waiver 2`."""
    default: Any = ()
    check: Callable[[list[Any], Place], None] | None = None
    help: str = ""

    def read(self, value: Any, place: Place) -> Any:
        """Return the values built from the tables, in order."""
        if value is _ABSENT:
            if self.default is REQUIRED:
                place.refuse_missing()
            return self.default
        if not isinstance(value, list):
            place.refuse(_must_be(place, f"a list of tables, one for each {self.name}"))
            return _BROKEN
        before = len(place.file.mistakes)
        found = [
            self.table.read(each, place.entry(index, self.name))
            for index, each in enumerate(cast("list[Any]", value))
        ]
        if self.check and len(place.file.mistakes) == before:
            self.check(found, place)
        return tuple(found)


def list_alone(name: str, rows: Rows) -> Table[Any]:
    """Return the description of a file that contains nothing but one list."""

    def build(**members: Any) -> Any:
        return members[name]

    return Table({name: rows}, build)


def read(file: ConfigurationFile, table: Table[_T]) -> _T:
    """Return what a table builds from a file. Raises `DocumentError` for the first mistake in it."""
    built: _T = table.read(file.content, Place(file))
    file.refuse_mistakes()
    return built


def _must_be(place: Place, expected: str) -> str:
    sentence = f"{place} must be {expected}".lstrip()
    return sentence if sentence.endswith("?") else f"{sentence}."
