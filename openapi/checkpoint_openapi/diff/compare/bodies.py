"""Rules about bodies and their media types: RFC 9110, 8.3 and 12.5.1; OpenAPI 4.7.14 Media Type Object."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.compare.context import NOTHING, Change, Comparison, Spot
from checkpoint_openapi.diff.compare.encoding import is_form, is_text, types_only_in, written
from checkpoint_openapi.diff.compare.media import Media, is_binary, kind_of, match, media_types, range_over
from checkpoint_openapi.diff.compare.parameters import examples_of
from checkpoint_openapi.diff.compare.values.schemas import SchemaPair, compare_schemas
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.structure.operations import Operation
from checkpoint_openapi.document.values import equal, members

__all__ = ["compare_content", "compare_request_bodies"]


_Ways = tuple[dict[str, Any], dict[str, Any]]
"""How a member of a form, or each of several, is written in the base and in the revision."""


def compare_request_bodies(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add the findings about the request body of an operation."""
    before = _body(comparison, old, new=False)
    after = _body(comparison, new, new=True)
    if before is None and after is None:
        return
    here = spot.at("request body")
    if before is None and after is not None:
        _body_added(comparison, after, here)
    elif before is not None and after is None:
        message = (
            f"The request body of {spot.operation} is gone: the server no longer reads what clients send"
        )
        witness = Witness("request", spot.request_line, text="It may carry the old body.")
        comparison.add("request-body-removed", here, message, new=new.place, old=before[0], witness=witness)
        if before[1].get("required") is True:
            _became_optional(comparison, here, new.place)
    elif before is not None and after is not None:
        _requiredness(comparison, before, after, here)
        compare_content(comparison, before[0], before[1], after[0], after[1], here, request=True)


def _body(
    comparison: Comparison, operation: Operation, *, new: bool
) -> tuple[Location, dict[str, Any]] | None:
    if not isinstance(operation.value.get("requestBody"), dict):
        return None
    documents = comparison.revision if new else comparison.base
    place = documents.follow(operation.place / "requestBody")
    return place, members(documents.get(place))


def _body_added(comparison: Comparison, after: tuple[Location, dict[str, Any]], here: Spot) -> None:
    place, value = after
    if value.get("required") is True:
        message = f"{here.operation} now requires a request body"
        witness = Witness("request", here.request_line, text="It was valid without a body.")
        comparison.add(
            "request-body-added-required",
            here,
            message,
            new=place,
            witness=witness,
            implementers=_with_body(value, here),
        )
    else:
        comparison.add(
            "request-body-added",
            here,
            f"{here.operation} now accepts a request body",
            new=place,
            implementers=_with_body(value, here),
        )


def _with_body(value: dict[str, Any], here: Spot) -> Witness:
    """Return a request whose body a server of the old contract need not read."""
    media_type = next(iter(members(value.get("content"))), None)
    text = "It carries a body: a server of the old contract may refuse or ignore it."
    return Witness("request", here.request_line, media_type, text=text)


def _requiredness(
    comparison: Comparison,
    before: tuple[Location, dict[str, Any]],
    after: tuple[Location, dict[str, Any]],
    here: Spot,
) -> None:
    was, is_now = before[1].get("required") is True, after[1].get("required") is True
    if is_now and not was:
        message = f"The request body of {here.operation} is now required"
        witness = Witness("request", here.request_line, text="It was valid without a body.")
        comparison.add(
            "request-body-became-required", here, message, new=after[0] / "required", witness=witness
        )
    elif was and not is_now:
        _became_optional(comparison, here, after[0])


def _became_optional(comparison: Comparison, here: Spot, place: Location) -> None:
    message = f"The request body of {here.operation} is now optional"
    text = "It has no body: a server of the old contract may refuse it."
    witness = Witness("request", here.request_line, text=text)
    comparison.add("request-body-became-optional", here, message, new=place, implementers=witness)


