"""Compares two versions of a contract, operation by operation."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any, cast

from checkpoint_openapi.diff.catalogues.clauses import Clauses
from checkpoint_openapi.diff.catalogues.errors import Errors, compare_errors
from checkpoint_openapi.diff.catalogues.requirements import Requirements, compare_requirements
from checkpoint_openapi.diff.compare.bodies import compare_request_bodies
from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot, is_shared
from checkpoint_openapi.diff.compare.parameters import compare_order, compare_parameters
from checkpoint_openapi.diff.compare.responses import compare_responses
from checkpoint_openapi.diff.compare.security import (
    carried_keys,
    compare_event_security,
    compare_schemes,
    compare_security,
)
from checkpoint_openapi.diff.compare.servers import addresses, compare_servers
from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.diff.findings.rules import Severity
from checkpoint_openapi.diff.sources import of_base
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.operations import Operation, callbacks, operations, webhooks
from checkpoint_openapi.document.structure.shape import check_references, check_shape
from checkpoint_openapi.document.structure.unread import unread_parts
from checkpoint_openapi.document.values import equal, members

__all__ = ["compare"]

_ORDER = {Severity.BREAKING: 0, Severity.REVIEW: 1, Severity.INFO: 2}
_LIMIT_WORDS = ("limit", "quota", "throttl", "max-")


def compare(base: Documents, revision: Documents) -> list[Finding]:
    """Return the changes from one version to the other, the worst first.

    Raises `DocumentError` if either of them contains a dangling reference, or its catalogue is broken.
    """
    with of_base():
        check_shape(base)
        check_references(base)
    check_shape(revision)
    check_references(revision)
    comparison = Comparison(base, revision)
    before, after = operations(base), operations(revision)
    same = _counterparts(comparison, before, after)
    for key, operation in before.items():
        if key in same:
            _compare(comparison, operation, after[same[key]])
        else:
            _removed(comparison, operation, after)
    for key in sorted(after.keys() - same.values()):
        _added(comparison, after[key], {path for path, _ in before})
    _compare_events(comparison, webhooks(base), webhooks(revision), "webhook", revision.root)
    compare_schemes(comparison)
    _limits(comparison, base.root, revision.root, "the document")
    _quirks(comparison)
    _not_compared(comparison)
    found = _with_catalogues(base, revision, _merged(comparison.findings))
    return sorted(
        found,
        key=lambda found: (
            _ORDER[found.severity],
            found.position.line,
            found.id,
            found.operation,
            found.path,
        ),
    )


def _with_catalogues(base: Documents, revision: Documents, found: list[Finding]) -> list[Finding]:
    """Return the findings with the requirements that they touch, and those about the catalogues."""
    requirements = [Requirements.beside(documents) for documents in (base, revision)]
    new = Errors.beside(revision)
    old = Errors.beside(base) if new is not None else None
    if new is not None and old is not None:
        found = [*found, *compare_errors(old, new)]
    clauses = Clauses(base, revision, requirements)
    found = [clauses.touched_by(finding) for finding in found]
    match requirements:
        case Requirements() as before, Requirements() as after:
            return [*found, *compare_requirements(before, after)]
        case _:
            return found


def _counterparts(
    comparison: Comparison,
    before: dict[tuple[str, str], Operation],
    after: dict[tuple[str, str], Operation],
) -> dict[tuple[str, str], tuple[str, str]]:
    """Pair the operations that are the same: equal in path, or in URL including the server's path."""
    found = {key: key for key in before if key in after}
    gone = {key: addresses(comparison.base, before[key]) for key in before if key not in found}
    come = {key: addresses(comparison.revision, after[key]) for key in after if key not in found}
    for key, urls in gone.items():
        other = next((other for other in come if other[1] == key[1] and come[other] == urls), None)
        if other is not None:
            found[key] = other
    return found


def _spot(operation: Operation, *, event: bool = False, prefix: str = "") -> Spot:
    title = f"{prefix}{operation.title}"
    return Spot(title, request_line=title, event=event)


def _compare(comparison: Comparison, old: Operation, new: Operation) -> None:
    spot = _spot(new)
    if not comparison.unchanged.operation(old, new):
        _compare_exchanges(comparison, old, new, spot)
    # The security scheme of a callback may change where the operation does not lead.
    before, after = callbacks(comparison.base, old), callbacks(comparison.revision, new)
    _compare_events(comparison, before, after, "callback", new.place, prefix=f"{new.title} → ")
    compare_order(comparison, old, new, spot)
    compare_security(comparison, old, new, spot)
    compare_servers(comparison, old, new, spot)
    _limits(comparison, old.place, new.place, spot.operation)
    _lifecycle(comparison, old, new, spot)


