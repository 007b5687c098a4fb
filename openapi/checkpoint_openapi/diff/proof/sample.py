"""Sample values of a schema: the simplest ones that it accepts, to show as witnesses."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Hashable, Iterator
from decimal import Decimal
from functools import lru_cache
from string import ascii_lowercase
from typing import Any, cast

from checkpoint_openapi.diff.proof.merge import is_facet, merged, replaced
from checkpoint_openapi.diff.regex.language import Undecided, shortest_word
from checkpoint_openapi.diff.schema.containment import JsonSchema, Operand, accepts, operand_of
from checkpoint_openapi.diff.schema.nested import definition_name, references
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.diff.schema.patterns import string_language
from checkpoint_openapi.document.values import contains, hashable, members

__all__ = ["samples", "samples_of", "variations"]

_DEPTH = 10
_TRIES = 40
_STEPS = 20_000
"""The number of nested schemas that are entered for all candidates together."""
_EACH = 8
"""The number of candidates tried for each inner schema."""
_LONG = 2000
"""The longest array that is generated."""
_SPARE = ("a", "b", "c", "extra")
_LETTERS = [first + second for first in ("", *ascii_lowercase) for second in ascii_lowercase]
"""Names for objects that need many members."""
_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_OF_WORDS = ("pattern", "format", "allOf", "not", "minLength", "maxLength")
"""Keywords that restrict which strings are valid."""
_BY_FORMAT = {
    "uuid": ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"],
    "date": ["2024-02-29", "1970-01-01"],
    "date-time": ["2024-02-29T12:00:00Z", "1970-01-01T00:00:00.5+01:00"],
    "time": ["12:00:00Z", "00:00:00.5+01:00"],
    "duration": ["P1D", "PT1H", "P2W", "P1Y"],
    "email": ["a@example.com", "B.c+d@mail.example.org"],
    "idn-email": ["a@example.com", "ä@example.com"],
    "hostname": ["example.com", "A-1"],
    "idn-hostname": ["example.com", "ä.example.com"],
    "ipv4": ["192.0.2.1", "255.255.255.255"],
    "ipv6": ["2001:db8::1", "::"],
    "uri": ["https://example.com/a", "http://example.com", "urn:a"],
    "uri-reference": ["/a", "https://example.com/a", "a?b#c"],
    "iri": ["https://example.com/a", "https://example.com/ä"],
    "iri-reference": ["/a", "/ä"],
    "uri-template": ["/{a}"],
    "json-pointer": ["/a"],
    "relative-json-pointer": ["0"],
    "regex": ["a"],
    "byte": ["YQ=="],
}


def samples(schema: JsonSchema, *, limit: int = 6, operand: Operand | None = None) -> list[Any]:
    """Return up to `limit` values that a schema with its `$defs` accepts, simplest first; possibly none.

    `operand` is the same schema, if that is known.
    """
    operand = operand or operand_of(schema)
    found: list[Any] = []
    sampler = _Sampler(schema.get("$defs", {}))
    for value in itertools.islice(sampler.values(schema, _DEPTH), _TRIES):
        if not contains(found, value) and operand.accepts(value):
            found.append(value)
            if len(found) == limit:
                break
    return found


def samples_of(schema: Schema) -> list[Any]:
    """Return the simplest values of a schema; they are computed once for all identical schemas."""
    return schema.once(
        "samples", lambda: samples(schema.operand.simplified(), limit=12, operand=schema.operand)
    )


def variations(schema: JsonSchema) -> list[Any]:
    """Return objects that a schema may accept, one for each value that it lists for a member."""
    bases, found = samples(schema, limit=1), list[Any]()
    for name, inner in members(schema.get("properties")).items():
        reference = members(inner).get("$ref")
        stated = schema["$defs"][definition_name(reference)] if reference else inner
        listed = members(stated).get("enum", [])
        found.extend({**members(base), name: value} for base in bases for value in listed)
    return found


class _Sampler:
    """Yields candidates, some of which may turn out to be refused."""

    def __init__(self, definitions: dict[str, JsonSchema]) -> None:
        self._definitions = definitions
        self._known: dict[tuple[int, int], tuple[Any, list[Any]]] = {}
        self._naming: dict[int, tuple[Any, Operand]] = {}
        self._left = _STEPS

    def inner(self, schema: Any, depth: int, most: int = _EACH) -> list[Any]:
        """Return the first candidates of an inner schema, computed once."""
        known = self._known.get((id(schema), most))
        if known is None or known[0] is not schema:
            known = (schema, list(itertools.islice(self.values(schema, depth - 1), most)))
            if known[1]:
                self._known[id(schema), most] = known
        return known[1]

    def values(self, schema: Any, depth: int) -> Iterator[Any]:
        """Yield candidates of a schema."""
        if schema is True:
            schema = {}
        self._left -= 1
        if not isinstance(schema, dict) or depth <= 0 or self._left < 0:
            return
        keywords = cast("JsonSchema", schema)
        if keywords.get("not") in ({}, True):
            return
        if "const" in keywords:
            yield keywords["const"]
        elif "enum" in keywords:
            yield from keywords["enum"]
        elif "$ref" in keywords:
            name = definition_name(keywords["$ref"])
            yield from self.values(replaced(keywords, "$ref", self._definitions.get(name, {})), depth - 1)
        elif "anyOf" in keywords or "oneOf" in keywords:
            key = "anyOf" if "anyOf" in keywords else "oneOf"
            branches = [replaced(keywords, key, branch) for branch in keywords[key]]
            yield from _in_turn([self.values(branch, depth) for branch in branches])
        elif any(not is_facet(member) for member in keywords.get("allOf", [])):
            yield from self.values(merged(keywords), depth)
        else:
            stated = keywords.get("type", _likely(keywords))
            types = cast("list[str]", stated) if isinstance(stated, list) else [stated]
            yield from _in_turn([self._of_type(name, keywords, depth) for name in types])

    def _of_type(self, name: str, keywords: JsonSchema, depth: int) -> Iterator[Any]:
        match name:
            case "null":
                yield None
            case "boolean":
                yield from (True, False)
            case "string":
                yield from _strings(keywords)
            case "integer" | "number":
                yield from _numbers(keywords, whole=name == "integer")
            case "array":
                yield from self._arrays(keywords, depth)
            case _:
                yield from self._objects(keywords, depth)

    def _arrays(self, keywords: JsonSchema, depth: int) -> Iterator[list[Any]]:
        least, most = keywords.get("minItems", 0), keywords.get("maxItems")
        numbered = keywords.get("prefixItems", [])
        needed: list[Any] = (
            [keywords["contains"]] * keywords.get("minContains", 1) if "contains" in keywords else []
        )
        sizes = {len(needed), least, max(least, 1), max(least, len(numbered)), least + 1}
        if most is not None and most <= _LONG:
            sizes.add(most)
        for size in sorted(
            size for size in sizes if least <= size <= (_LONG if most is None else min(most, _LONG))
        ):
            schemas = [*numbered, *[keywords.get("items", {})] * size][:size]
            for number, schema in enumerate(needed[:size]):
                schemas[-1 - number] = {"allOf": [schemas[-1 - number], schema]}
            for turn in range(3 if size else 1):
                items = self._filled(schemas, depth, turn, distinct=keywords.get("uniqueItems") is True)
                if items is not None:
                    yield items
        two = self.inner(keywords.get("items", {}), depth)[:2]
        if len(two) == 2 and not numbered and least <= 2 <= (2 if most is None else most):
            # Alternatives that each allow items of one kind differ from items of either kind.
            yield two

    def _filled(self, schemas: list[Any], depth: int, turn: int, *, distinct: bool) -> list[Any] | None:
        """Return an item for each schema, the `turn`-th candidate if there are several, or None."""
        items: list[Any] = []
        taken = set[Hashable]()
        left: dict[int, list[Any]] = {}
        for schema in schemas:
            options = self.inner(schema, depth, _EACH + len(schemas) if distinct else _EACH)
            if distinct:
                options = left.setdefault(id(schema), list(options))
                _drop(taken, options, turn)
            if not options:
                return None
            items.append(options[min(turn, len(options) - 1)])
            taken.add(hashable(items[-1]))
        return items

    def _objects(self, keywords: JsonSchema, depth: int) -> Iterator[dict[str, Any]]:
        properties = cast("JsonSchema", keywords.get("properties", {}))
        required = cast("list[str]", keywords.get("required", []))
        spare = self._allowed(keywords, [*self._names(keywords), *_SPARE])
        least = keywords.get("minProperties", 0)
        choices = [
            required,
            *[[*required, name] for name in spare if name not in required],
            [*required, *properties],
        ]
        for turn in range(3):
            for choice in choices:
                names = list(dict.fromkeys(choice))
                if len(names) < least:
                    more = [*spare, *self._allowed(keywords, _LETTERS)]
                    names = list(dict.fromkeys([*names, *more]))[:least]
                found: dict[str, Any] = {}
                for name in names:
                    options = self.inner(properties.get(name, _by_pattern(keywords, name)), depth)
                    if options:
                        found[name] = options[min(turn, len(options) - 1)]
                if all(name in found for name in required):
                    yield found
                    if choice is required:
                        yield from ({**found, **more} for more in self._violating(keywords, depth))

    def _allowed(self, keywords: JsonSchema, names: list[str]) -> list[str]:
        """Return those of some names that a schema of names accepts."""
        if not isinstance(keywords.get("propertyNames"), dict):
            return names
        schema = cast("JsonSchema", keywords["propertyNames"])
        known = self._naming.get(id(schema))
        if known is None or known[0] is not schema:
            # A schema of names hardly ever refers to others, and all definitions are large.
            whole = {**schema, "$defs": self._definitions} if references(schema) else schema
            known = self._naming[id(schema)] = (schema, operand_of(whole))
        return [name for name in names if known[1].accepts(name)]

    def _names(self, keywords: JsonSchema) -> list[str]:
        """Return names that members may have."""
        allowed = cast("JsonSchema", keywords.get("propertyNames", {}))
        listed: list[Any] = (
            allowed["enum"] if "enum" in allowed else self.inner(allowed, 3) if allowed else []
        )
        by_pattern = [_word(pattern) for pattern in keywords.get("patternProperties", {})]
        strange = [name for inner in _refused(keywords) for name in _refused_names(inner)]
        names = [*strange, *keywords.get("properties", {}), *listed, *by_pattern]
        return list(dict.fromkeys(name for name in names if isinstance(name, str)))

    def _violating(self, keywords: JsonSchema, depth: int) -> Iterator[dict[str, Any]]:
        """Yield members that violate the demands on members by their names."""
        for inner in _refused(keywords):
            for pattern, schema in inner.get("patternProperties", {}).items():
                name = _word(pattern)
                if name is not None:
                    yield from ({name: value} for value in self.inner({"not": schema}, depth)[:2])


def _drop(taken: set[Hashable], options: list[Any], turn: int) -> None:
    """Remove options that are taken, up to the one that a turn needs."""
    number = 0
    while number <= turn and number < len(options):
        if hashable(options[number]) in taken:
            del options[number]
        else:
            number += 1


def _by_pattern(keywords: JsonSchema, name: str) -> Any:
    """Return the schema of a member that is not listed by name."""
    for pattern, schema in keywords.get("patternProperties", {}).items():
        if accepts({"pattern": pattern}, name):
            return schema
    return keywords.get("additionalProperties", {})


def _refused(keywords: JsonSchema) -> list[JsonSchema]:
    """Return the schemas under a schema's negations."""
    facets = [keywords, *(cast("JsonSchema", member) for member in keywords.get("allOf", []))]
    return [member["not"] for member in facets if isinstance(member.get("not"), dict)]