def compare_content(
    comparison: Comparison,
    old_place: Location,
    old: dict[str, Any],
    new_place: Location,
    new: dict[str, Any],
    spot: Spot,
    *,
    request: bool,
) -> None:
    """Add the findings about the media types of a body, and about the schema of each."""
    before = media_types(old_place / "content", old.get("content"))
    after = media_types(new_place / "content", new.get("content"))
    if not request and bool(before) != bool(after):
        _compare_presence(comparison, (old_place, before), (new_place, after), spot)
        return
    matched: set[str] = set()
    for name, media in before.items():
        other = match(name, after, offered_receives=request is not spot.event)
        if other is None:
            _media_removed(comparison, media, new_place, spot, request=request)
            continue
        if kind_of(other) != kind_of(name) and other not in matched:
            _media_widened(comparison, media, after[other], spot, request=request)
        matched.add(other)
        _compare_media(comparison, media, after[other], spot, request=request)
    for name in sorted(after.keys() - matched):
        general = range_over(name, before)
        if general is None:
            _media_added(comparison, after[name], spot, request=request)
        else:
            _compare_media(comparison, before[general], after[name], spot, request=request)


def _compare_presence(
    comparison: Comparison,
    old: tuple[Location, dict[str, Media]],
    new: tuple[Location, dict[str, Media]],
    spot: Spot,
) -> None:
    """Add the finding about a response that has a body in one version only."""
    (old_place, before), (new_place, after) = old, new
    line, media = _status(spot), next(iter((before or after).values())).written
    sends = f"A {spot.responder} of the old contract sends this response"
    kept = Witness("response", line, media, text=f"{sends} with a body.")
    bare = Witness("response", line, text=f"{sends} without a body.")
    if before:
        message, rule = f"The {spot.place} of {spot.operation} no longer has a body", "response-body-removed"
        text = "The new contract allows this response without a body."
        sent, received = kept, Witness("response", line, text=text)
    else:
        message, rule = f"The {spot.place} of {spot.operation} now has a body", "response-body-added"
        text = "The new contract allows this response with a body."
        sent, received = bare, Witness("response", line, media, text=text)
    clients, implementers = (sent, received) if spot.event else (received, sent)
    comparison.add(
        rule,
        spot,
        message,
        new=new_place,
        old=old_place if before else None,
        witness=clients if before or spot.event else None,
        implementers=implementers,
    )


def _status(spot: Spot) -> str:
    """Return the response that a part belongs to, such as `response 200`."""
    return spot.place.split(" body")[0]


def _unread(media: Media, spot: Spot, *, request: bool) -> Witness:
    """Return a message of a media type that its receiver, built to the old contract, may refuse."""
    receiver = spot.responder if request else "server"
    text = f"It carries {media.written}: a {receiver} of the old contract may refuse it."
    if request:
        return Witness("request", spot.request_line, media.written, text=text)
    return Witness("response", _status(spot), media.written, text=text)


def _missed(media: Media, spot: Spot, *, request: bool) -> tuple[Witness | None, Witness | None]:
    """Return what shows clients, and what shows implementers, that a media type is gone."""
    if request and not spot.event:
        text = f"It carries {media.written}."
        return Witness("request", spot.request_line, media.written, text=text), None
    sender = "server" if request else spot.responder
    text = f"A {sender} of the old contract may send this."
    if request:
        return None, Witness("request", spot.request_line, media.written, text=text)
    sent = Witness("response", _status(spot), media.written, text=text)
    if spot.event:
        return sent, None
    asked = f"It was asked for with `Accept: {media.written}`."
    return Witness("request", spot.request_line, media.written, text=asked), sent


def _media_added(comparison: Comparison, media: Media, spot: Spot, *, request: bool) -> None:
    kind = "request" if request else "response"
    message = f"The {spot.place} of {spot.operation} may now also be {media.written}"
    shown = _unread(media, spot, request=request)
    comparison.add(
        f"{kind}-media-type-added",
        spot,
        message,
        new=media.place,
        change=Change(after=media.written),
        witness=shown if request and spot.event else None,
        implementers=shown if request is not spot.event else None,
    )


def _media_removed(
    comparison: Comparison, media: Media, new_place: Location, spot: Spot, *, request: bool
) -> None:
    kind = "request" if request else "response"
    message = f"The {spot.place} of {spot.operation} may no longer be {media.written}"
    clients, implementers = _missed(media, spot, request=request)
    comparison.add(
        f"{kind}-media-type-removed",
        spot,
        message,
        new=new_place / "content",
        old=media.place,
        change=Change(before=media.written),
        witness=clients,
        implementers=implementers,
    )


