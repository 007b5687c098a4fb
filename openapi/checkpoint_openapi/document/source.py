"""A YAML or JSON document with the position of everything in it.

The values are those of JSON: every key is a string and a date stays text, whatever YAML 1.1 would make of
them. Keys that YAML reads as something else, such as an unquoted `200`, are listed, because other tools fail
on them.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast
from weakref import WeakValueDictionary

import yaml

from checkpoint_openapi.document.formats.broken import what_is_broken
from checkpoint_openapi.document.formats.fast_yaml import FastSafeLoader
from checkpoint_openapi.document.formats.json_text import JsonPlaces, parse_json
from checkpoint_openapi.document.formats.yaml_scalars import (
    Scalar,
    beginning,
    read_scalar,
    reading_of_yaml_1_1,
    resolved,
)
from checkpoint_openapi.document.pointer import child, tokens
from checkpoint_openapi.suggestion import nearest

__all__ = [
    "AbsentError",
    "Ambiguity",
    "DocumentError",
    "Position",
    "Source",
    "decoded",
    "load_with_positions",
    "parse_with_positions",
    "read_text",
]

_SUFFIXES = (".yaml", ".yml", ".json", ".toml")
_STRING = "tag:yaml.org,2002:str"
_DEEPEST = 200
_LARGEST = 1_000_000
_LONGEST = 100_000_000
"""The length in bytes of the longest file that is read: a device, for instance, never ends."""
# Fewer brackets and shorter lines than this cannot nest deeply enough to do harm.
_SAFE = 5_000
_PAIR = re.compile(r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_MAPPING = "tag:yaml.org,2002:map"
_SEQUENCE = "tag:yaml.org,2002:seq"
_COLLECTIONS = {_MAPPING, _SEQUENCE}
_MERGE = "tag:yaml.org,2002:merge"


class Position(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class DocumentError(Exception):
    """A document that cannot be used: `what` is wrong, and where, if that is known."""

    def __init__(self, what: str, file: str, line: int | None = None, column: int | None = None) -> None:
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {what}")
        self.what = what
        self.file = file
        self.line = line
        self.column = column


class AbsentError(DocumentError):
    """Raised if there is no file of a name, so that nothing is wrong but that it is missing."""


class Ambiguity(NamedTuple):
    """An unquoted scalar that YAML 1.1 and 1.2 read differently."""

    pointer: str
    text: str
    reading: str
    """How each version reads it, as a phrase."""


@dataclass(frozen=True)
class Source:
    """A document and the positions of its members."""

    file: str
    document: dict[str, Any]
    text: str = field(repr=False)
    root: yaml.Node | None = field(repr=False)
    """The YAML nodes; None for a JSON document."""
    plain_keys: tuple[str, ...] = ()
    """JSON pointers of the members whose key YAML 1.1 does not read as a string."""
    ambiguous: tuple[Ambiguity, ...] = ()
    """The scalars that YAML 1.1 and YAML 1.2 read differently."""

    def position(self, pointer: str) -> Position:
        """Return where the member at a JSON pointer (RFC 6901) starts: at its key, or at the list item.

        A dangling pointer gets the position of the nearest parent, so that anything missing has a line.
        """
        path = tokens(pointer)
        if self.root is None:
            return Position(self.file, *self._places.position(path))
        node, place = self.root, self.root
        for token in path:
            step = _step(node, token)
            if step is None:
                break
            place, node = step
        return _position(self.file, place)

    @cached_property
    def _places(self) -> JsonPlaces:
        return JsonPlaces(self.text)


_IN_USE: WeakValueDictionary[str, Source] = WeakValueDictionary()
"""What was read from a text, as long as somebody uses it."""


def load_with_positions(path: Path | str) -> Source:
    """Read a YAML or JSON file whose root is an object.

    Raises `DocumentError` if it cannot be read, is not UTF-8, is broken, or has a duplicate key.
    """
    return parse_with_positions(read_text(path), str(path))


def read_text(path: Path | str) -> str:
    """Return the text of a file.

    Raises `DocumentError` if it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}{_neighbour(Path(path))}"
        kind = AbsentError if isinstance(error, FileNotFoundError) else DocumentError
        raise kind(what, str(path)) from error
    except ValueError as error:
        # Not a valid file name.
        raise DocumentError(f"cannot be read: {error}", str(path)) from error
    if len(data) > _LONGEST:
        what = f"is larger than {_LONGEST // 1_000_000} MB, the most that is read"
        raise DocumentError(what, str(path))
    return decoded(data, str(path))