def _word(pattern: str) -> str | None:
    return _fitting_word({"pattern": pattern})


def _likely(keywords: JsonSchema) -> list[str]:
    """Return first the types that an untyped schema's keywords are about, then the others."""
    hints = {
        "string": ("pattern", "minLength", "maxLength", "format"),
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        "array": ("items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems"),
        "object": ("properties", "required", "additionalProperties", "minProperties", "propertyNames"),
    }
    hinted = [name for name, keys in hints.items() if any(key in keywords for key in keys)]
    return hinted + [name for name in _TYPES if name not in hinted]


def _in_turn(streams: list[Iterator[Any]]) -> Iterator[Any]:
    """Yield one value from each stream, then the next from each."""
    pending = list(streams)
    while pending:
        for stream in list(pending):
            try:
                yield next(stream)
            except StopIteration:
                pending.remove(stream)


def _refused_names(refused: JsonSchema) -> list[str]:
    """Return names that a negated schema of names does not accept."""
    if not isinstance(refused.get("propertyNames"), dict):
        return []
    facets = {key: value for key, value in refused["propertyNames"].items() if key != "type"}
    return list(itertools.islice(_strings({"type": "string", "not": facets}), 2))


def _strings(keywords: JsonSchema) -> Iterator[str]:
    least, most = keywords.get("minLength", 0), keywords.get("maxLength")
    word = _fitting_word(keywords)
    listed = _BY_FORMAT.get(keywords.get("format", ""), [])
    if "format" in keywords:
        yield from listed
    if word is not None:
        yield word
    for base in (
        "text",
        "a",
        "A",
        "0",
        "",
        "1",
        "2024-02-29",
        *(item for items in _BY_FORMAT.values() for item in items),
    ):
        padded = base.ljust(least, base[-1:] or "a")
        yield padded if most is None else padded[:most]
    if most is not None:
        yield "a" * most
    excluded = [cast("list[Any]", inner["enum"]) for inner in _refused(keywords) if "enum" in inner]
    refused = excluded[0] if excluded else []
    yield from itertools.islice((name for name in _LETTERS if name not in refused), 1 if refused else 0)
    yield from (name.rjust(least, "a") for name in _LETTERS if name not in refused)