def _compare_exchanges(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Compare what is sent in both directions."""
    keys = carried_keys(comparison.base, old) | carried_keys(comparison.revision, new)
    compare_parameters(comparison, old, new, spot, keys & _security_moves(comparison, old, new))
    compare_request_bodies(comparison, old, new, spot)
    compare_responses(comparison, old, new, spot)


def _security_moves(comparison: Comparison, old: Operation, new: Operation) -> set[str]:
    """Return the required parameters of one version that are API keys in the other."""
    found: set[str] = set()
    for documents, operation, other in ((comparison.base, old, new), (comparison.revision, new, old)):
        keys = carried_keys(documents, operation)
        for key, parameter in other.parameters.items():
            if (
                parameter.value.get("required") is True
                and " ".join(key) in keys
                and key not in operation.parameters
            ):
                found.add(" ".join(key))
    return found


def _removed(comparison: Comparison, operation: Operation, after: dict[tuple[str, str], Operation]) -> None:
    spot = _spot(operation)
    gone = "operation-removed" if operation.key[0] in {path for path, _ in after} else "path-removed"
    sunset = operation.value.get("x-sunset")
    if operation.value.get("deprecated") is True and isinstance(sunset, str) and _is_past(sunset):
        message = f"{operation.title} is gone, after its sunset on {sunset}"
        comparison.add("operation-removed-after-sunset", spot, message, old=operation.place)
        return
    other = next((other for other in after.values() if _also_matches(other, operation)), None)
    message, text = f"{operation.title} is gone", "It was valid, and is no longer served."
    if other is not None:
        message += f": {other.title} now serves its requests"
        text = f"It was valid, and is now served as {other.title}."
    witness = Witness("request", operation.title, text=text)
    comparison.add(gone, spot, message, old=operation.place, witness=witness)


def _also_matches(other: Operation, operation: Operation) -> bool:
    """Return whether a template matches every request for a path, which had precedence while it was there."""
    path, template = operation.key[0], other.key[0]
    if other.method != operation.method or template.count("/") != path.count("/"):
        return False
    parts = template.split("{}")
    pattern = "[^/]+".join(map(re.escape, parts))
    return path.startswith(parts[0]) and re.fullmatch(pattern, path) is not None


def _added(comparison: Comparison, operation: Operation, paths: set[str]) -> None:
    rule = "path-added" if operation.key[0] not in paths else "operation-added"
    witness = Witness("request", operation.title, text="A server of the old contract does not serve it.")
    message = f"{operation.title} is new"
    comparison.add(rule, _spot(operation), message, new=operation.place, implementers=witness)


def _is_past(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text[:10]) < datetime.datetime.now(tz=datetime.UTC).date()
    except ValueError:
        return False


def _lifecycle(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    was, is_now = old.value.get("deprecated") is True, new.value.get("deprecated") is True
    if is_now and not was:
        comparison.add(
            "operation-deprecated", spot, f"{new.title} is now deprecated", new=new.place / "deprecated"
        )
    elif was and not is_now:
        comparison.add("operation-reinstated", spot, f"{new.title} is no longer deprecated", new=new.place)
    before, after = old.value.get("operationId"), new.value.get("operationId")
    if before != after:
        message = f"The operationId of {new.title} was {before} and is now {after}"
        comparison.add(
            "operation-id-changed",
            spot,
            message,
            new=new.place / "operationId",
            change=Change(before=before, after=after),
        )


def _compare_events(
    comparison: Comparison,
    before: dict[tuple[str, str], Operation],
    after: dict[tuple[str, str], Operation],
    kind: str,
    parent: Location,
    *,
    prefix: str = "",
) -> None:
    """Compare callbacks and webhooks: the server's requests and the client's responses."""
    for key, old in before.items():
        spot = _spot(old, event=True, prefix=prefix)
        if key not in after:
            message = f"The {kind} {spot.operation} is no longer made"
            witness = Witness("request", spot.request_line, text="A server of the old contract makes it.")
            comparison.add(f"{kind}-removed", spot, message, new=parent, old=old.place, implementers=witness)
            continue
        compare_parameters(comparison, old, after[key], spot, set())
        compare_request_bodies(comparison, old, after[key], spot)
        compare_responses(comparison, old, after[key], spot)
        compare_event_security(comparison, old, after[key], spot)
    for key in sorted(after.keys() - before.keys()):
        spot = _spot(after[key], event=True, prefix=prefix)
        comparison.add(f"{kind}-added", spot, f"The {kind} {spot.operation} is new", new=after[key].place)


def _limits(comparison: Comparison, old: Location, new: Location, title: str) -> None:
    """Compare the limits that extensions state beside the schemas, such as `x-rate-limit`."""
    before, after = members(comparison.base.get(old)), members(comparison.revision.get(new))
    for name in sorted(before.keys() | after.keys()):
        if not name.startswith("x-") or not any(word in name for word in _LIMIT_WORDS):
            continue
        was, is_now = before.get(name), after.get(name)
        if equal(was, is_now):
            continue
        numbers = _number(was), _number(is_now)
        lowered = was is None or (
            None not in numbers and cast("float", numbers[1]) < cast("float", numbers[0])
        )
        rule = "limit-lowered" if lowered else "limit-changed"
        spot = Spot("" if title == "the document" else title, "limits")
        message = f"`{name}` of {title} was {was} and is now {is_now}"
        comparison.add(
            rule, spot.inside(name), message, new=new / name, change=Change(before=was, after=is_now)
        )


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _not_compared(comparison: Comparison) -> None:
    """Report changes to the unsupported parts of OpenAPI 3.2, and to the address of the document."""
    before, after = (
        {(part.name, documents.label(part.place)): part for part in unread_parts(documents)}
        for documents in (comparison.base, comparison.revision)
    )
    for name, label in sorted(before.keys() | after.keys()):
        old, new = before.get((name, label)), after.get((name, label))
        if old is None or new is None or old.value != new.value:
            message = f"`{name}` is not compared yet, a part of OpenAPI 3.2 that changed"
            spot = Spot("", "the document").inside(label)
            places = [part.place if part else None for part in (old, new)]
            comparison.add("part-not-compared", spot, message, old=places[0], new=places[1])
    was, is_now = (
        documents.get(documents.root).get("$self") for documents in (comparison.base, comparison.revision)
    )
    if was != is_now:
        message = f"Other documents referred to this one as {was}, and now refer to it as {is_now}"
        spot, place = Spot("", "the document").inside("$self"), comparison.revision.root / "$self"
        comparison.add(
            "document-address-changed", spot, message, new=place, change=Change(before=was, after=is_now)
        )


def _quirks(comparison: Comparison) -> None:
    """Report unreadable keywords that occur more often in one version than in the other."""
    sides: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for (new, _), converter in list(comparison.converters().items()):
        documents = comparison.revision if new else comparison.base
        sides[new].update({documents.label(place): value for place, value in converter.quirks.items()})
    for new, quirks, others in ((False, *sides), (True, *sides[::-1])):
        known = [_quirk(label, value) for label, value in others.items()]
        for label, value in sorted(quirks.items()):
            if _quirk(label, value) in known:
                known.remove(_quirk(label, value))
                continue
            documents, other = comparison.base, comparison.revision
            if new:
                documents, other = other, documents
            place = documents.place(label)
            if other.has(other.place(label)) and equal(other.get(other.place(label)), value):
                continue
            written = f"`{label.rsplit('/', 1)[-1]}: {value}`"
            message = f"{written} changed, but no validator understands it: run lint first"
            comparison.add(
                "keyword-unreadable",
                Spot("", "schemas").inside(label),
                message,
                new=place if new else None,
                old=None if new else place,
                change=Change(before=None if new else value, after=value if new else None),
            )


def _quirk(label: str, value: Any) -> tuple[str, str]:
    """Return what an unreadable keyword is, regardless of its place."""
    return label.rsplit("/", 1)[-1], repr(value)


def _merged(findings: list[Finding]) -> list[Finding]:
    """Merge the findings of each change to a shared component into one that lists the other operations."""
    found: dict[tuple[Any, ...], Finding] = {}
    others: dict[tuple[Any, ...], list[str]] = {}
    for finding in findings:
        key = (
            (
                finding.id,
                finding.severity,
                finding.label,
                finding.path.rsplit(".", 1)[-1],
                repr(finding.before),
                repr(finding.after),
            )
            if is_shared(finding.label)
            else (finding.id, finding.severity, finding.label, finding.operation, finding.place, finding.path)
        )
        if key not in found:
            found[key] = finding
        elif finding.operation != found[key].operation:
            others.setdefault(key, []).append(finding.operation)
    return [
        replace(finding, aliases=tuple(dict.fromkeys(others.get(key, [])))) for key, finding in found.items()
    ]