def decoded(data: bytes, file: str) -> str:
    """Return the text of a file with this content; raises `DocumentError` if it is not UTF-8."""
    what = "is not UTF-8: save it as UTF-8"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(what, file, data[: error.start].count(b"\n") + 1) from error
    # UTF-16 and UTF-32 show in the first characters (YAML 1.2.2, 5.2), also where they can be read as UTF-8.
    if 0 < text[:4].count("\0") < 4:
        raise DocumentError(what, file, 1)
    return text


def _neighbour(missing: Path) -> str:
    """Return a question suggesting the similarly named document next to a missing one, or an empty string."""
    names: dict[str, str] = {}
    with suppress(OSError):
        if not missing.exists():
            names = {file.stem: file.name for file in missing.parent.iterdir() if file.suffix in _SUFFIXES}
    near = nearest(missing.stem, names)
    return f". Did you mean {missing.with_name(names[near])}?" if near else ""


def parse_with_positions(text: str, file: str) -> Source:
    """Read a document from text, with `file` as its name; raises like `load_with_positions`.

    A text that is in use already, as most files of two versions are, is not read again.
    """
    source = _IN_USE.get(text)
    if source is None:
        source = _IN_USE[text] = _parsed(text, file)
    return source if source.file == file else replace(source, file=file)


def _parsed(given: str, file: str) -> Source:
    read = parse_json(given)
    if read is not None:
        return Source(file, read, given, None)
    try:
        text = _as_yaml(given)
        _refuse_depth(text, file)
        root = _composed(text)
    except yaml.YAMLError as error:
        broken = what_is_broken(error, given, file)
        raise DocumentError(broken.what, file, broken.line, broken.column) from error
    if not isinstance(root, yaml.MappingNode):
        what = "is empty" if root is None else "is invalid: its root is not an object"
        raise DocumentError(what, file, 1, 1)
    builder = _Builder(file)
    document = builder.value(root, "")
    return Source(file, document, text, root, tuple(builder.plain_keys), tuple(builder.ambiguous))


class _Loader(FastSafeLoader):
    """Resolves each plain scalar once, however often its text occurs."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        """Return the tag of a node."""
        if kind is not yaml.ScalarNode:
            return _MAPPING if kind is yaml.MappingNode else _SEQUENCE
        return resolved(cast("str", value)) if implicit[0] else _STRING


class _Redefining(yaml.SafeLoader):
    """Accepts the redefinition of an anchor, which YAML 1.2.2, 7.1 allows and PyYAML refuses."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node; its anchor replaces an earlier one."""
        events = cast("Any", self)
        if not events.check_event(yaml.AliasEvent):
            self.anchors.pop(events.peek_event().anchor, None)
        return super().compose_node(parent, index)


def _composed(text: str) -> yaml.Node | None:
    """Return the root node of a YAML text."""
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        if "duplicate anchor" not in str(error):
            raise
    return yaml.compose(text, Loader=_Redefining)


@dataclass
class _Extent:
    """The depth and size of a value with every alias expanded."""

    depth: int = 1
    size: int = 1

    def include(self, child: _Extent) -> None:
        """Add a child to its parent."""
        self.depth = max(self.depth, child.depth + 1)
        self.size += child.size


