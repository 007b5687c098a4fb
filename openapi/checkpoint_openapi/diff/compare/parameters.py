"""Rules about parameters: OpenAPI 3.0.3 and 3.1.0, 4.7.12 Parameter Object."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot
from checkpoint_openapi.diff.compare.describe import types_of
from checkpoint_openapi.diff.compare.values.schemas import SchemaPair, compare_schemas
from checkpoint_openapi.diff.compare.values.travel import Travel, as_sent, avoids
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.diff.proof.sample import samples_of
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.structure.operations import Operation, Parameter
from checkpoint_openapi.document.values import members

__all__ = ["compare_order", "compare_parameters", "examples_of", "media_of", "schema_of"]

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_PLAIN = {
    "query": ("form", "spaceDelimited", "pipeDelimited"),
    "cookie": ("form",),
    "path": ("simple",),
    "header": ("simple",),
}
"""The styles that write a single value without decoration."""
_SEPARATORS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What each of these styles writes between the items of an array that is not exploded."""
_RESERVED = r":/?#\[\]@!$&'()*+,;="
"""The characters that `allowReserved` leaves unencoded (RFC 3986, 2.2)."""


def compare_parameters(
    comparison: Comparison, old: Operation, new: Operation, spot: Spot, keys: set[str]
) -> None:
    """Add the findings about parameters.

    `keys` are the parameters, as `header x-name`, that an apiKey scheme of the other version carries.
    """
    before = as_sent(comparison.base, old.parameters, new.parameters, receives=spot.event)
    after = as_sent(comparison.revision, new.parameters, old.parameters, receives=not spot.event)
    removed = {key: before[key] for key in before.keys() - after.keys()}
    added = {key: after[key] for key in after.keys() - before.keys()}
    for key in sorted(removed.keys() | added.keys()):
        if " ".join(key) in keys:
            removed.pop(key, None)
            added.pop(key, None)
    for key in sorted(key for key in removed.keys() ^ added.keys() if _stands_in_path(key)):
        _undeclared(comparison, removed.pop(key, None), added.pop(key, None), new.place, spot)
    for key in sorted(added):
        elsewhere = (other for other in removed if other[0] != key[0])
        moved = next((other for other in elsewhere if _same_name(removed[other], added[key])), None)
        if moved is not None:
            _moved(comparison, removed.pop(moved), added[key], spot)
        else:
            _added(comparison, added[key], spot)
    for key in sorted(removed):
        _removed(comparison, removed[key], spot)
    for key in sorted(before.keys() & after.keys()):
        _compare(comparison, before[key], after[key], spot)


