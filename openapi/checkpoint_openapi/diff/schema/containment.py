"""Whether one JSON Schema accepts every value of another: the only module that uses jsonschema-rs.

Its canonical form is marked experimental, so it is isolated here. Schemas are JSON Schema 2020-12, with
`format` asserted and everything they refer to under `$defs`. Results about a schema with an unreadable
pattern hold for every meaning of that pattern.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakValueDictionary

import jsonschema_rs
from jsonschema_rs import canonical

from checkpoint_openapi.diff.schema.opaque import as_everything, as_nothing, mentions_opaque
from checkpoint_openapi.diff.schema.reached import reached
from checkpoint_openapi.document.values import members, packed

__all__ = ["Answer", "JsonSchema", "Operand", "Size", "accepts", "is_pattern", "operand_of", "size_of"]

JsonSchema = dict[str, Any]
"""A JSON Schema (2020-12) as JSON data."""


class Answer(Enum):
    """Whether something was proven, refuted, or neither."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_LARGEST = 1_000_000_000
"""The largest product of two schemas' sizes, in characters, for which the canonical form is asked.

It takes time in proportion, a fifth of a second for this much, and decided nothing about larger pairs in any
document that was tried. Unlike a time limit, this measure gives the same verdict everywhere.
"""
_LARGE = 200_000
"""From this length on, in bytes, only what a value reaches of a schema is made into a validator."""
_MOST = 500
"""The number of such parts that are kept."""
_KEPT = 10_000_000
"""The total length, in bytes, of the schemas whose forms are kept, once for each form; a form is larger."""
_ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "unknown": Answer.UNKNOWN}
_MASK = "it"
"""What a reason says in place of the value, which is told beside it."""
_REGULAR_EXPRESSIONS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)
_Result = TypeVar("_Result")


class Operand:
    """A schema and its canonical form, if it has one; everything is computed on demand.

    `operand_of` returns the one that other users of the same schema have, too.
    """

    def __init__(self, schema: JsonSchema, weight: int) -> None:
        self.schema = schema
        self.weight = weight
        """The length of the schema in bytes, as `packed`."""
        self.is_large = weight > _LARGE
        """Whether it takes long to make a form of the whole schema."""
        self.forms: dict[str, Any] = {}
        """What the engine made of the schema; it may be dropped, and is then made again."""
        self._answers: dict[tuple[str, Operand], Any] = {}

    def once(self, question: str, other: Operand, answer: Callable[[], _Result]) -> _Result:
        """Return an answer about this schema and another one, computed once."""
        if (question, other) not in self._answers:
            self._answers[question, other] = answer()
        return cast("_Result", self._answers[question, other])

    def _form(self, name: str, make: Callable[[], _Result]) -> _Result:
        if name not in self.forms:
            self.forms[name] = make()
        found = self.forms[name]
        _USED_LAST.use(self)
        return cast("_Result", found)

    @property
    def _canonical(self) -> jsonschema_rs.CanonicalSchema | None:
        return self._form("canonical", self._canonicalized)

    def _canonicalized(self) -> jsonschema_rs.CanonicalSchema | None:
        try:
            return jsonschema_rs.canonicalize(
                self.schema,
                draft=jsonschema_rs.Draft202012,
                validate_formats=True,
                pattern_options=_REGULAR_EXPRESSIONS,
                offline=True,
            )
        except (
            canonical.CanonicalizationError,
            jsonschema_rs.ValidationError,
            jsonschema_rs.ReferencingError,
        ):
            # A schema without a canonical form leaves the question open; the caller asks in smaller pieces.
            return None

    def covers(self, other: Operand) -> Answer:
        """Decide whether this schema accepts every value that `other` accepts."""
        return self.once("covers", other, lambda: self._decided(other))

    def _decided(self, other: Operand) -> Answer:
        answer = self._covers(other)
        if answer is Answer.UNKNOWN or not (self._is_vague or other._is_vague):
            return answer
        readings = [(self._at_most, other._at_most), (self._at_least, other._at_least)]
        if answer is Answer.NO:
            readings = [(self._at_most, other._at_least)]
        certain = all(
            one is not None and two is not None and one._covers(two) is answer for one, two in readings
        )
        return answer if certain else Answer.UNKNOWN

    @cached_property
    def size(self) -> int:
        """The length of the schema as JSON, in characters."""
        return len(json.dumps(self.schema, default=str))

    def is_too_much_with(self, other: Operand) -> bool:
        """Return whether two schemas together are too large to be compared as a whole."""
        # A schema is at least as long in JSON as it is packed, apart from small numbers.
        return self.weight * other.weight > 2 * _LARGEST or self.size * other.size > _LARGEST

    def _covers(self, other: Operand) -> Answer:
        if self.is_too_much_with(other):
            return Answer.UNKNOWN
        if self._canonical is None or other._canonical is None:
            return Answer.UNKNOWN
        try:
            return _ANSWERS[self._canonical.covers(other._canonical).value]
        except canonical.CanonicalizationError:
            return Answer.UNKNOWN

    def without(self, other: Operand) -> JsonSchema | None:
        """Return a schema of what this one accepts and `other` refuses, or None without a canonical form."""
        if self.is_too_much_with(other):
            return None
        if self._canonical is None or other._canonical is None:
            return None
        try:
            return _object(self._canonical.subtract(other._canonical).to_json_schema())
        except canonical.CanonicalizationError:
            return None

    def may_be_satisfied(self) -> bool:
        """Return whether any value may be accepted; False is proven."""
        return self._canonical is None or self._canonical.satisfiability().value != "no"

    def simplified(self) -> JsonSchema:
        """Return the schema in its canonical form, or unchanged if it has none or is large."""
        form = None if self.is_large else self._canonical
        return (
            self.schema if form is None else self._form("simplified", lambda: _object(form.to_json_schema()))
        )

    def accepts_anything(self) -> bool:
        """Return whether the schema has no keywords, in its canonical form."""
        return self.simplified().keys() <= {"$schema"}

    def accepts(self, value: Any) -> bool:
        """Return whether a value is certainly valid; an uncompilable schema accepts nothing."""
        part = self._reached(value)
        least = part._at_least if part._is_vague else part
        return least is not None and least._validator is not None and least._validator.is_valid(value)

    def refuses(self, value: Any) -> bool:
        """Return whether a value is certainly invalid; an uncompilable schema refuses everything."""
        part = self._reached(value)
        most = part._at_most if part._is_vague else part
        return most is not None and not (most._validator is not None and most._validator.is_valid(value))

    def _reached(self, value: Any) -> Operand:
        """Return what says the same of one value: of a large schema, only the parts that it reaches."""
        if not self.is_large:
            return self
        found = operand_of(reached(self.schema, value))
        found.is_large = False
        _PARTS[found] = None
        _PARTS.move_to_end(found)
        if len(_PARTS) > _MOST:
            _PARTS.popitem(last=False)
        return found

    def violations(self, value: Any) -> list[tuple[tuple[str | int, ...], str, Any]]:
        """Return where a value is certainly invalid: the path, why without the value, and the value there.

        A missing member stands at the path that it should have, with None.
        """
        most = self._at_most if self._is_vague else self
        if most is None or most._validator is None or most._validator.is_valid(value):
            return []
        found: list[tuple[tuple[str | int, ...], str, Any]] = []
        for error in most._validator.iter_errors(value):
            path = tuple(error.instance_path)
            missing = getattr(error.kind, "property", None)
            extra = getattr(error.kind, "unexpected", None)
            if missing is not None:
                found.append(((*path, missing), error.message, None))
            elif extra:
                found.extend(
                    ((*path, name), error.message, members(error.instance).get(name)) for name in extra
                )
            else:
                found.append((path, error.message, error.instance))
        return found

    @cached_property
    def _is_vague(self) -> bool:
        """Whether the schema has an unreadable pattern."""
        return mentions_opaque(self.schema)

    @cached_property
    def _at_most(self) -> Operand | None:
        widest = as_everything(self.schema)
        return None if widest is None else operand_of(widest)

    @cached_property
    def _at_least(self) -> Operand | None:
        narrowest = as_nothing(self.schema)
        return None if narrowest is None else operand_of(narrowest)

    @property
    def _validator(self) -> jsonschema_rs.Validator | None:
        return self._form("validator", lambda: _compiled(self.schema))