class _Builder:
    """Turns nodes into JSON values; the target of an alias is built once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.plain_keys: list[str] = []
        self.ambiguous: list[Ambiguity] = []
        self._built: dict[int, Any] = {}
        self._open: set[int] = set()
        self._extents: dict[int, _Extent] = {}
        self._extent = _Extent()

    def value(self, node: yaml.Node, pointer: str) -> Any:
        """Return the value of a node of any kind."""
        if isinstance(node, yaml.ScalarNode):
            self._extent.size += 1
            return self._scalar(node, pointer)
        key = id(node)
        if key in self._open:
            raise self._error(node, "an alias that contains itself")
        if key not in self._built:
            if node.tag not in _COLLECTIONS:
                raise self._error(node, f"the tag {node.tag!r}, which JSON does not have")
            if len(self._open) > _DEEPEST:
                raise self._error(node, "nesting that is too deep")
            self._open.add(key)
            around, self._extent = self._extent, _Extent()
            self._built[key] = (
                self._mapping(node, pointer)
                if isinstance(node, yaml.MappingNode)
                else [self.value(item, f"{pointer}/{number}") for number, item in enumerate(node.value)]
            )
            self._extents[key], self._extent = self._extent, around
            self._open.discard(key)
        self._extent.include(self._extents[key])
        if self._extent.depth > _DEEPEST:
            raise self._error(node, "nesting that is too deep")
        if self._extent.size > _LARGEST:
            raise self._error(node, f"more than {_LARGEST} values once its aliases are expanded")
        return self._built[key]

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, Any]:
        """Return a mapping with string keys, merge keys (`<<`) resolved."""
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                for parent in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if not isinstance(parent, yaml.MappingNode):
                        raise self._error(parent, "a merge key `<<` whose value is not a mapping")
                    merged = {**self.value(parent, pointer), **merged}
                continue
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key that is not text")
            if key.value in own:
                raise self._error(key, f"the key {key.value!r} twice in one object: remove one")
            place = child(pointer, key.value)
            if key.tag != _STRING:
                self.plain_keys.append(place)
            own[key.value] = self.value(value, place)
        return {**merged, **own}

    def _scalar(self, node: yaml.ScalarNode, pointer: str) -> Scalar:
        try:
            value = read_scalar(node)
        except ValueError as error:
            tagged = str(error).startswith("the tag")
            what = str(error) if tagged else f"a number that cannot be read: {beginning(node.value)!r}"
            raise self._error(node, what) from error
        reading = reading_of_yaml_1_1(node)
        if reading is not None:
            self.ambiguous.append(Ambiguity(pointer, node.value, reading))
        return value

    def _error(self, node: yaml.Node, what: str) -> DocumentError:
        file, line, column = _position(self.file, node)
        return DocumentError(f"has {what}", file, line, column)


def _as_yaml(text: str) -> str:
    """Return JSON without what YAML forbids, keeping the lines in place; or else the text.

    These are tabs between members, and escaped UTF-16 surrogate pairs, which many writers use for emoji.
    """
    if not text.lstrip().startswith(("{", "[")) or not ("\t" in text or _PAIR.search(text)):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _PAIR.sub(_joined, text.replace("\t", " "))


def _joined(escape: re.Match[str]) -> str:
    """Return the character of an escaped pair, or leave an escaped backslash unchanged."""
    found = escape.group()
    return found if found.startswith("\\\\") else str(json.loads(f'"{found}"'))


def _refuse_depth(text: str, file: str) -> None:
    """Refuse nesting beyond any real document, which would crash the parser's process by a stack overflow."""
    longest = max(map(len, text.splitlines()), default=0)
    if text.count("[") + text.count("{") + longest < _SAFE:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST and event.start_mark:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            raise DocumentError("has nesting that is too deep", file, line, column)


def _step(node: yaml.Node, token: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the nodes for the position and the value of one member of a node, or None."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == token and key.tag != _MERGE:
                return key, value
        for key, value in node.value:
            if key.tag == _MERGE:
                for parent in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    step = _step(parent, token)
                    if step is not None:
                        return step
    elif isinstance(node, yaml.SequenceNode) and token.isdigit() and int(token) < len(node.value):
        return node.value[int(token)], node.value[int(token)]
    return None


def _position(file: str, node: yaml.Node) -> Position:
    return Position(file, node.start_mark.line + 1, node.start_mark.column + 1)
