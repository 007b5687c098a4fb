"""Strategies for schemas with any keywords, for edits in one place, and for values that almost fit."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["edited", "schemas", "values_of"]

Schema = dict[str, Any]
Draw = st.DrawFn
_NAMES = st.sampled_from(["a", "b", "x-1"])
_VALUES: list[Any] = [None, True, 0, 1, 2, 3.5, "", "a", "ab", "12", [], ["a"], {}, {"a": 1}, {"b": "a"}]
_TYPES = st.sampled_from(["null", "boolean", "object", "array", "number", "string", "integer"])
_COUNT = st.integers(0, 3)
_TEXTS = {"^[0-9]+$": "12", "^a": "ab", "b$": "ab", "^(x|yy)$": "yy"}
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "type": st.one_of(_TYPES, _TYPES, st.lists(_TYPES, min_size=1, max_size=2, unique=True)),
    "enum": st.lists(st.sampled_from(_VALUES), min_size=1, max_size=3, unique_by=repr),
    "const": st.sampled_from(_VALUES),
    "pattern": st.sampled_from(sorted(_TEXTS)),
    "multipleOf": st.sampled_from([1, 2, 0.5]),
    "uniqueItems": st.just(True),
    "required": st.lists(_NAMES, min_size=1, max_size=2, unique=True),
    "dependentRequired": st.dictionaries(_NAMES, st.lists(_NAMES, min_size=1, max_size=1), min_size=1, max_size=1),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), st.integers(-1, 3)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _COUNT),
}  # fmt: skip
_INSIDE = ("properties", "additionalProperties", "patternProperties", "propertyNames", "items", "prefixItems")
_BESIDE = ("allOf", "anyOf", "oneOf", "not", "if", "contains", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas")


def _keyword(draw: Draw, name: str, inner: st.SearchStrategy[Schema]) -> Schema:
    if name in _PLAIN:
        return {name: draw(_PLAIN[name])}
    if name in _LISTS:
        return {name: draw(st.lists(inner, min_size=1, max_size=2))}
    if name in _MAPS:
        names = st.sampled_from(["^x-", "^[ab]$"]) if name == "patternProperties" else _NAMES
        return {name: draw(st.dictionaries(names, inner, min_size=1, max_size=2))}
    if name == "propertyNames":
        return {
            name: draw(st.sampled_from([{"pattern": "^[ab]$"}, {"maxLength": 2}, {"enum": ["a", "x-1"]}]))
        }
    if name == "additionalProperties":
        return {name: draw(st.one_of(st.just(False), inner))}
    return {name: draw(inner), **({"then": draw(inner)} if name == "if" else {})}


@st.composite
def _some(draw: Draw, inner: st.SearchStrategy[Schema] | None = None) -> Schema:
    names = [*_PLAIN, *(() if inner is None else (*_INSIDE, *_INSIDE, *_BESIDE))]
    found: Schema = {}
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        found.update(_keyword(draw, name, st.just({}) if inner is None else inner))
    return found


schemas: st.SearchStrategy[Schema] = st.recursive(_some(), _some, max_leaves=6)
"""Schemas with any keywords, which may contradict each other."""


@st.composite
def edited(draw: Draw, schema: Schema) -> Schema:
    """Draw a schema that differs in one place: a keyword was removed or added."""
    inside = [name for name in schema if name in _MAPS or name in _LISTS or isinstance(schema[name], dict)]
    inside = [name for name in inside if name not in ("dependentRequired", "const")]
    if inside and draw(st.booleans()):
        name = draw(st.sampled_from(inside))
        value = schema[name]
        if name in _LISTS:
            number = draw(st.integers(0, len(value) - 1))
            return {**schema, name: [*value[:number], draw(edited(value[number])), *value[number + 1 :]]}
        if name in _MAPS:
            key = draw(st.sampled_from(sorted(value)))
            return {**schema, name: {**value, key: draw(edited(value[key]))}}
        return {**schema, name: draw(edited(value))}
    if schema and draw(st.booleans()):
        gone = draw(st.sampled_from(sorted(schema)))
        return {name: value for name, value in schema.items() if name != gone}
    return {**schema, **draw(_some(schemas))}


@st.composite
def values_of(draw: Draw, schema: Any, depth: int = 4) -> Any:
    """Draw a value similar to what a schema describes, though not necessarily valid."""
    if not isinstance(schema, dict) or depth == 0:
        return draw(st.sampled_from(_VALUES))
    listed = [schema["const"]] if "const" in schema else schema.get("enum", [])
    texts = [_TEXTS[schema["pattern"]]] if "pattern" in schema else []
    choices = [
        st.sampled_from([*listed, *texts, *_VALUES]),
        *[st.sampled_from([*listed, *texts])] * bool(listed or texts),
    ]
    for name in ("allOf", "anyOf", "oneOf"):
        choices += [values_of(branch, depth - 1) for branch in schema.get(name, [])]
    if "properties" in schema or "additionalProperties" in schema or "patternProperties" in schema:
        choices += [_objects(schema, depth)] * 2
    if "items" in schema or "prefixItems" in schema:
        choices.append(_arrays(schema, depth))
    return draw(st.one_of(choices))


@st.composite
def _objects(draw: Draw, schema: Schema, depth: int) -> Schema:
    described = {"extra": schema.get("additionalProperties"), **schema.get("properties", {})}
    names = draw(st.lists(st.sampled_from(sorted(described)), unique=True))
    return {
        name: draw(values_of(described[name], depth - 1))
        for name in [*schema.get("required", []), *names]
        if name in described
    }


@st.composite
def _arrays(draw: Draw, schema: Schema, depth: int) -> list[Any]:
    numbered = [draw(values_of(each, depth - 1)) for each in schema.get("prefixItems", [])]
    return [*numbered, *draw(st.lists(values_of(schema.get("items"), depth - 1), max_size=2))]
