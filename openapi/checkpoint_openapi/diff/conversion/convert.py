"""Converts OpenAPI Schema Objects to JSON Schema 2020-12, for one role in which they are used.

A receiver's schema is taken as it stands. A sender is restricted to the members that it declares, among those
that the other version declares: otherwise every new optional member would look like a breaking change, since
an open schema accepts it with any value. The sender may still use names that neither version knows, which
shows what is refused if a schema is closed later.

Every converted schema records under `x-at` where it was written, relative to the root document.
"""

from __future__ import annotations

import math
from typing import Any, cast

from checkpoint_openapi.diff.conversion.adding import marked
from checkpoint_openapi.diff.conversion.declared import Declarations, evaluated, evaluated_items
from checkpoint_openapi.diff.conversion.discriminator import Discriminators, pinned
from checkpoint_openapi.diff.conversion.keywords import (
    ANNOTATIONS,
    assertions,
    null_beside_enum,
    of_pattern,
    single_values,
    without,
)
from checkpoint_openapi.diff.conversion.nulls import is_null, is_or_null
from checkpoint_openapi.diff.conversion.roles import Form, Key, Role
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.definitions import Definitions
from checkpoint_openapi.diff.schema.marks import AT, CLOSER, HIDDEN, LISTED, PIN, VAGUE_NULL
from checkpoint_openapi.diff.schema.parts import Schema, is_never
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.pointer import escaped

__all__ = ["Converter"]


_EVALUATING_ITEMS = (
    "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "contains",
)  # fmt: skip
"""Keywords beside `unevaluatedItems` that may evaluate items in addition to `prefixItems` and `items`."""


