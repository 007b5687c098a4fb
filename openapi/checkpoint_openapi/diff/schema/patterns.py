"""Containment of regular expressions, which the canonical form cannot decide.

A sender's string gets everything that follows from its own patterns and bounds: the receiver's patterns that
it meets anyway, the lengths of its words, and the words themselves if there are few. None of this changes
which values it accepts, but it lets containment be decided by literal comparison.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from checkpoint_openapi.diff.regex.language import (
    ANY,
    Expression,
    Undecided,
    alternatives,
    both,
    inverse,
    is_contained,
    lengths,
    literal,
    repeat,
    words,
)
from checkpoint_openapi.diff.regex.pattern import language_of
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.nested import mapped_inside, subschemas
from checkpoint_openapi.diff.schema.opaque import is_opaque
from checkpoint_openapi.document.values import members

__all__ = ["Patterns", "enriched", "patterns_in", "string_language"]

_FEW = 64
_FORMATS = {
    "uuid": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
    "date-time": r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$",
    "ipv4": r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$",
    "email": "^.+@.+$",
}
"""Patterns that every string of a format matches."""
_WIDER = {
    "email": ("idn-email",),
    "hostname": ("idn-hostname",),
    "uri": ("uri-reference", "iri", "iri-reference"),
    "uri-reference": ("iri-reference",),
    "iri": ("iri-reference",),
}
"""Formats that accept every string of a format (JSON Schema Validation 2020-12, 7.3.2 to 7.3.5)."""


def enriched(sender: JsonSchema, patterns: Patterns) -> JsonSchema:
    """Return a sender's schema with everything its strings imply in terms of a receiver's patterns."""
    return _enriched(sender, sorted(patterns.texts), patterns)


def _enriched(schema: JsonSchema, texts: list[str], patterns: Patterns) -> JsonSchema:
    rest = {keyword: value for keyword, value in schema.items() if keyword != "propertyNames"}
    found = mapped_inside(rest, lambda inner: _enriched(inner, texts, patterns))
    if isinstance(schema.get("propertyNames"), dict):
        found["propertyNames"] = _enriched(schema["propertyNames"], sorted(patterns.names), patterns)
    elif "propertyNames" in schema:
        found["propertyNames"] = schema["propertyNames"]
    if "patternProperties" in schema:
        keys = sorted(patterns.keys)
        described = found["patternProperties"].items()
        found["patternProperties"] = {_same_key(pattern, keys): value for pattern, value in described}
    implied = _implied(schema, texts, patterns)
    if implied:
        found["allOf"] = [*found.get("allOf", []), *implied]
    return found


class Patterns(NamedTuple):
    """The patterns in a schema."""

    texts: frozenset[str]
    """Those of strings that are values."""
    names: frozenset[str]
    """Those of member names, under `propertyNames`."""
    keys: frozenset[str]
    """Those that say which members `patternProperties` describes."""
    refused: frozenset[str]
    """Those that a `not` is about, directly."""
    most: int
    """The greatest number of words that a sender's pattern is written out as: as many as a list has."""


def patterns_in(schema: JsonSchema) -> Patterns:
    """Return the patterns anywhere in a schema."""
    texts, names, keys, refused = set[str](), set[str](), set[str](), set[str]()
    most, pending = _FEW, [(schema, texts)]
    while pending:
        node, here = pending.pop()
        here.update([node["pattern"]] if "pattern" in node else [])
        keys.update(node.get("patternProperties", {}))
        refused.update([inner["pattern"]] if "pattern" in (inner := members(node.get("not"))) else [])
        most = max(most, len(node.get("enum", [])))
        pending.extend(
            (inner, names if keyword == "propertyNames" else here) for keyword, inner in subschemas(node)
        )
    return Patterns(frozenset(texts), frozenset(names), frozenset(keys), frozenset(refused), most)


