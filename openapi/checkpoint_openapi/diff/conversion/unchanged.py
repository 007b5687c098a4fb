"""The parts of a contract that both versions write alike, which need neither conversion nor comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.document.structure.operations import Operation
from checkpoint_openapi.document.values import packed

__all__ = ["Unchanged"]

_ELSEWHERE = frozenset(("discriminator", "$dynamicRef", "$id"))
"""Keywords whose meaning depends on more than what the references of a schema lead to."""


class _Pair(NamedTuple):
    """A place in the base, and the same place in the revision."""

    old: Location
    new: Location


class Unchanged:
    """Knows what is written alike in both versions, at the same place, with everything it refers to.

    Each pair of places is compared once. A negative answer only says that more must be compared.
    """

    def __init__(self, base: Documents, revision: Documents) -> None:
        self._base = base
        self._revision = revision
        self._known: dict[_Pair, bool] = {}
        self._inner: dict[_Pair, list[_Pair] | None] = {}
        self._users: dict[_Pair, list[_Pair]] = {}
        """What refers to a pair, as far as it is known."""

    def operation(self, old: Operation, new: Operation) -> bool:
        """Return whether the parameters, bodies, responses and callbacks of an operation are unchanged."""
        if old.parameters.keys() != new.parameters.keys() or old.path != new.path:
            return False
        parameters = ((each.place, new.parameters[key].place) for key, each in old.parameters.items())
        return self.at(old.place, new.place) and all(self.at(*places) for places in parameters)

    def at(self, old: Location, new: Location) -> bool:
        """Return whether what is at two places is unchanged."""
        if self._base.version != self._revision.version:
            return False
        seen = {_Pair(old, new)}
        pending = list(seen)
        for pair in pending:
            if self._known.get(pair) is True:
                continue
            inner = None if pair in self._known else self._references(pair)
            if inner is None:
                self._refute(pair)
                return False
            pending.extend(other for other in inner if other not in seen)
            seen.update(inner)
        self._known.update(dict.fromkeys(seen, True))
        return True

    def _refute(self, changed: _Pair) -> None:
        """Record a change, also for everything that is known to lead to it."""
        pending = [changed]
        for pair in pending:
            self._known[pair] = False
            pending.extend(user for user in self._users.get(pair, ()) if user not in self._known)

    def _references(self, pair: _Pair) -> list[_Pair] | None:
        """Return what a pair refers to, or None unless it is known to be written alike."""
        if pair not in self._inner:
            inner = self._inside(pair)
            self._inner[pair] = inner
            for other in inner or ():
                self._users.setdefault(other, []).append(pair)
        return self._inner[pair]

    def _inside(self, pair: _Pair) -> list[_Pair] | None:
        old, new = self._base.get(pair.old), self._revision.get(pair.new)
        written = packed(old)
        if self._base.label(pair.old) != self._revision.label(pair.new) or written != packed(new):
            return None
        if not any(word.encode() in written for word in ("$ref", *_ELSEWHERE)):
            return []
        found: list[_Pair] = []
        for schema in _objects(old):
            if not _ELSEWHERE.isdisjoint(schema):
                return None
            if "$ref" in schema:
                targets = self._targets(pair, schema["$ref"])
                if targets is None:
                    return None
                found.append(targets)
        return list(dict.fromkeys(found))

    def _targets(self, pair: _Pair, written: Any) -> _Pair | None:
        if not isinstance(written, str):
            return None
        try:
            return _Pair(self._base.resolve(pair.old, written), self._revision.resolve(pair.new, written))
        except DocumentError:
            # A member called `$ref` of an example, for instance.
            return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in a value, whatever they mean."""
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            yield cast("dict[str, Any]", here)
            pending.extend(cast("dict[str, Any]", here).values())
        elif isinstance(here, list):
            pending.extend(cast("list[Any]", here))
