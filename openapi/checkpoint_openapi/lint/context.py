"""What every check looks at: the document, its objects, and what their references lead to."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from checkpoint_openapi.document.objects import Node, walk
from checkpoint_openapi.document.source import DocumentError, Source, load_with_positions
from checkpoint_openapi.document.values import items, members

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Context", "Target", "UnresolvedError"]


class UnresolvedError(Exception):
    """Raised for a reference that leads nowhere; the message says why."""


class Target(NamedTuple):
    """What a reference leads to."""

    source: Source
    pointer: str
    value: Any

    @property
    def uri(self) -> str:
        """The absolute reference to this place, for a validator."""
        return f"{Path(self.source.file).resolve().as_uri()}#{quote(self.pointer, safe='/~')}"


class Context:
    """One document under the checks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.document = source.document
        self.version = str(self.document.get("openapi", ""))
        self._sources: dict[Path, Source] = {Path(source.file).resolve(): source}

    @property
    def is_3_0(self) -> bool:
        """Whether the Schema Object is that of OpenAPI 3.0, and not JSON Schema 2020-12."""
        return self.version.startswith("3.0.")

    @cached_property
    def objects(self) -> tuple[Node, ...]:
        """Every object of the document."""
        return tuple(walk(self.document))

    def all(self, *kinds: str) -> Iterator[Node]:
        """Yield the objects of some kinds, references included."""
        return (node for node in self.objects if node.kind in kinds)

    def own(self, *kinds: str) -> Iterator[Node]:
        """Yield the objects of some kinds, without references to such objects."""
        return (node for node in self.all(*kinds) if node.reference is None)

    def target(self, node: Node) -> Target:
        """Return the object itself, or what its chain of references leads to; raises `UnresolvedError`."""
        return self.follow(Target(self.source, node.pointer, node.value))

    def follow(self, target: Target) -> Target:
        """Follow references until something stands there that is none; raises `UnresolvedError`."""
        seen = {(target.source.file, target.pointer)}
        while isinstance(reference := members(target.value).get("$ref"), str):
            target = self.resolve(reference, target.source)
            if (target.source.file, target.pointer) in seen:
                raise UnresolvedError("it leads in a circle")
            seen.add((target.source.file, target.pointer))
        return target

    def resolve(self, reference: str, base: Source | None = None) -> Target:
        """Take one step from a file, the document by default; raises `UnresolvedError`."""
        base = base or self.source
        name, _, fragment = reference.partition("#")
        pointer = unquote(fragment)
        if pointer and not pointer.startswith("/"):
            raise UnresolvedError("its fragment is no JSON pointer")
        source = self._load(name, base) if name else base
        value: Any = source.document
        for token in pointer.split("/")[1:]:
            value = _member(value, token.replace("~1", "/").replace("~0", "~"))
        return Target(source, pointer, value)

    def parameters(self, holder: Target) -> Iterator[dict[str, Any]]:
        """Yield the parameters of a path or an operation, references followed; raises `UnresolvedError`."""
        for number, entry in enumerate(items(members(holder.value).get("parameters"))):
            place = Target(holder.source, f"{holder.pointer}/parameters/{number}", entry)
            yield members(self.follow(place).value)

    def _load(self, name: str, base: Source) -> Source:
        if urlsplit(name).scheme not in ("", "file"):
            raise UnresolvedError("it leads into the network, which is not asked")
        path = (Path(base.file).resolve().parent / unquote(name.removeprefix("file://"))).resolve()
        if path not in self._sources:
            try:
                self._sources[path] = load_with_positions(path)
            except DocumentError as error:
                raise UnresolvedError(f"the file {name} {error.what}") from error
        return self._sources[path]


def _member(value: Any, token: str) -> Any:
    if token in members(value):
        return members(value)[token]
    if token.isdigit() and int(token) < len(items(value)):
        return items(value)[int(token)]
    raise UnresolvedError(f"there is no {token!r}")