def compare_order(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add a finding if parameters of both versions are listed in another order."""
    before = [key for key in old.parameters if key in new.parameters]
    after = [key for key in new.parameters if key in old.parameters]
    if before == after:
        return
    was, is_now = ([str(new.parameters[key].value.get("name")) for key in keys] for keys in (before, after))
    comparison.add(
        "parameter-order-changed",
        spot.at("parameters"),
        f"The parameters of {spot.operation} are now listed in the order {', '.join(is_now)}",
        new=new.parameters[after[0]].place,
        change=Change(before=was, after=is_now),
    )


def examples_of(value: dict[str, Any]) -> list[Any]:
    """Return the examples of a parameter or a media type, including those of its schema."""
    found = [value["example"]] if "example" in value else []
    found.extend(
        members(item)["value"] for item in members(value.get("examples")).values() if "value" in members(item)
    )
    schema = members(value.get("schema"))
    if "example" in schema:
        found.append(schema["example"])
    return found


def _noun(parameter: Parameter) -> str:
    return f"{parameter.value.get('in')} parameter `{parameter.value.get('name')}`"


def _same_name(left: Parameter, right: Parameter) -> bool:
    return str(left.value.get("name")).lower() == str(right.value.get("name")).lower()


def _is_required(parameter: Parameter) -> bool:
    return parameter.value.get("required") is True or parameter.value.get("in") == "path"


def _stands_in_path(key: tuple[str, str]) -> bool:
    """Return whether a parameter is in the template of the path, and so sent to both versions."""
    return key[0] == "path" and key[1].startswith("{")


def _undeclared(
    comparison: Comparison, old: Parameter | None, new: Parameter | None, place: Location, spot: Spot
) -> None:
    """Compare a path parameter that only one version declares: the other accepts any text there."""
    stated = new or old
    if stated is None or "content" in stated.value or _style(stated) != "simple":
        return
    pair = SchemaPair(
        subject="event-parameter" if spot.event else "parameter",
        spot=spot.at(_noun(stated)),
        old=schema_of(old) if old else None,
        new=schema_of(new) if new else None,
        parent=new.place if new else place,
        wrap=str(stated.value.get("name")),
        travel=Travel(is_segment=True),
    )
    compare_schemas(comparison, pair)


def _moved(comparison: Comparison, old: Parameter, new: Parameter, spot: Spot) -> None:
    message = f"The {_noun(old)} of {spot.operation} is now read as a {new.value.get('in')} parameter"
    comparison.add(
        "parameter-location-changed",
        spot.at(_noun(new)),
        message,
        new=new.place / "in",
        old=old.place,
        change=Change(before=old.value.get("in"), after=new.value.get("in")),
        witness=Witness("request", spot.request_line, text=f"It carries the {_noun(old)}."),
        implementers=_carrying(comparison, new, spot),
    )


def _added(comparison: Comparison, parameter: Parameter, spot: Spot) -> None:
    if _is_required(parameter):
        message = f"The {_noun(parameter)} of {spot.operation} is new and required"
        witness = Witness(
            "request", spot.request_line, text=f"It was valid without {parameter.value.get('name')}."
        )
        comparison.add(
            "parameter-added-required",
            spot.at(_noun(parameter)),
            message,
            new=parameter.place,
            witness=witness,
            implementers=_carrying(comparison, parameter, spot),
        )
    else:
        message = f"The {_noun(parameter)} of {spot.operation} is new and optional"
        comparison.add(
            "parameter-added",
            spot.at(_noun(parameter)),
            message,
            new=parameter.place,
            implementers=_carrying(comparison, parameter, spot),
        )


def _carrying(comparison: Comparison, parameter: Parameter, spot: Spot) -> Witness:
    """Return a request with a parameter that a server of the old contract does not know."""
    text = f"It carries the {_noun(parameter)}: a server of the old contract may refuse or ignore it."
    place = None if spot.event else schema_of(parameter)
    if place is None:
        return Witness("request", spot.request_line, text=text)
    converter = comparison.converter(new=True, by_client=True, sender=True)
    values = samples_of(converter.schema(place))
    body = {str(parameter.value.get("name")): value for value in values[:1]}
    return Witness("request", spot.request_line, body=body, has_body=bool(body), text=text)


def _removed(comparison: Comparison, parameter: Parameter, spot: Spot) -> None:
    message = f"The {_noun(parameter)} of {spot.operation} is gone: the server ignores it"
    witness = Witness("request", spot.request_line, text=f"It may carry the {_noun(parameter)}.")
    comparison.add(
        "parameter-removed", spot.at(_noun(parameter)), message, old=parameter.place, witness=witness
    )
    if _is_required(parameter):
        _became_optional(comparison, parameter, spot.at(_noun(parameter)), old=parameter.place)


def _became_optional(
    comparison: Comparison, parameter: Parameter, here: Spot, *, old: Location, new: Location | None = None
) -> None:
    message = f"The {_noun(parameter)} of {here.operation} is now optional"
    text = f"It lacks {parameter.value.get('name')}: a server of the old contract may refuse it."
    witness = Witness("request", here.request_line, text=text)
    comparison.add("parameter-became-optional", here, message, new=new, old=old, implementers=witness)


def _compare(comparison: Comparison, old: Parameter, new: Parameter, spot: Spot) -> None:
    here = spot.at(_noun(new))
    if _is_required(new) and not _is_required(old):
        message = f"The {_noun(new)} of {spot.operation} is now required"
        witness = Witness("request", spot.request_line, text=f"It was valid without {new.value.get('name')}.")
        comparison.add(
            "parameter-became-required",
            here,
            message,
            new=new.place / "required",
            old=old.place,
            witness=witness,
        )
    elif _is_required(old) and not _is_required(new):
        _became_optional(comparison, new, here, new=new.place / "required", old=old.place)
    if new.value.get("deprecated") is True and old.value.get("deprecated") is not True:
        message = f"The {_noun(new)} of {spot.operation} is now deprecated"
        comparison.add("parameter-deprecated", here, message, new=new.place / "deprecated")
    _compare_empty(comparison, old, new, here)
    _compare_form(comparison, old, new, here)
    _compare_reserved(comparison, old, new, here)
    pair = SchemaPair(
        subject="event-parameter" if spot.event else "parameter",
        spot=here,
        old=schema_of(old),
        new=schema_of(new),
        parent=new.place,
        wrap=str(new.value.get("name")),
        examples=[*examples_of(old.value), *examples_of(new.value)],
        required=_is_required(old) and _is_required(new),
        travel=_travel(comparison, old, new),
    )
    compare_schemas(comparison, pair)


def _compare_empty(comparison: Comparison, old: Parameter, new: Parameter, here: Spot) -> None:
    """Compare whether a parameter may be sent without a value."""
    was, is_now = (each.value.get("allowEmptyValue") is True for each in (old, new))
    if was == is_now:
        return
    name = new.value.get("name")
    if was:
        message = f"The {_noun(new)} of {here.operation} must now have a value"
        rule, text = "parameter-empty-value-refused", f"`{name}=` was valid."
    else:
        message = f"The {_noun(new)} of {here.operation} may now have no value"
        text = f"`{name}=` is valid: a {here.responder} of the old contract may refuse it."
        rule = "parameter-empty-value-allowed"
    shown = Witness("request", here.request_line, text=text)
    clients, implementers = (shown, None) if was is not here.event else (None, shown)
    comparison.add(
        rule, here, message, new=new.place, old=old.place, witness=clients, implementers=implementers
    )


def _travel(comparison: Comparison, old: Parameter, new: Parameter) -> Travel | None:
    """Return how the values of a parameter are serialized; None if its `content` defines that."""
    if "content" in new.value:
        return None
    joined = {_separator(comparison, old, new=False), _separator(comparison, new, new=True)} - {None}
    return Travel(
        splits=new.value.get("in") == "header",
        optional=not _is_required(new),
        joined=joined.pop() if len(joined) == 1 else None,
        is_segment=new.value.get("in") == "path" and {_style(old), _style(new)} == {"simple"},
    )


def _separator(comparison: Comparison, parameter: Parameter, *, new: bool) -> str | None:
    """Return what stands between the items of an array, if a parameter is one that is written as one text."""
    place, style = schema_of(parameter), _style(parameter)
    explodes = parameter.value.get("explode", style == "form") is True and style != "simple"
    if explodes or place is None or style not in _SEPARATORS:
        return None
    schema = comparison.converter(new=new, by_client=True, sender=False).schema(place)
    return _SEPARATORS[style] if "array" in types_of(schema) else None


def _style(parameter: Parameter) -> str:
    return str(parameter.value.get("style", _STYLES.get(str(parameter.value.get("in")), "form")))


def schema_of(parameter: Parameter) -> Location | None:
    """Return the place of a parameter's schema, which may be under the single media type of its `content`."""
    if parameter.member is not None:
        return parameter.member
    if "schema" in parameter.value:
        return parameter.place / "schema"
    for name, media in members(parameter.value.get("content")).items():
        return parameter.place / "content" / name / "schema" if "schema" in members(media) else None
    return None


def media_of(value: dict[str, Any]) -> str | None:
    """Return the media type of a parameter or a header that is described by `content`."""
    content = members(value.get("content"))
    return next(iter(content)).split(";")[0].strip().lower() if content else None


def _form(comparison: Comparison, parameter: Parameter, *, new: bool) -> dict[str, Any]:
    """Return the serialization settings of a parameter that matter for its type."""
    media_type = media_of(parameter.value)
    if media_type is not None:
        return {"content": media_type}
    style = _style(parameter)
    found: dict[str, Any] = {"style": style}
    place = schema_of(parameter)
    schema = Schema.of({})
    if place is not None:
        schema = comparison.converter(new=new, by_client=True, sender=False).schema(place)
    types = set(types_of(schema)) - {"null"}
    is_plain = style in _PLAIN.get(str(parameter.value.get("in")), ())
    if types == {"array"} and is_plain and any(part.keywords.get("maxItems") == 1 for part in schema.parts()):
        return {"style": "plain"}
    # A list is the same with and without `explode` in the style `simple`.
    if "object" in types or ("array" in types and style != "simple") or (style == "matrix" and not types):
        # `explode` has no effect beside `deepObject` (OpenAPI 3.0.4, Parameter Object).
        found["explode"] = style == "deepObject" or parameter.value.get("explode", style == "form")
    elif is_plain:
        found["style"] = "plain"
    if style == "matrix" and not (found.get("explode") and "object" in types):
        # The only style that writes the name of a path parameter.
        found["style"] = f"{style} `;{parameter.value.get('name')}=`"
    return found


def _compare_form(comparison: Comparison, old: Parameter, new: Parameter, here: Spot) -> None:
    before, after = _form(comparison, old, new=False), _form(comparison, new, new=True)
    same_shape = before.keys() == after.keys() or "content" in before or "content" in after
    if before == after or not same_shape:
        return
    written = ", ".join(
        f"{key} {_plain(before.get(key))} → {_plain(after.get(key))}"
        for key in sorted(before | after)
        if before.get(key) != after.get(key)
    )
    message = f"The {_noun(new)} of {here.operation} is now serialized differently: {written}"
    place = next((new.place / key for key in ("style", "explode", "content") if key in new.value), new.place)
    comparison.add(
        "parameter-serialization-changed",
        here,
        message,
        new=place,
        old=old.place,
        change=Change(before=before, after=after),
        witness=Witness("request", here.request_line, text="It is serialized as before."),
        implementers=Witness(
            "request",
            here.request_line,
            text="It is serialized in the new way: an old server may misread it.",
        ),
    )


def _compare_reserved(comparison: Comparison, old: Parameter, new: Parameter, here: Spot) -> None:
    """Compare whether reserved characters may be unencoded; encoded ones are read either way."""
    name = new.value.get("name")
    sender, receiver = (new, old) if here.event else (old, new)
    if _is_newly_reserved(comparison, sender, receiver, new_sends=here.event):
        message = f"The {_noun(new)} of {here.operation} no longer accepts unencoded reserved characters"
        text = f"`{name}=a/b` was valid; now it must be sent as `{name}=a%2Fb`."
        comparison.add(
            "parameter-reserved-encoded", here, message, new=new.place, old=old.place,
            change=Change(before=True, after=False),
            witness=Witness("request", here.request_line, text=text),
        )  # fmt: skip
    elif _is_newly_reserved(comparison, receiver, sender, new_sends=not here.event):
        message = f"The {_noun(new)} of {here.operation} may now hold unencoded reserved characters"
        text = f"`{name}=a/b` is valid; a server of the old contract reads only `{name}=a%2Fb`."
        comparison.add(
            "parameter-reserved-accepted", here, message, new=new.place, old=old.place,
            change=Change(before=False, after=True),
            implementers=Witness("request", here.request_line, text=text),
        )  # fmt: skip


def _is_newly_reserved(
    comparison: Comparison, sender: Parameter, receiver: Parameter, *, new_sends: bool
) -> bool:
    """Return whether a sender leaves characters unencoded that the receiver reads only encoded."""
    unencoded = sender.value.get("allowReserved") is True and receiver.value.get("allowReserved") is not True
    if not unencoded or sender.value.get("in") != "query" or "content" in sender.value:
        return False
    place = schema_of(sender)
    judge = comparison.judge(by_client=True, new_receives=not new_sends)
    converter = comparison.converter(new=new_sends, by_client=True, sender=True)
    return place is None or not avoids(converter.schema(place), _RESERVED, judge.fits)


def _plain(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
