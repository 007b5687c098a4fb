"""Pairs of small schemas: does each accept everything that the other does?"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple


class Pair(NamedTuple):
    """Two versions of a schema, and how a change from the first to the second affects users.

    `narrows` breaks requests and `widens` breaks responses. With neither, the two are equivalent.
    """

    name: str
    old: Any
    new: Any
    narrows: bool
    widens: bool
    version: str = "3.1.0"


TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
NAMED = {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}, "additionalProperties": TEXT}
OVERLAPPING = [{**TEXT, "minLength": 2}, {**TEXT, "maxLength": 5}]
HUNDRED = [f"{number:02}" for number in range(100)]
LIST: dict[str, Any] = {"type": "array"}
SINGLES = [{"const": number, "title": str(number)} for number in range(50)]
OWN = {"type": "string", "format": "snowflake"}
OBJECT: dict[str, Any] = {"type": "object"}
CLOSED: dict[str, Any] = {**OBJECT, "additionalProperties": False}
MAP: dict[str, Any] = {**OBJECT, "additionalProperties": TEXT}


def a(**members: Any) -> dict[str, Any]:
    """Return the schema of an object with these members."""
    return {"type": "object", "properties": members}


def cat(**members: Any) -> dict[str, Any]:
    """Return one of two alternatives distinguished by a constant."""
    return {**a(kind={"const": "cat"}, **members), "required": ["kind"]}


def dog(**members: Any) -> dict[str, Any]:
    """Return the other alternative."""
    return {**a(kind={"const": "dog"}, **members), "required": ["kind"]}


def kind(number: int, **members: Any) -> dict[str, Any]:
    """Return one of many alternatives distinguished by a constant."""
    return {**a(kind={"const": number}, **members), "required": ["kind"]}


def some(at_least: int = 1, at_most: int | None = None, **kind: Any) -> dict[str, Any]:
    """Return the schema of texts, some of which are of a kind."""
    most = {} if at_most is None else {"maxContains": at_most}
    return {"type": "array", "items": TEXT, "contains": kind, "minContains": at_least, **most}


PAIRS = (
    Pair("longer text", {**TEXT, "maxLength": 5}, {**TEXT, "maxLength": 9}, False, True),
    Pair("shorter text", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 5}, True, False),
    Pair("length shifted", {**TEXT, "maxLength": 5}, {**TEXT, "minLength": 3}, True, True),
    Pair("minLength of nought", TEXT, {**TEXT, "minLength": 0}, False, False),
    Pair("digits written otherwise", {**TEXT, "pattern": r"^\d+$"}, {**TEXT, "pattern": "^[0-9]+$"}, False, False),
    Pair("repetition written out", {**TEXT, "pattern": "^a{3}$"}, {**TEXT, "pattern": "^aaa$"}, False, False),
    Pair("pattern of everything", TEXT, {**TEXT, "pattern": "^"}, False, False),
    Pair("pattern without its end", {**TEXT, "pattern": "^ab$"}, {**TEXT, "pattern": "^ab"}, False, True),
    Pair("pattern with an alternative", {**TEXT, "pattern": "^a$"}, {**TEXT, "pattern": "^(a|b)$"}, False, True),
    Pair("patterns that overlap", {**TEXT, "pattern": "^[a-m]$"}, {**TEXT, "pattern": "^[k-z]$"}, True, True),
    Pair("pattern as a length", {**TEXT, "pattern": "^.{2,4}$"}, {**TEXT, "minLength": 2, "maxLength": 4}, False, True),
    Pair("length as a pattern", {**TEXT, "minLength": 1, "maxLength": 9}, {**TEXT, "pattern": r"^[\s\S]{1,9}$"},
         False, False),
    Pair("an excluded text as a pattern", {**TEXT, "not": {"enum": ["a"]}}, {**TEXT, "pattern": "^(?!a$)"},
         False, False),
    Pair("pattern as a list", {**TEXT, "pattern": "^(red|blue)$"}, {"enum": ["blue", "red"]}, False, False),
    Pair("lookahead as a class", {**TEXT, "pattern": "^(?!a)[a-c]$"}, {**TEXT, "pattern": "^[bc]$"}, False, False),
    Pair("two patterns as one", {**TEXT, "allOf": [{"pattern": "^a"}, {"pattern": "z$"}]},
         {**TEXT, "pattern": "^a(.|\\n|\\r|\\u2028|\\u2029)*z$"}, False, False),
    Pair("format added", TEXT, {**TEXT, "format": "ipv4"}, True, False),
    Pair("format changed", {**TEXT, "format": "date"}, {**TEXT, "format": "uuid"}, True, True),
    Pair("password hinted", TEXT, {**TEXT, "format": "password"}, False, False),
    Pair("a format of one's own beside whole numbers", WHOLE, {**WHOLE, "format": "unixtime"}, False, False),
    Pair("objects that overlap, or null, with a further member", {"oneOf": [a(x=TEXT), a(y=TEXT), {"type": "null"}]},
         {"oneOf": [a(x=TEXT, z=TEXT), a(y=TEXT), {"type": "null"}]}, False, False),
    Pair("one object with a further kind instead of alternatives with formats of one's own",
         {"oneOf": [{**a(kind={"enum": [kind]}, id=OWN, **{kind: OWN}), "required": ["kind"]} for kind in "bcde"]},
         {**a(kind={"enum": ["b", "c", "d", "e", "x"]}, id=TEXT), "required": ["kind"]}, False, True),
    Pair("int32 to int64", {**WHOLE, "format": "int32"}, {**WHOLE, "format": "int64"}, False, True, "3.0.3"),
    Pair("whole to any number", WHOLE, {"type": "number"}, False, True),
    Pair("any number to whole", {"type": "number"}, WHOLE, True, False),
    Pair("lower bound raised", {**WHOLE, "minimum": 0}, {**WHOLE, "minimum": 1}, True, False),
    Pair("bound made exclusive", {**WHOLE, "minimum": 1}, {**WHOLE, "exclusiveMinimum": 0}, False, False),
    Pair("bound of a fraction made exclusive", {"type": "number", "minimum": 1},
         {"type": "number", "exclusiveMinimum": 1}, True, False),
    Pair("multiple of less", {**WHOLE, "multipleOf": 4}, {**WHOLE, "multipleOf": 2}, False, True),
    Pair("multiple of another", {**WHOLE, "multipleOf": 4}, {**WHOLE, "multipleOf": 6}, True, True),
    Pair("a further type", TEXT, {"type": ["string", "integer"]}, False, True),
    Pair("another type", TEXT, {"type": "boolean"}, True, True),
    Pair("types as alternatives", {"type": ["string", "null"]}, {"anyOf": [TEXT, {"type": "null"}]}, False, False),
    Pair("nullable", TEXT, {**TEXT, "nullable": True}, False, True, "3.0.3"),
    Pair("nullable means nothing in 3.1", TEXT, {**TEXT, "nullable": True}, False, False),
    Pair("a further value", {"enum": ["a", "b"]}, {"enum": ["a", "b", "c"]}, False, True),
    Pair("another value", {"enum": ["a", "b"]}, {"enum": ["a", "c"]}, True, True),
    Pair("constant as a list", {"const": "a"}, {"enum": ["a"]}, False, False),
    Pair("list dropped", {**TEXT, "enum": ["a"]}, TEXT, False, True),
    Pair("optional member", a(x=TEXT), a(x=TEXT, y=TEXT), False, False),
    Pair("required member", a(x=TEXT), {**a(x=TEXT, y=TEXT), "required": ["y"]}, True, False),
    Pair("member became required", a(x=TEXT), {**a(x=TEXT), "required": ["x"]}, True, False),
    Pair("member of another type", a(x=TEXT), a(x=WHOLE), True, True),
    Pair("object closed", a(x=TEXT), {**a(x=TEXT), "additionalProperties": False}, True, False),
    Pair("member added to a closed object", {**a(x=TEXT), "additionalProperties": False},
         {**a(x=TEXT, y=TEXT), "additionalProperties": False}, False, True),
    Pair("free-form object closed", {"type": "object"}, {"type": "object", "maxProperties": 0}, True, False),
    Pair("map of another type", {"type": "object", "additionalProperties": TEXT},
         {"type": "object", "additionalProperties": {"type": ["string", "integer"]}}, False, True),
    Pair("a map as one listed object", MAP, {"enum": [{"a": 1}]}, True, True),
    Pair("a map with names of one form and any values", MAP, {**OBJECT, "propertyNames": {"pattern": "^[0-9]+$"}},
         True, True),
    Pair("a map with names of one form among alternatives", MAP,
         {**OBJECT, "anyOf": [{"propertyNames": {"pattern": "^a"}}]}, True, True),
    Pair("a map with members of a pattern among alternatives", MAP,
         {**OBJECT, "anyOf": [{**CLOSED, "patternProperties": {"^a": WHOLE}}]}, True, True),
    Pair("the one member of a map", {**MAP, "required": ["a"], "maxProperties": 1},
         {**OBJECT, "required": ["a"], "maxProperties": 1}, False, True),
    Pair("the one conditional member of a map", {**MAP, "maxProperties": 1},
         {**OBJECT, "maxProperties": 1, "if": {"required": ["a"]}, "else": False}, True, True),
    Pair("names of a map held to a pattern", {"type": "object", "additionalProperties": TEXT},
         {"type": "object", "additionalProperties": TEXT, "propertyNames": {"pattern": "^[a-z]+$"}}, True, False),
    Pair("members by pattern", {"type": "object", "patternProperties": {"^x-": TEXT}},
         {"type": "object", "patternProperties": {"^x-": {**TEXT, "maxLength": 3}}}, True, False),
    Pair("pattern of members written otherwise", {"type": "object", "patternProperties": {"^[0-9]$": TEXT}},
         {"type": "object", "patternProperties": {r"^\d$": TEXT}}, False, False),
    Pair("a member demands another", a(x=TEXT, y=TEXT), {**a(x=TEXT, y=TEXT), "dependentRequired": {"x": ["y"]}},
         True, False),
    Pair("a condition", a(x=TEXT, y=TEXT),
         {**a(x=TEXT, y=TEXT), "if": {"required": ["x"]}, "then": {"required": ["y"]}}, True, False),
    Pair("items of another type", {"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE}, True, True),
    Pair("more items", {"type": "array", "maxItems": 3}, {"type": "array", "maxItems": 4}, False, True),
    Pair("distinct items", {"type": "array"}, {"type": "array", "uniqueItems": True}, True, False),
    Pair("an item of a kind", {"type": "array"}, {"type": "array", "contains": TEXT}, True, False),
    Pair("more of a kind that is counted", some(at_most=1, enum=["a"]), some(at_most=1, enum=["a", "b"]), True, True),
    Pair("more of a kind that need not be there", some(0, 1, enum=["a"]), some(0, 1, enum=["a", "b"]), True, False),
    Pair("a counted kind written otherwise", some(at_most=2, enum=["a", "b"]), some(at_most=2, pattern="^[ab]$"),
         False, False),
    Pair("a counted kind by its pattern", some(2, 3, pattern="^a"), some(2, 3, pattern="^[ab]"), True, True),
    Pair("one more of a counted kind", some(at_most=1, enum=["a"]), some(at_most=2, enum=["a"]), False, True),
    Pair("a counted kind in a list that is short", {**some(0, 1, enum=["a"]), "maxItems": 2},
         {**some(0, 2, enum=["a", "b"]), "maxItems": 2}, False, True),
    Pair("items that nothing evaluates", {"type": "array", "prefixItems": [TEXT], "unevaluatedItems": False},
         {"type": "array", "prefixItems": [TEXT], "items": False}, False, False),
    Pair("items that a part evaluates", {"type": "array", "allOf": [{"items": TEXT}], "unevaluatedItems": False},
         {"type": "array", "items": False}, True, False),
    Pair("a numbered item", {"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [TEXT, WHOLE]},
         True, False),
    Pair("a closed tuple with room for one more", {"type": "array", "prefixItems": [TEXT], "items": False},
         {"type": "array", "prefixItems": [TEXT, WHOLE], "items": False}, False, True),
    Pair("a tuple of another length", {"type": "array", "prefixItems": [TEXT], "items": False, "minItems": 1},
         {"type": "array", "prefixItems": [TEXT, WHOLE], "items": False, "minItems": 2}, True, True),
    Pair("a numbered item that never comes", {"type": "array", "items": TEXT, "maxItems": 1},
         {"type": "array", "prefixItems": [TEXT, WHOLE], "maxItems": 1}, False, False),
    Pair("names of a closed object by a wider pattern", {**CLOSED, "patternProperties": {"^x-": TEXT}},
         {**CLOSED, "patternProperties": {"^[xy]-": TEXT}}, False, True),
    Pair("names by pattern held to a length", {**CLOSED, "patternProperties": {"^x-": TEXT}},
         {**CLOSED, "patternProperties": {"^x-": TEXT}, "propertyNames": {"maxLength": 9}}, True, False),
    Pair("a large list halved", {"type": "array", "items": TEXT, "maxItems": 1000},
         {"type": "array", "items": TEXT, "maxItems": 500}, True, False),
    Pair("a map with fewer members of certain names", {**NAMED, "maxProperties": 8}, {**NAMED, "maxProperties": 5},
         True, False),
    Pair("a pattern beside a format", {**TEXT, "format": "uri"}, {**TEXT, "format": "uri", "pattern": "^https:"},
         True, False),
    Pair("names that are refused by a pattern", {**OBJECT, "patternProperties": {"^x": False}},
         {**OBJECT, "propertyNames": {"not": {"pattern": "^x"}}}, False, False),
    Pair("names that are refused by a pattern that avoids them", {**OBJECT, "patternProperties": {"^x": False}},
         {**OBJECT, "propertyNames": {"pattern": "^(?!x)"}}, False, False),
    Pair("names of a pattern refused", OBJECT, {**OBJECT, "patternProperties": {"^x": False}}, True, False),
    Pair("fewer names refused", {**OBJECT, "patternProperties": {"^x": False}},
         {**OBJECT, "propertyNames": {"pattern": "^(?!xy)"}}, False, True),
    Pair("pattern as a long list", {**TEXT, "pattern": "^[0-9]{2}$"}, {"enum": HUNDRED}, False, False),
    Pair("pattern as a long list that lacks one", {**TEXT, "pattern": "^[0-9]{2}$"}, {"enum": HUNDRED[1:]}, True, False),
    Pair("pattern in either case as a list", {**TEXT, "pattern": "^[Oo][Nn]$"}, {"enum": ["on", "ON", "On", "oN"]},
         False, False),
    Pair("a list in another case", {"enum": ["on", "off"]}, {"enum": ["ON", "OFF"]}, True, True),
    Pair("no item of a kind", some(0, 0, enum=["a"]), {**LIST, "items": {**TEXT, "not": {"const": "a"}}}, False, False),
    Pair("no item of a kind, or one", some(0, 0, enum=["a"]), some(0, 1, enum=["a"]), False, True),
    Pair("none of a kind as a negation", some(0, 0, enum=["a"]),
         {**LIST, "items": TEXT, "not": {"contains": {"const": "a"}}}, False, False),
    Pair("items that parts evaluate by number", {**LIST, "allOf": [{"prefixItems": [TEXT]}], "unevaluatedItems": False},
         {**LIST, "prefixItems": [TEXT], "items": False}, False, False),
    Pair("items of a further number", {**LIST, "allOf": [{"prefixItems": [TEXT]}], "unevaluatedItems": False},
         {**LIST, "prefixItems": [TEXT, WHOLE], "items": False}, False, True),
    Pair("items that a part evaluates, and nothing else", {**LIST, "allOf": [{"items": TEXT}], "unevaluatedItems": False},
         {**LIST, "items": TEXT}, False, False),
    Pair("items of two parts", {**LIST, "allOf": [{"prefixItems": [TEXT]}, {"prefixItems": [{}, WHOLE]}],
                                "unevaluatedItems": TEXT},
         {**LIST, "prefixItems": [TEXT, WHOLE], "items": TEXT}, False, False),
    Pair("patterns of alternatives as one", {"anyOf": [{**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}]},
         {**TEXT, "pattern": "^[ab]"}, False, False),
    Pair("many single values as alternatives, and one more", {**WHOLE, "oneOf": SINGLES},
         {**WHOLE, "oneOf": [*SINGLES, {"const": 100}]}, False, True),
    Pair("single values as a list", {**WHOLE, "oneOf": SINGLES}, {"enum": [*range(50)]}, False, False),
    Pair("a single value twice", {"oneOf": [*SINGLES[:2], SINGLES[0]]}, {"enum": [1]}, False, False),
    Pair("a single value twice among any", {"anyOf": [*SINGLES[:2], SINGLES[0]]}, {"enum": [0, 1]}, False, False),
    Pair("lists of either kind of item", {"anyOf": [{**LIST, "items": TEXT}, {**LIST, "items": WHOLE}]},
         {**LIST, "items": {"type": ["string", "integer"]}}, False, True),
    Pair("allOf written as one", {"allOf": [a(x=TEXT), {"required": ["x"]}]}, {**a(x=TEXT), "required": ["x"]},
         False, False),
    Pair("allOf of nothing", TEXT, {"allOf": [TEXT]}, False, False),
    Pair("allOf that demands more", a(x=TEXT), {"allOf": [a(x=TEXT), {"required": ["x"]}]}, True, False),
    Pair("alternatives in another order", {"oneOf": [TEXT, WHOLE]}, {"oneOf": [WHOLE, TEXT]}, False, False),
    Pair("a further alternative", {"oneOf": [cat(), dog()]}, {"oneOf": [cat(), dog(), TEXT]}, False, True),
    Pair("an alternative less", {"anyOf": [TEXT, WHOLE]}, {"anyOf": [TEXT]}, True, False),
    Pair("an alternative narrowed", {"oneOf": [cat(lives=WHOLE), dog()]},
         {"oneOf": [cat(lives={**WHOLE, "maximum": 9}), dog()]}, True, False),
    Pair("an alternative with a further member", {"oneOf": [cat(), dog()]}, {"oneOf": [cat(lives=WHOLE), dog()]},
         False, False),
    *(Pair(f"a member that {keyword} has elsewhere with another type{suffix}", {keyword: [one(n=TEXT), two()]},
           {keyword: [one(n=TEXT), two(n=WHOLE)]}, False, False)
      for keyword in ("anyOf", "oneOf") for suffix, one, two in (("", cat, dog), (", where both overlap", a, partial(a, y=TEXT)))),
    Pair("a member required that another alternative has", {"oneOf": [cat(n=TEXT), dog()]},
         {"oneOf": [cat(n=TEXT), {**dog(n=WHOLE), "required": ["kind", "n"]}]}, True, False),
    Pair("a member with another type that another alternative has", {"oneOf": [cat(n=TEXT), dog(n=TEXT)]},
         {"oneOf": [cat(n=TEXT), dog(n=WHOLE)]}, True, True),
    Pair("members of two alternatives together", {"anyOf": [a(x=TEXT), a(y=TEXT)]},
         {"anyOf": [{**CLOSED, **a(x=TEXT)}, {**CLOSED, **a(y=TEXT)}]}, True, False),
    Pair("a member that a nested alternative has", {"oneOf": [{"oneOf": [cat(n=TEXT), TEXT]}, dog()]},
         {"oneOf": [{"oneOf": [cat(n=TEXT), TEXT]}, dog(n=WHOLE)]}, False, False),
    Pair("a member beside alternatives", {**a(n=TEXT), "oneOf": [cat(), dog()]},
         {**a(n=TEXT), "oneOf": [cat(), dog(n={**TEXT, "maxLength": 3})]}, True, False),
    Pair("one alternative", {"oneOf": [TEXT]}, TEXT, False, False),
    Pair("one alternative of two", {"oneOf": [cat(), dog()]}, cat(), True, False),
    Pair("forty alternatives, of which one is narrowed", {"anyOf": [kind(n, n=TEXT) for n in range(40)]},
         {"anyOf": [kind(n, n=TEXT if n else {**TEXT, "maxLength": 3}) for n in range(40)]}, True, False),
    Pair("oneOf as anyOf where nothing overlaps", {"oneOf": [cat(), dog()]}, {"anyOf": [cat(), dog()]}, False, False),
    Pair("oneOf of whole and any number", {"oneOf": [WHOLE, TEXT]}, {"oneOf": [WHOLE, {"type": "number"}, TEXT]},
         True, True),
    Pair("anyOf as oneOf where texts overlap", {"anyOf": OVERLAPPING}, {"oneOf": OVERLAPPING}, True, False),
    Pair("anyOf as oneOf where objects overlap", {"anyOf": [a(x=TEXT), a(y=TEXT)]}, {"oneOf": [a(x=TEXT), a(y=TEXT)]},
         True, False),
    Pair("more that fits two of oneOf", {"oneOf": OVERLAPPING}, {"oneOf": [OVERLAPPING[0], {**TEXT, "maxLength": 6}]},
         True, False),
    Pair("an object closed over its parts", {**CLOSED, "properties": {"x": TEXT, "y": TEXT}},
         {"allOf": [a(x=TEXT), {"properties": {"y": TEXT}}], "unevaluatedProperties": False}, False, False),
    Pair("a further part of what is closed over its parts", {"allOf": [a(x=TEXT)], "unevaluatedProperties": False},
         {"allOf": [a(x=TEXT), {"properties": {"y": TEXT}}], "unevaluatedProperties": False}, False, True),
    Pair("items of anything beside unevaluated items", {"type": "array", "items": TEXT, "unevaluatedItems": False},
         {"type": "array", "items": {}, "unevaluatedItems": False}, False, True),
    Pair("members of anything beside unevaluated members",
         {**OBJECT, "patternProperties": {"^x": TEXT}, "additionalProperties": True, "unevaluatedProperties": False},
         {**OBJECT, "patternProperties": {"^x": TEXT}, "additionalProperties": TEXT, "unevaluatedProperties": False},
         True, False),
    Pair("null or one of two that overlap", {"oneOf": [{"type": "null"}, {**WHOLE, "minimum": 1}, WHOLE]},
         {"oneOf": [{"type": "null"}, {**WHOLE, "minimum": 5}, WHOLE]}, False, True),
    Pair("null beside two alternatives", {"oneOf": [TEXT, WHOLE, {"type": "null"}]},
         {"anyOf": [{"type": "null"}, {"oneOf": [TEXT, WHOLE]}]}, False, False),
    Pair("a value excluded", TEXT, {**TEXT, "not": {"const": "x"}}, True, False),
    Pair("double negation", TEXT, {"not": {"not": TEXT}}, False, False),
    Pair("anything", {}, TEXT, True, False),
    Pair("true", True, {}, False, False),
    Pair("named pattern member", a(pattern=TEXT, **{"$ref": WHOLE}), a(pattern={**TEXT, "maxLength": 2}, **{"$ref": WHOLE}),
         True, False),
)  # fmt: skip
