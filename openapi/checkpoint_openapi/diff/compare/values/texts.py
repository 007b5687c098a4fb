"""The texts that values are written as, where arrays are joined to one text: as regular languages."""

from __future__ import annotations

import json
from typing import Any, cast

from checkpoint_openapi.diff.regex.language import (
    ANY,
    Expression,
    Undecided,
    alternatives,
    is_contained,
    literal,
    repeat,
    sequence,
)
from checkpoint_openapi.diff.regex.pattern import language_of
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.patterns import string_language

__all__ = ["WRITTEN", "as_written", "integers_of", "number_written", "texts_fit"]

WRITTEN: dict[str, JsonSchema] = {
    "integer": {"type": "string", "pattern": r"^-?[0-9]+$"},
    "number": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"},
    "boolean": {"type": "string", "enum": ["true", "false"]},
}
"""How numbers and Booleans are written, as schemas of texts."""
_FEW = 64
"""The largest range of integers that is compared as a list of texts."""
_BESIDE = {"$schema", "$defs"}
_TEXT = {"type", "pattern", "minLength", "maxLength"}
_LISTED = {"type", "enum", "const"}


def texts_fit(receiver: JsonSchema, sender: JsonSchema, separator: str, *, optional: bool) -> bool:
    """Return whether a receiver of texts is proven to read every text that a sender writes.

    Both are in canonical form. The sender's arrays are the texts of their items with the separator between
    them; if they are `optional`, they are never empty.
    """
    try:
        sent = _Texts(separator, optional=optional).of(sender)
        read = _Texts().of(receiver)
        return sent is not None and read is not None and is_contained(sent, read)
    except Undecided:
        return False


class _Texts:
    """Finds the texts of schemas: with a separator, no fewer than there are; without one, no more."""

    def __init__(self, separator: str | None = None, *, optional: bool = False) -> None:
        self._separator = separator
        self._optional = optional
        self._exact = separator is None

    def of(self, plain: JsonSchema) -> Expression | None:
        """Return the texts of a schema, or None if it says anything that is not understood."""
        said = plain.keys() - _BESIDE
        if said == {"anyOf"}:
            found = [self.of(branch) for branch in plain["anyOf"]]
            known = [texts for texts in found if texts is not None]
            return alternatives(*known) if len(known) == len(found) or (self._exact and known) else None
        if not said.isdisjoint(("enum", "const")):
            return self._listed(plain) if said <= _LISTED or not self._exact else None
        match plain.get("type"):
            case "string" if said <= _TEXT or not self._exact:
                return _strings(plain)
            case "integer" | "number" | "boolean" as name if said == {"type"} or not self._exact:
                few = integers_of(plain)
                pattern = number_written(plain, WRITTEN[name])
                return _words(few or pattern.get("enum")) or language_of(str(pattern["pattern"]))
            case "array" if self._separator is not None:
                return self._joined(plain, self._separator)
            case _:
                return None

    def _listed(self, plain: JsonSchema) -> Expression | None:
        return _words(cast("list[Any]", plain.get("enum", [plain.get("const")])))

    def _joined(self, plain: JsonSchema, separator: str) -> Expression | None:
        items = cast("JsonSchema", plain.get("items", {}))
        texts = self.of(items) if items and "prefixItems" not in plain else None
        least, most = plain.get("minItems", 0), plain.get("maxItems")
        if texts is None or most == 0:
            return None
        further = sequence(literal(separator), texts)
        some = sequence(texts, repeat(further, max(least - 1, 0), None if most is None else most - 1))
        return some if least or self._optional else alternatives(literal(""), some)


def _strings(plain: JsonSchema) -> Expression:
    texts = string_language(plain)
    return repeat(ANY, plain.get("minLength", 0), plain.get("maxLength")) if texts is None else texts


def _words(values: list[Any] | None) -> Expression | None:
    """Return the texts of some values, or None without any or if one is not written as a text."""
    texts = [as_written(value) for value in values or []]
    if not texts or not all(isinstance(text, str) for text in texts):
        return None
    return alternatives(*map(literal, texts))


def as_written(value: Any) -> Any:
    """Return the text that represents a value: numbers and Booleans are written as in JSON."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def integers_of(plain: JsonSchema) -> list[int] | None:
    """Return the integers of a schema, if it says no more than a small range of them."""
    least, most = plain.get("minimum"), plain.get("maximum")
    if plain.get("type") != "integer" or plain.keys() - {"$schema", "type", "minimum", "maximum"}:
        return None
    if not isinstance(least, int) or not isinstance(most, int) or most - least > _FEW:
        return None
    return list(range(least, most + 1))


def number_written(plain: JsonSchema, written: JsonSchema) -> JsonSchema:
    """Return how numbers are written, without a sign if a schema has no negative ones."""
    if "pattern" not in written or plain.get("minimum", -1) < 0:
        return written
    return {**written, "pattern": written["pattern"].replace("^-?", "^", 1)}