class Converter:
    """Converts the schemas of one document for one role."""

    def __init__(self, documents: Documents, role: Role, novel: frozenset[str]) -> None:
        self._documents = documents
        self._novel = novel
        self._role = role
        self._declarations = Declarations(documents, by_client=role.by_client)
        self._discriminators = Discriminators(documents)
        self._names: dict[Key, str] = {}
        self._pending: list[Key] = []
        self._taken: set[str] = set()
        self._definitions = Definitions({}, novel)
        self.quirks: dict[Location, Any] = {}
        """The unreadable keywords, by their places."""

    def schema(self, place: Location) -> Schema:
        """Return a schema with the definitions that it refers to."""
        root = self._convert(Key(place, Form.WHOLE, frozenset(), as_parent=False))
        while self._pending:
            key = self._pending.pop()
            self._definitions.schemas[self._names[key]] = self._convert(key)
        return Schema(root, self._definitions)

    def _reference(self, key: Key) -> JsonSchema:
        if key not in self._names:
            readable = _readable(key.place.pointer.strip("/"))
            marks = [key.form.value, *sorted(key.hidden), *(["parent"] if key.as_parent else [])]
            marks += [_readable(f"{name} {place}") for name, place in key.scope]
            name = f"{readable or 'root'}-{'-'.join(marks)}"
            while name in self._taken:
                name += "'"
            self._taken.add(name)
            self._names[key] = name
            self._pending.append(key)
        return {"$ref": f"#/$defs/{escaped(self._names[key]).replace('%', '%25')}"}

    def _convert(self, key: Key) -> JsonSchema:
        schema = self._documents.get(key.place)
        if schema is False:
            return {"not": {}, AT: self._documents.label(key.place)}
        if not isinstance(schema, dict):
            if schema is not True:
                self.quirks[key.place] = schema
            return {AT: self._documents.label(key.place)}
        key = key._replace(scope=self._scope(key))
        members = cast("dict[str, Any]", schema)
        refers = "$ref" in members or "$dynamicRef" in members
        alone = refers and (self._documents.version == (3, 0) or len(members) == 1)
        if alone or key.form is not Form.WHOLE:
            return self._part(members, key)
        family = self._discriminators.is_parent(key.place, members)
        children = self._discriminators.children(key.place) if family else []
        names = self._declarations.at(key.place, children)
        part = self._part(members, key._replace(form=Form.PART, hidden=frozenset(names.hidden)))
        if not self._role.sender or not names.closable:
            return part
        known = sorted(self._declarations.always(key.place).among(self._novel))
        return {"allOf": [part, {CLOSER: known}], AT: self._documents.label(key.place)}

    def _part(self, schema: dict[str, Any], key: Key) -> JsonSchema:
        """Convert a schema without restricting it to its declared names."""
        targets = self._targets(schema, key)
        if targets:
            return self._referring(schema, key, targets)
        if not key.as_parent and self._discriminators.is_parent(key.place, schema):
            return self._family(schema, key)
        return self._keywords(schema, key)

    def _scope(self, key: Key) -> tuple[tuple[str, Location], ...]:
        """Return the dynamic scope in a schema: the first anchor of a name wins (JSON Schema Core, 7.1)."""
        if self._documents.version == (3, 0):
            return ()
        return tuple(sorted({**self._documents.dynamic_anchors(key.place), **dict(key.scope)}.items()))

    def _targets(self, schema: dict[str, Any], key: Key) -> list[Location]:
        """Return the schemas that a schema refers to by `$ref` and `$dynamicRef`."""
        found: list[Location] = []
        if "$ref" in schema:
            self._documents.follow(key.place)
            found.append(self._documents.target(key.place))
        candidates = self._documents.dynamic_targets(key.place)
        if candidates:
            met = [place for _, place in key.scope if place in candidates]
            found.append(met[0] if len(candidates) > 1 and met else candidates[0])
        return found

    def _referring(self, schema: dict[str, Any], key: Key, targets: list[Location]) -> JsonSchema:
        """Convert references; their siblings count since 3.1 and are ignored in 3.0."""
        alone = self._documents.version == (3, 0) or len(schema) == 1
        if alone:
            hidden = frozenset[str]() if key.form is Form.WHOLE else key.hidden
            return self._reference(key._replace(place=targets[0], hidden=hidden))
        form = Form.PART if key.form is Form.WHOLE else key.form
        rest = {name: value for name, value in schema.items() if name not in ("$ref", "$dynamicRef")}
        found = self._keywords(rest, key._replace(form=form))
        references = [self._reference(key._replace(place=target, form=form)) for target in targets]
        found["allOf"] = [*references, *found.get("allOf", [])]
        return found

    def _family(self, schema: dict[str, Any], key: Key) -> JsonSchema:
        """Convert a parent with a discriminator: the value selects a child or the parent itself.

        A value that names none of them selects no schema, unless the parent lists its values itself.
        """
        name = self._discriminators.property_of(schema) or ""
        branches: list[JsonSchema] = []
        taken: set[str] = set()
        children = self._discriminators.children(key.place)
        for child in children:
            values = self._discriminators.values(key.place, schema, child)
            reference = self._reference(key._replace(place=child, as_parent=True))
            branches.append(pinned(reference, name, values))
            taken.update(values or [])
        own = self._reference(key._replace(as_parent=True))
        selecting = self._discriminators.values(key.place, schema, key.place)
        if selecting is not None:
            branches.append(pinned(own, name, selecting))
        elif taken:
            others: JsonSchema = {"properties": {name: {"not": {"enum": sorted(taken)}}}, PIN: True}
            branches.append({"allOf": [own, others]})
        else:
            branches.append(own)
        branches = self._marked([*children, key.place], branches, key)
        return {"anyOf": branches, AT: self._documents.label(key.place)}

    def _keywords(self, schema: dict[str, Any], key: Key) -> JsonSchema:
        quirks: list[str] = []
        nullable = self._documents.version == (3, 0)
        found = assertions(schema, quirks, nullable=nullable, strict=self._role.strict)
        if nullable and null_beside_enum(schema):
            found[VAGUE_NULL] = True
        for name in quirks:
            self.quirks[key.place / name] = schema[name]
        if key.hidden:
            found.update(without(found, key.hidden))
        self._members(schema, key, found)
        self._items(schema, key, found)
        composed = self._compositions(schema, key, found)
        self._closed_over_all(key, found)
        found.update({name: schema[name] for name in ANNOTATIONS if name in schema})
        found[AT] = self._documents.label(key.place)
        if nullable and composed and schema.get("nullable") is True:
            return {"anyOf": [{"type": "null"}, found], AT: self._documents.label(key.place)}
        return found

    def _closed_over_all(self, key: Key, found: JsonSchema) -> None:
        """Write `unevaluatedProperties: false` as a closed object if no name depends on the value."""
        names = None
        if found.get("unevaluatedProperties") is False:
            names = evaluated(self._documents, key.place)
        if names is None:
            return
        del found["unevaluatedProperties"]
        listed: JsonSchema = {name: {} for name in sorted(names)}
        self._further({"properties": listed, "additionalProperties": False}, key, found)

    def _nested(self, place: Location, key: Key) -> JsonSchema:
        """Convert the schema of a member or an item."""
        form = Form.PLAIN if key.form is Form.PLAIN else Form.WHOLE
        return self._convert(Key(place, form, frozenset(), as_parent=False, scope=key.scope))

    def _same(self, place: Location, key: Key, form: Form = Form.PART) -> JsonSchema:
        """Convert another schema that applies to the same value."""
        form = Form.PLAIN if key.form is Form.PLAIN else form
        hidden = frozenset[str]() if form is Form.PLAIN else key.hidden
        return self._convert(Key(place, form, hidden, as_parent=False, scope=key.scope))

    def _members(self, schema: dict[str, Any], key: Key, found: JsonSchema) -> None:
        """Convert the keywords about the members of an object."""
        place = key.place
        for keyword in ("properties", "patternProperties"):
            members = schema.get(keyword)
            if isinstance(members, dict):
                converted = found[keyword] = {}
                for name in cast("dict[str, Any]", members):
                    if keyword == "properties" and name in key.hidden:
                        if not self._role.sender:
                            converted[name] = {
                                HIDDEN: True,
                                AT: self._documents.label(place / keyword / name),
                            }
                        continue
                    written = name if keyword == "properties" else of_pattern(name) or ""
                    converted[written] = self._nested(place / keyword / name, key)
            elif members is not None:
                self.quirks[place / keyword] = members
        self._refused_names(key, found)
        for keyword in ("additionalProperties", "unevaluatedProperties", "propertyNames"):
            if keyword in schema and self._says_something(schema[keyword]):
                found[keyword] = False if schema[keyword] is False else self._nested(place / keyword, key)
        if isinstance(schema.get("dependentSchemas"), dict):
            found["dependentSchemas"] = {
                name: self._same(place / "dependentSchemas" / name, key)
                for name in schema["dependentSchemas"]
                if name not in key.hidden
            }

    def _refused_names(self, key: Key, found: JsonSchema) -> None:
        """Write patterns whose members are refused as a demand on names, which is about strings alone."""
        by_pattern = cast("dict[str, JsonSchema]", found.get("patternProperties", {}))
        for pattern in [pattern for pattern, inner in by_pattern.items() if is_never(inner)]:
            del by_pattern[pattern]
            self._further({"propertyNames": {"not": {"pattern": pattern}}}, key, found)

    def _says_something(self, inner: Any) -> bool:
        """Return whether a schema of members or items counts: since 3.1, one of anything evaluates them."""
        return self._documents.version != (3, 0) or inner not in (True, {})

    def _items(self, schema: dict[str, Any], key: Key, found: JsonSchema) -> None:
        """Convert the keywords about items; a list under `items` is the older way to write a tuple."""
        place = key.place
        for keyword in ("prefixItems", "items"):
            members = schema.get(keyword)
            if isinstance(members, list):
                count = len(cast("list[Any]", members))
                found["prefixItems"] = [
                    self._nested(place / keyword / number, key) for number in range(count)
                ]
            elif keyword == "items" and members is not None and self._says_something(members):
                found["items"] = self._nested(place / keyword, key)
        for keyword in ("contains", "unevaluatedItems"):
            if keyword in schema:
                found[keyword] = self._nested(place / keyword, key)
        if "unevaluatedItems" in found:
            self._unevaluated_items(key, found)
        elif "contains" in found and (found.get("minContains"), found.get("maxContains")) == (0, 0):
            # No item of a kind: a demand on each item.
            for keyword in ("contains", "minContains", "maxContains"):
                del found[keyword]
            self._further({"items": {"not": self._same(place / "contains", key, Form.PLAIN)}}, key, found)

    def _unevaluated_items(self, key: Key, found: JsonSchema) -> None:
        """Write `unevaluatedItems` as a demand on the items after a number that no value changes."""
        if not any(self._documents.has(key.place / keyword) for keyword in _EVALUATING_ITEMS):
            found.setdefault("items", found.pop("unevaluatedItems"))
            return
        count = evaluated_items(self._documents, key.place)
        if count is None:
            return
        others = found.pop("unevaluatedItems")
        if count < math.inf:
            self._further({"prefixItems": [{}] * int(count), "items": others}, key, found)

    def _further(self, demand: JsonSchema, key: Key, found: JsonSchema) -> None:
        """Add a demand on the same value."""
        demand = {**demand, AT: self._documents.label(key.place)}
        found["allOf"] = [*found.get("allOf", []), demand]

    def _compositions(self, schema: dict[str, Any], key: Key, found: JsonSchema) -> bool:
        """Convert `allOf` and the like; return whether there are any."""
        composed = False
        for keyword in ("allOf", "anyOf", "oneOf"):
            branches = schema.get(keyword)
            if isinstance(branches, list) and branches:
                places = [key.place / keyword / number for number in range(len(cast("list[Any]", branches)))]
                composed |= self._composition(keyword, places, schema, key, found)
            elif branches:
                self.quirks[key.place / keyword] = branches
        for keyword in ("if", "not"):
            if keyword in schema:
                found[keyword] = self._same(key.place / keyword, key, Form.PLAIN)
        for keyword in ("then", "else"):
            if keyword in schema and "if" in schema:
                found[keyword] = self._same(key.place / keyword, key)
        return composed or "not" in found

    def _composition(
        self, keyword: str, places: list[Location], schema: dict[str, Any], key: Key, found: JsonSchema
    ) -> bool:
        """Convert one composition keyword; return whether it counts here."""
        if keyword == "allOf":
            converted = [self._member_of_all(place, key) for place in places]
            found["allOf"] = [*found.get("allOf", []), *converted]
        elif key.as_parent and self._lead_to_children(places, key.place):
            return False
        elif len(places) == 1:
            found["allOf"] = [*found.get("allOf", []), self._selected(places[0], schema, key)]
        elif self._discriminators.property_of(schema) is not None and key.form is not Form.PLAIN:
            selected = [self._selected(place, schema, key) for place in places]
            found["anyOf"] = self._marked(places, selected, key)
        elif (listed := single_values(schema, keyword)) is not None:
            # One value each: the same as a list, of which much more can be proven.
            found["allOf"] = [
                *found.get("allOf", []),
                {"enum": listed, LISTED: keyword, AT: self._documents.label(key.place)},
            ]
        elif keyword == "oneOf" and "anyOf" not in schema and is_or_null(self._documents, places):
            found["anyOf"] = self._or_null(places, key)
        else:
            found[keyword] = self._marked(places, [self._alternative(place, key) for place in places], key)
        return True

    def _marked(self, places: list[Location], contents: list[JsonSchema], key: Key) -> list[JsonSchema]:
        """Return alternatives, those of a sender each with the names that it declares."""
        if not self._role.sender or key.form is Form.PLAIN:
            return contents
        return marked(self._declarations, places, contents, self._novel)

    def _alternative(self, place: Location, key: Key) -> JsonSchema:
        """Convert an alternative of `anyOf` or `oneOf`."""
        if is_null(self._documents, place):
            return {"type": "null", AT: self._documents.label(place)}
        return self._same(place, key)

    def _or_null(self, places: list[Location], key: Key) -> list[JsonSchema]:
        """Convert a `oneOf` of null and alternatives that refuse null to null or one of the others."""
        null = [place for place in places if is_null(self._documents, place)]
        stated = [place for place in places if place not in null]
        others = self._marked(stated, [self._same(place, key) for place in stated], key)
        whole: JsonSchema = {"oneOf": others, AT: self._documents.label(key.place)}
        return [self._alternative(null[0], key), others[0] if len(others) == 1 else whole]

    def _lead_to_children(self, branches: list[Location], parent: Location) -> bool:
        """Return whether alternatives are children that include this parent, so that it leaves them out."""
        children = self._discriminators.children(parent)
        return any(self._documents.follow(branch) in children for branch in branches)

    def _member_of_all(self, place: Location, key: Key) -> JsonSchema:
        """Convert a member of `allOf` through which a child includes its parent."""
        value = self._documents.get(place)
        if isinstance(value, dict) and "$ref" in value:
            parent = self._documents.follow(place)
            if key.place in self._discriminators.children(parent):
                form = Form.PLAIN if key.form is Form.PLAIN else Form.PART
                return self._reference(Key(parent, form, key.hidden, as_parent=True, scope=key.scope))
        return self._same(place, key)

    def _selected(self, place: Location, schema: dict[str, Any], key: Key) -> JsonSchema:
        """Convert an alternative together with the discriminator values that select it, if any."""
        name = self._discriminators.property_of(schema)
        branch = self._alternative(place, key)
        if name is None or name in key.hidden or key.form is Form.PLAIN:
            return branch
        return pinned(branch, name, self._discriminators.values(key.place, schema, place))


def _readable(text: str) -> str:
    return "".join(letter if letter.isalnum() else "." for letter in text)
