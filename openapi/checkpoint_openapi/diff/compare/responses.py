"""Rules about responses: statuses, headers, bodies (RFC 9110, 15; OpenAPI 4.7.16 Responses Object)."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.compare.bodies import compare_content
from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot
from checkpoint_openapi.diff.compare.describe import types_of
from checkpoint_openapi.diff.compare.parameters import examples_of, media_of, schema_of
from checkpoint_openapi.diff.compare.values.schemas import SchemaPair, compare_schemas
from checkpoint_openapi.diff.compare.values.travel import Travel
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.operations import Operation, Parameter
from checkpoint_openapi.document.values import members

__all__ = ["compare_responses"]

_SUCCESS = ("1", "2", "3")


def compare_responses(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add the findings about the responses of an operation."""
    before, after = _responses(old), _responses(new)
    compared: set[tuple[str, str]] = set()
    for status, place in before.items():
        other = _match(status, after)
        is_range = status[:1].isdigit() and status.endswith("XX")
        if other is None and is_range and any(key.startswith(status[0]) for key in after):
            _narrowed(comparison, status, place, after, spot)
        elif other is None:
            _removed(comparison, status, place, new, spot)
        else:
            compared.add((status, other))
    for status, place in after.items():
        other = _origin(status, before)
        if other is None or (other != status and _is_bare_failure(comparison.revision, status, place)):
            _added(comparison, status, place, spot)
        else:
            compared.add((other, status))
    for status, other in sorted(compared):
        name = min(status, other, key=_breadth)
        _compare(comparison, before[status], after[other], spot.at(f"response {name}"))


def _responses(operation: Operation) -> dict[str, Location]:
    """Return the place of each status of an operation; the response itself may be elsewhere."""
    found: dict[str, Location] = {}
    for status in members(operation.value.get("responses")):
        if not status.startswith("x-"):
            name = status if status == "default" else status.upper()
            found[name] = operation.place / "responses" / status
    return found


def _is_bare_failure(documents: Documents, status: str, place: Location) -> bool:
    """Return whether a response is an error that states nothing but its status, which clients rely on."""
    response = members(documents.get(documents.follow(place)))
    return status[:1] in ("4", "5") and not members(response.get("content"))


def _match(status: str, offered: dict[str, Location]) -> str | None:
    """Return the key of another version that covers a status: itself, its range, or the errors' default."""
    if status in offered:
        return status
    if status[:1].isdigit() and f"{status[0]}XX" in offered:
        return f"{status[0]}XX"
    is_failure = status[:1] in ("4", "5")
    return "default" if is_failure and "default" in offered else None


def _origin(status: str, before: dict[str, Location]) -> str | None:
    """Return the key that covered a status in the old version; its default means success if it names none."""
    names_success = any(other[:1] in _SUCCESS for other in before)
    return _match(status, before) or ("default" if "default" in before and not names_success else None)


def _breadth(status: str) -> int:
    """Return how broad a status key is: one status, a range, or everything else."""
    return 2 if status == "default" else 1 if status.endswith("XX") else 0


def _removed(comparison: Comparison, status: str, place: Location, new: Operation, spot: Spot) -> None:
    here = spot.at(f"response {status}")
    example = _example(status, new)
    given = None if example is None else _given(example, "The new contract does not list it.", spot)
    if status[:1] in _SUCCESS:
        if spot.event:
            message, witness = f"{spot.operation} may no longer be answered with {status}", given
        else:
            message = f"{spot.operation} no longer returns {status}, which clients treat as success"
            witness = Witness("request", spot.request_line, text=f"It used to return {status}.")
        comparison.add(
            "response-removed",
            here,
            message,
            new=new.place / "responses",
            old=place,
            change=Change(before=status),
            witness=witness,
            implementers=given,
        )
    elif given is not None:
        message = f"{spot.operation} no longer returns {status}"
        comparison.add(
            "response-error-removed",
            here,
            message,
            old=place,
            change=Change(before=status),
            implementers=given,
        )


def _example(status: str, new: Operation) -> str | None:
    """Return a status that a key covers and the new version does not list, if there is one."""
    if status == "default":
        listed = _responses(new)
        errors = (str(code) for code in (*range(500, 600), *range(400, 500)))
        return next((code for code in errors if _match(code, listed) is None), None)
    return status.replace("XX", "00")


def _given(status: str, why: str, spot: Spot) -> Witness:
    """Return a response that may be given under the old contract."""
    text = f"A {spot.responder} of the old contract may send it. {why}"
    return Witness("response", f"response {status}", text=text)


def _narrowed(
    comparison: Comparison, status: str, place: Location, after: dict[str, Location], spot: Spot
) -> None:
    """Report a range of statuses of which only some are left."""
    left = sorted(key for key in after if key.startswith(status[0]))
    message = f"{spot.operation} now returns only {', '.join(left)} of {status}"
    gone = next(code for code in range(int(status[0]) * 100, 600) if str(code) not in after)
    witness = _given(str(gone), f"Of {status}, the new contract lists only {', '.join(left)}.", spot)
    is_refused = spot.event and status[:1] in _SUCCESS
    comparison.add(
        "response-removed" if is_refused else "response-range-narrowed",
        spot.at(f"response {status}"),
        message,
        old=place,
        change=Change(before=status, after=left),
        witness=witness if is_refused else None,
        implementers=witness,
    )