def _fitting_word(keywords: JsonSchema) -> str | None:
    """Return the shortest word that the patterns of a schema allow, or None if it has none."""
    facets = [keywords, *keywords.get("allOf", []), *_refused(keywords)]
    if not any("pattern" in facet or "format" in facet for facet in facets):
        return None
    said = {key: keywords[key] for key in _OF_WORDS if key in keywords}
    return _shortest(json.dumps(said, sort_keys=True))


@lru_cache(maxsize=4096)
def _shortest(text: str) -> str | None:
    try:
        language = string_language(json.loads(text))
        return shortest_word(language) if language is not None else None
    except Undecided:
        return None


def _numbers(keywords: JsonSchema, *, whole: bool) -> Iterator[int | float]:
    """Yield numbers within the bounds of a schema; they come near its edges first."""
    low = keywords.get("minimum", keywords.get("exclusiveMinimum"))
    high = keywords.get("maximum", keywords.get("exclusiveMaximum"))
    step = keywords.get("multipleOf", 1)
    candidates: list[float] = []
    for edge, sign in ((low, 1), (high, -1)):
        if edge is not None:
            near = math.ceil(edge / step) if sign > 0 else math.floor(edge / step)
            candidates.extend(
                [edge, near * step, near * step + sign * step, edge + sign * 0.5, edge + sign * 0.001]
            )
            candidates.extend([round(edge), round(edge) + sign])
    between = [inner["multipleOf"] / 2 for inner in _refused(keywords) if "multipleOf" in inner]
    candidates.extend([0, 1, -1, 2, 0.5, 1.5, step, 10**6, *between])
    candidates.extend(step * number for number in range(3, _EACH + 3))
    if low is not None:
        candidates.extend(math.ceil(low / step) * step + step * number for number in range(2, _EACH))
    if high is not None:
        candidates.extend(math.floor(high / step) * step - step * number for number in range(2, _EACH))
    fitting = [value for value in candidates if _within(keywords, value)]
    if "multipleOf" in keywords:
        # Engines that divide in binary agree that -85 is a multiple of 0.1, but not about -84.1.
        fitting = [value for value in fitting if Decimal(str(value)) % Decimal(str(step)) == 0]
        fitting.sort(key=lambda value: value / step != int(value / step))
    for value in fitting:
        if value == int(value):
            yield int(value)
        elif not whole:
            yield value


def _within(keywords: JsonSchema, value: float) -> bool:
    """Return whether a number is within all bounds of a schema."""
    least: float = keywords.get("minimum", value)
    most: float = keywords.get("maximum", value)
    above: float = keywords.get("exclusiveMinimum", -math.inf)
    below: float = keywords.get("exclusiveMaximum", math.inf)
    return least <= value <= most and above < value < below