def _media_widened(comparison: Comparison, old: Media, new: Media, spot: Spot, *, request: bool) -> None:
    message = f"The {spot.place} of {spot.operation} may now be any of {new.written}"
    rule = "request-media-type-added" if request else "response-media-type-widened"
    if request or spot.event:
        shown = _unread(new, spot, request=request)
    else:
        shown = Witness("response", spot.place, text=f"It may be of any type under {new.written}.")
    for_clients = request is spot.event
    comparison.add(
        rule,
        spot,
        message,
        new=new.place,
        old=None if request else old.place,
        change=Change(after=new.written) if request else NOTHING,
        witness=shown if for_clients else None,
        implementers=None if for_clients else shown,
    )


def _compare_media(comparison: Comparison, old: Media, new: Media, spot: Spot, *, request: bool) -> None:
    here = spot.at(f"{spot.place} {new.written}")
    _compare_encoding(comparison, old, new, here, request=request)
    subject = (
        ("event" if request else "event-response") if spot.event else "request" if request else "response"
    )
    sender, receiver = (old, new) if request is not spot.event else (new, old)
    examples = [*examples_of(sender.value), *examples_of(receiver.value)]
    known = (
        _encodings(comparison, old, new, by_client=request is not spot.event)
        if is_form(new.written)
        else None
    )
    before, after = known or ({}, {})
    texts = frozenset(name for name, way in before.items() if is_text(way) and is_text(after[name]))
    for keyword, part in (("schema", here), ("itemSchema", here.at(f"items of the {here.place}"))):
        pair = SchemaPair(
            subject=subject,
            spot=part,
            old=old.place / keyword if keyword in old.value else None,
            new=new.place / keyword if keyword in new.value else None,
            parent=new.place,
            media_type=new.written,
            examples=examples if keyword == "schema" else [],
            is_binary=keyword == "schema" and is_binary(old.written) and is_binary(new.written),
            texts=texts,
        )
        compare_schemas(comparison, pair)


def _compare_encoding(comparison: Comparison, old: Media, new: Media, here: Spot, *, request: bool) -> None:
    """Compare how the members of a form that both versions declare are written."""
    if equal(old.value.get("encoding"), new.value.get("encoding")) or not is_form(new.written):
        return
    known = _encodings(comparison, old, new, by_client=request is not here.event)
    before, after = known or ({}, {})
    ways = {name: (before[name], after[name]) for name in before if not equal(before[name], after[name])}
    parts = [_compare_types(comparison, (old, new), here.inside(name), each) for name, each in ways.items()]
    if known is None or not all(parts):
        message = f"The parts of the {here.place} of {here.operation} are encoded differently"
        comparison.add(
            "request-encoding-changed",
            here,
            message,
            new=new.place / "encoding",
            old=old.place,
            change=Change(before=old.value.get("encoding"), after=new.value.get("encoding")),
        )


def _encodings(comparison: Comparison, old: Media, new: Media, *, by_client: bool) -> _Ways | None:
    """Return how each version writes the members that both declare, or None if one has no schema."""
    if "schema" not in old.value or "schema" not in new.value:
        return None
    sides = (comparison.base, old, False), (comparison.revision, new, True)
    schemas = [
        comparison.converter(new=is_new, by_client=by_client, sender=False).schema(media.place / "schema")
        for _, media, is_new in sides
    ]
    names = schemas[0].names() & schemas[1].names()
    before, after = (
        written(documents, media.written, media.value, schema, names)
        for (documents, media, _), schema in zip(sides, schemas, strict=True)
    )
    return before, after


def _compare_types(comparison: Comparison, forms: tuple[Media, Media], part: Spot, ways: _Ways) -> bool:
    """Compare the media types that both versions state for a part; return whether nothing else differs."""
    stated = [members(members(form.value.get("encoding")).get(part.path)) for form in forms]
    lost, gained = types_only_in(*ways), types_only_in(*ways[::-1])
    if lost is None or gained is None or not all("contentType" in each for each in stated):
        return False
    place = forms[1].place / "encoding" / part.path / "contentType"
    change = Change(*(way["contentType"] for way in ways))
    where = f"({part.place} of {part.operation})"
    for kinds, rule, now in (
        (lost, "request-part-type-removed", "no longer"),
        (gained, "request-part-type-added", "now also"),
    ):
        if kinds:
            message = f"`{part.path}` may {now} be {' or '.join(kinds)} {where}"
            text = f"Its part `{part.path}` is {kinds[0]}."
            shown = Witness("request", part.request_line, forms[1].written, text=text)
            sides = (shown, None) if kinds is lost else (None, shown)
            comparison.add(
                rule, part, message, new=place, change=change, witness=sides[0], implementers=sides[1]
            )
    return True
