"""Values serialized in a path, a query, a header or a cookie: as text, which has no types.

The integer 1 and the string "1" are written alike; so are a value and an array of this one value, an array
that is not exploded and the text of its items with commas between them, and an exploded object and one
parameter for each of its members. Values that are written alike are the same to both
sides. Null cannot be written at all, so whether it is accepted makes no difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from checkpoint_openapi.diff.compare.values.texts import (
    WRITTEN,
    as_written,
    integers_of,
    number_written,
    texts_fit,
)
from checkpoint_openapi.diff.proof.alternatives import conjunction
from checkpoint_openapi.diff.schema.closing import closed_for
from checkpoint_openapi.diff.schema.containment import Answer, JsonSchema, Operand, operand_of
from checkpoint_openapi.diff.schema.marks import AT, VAGUE_NULL
from checkpoint_openapi.diff.schema.nested import beside_null, without_booleans
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.operations import Parameter
from checkpoint_openapi.document.values import items, members

__all__ = ["Travel", "as_sent", "avoids", "fits_as_text", "refuses_as_text", "writable"]

Fits = Callable[[Schema, Schema], bool]
Parameters = dict[tuple[str, str], Parameter]

_SAID_OF_MEMBERS = {"type", "properties", "required", "additionalProperties", "nullable"}
_SAID_OF_NOTHING = {"title", "description", "example", "examples", "deprecated", "externalDocs", "xml"}
_TEXT: JsonSchema = {"type": "string"}
_LIST = {"$schema", "$defs", "type", "items", "minItems", "maxItems", "uniqueItems"}
"""Array keywords that do not rule out a single item."""


class Travel(NamedTuple):
    """How the values of a parameter are serialized."""

    splits: bool = False
    """A comma inside a value separates values, as in a header; elsewhere it is percent-encoded."""
    optional: bool = False
    """The receiver accepts a missing parameter, and so an empty array."""
    joined: str | None = None
    """The character between the items of an array that is written as one text."""
    is_segment: bool = False
    """The value stands between the slashes of a path: an empty one would make it another path."""


def writable(schema: Schema, travel: Travel) -> Schema:
    """Return a schema without what cannot be written: null, and the empty segment of a path."""
    found = _without_nulls(schema)
    if not travel.is_segment or found.resolved().get("minLength") != 1:
        return found
    return found.sub({key: value for key, value in found.resolved().items() if key != "minLength"})


def _without_nulls(schema: Schema) -> Schema:
    """Return a schema without null, alone or as an item: null is undefined (RFC 6570, 2.3)."""
    content = schema.resolved()
    plain = _without_null(schema, content)
    items = plain.get("items")
    if isinstance(items, dict):
        inner = _without_nulls(schema.sub(cast("JsonSchema", items)))
        plain = plain if inner.content is items else {**plain, "items": inner.content}
    return schema if plain is content else schema.sub(plain)


def _without_null(schema: Schema, content: JsonSchema) -> JsonSchema:
    """Return the content of a schema without null, or the content itself where it is not stated."""
    inner = beside_null(content)
    if inner is not None:
        rest = {key: value for key, value in content.items() if key not in ("anyOf", AT, VAGUE_NULL)}
        return {**content, "anyOf": [inner]} if rest else _without_nulls(schema.sub(inner)).resolved()
    found = dict(content)
    for keyword in ("anyOf", "oneOf"):
        if keyword in content:
            branches = [_without_nulls(schema.sub(branch)) for branch in content[keyword]]
            found[keyword] = [
                branch.content for branch in branches if branch.resolved().get("type") != "null"
            ]
    if isinstance(content.get("type"), list):
        types = [name for name in content["type"] if name != "null"]
        found["type"] = types[0] if len(types) == 1 else types
    if isinstance(content.get("enum"), list):
        found["enum"] = [value for value in content["enum"] if value is not None]
    found.pop(VAGUE_NULL, None)
    return found if found != content and all(found[key] or not content[key] for key in found) else content


def fits_as_text(receiver: Schema, sender: Schema, travel: Travel, fits: Fits) -> bool:
    """Return whether a receiver reads everything a sender writes; `fits` compares schemas of texts."""
    sender = _alone(closed_for(receiver, sender), travel)
    if travel.is_segment:
        sender = sender.sub({"allOf": [sender.content, {"minLength": 1}]})
    written = _listed_texts(sender)
    if written is not None:
        whole = operand_of(receiver.bundle())
        return all(_reads(whole, text, travel) for text in written)
    read, sent = _as_read(receiver, travel), _as_sent(sender)
    if fits(receiver, sender) or fits(read, sent) or (travel.joined and fits(read, _as_joined(sent))):
        return True
    if travel.joined and texts_fit(_plain(receiver), _plain(sender), travel.joined, optional=travel.optional):
        return True
    one = _only_item(receiver)
    return one is not None and not (travel.splits and not avoids(sender, ",", fits)) and fits(one, sender)


def _alone(sender: Schema, travel: Travel) -> Schema:
    """Return the item of an array that holds exactly one item, or at most one if it may be omitted.

    A parameter that may be omitted is omitted if its array is empty.
    """
    plain = _plain(sender)
    if travel.optional and plain.get("type") == "array" and not plain.get("minItems"):
        sender = _with_definitions({**plain, "minItems": 1}, plain)
    least = 0 if travel.optional else 1
    if not _may_hold_one(plain) or plain.get("minItems", 0) < least or plain.get("maxItems") != 1:
        return sender
    return _with_definitions(plain.get("items", {}), plain)


def _only_item(receiver: Schema) -> Schema | None:
    """Return the requirement on the item of a one-item array, if the array requires nothing else."""
    plain = _plain(receiver)
    return _with_definitions(plain.get("items", {}), plain) if _may_hold_one(plain) else None


def _plain(schema: Schema) -> JsonSchema:
    return without_booleans(operand_of(schema.bundle()).simplified())


def avoids(sender: Schema, characters: str, fits: Fits) -> bool:
    """Return whether no text that a sender writes contains a character of a class."""
    without: JsonSchema = {"type": ["string", "null"], "pattern": f"^[^{characters}]*$"}
    return fits(Schema.of(without), _as_sent(sender))


def _as_read(schema: Schema, travel: Travel) -> Schema:
    """Return a schema of at most the texts and lists that a receiver reads."""
    plain = _plain(schema)
    content = _as_text(plain, operand_of(plain), receives=True)
    if _may_hold_one(plain):
        one: JsonSchema = {"type": "string", **({"pattern": "^[^,]*$"} if travel.splits else {})}
        items = _items_as_text(plain, receives=True).get("items", {})
        content["anyOf"].append({"allOf": [items, one]})
    return _with_definitions(content, plain)


def _as_sent(schema: Schema) -> Schema:
    """Return a schema of at least the texts and lists that a sender writes."""
    plain = _plain(schema)
    return _with_definitions(_as_text(plain, operand_of(plain), receives=False), plain)


def _as_joined(sent: Schema) -> Schema:
    """Return a schema of at least the texts that a sender writes whose lists are texts, too."""
    lists: JsonSchema = {"type": "array"}
    if not operand_of(conjunction([sent.bundle(), lists])).may_be_satisfied():
        return sent
    return sent.sub({"anyOf": [{"allOf": [sent.content, {"not": lists}]}, _TEXT]})


def _with_definitions(content: JsonSchema, plain: JsonSchema) -> Schema:
    return Schema.of({**content, "$defs": plain["$defs"]} if "$defs" in plain else content)


def _listed_texts(sender: Schema) -> list[str] | None:
    """Return every text that a sender writes, if its schema lists them."""
    plain = operand_of(sender.bundle()).simplified()
    values: Any = plain.get("enum", [plain["const"]] if "const" in plain else None)
    if values is None and plain.get("type") == "boolean":
        values = [True, False]
    if not isinstance(values, list):
        return None
    texts = [as_written(value) for value in cast("list[Any]", values)]
    return texts if all(isinstance(text, str) for text in texts) else None


def _reads(receiver: Operand, text: str, travel: Travel) -> bool:
    """Return whether a receiver accepts a text as one of the values that it may represent."""
    values: list[Any] = [text]
    try:
        meant = json.loads(text)
    except ValueError:
        meant = None
    if isinstance(meant, bool | int | float) and as_written(meant) == text:
        values.append(meant)
    if not (travel.splits and "," in text):
        values += [[value] for value in values]
    return any(map(receiver.accepts, values))


def refuses_as_text(receiver: Schema, value: Any, travel: Travel) -> bool:
    """Return whether a receiver refuses a value, however it reads the text that represents it."""
    whole = receiver.operand
    if (value == [] and travel.optional) or (value == "" and travel.is_segment):
        return False
    if isinstance(value, list):
        texts = [as_written(item) for item in cast("list[Any]", value)]
        if not all(isinstance(text, str) for text in texts) or whole.accepts(texts):
            return not whole.accepts(texts)
        return travel.joined is None or not _reads(whole, travel.joined.join(texts), travel)
    text = as_written(value)
    return not (isinstance(text, str) and _reads(whole, text, travel))


def _may_hold_one(plain: JsonSchema) -> bool:
    """Return whether an array schema accepts every single item that its `items` schema accepts."""
    lengths = (plain.get("minItems", 0), plain.get("maxItems", 1))
    return plain.get("type") == "array" and plain.keys() <= _LIST and lengths[0] <= 1 <= lengths[1]


def _as_text(plain: JsonSchema, whole: Operand, *, receives: bool) -> JsonSchema:
    options: list[JsonSchema] = []
    for name, written in WRITTEN.items():
        every: JsonSchema = {"type": name}
        accepted = whole.covers(operand_of(every)) is Answer.YES
        own: JsonSchema = {"type": "number", "not": {"type": "integer"}} if name == "number" else every
        possible = operand_of(conjunction([plain, own])).may_be_satisfied()
        listed = _listed(plain, name)
        if (accepted or listed is not None) if receives else possible:
            options.append(listed or number_written(plain, written))
    other: JsonSchema = {
        "allOf": [_items_as_text(plain, receives=receives), {"type": ["string", "array", "object", "null"]}]
    }
    return {"anyOf": [other, *options]}


def _listed(plain: JsonSchema, name: str) -> JsonSchema | None:
    """Return the enumerated numbers of a schema as text."""
    values = plain.get("enum", [plain["const"]] if "const" in plain else integers_of(plain))
    if not isinstance(values, list) or name == "boolean":
        return None
    numbers = [str(value) for value in cast("list[Any]", values) if _is_number(value)]
    return {"type": "string", "enum": numbers or [""]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _items_as_text(plain: JsonSchema, *, receives: bool) -> JsonSchema:
    items = plain.get("items")
    if not isinstance(items, dict):
        return plain
    items = cast("JsonSchema", items)
    inner: JsonSchema = {**items, "$defs": plain["$defs"]} if "$defs" in plain else items
    return {**plain, "items": _as_text(inner, operand_of(inner), receives=receives)}


def as_sent(
    documents: Documents, parameters: Parameters, others: Parameters, *, receives: bool
) -> Parameters:
    """Return the parameters, with each object that `others` lack replaced by one parameter per member.

    A member that is required only if the object is present is required of anyone who sends another member: a
    version that `receives` the parameters may require it, and one that sends them may omit it.
    """
    found: Parameters = {}
    for key, parameter in parameters.items():
        parts = _exploded(documents, parameter, receives=receives) if key not in others else {}
        if parts and parts.keys().isdisjoint(parameters.keys()):
            found.update(parts)
        else:
            found[key] = parameter
    return found


def _exploded(documents: Documents, parameter: Parameter, *, receives: bool) -> Parameters:
    """Return the members of an object that is serialized member by member and has no others, or nothing.

    An object of style `form` explodes into its members, one of `deepObject` into `name[member]` (OpenAPI
    3.0.3, 4.7.12.2).
    """
    value = parameter.value
    style = value.get("style", "form")
    explodes = style == "deepObject" or (style == "form" and value.get("explode", True) is True)
    if value.get("in") != "query" or "schema" not in value or not explodes:
        return {}
    parts = _object_parts(documents, documents.follow(parameter.place / "schema"))
    names = [name for part in parts for name in members(members(documents.get(part)).get("properties"))]
    if len(set(names)) < len(names):
        return {}
    needed = {str(name) for part in parts for name in items(members(documents.get(part)).get("required"))}
    found: Parameters = {}
    for part in parts:
        for name in members(members(documents.get(part)).get("properties")):
            written = f"{value.get('name')}[{name}]" if style == "deepObject" else name
            demanded = value.get("required") is True or (receives and len(names) > 1)
            stated = {"name": written, "in": "query", "required": name in needed and demanded}
            found["query", written] = Parameter(parameter.place, stated, part / "properties" / name)
    return found


def _object_parts(
    documents: Documents, place: Location, around: frozenset[Location] = frozenset()
) -> list[Location]:
    """Return the schemas that list the members of an object, or none if anything else is said of it.

    `around` are the schemas whose `allOf` leads here.
    """
    schema = members(documents.get(place))
    said = schema.keys() - _SAID_OF_NOTHING
    if said == {"allOf"} and place not in around:
        numbers = range(len(items(schema["allOf"])))
        inner = [documents.follow(place / "allOf" / number) for number in numbers]
        found = [_object_parts(documents, part, around | {place}) for part in inner]
        return [part for parts in found for part in parts] if all(found) else []
    is_closed = not around and schema.get("additionalProperties") is False
    is_plain = schema.get("type") == "object" and not said - _SAID_OF_MEMBERS
    return [place] if is_plain and ("additionalProperties" not in schema or is_closed) else []