def _compiled(schema: JsonSchema) -> jsonschema_rs.Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            pattern_options=_REGULAR_EXPRESSIONS,
            offline=True,
            mask=_MASK,
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


class _UsedLast:
    """Drops the forms of the schemas whose last use is longest ago: they take most of the memory."""

    def __init__(self) -> None:
        self._weights: OrderedDict[Operand, int] = OrderedDict()
        self._weight = 0

    def use(self, operand: Operand) -> None:
        """Record that a form of a schema is used."""
        weight = operand.weight * len(operand.forms)
        self._weight += weight - self._weights.pop(operand, 0)
        self._weights[operand] = weight
        while self._weight > _KEPT and len(self._weights) > 1:
            oldest, weight = self._weights.popitem(last=False)
            self._weight -= weight
            oldest.forms.clear()


_USED_LAST = _UsedLast()
_PARTS: OrderedDict[Operand, None] = OrderedDict()
"""The parts of large schemas used last: values of the same shape reach the same part."""
_KNOWN: WeakValueDictionary[bytes, Operand] = WeakValueDictionary()


class Size(NamedTuple):
    """What identifies a schema without its text."""

    digest: bytes
    weight: int


def size_of(schema: JsonSchema) -> Size:
    """Return a schema's hash and its length in bytes, as `packed`."""
    written = packed(schema)
    return Size(hashlib.blake2b(written, digest_size=16).digest(), len(written))


def operand_of(schema: JsonSchema, size: Size | None = None) -> Operand:
    """Return a schema as an operand, the same one for identical schemas."""
    digest, weight = size or size_of(schema)
    found = _KNOWN.get(digest)
    if found is None:
        found = _KNOWN[digest] = Operand(schema, weight)
    return found


def accepts(schema: JsonSchema, value: Any) -> bool:
    """Return whether a value is valid against a schema."""
    return operand_of(schema).accepts(value)


@lru_cache(maxsize=4096)
def is_pattern(text: str) -> bool:
    """Return whether the engine can read a regular expression."""
    try:
        jsonschema_rs.canonicalize({"pattern": text}, pattern_options=_REGULAR_EXPRESSIONS, offline=True)
    except (canonical.CanonicalizationError, jsonschema_rs.ValidationError):
        return False
    return True


def _object(schema: Any) -> JsonSchema:
    return cast("JsonSchema", schema) if isinstance(schema, dict) else ({} if schema else {"not": {}})