def string_language(schema: JsonSchema) -> Expression | None:
    """Return the strings that the keywords of one schema object allow, or None if they do not say.

    Formats count only if their patterns are known, so the language may be larger. Raises
    `Undecided` if a pattern cannot be read.
    """
    found: list[Expression] = []
    if "pattern" in schema:
        found.append(_language(schema["pattern"]))
    if schema.get("format") in _FORMATS:
        found.append(_language(_FORMATS[schema["format"]]))
    for member in schema.get("allOf", []):
        if "pattern" in member:
            found.append(_language(member["pattern"]))
        elif "pattern" in member.get("not", {}):
            found.append(inverse(_language(member["not"]["pattern"])))
    refused = schema.get("not", {})
    if "pattern" in refused:
        found.append(inverse(_language(refused["pattern"])))
    if "enum" in refused:
        listed = [literal(value) for value in refused["enum"] if isinstance(value, str)]
        found.append(inverse(alternatives(*listed)))
    if found and ("minLength" in schema or "maxLength" in schema):
        found.append(repeat(ANY, schema.get("minLength", 0), schema.get("maxLength")))
    return both(*found) if found else None


@lru_cache(maxsize=4096)
def _language(pattern: str) -> Expression:
    if is_opaque(pattern):
        raise Undecided("a pattern of another dialect")
    return language_of(pattern)


def _implied(schema: JsonSchema, receiver: list[str], patterns: Patterns) -> list[JsonSchema]:
    """Return the implications of the patterns and the format of one schema object, for strings alone."""
    found = [{"format": wider} for wider in _WIDER.get(schema.get("format", ""), ())]
    found += _implied_by_patterns(schema, receiver, patterns)
    if not found or schema.get("type") == "string":
        return found
    others = {"type": ["null", "boolean", "object", "array", "number"]}
    return [{"anyOf": [others, {"type": "string", "allOf": found}]}]


def _implied_by_patterns(schema: JsonSchema, receiver: list[str], patterns: Patterns) -> list[JsonSchema]:
    facets = [schema, *schema.get("allOf", [])]
    spelled = schema.get("format") in _FORMATS or any("pattern" in facet for facet in facets)
    if not spelled and not receiver:
        return []
    try:
        language = string_language(schema)
        if language is None and ("minLength" in schema or "maxLength" in schema):
            language = repeat(ANY, schema.get("minLength", 0), schema.get("maxLength"))
        if language is None:
            return []
    except Undecided:
        return []
    found: list[JsonSchema] = []
    few = words(language, patterns.most)
    if few is not None:
        found.append({"enum": sorted(few)})
    shortest, longest = lengths(language)
    bounds = {"minLength": shortest, "maxLength": longest}
    found.append({key: value for key, value in bounds.items() if value is not None})
    found.extend({"pattern": pattern} for pattern in receiver if _follows(language, pattern))
    avoided = (pattern for pattern in receiver if pattern in patterns.refused and _avoids(language, pattern))
    found.extend({"not": {"pattern": pattern}} for pattern in avoided)
    if schema.get("format") != "uuid" and _follows(language, _FORMATS["uuid"]):
        # The only format here that its pattern defines completely.
        found.append({"format": "uuid"})
    return found


@lru_cache(maxsize=4096)
def _follows(language: Expression, pattern: str) -> bool:
    try:
        return is_contained(language, _language(pattern))
    except Undecided:
        return False


@lru_cache(maxsize=4096)
def _avoids(language: Expression, pattern: str) -> bool:
    try:
        return is_contained(language, inverse(_language(pattern)))
    except Undecided:
        return False


def _same_key(pattern: str, keys: list[str]) -> str:
    """Return the receiver's equivalent of a pattern for member names, or the pattern itself."""
    if pattern in keys:
        return pattern
    try:
        language = _language(pattern)
        return next((key for key in keys if _equal(language, key)), pattern)
    except Undecided:
        return pattern


def _equal(language: Expression, pattern: str) -> bool:
    other = _language(pattern)
    return is_contained(language, other) and is_contained(other, language)