def _added(comparison: Comparison, status: str, place: Location, spot: Spot) -> None:
    here = spot.at(f"response {status}")
    if status[:1] in ("2", "3"):
        witness = None
        message = (
            f"{spot.operation} may now return {status}: clients that know only the old statuses may fail"
        )
        if spot.event:
            message = f"{spot.operation} may now be answered with {status}"
            text = f"A server of the old contract may take {status} for a failure."
            witness = Witness("response", here.place, text=text)
        comparison.add(
            "response-added-success",
            here,
            message,
            new=place,
            change=Change(after=status),
            implementers=witness,
        )
    else:
        comparison.add(
            "response-added",
            here,
            f"{spot.operation} may now return {status}",
            new=place,
            change=Change(after=status),
        )


def _compare(comparison: Comparison, old_place: Location, new_place: Location, spot: Spot) -> None:
    old_place, new_place = comparison.base.follow(old_place), comparison.revision.follow(new_place)
    old = members(comparison.base.get(old_place))
    new = members(comparison.revision.get(new_place))
    _compare_headers(comparison, old_place, old, new_place, new, spot)
    body = spot.at(f"{spot.place} body")
    compare_content(comparison, old_place, old, new_place, new, body, request=False)
    for name in sorted(members(old.get("links")).keys() - members(new.get("links")).keys()):
        message = f"The link `{name}` of the {spot.place} of {spot.operation} is gone"
        comparison.add("response-link-removed", spot.inside(name), message, new=new_place)


def _headers(
    documents: Documents, place: Location, response: dict[str, Any]
) -> dict[str, tuple[str, Location]]:
    found: dict[str, tuple[str, Location]] = {}
    for name in members(response.get("headers")):
        if name.lower() != "content-type":
            found[name.lower()] = (name, documents.follow(place / "headers" / name))
    return found


def _compare_headers(
    comparison: Comparison,
    old_place: Location,
    old: dict[str, Any],
    new_place: Location,
    new: dict[str, Any],
    spot: Spot,
) -> None:
    before = _headers(comparison.base, old_place, old)
    after = _headers(comparison.revision, new_place, new)
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            name, place = before[key]
            required = members(comparison.base.get(place)).get("required") is True
            rule = "response-header-removed" if required else "response-optional-header-removed"
            message = f"The header `{name}` of the {spot.place} of {spot.operation} is gone"
            without = Witness("response", spot.place, text=f"It has no {name}.") if required else None
            text = f"It has {name}, which the new contract does not list."
            sides = (without, Witness("response", spot.place, text=text))
            comparison.add(
                rule,
                spot.inside(name),
                message,
                new=new_place,
                old=place,
                witness=sides[spot.event],
                implementers=sides[not spot.event],
            )
        elif key not in before:
            name, place = after[key]
            required = members(comparison.revision.get(place)).get("required") is True
            message = f"The header `{name}` of the {spot.place} of {spot.operation} is new"
            added = "event-header-added-required" if spot.event else "response-header-added-required"
            rule = added if required else "response-header-added"
            text = f"A {spot.responder} of the old contract gives no {name}."
            witness = Witness("response", spot.place, text=text) if required else None
            comparison.add(
                rule,
                spot.inside(name),
                message,
                new=place,
                witness=witness if spot.event else None,
                implementers=None if spot.event else witness,
            )
        else:
            _compare_header(comparison, before[key], after[key], spot)


def _may_be_object(comparison: Comparison, place: Location, header: dict[str, Any]) -> bool:
    """Return whether a header may hold an object, the only value that `explode` writes differently there."""
    if "schema" not in header:
        return False
    converter = comparison.converter(new=True, by_client=False, sender=False)
    return "object" in types_of(converter.schema(place / "schema"))


def _compare_header(
    comparison: Comparison, old: tuple[str, Location], new: tuple[str, Location], spot: Spot
) -> None:
    name, place = new
    before, after = members(comparison.base.get(old[1])), members(comparison.revision.get(place))
    _compare_presence(comparison, name, before, after, place, spot)
    explodes = [header.get("explode", False) for header in (before, after)]
    is_object = explodes[0] != explodes[1] and _may_be_object(comparison, place, after)
    if is_object or media_of(before) != media_of(after):
        message = f"The header `{name}` of the {spot.place} of {spot.operation} is serialized differently"
        witnesses = [
            Witness("response", spot.place, text=f"{name} is serialized as the {which} contract says.")
            for which in ("new", "old")
        ]
        comparison.add(
            "response-header-serialization-changed",
            spot.inside(name),
            message,
            new=place,
            witness=witnesses[0],
            implementers=witnesses[1],
        )
    pair = SchemaPair(
        subject="event-header" if spot.event else "header",
        spot=spot.at(f"header `{name}` of the {spot.place}"),
        old=schema_of(Parameter(old[1], before)),
        new=schema_of(Parameter(place, after)),
        parent=place,
        wrap=name,
        examples=examples_of(after),
        travel=None if "content" in after else Travel(splits=True, joined=","),
    )
    compare_schemas(comparison, pair)


def _compare_presence(
    comparison: Comparison,
    name: str,
    before: dict[str, Any],
    after: dict[str, Any],
    place: Location,
    spot: Spot,
) -> None:
    """Compare whether a header is always there."""
    was, is_now = before.get("required") is True, after.get("required") is True
    if was == is_now:
        return
    header = f"The header `{name}` of the {spot.place} of {spot.operation}"
    if was:
        rule, message = "response-header-became-optional", f"{header} may now be missing"
        text = f"It has no {name}."
    else:
        rule, message = "response-header-became-required", f"{header} is now always present"
        text = f"A {spot.responder} of the old contract may send it without {name}."
    witness = Witness("response", spot.place, text=text)
    for_clients = was is not spot.event
    comparison.add(
        rule,
        spot.inside(name),
        message,
        new=place,
        witness=witness if for_clients else None,
        implementers=None if for_clients else witness,
    )
