"""Compares the schema at one spot of an operation in both versions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot, is_shared
from checkpoint_openapi.diff.compare.describe import describe, path_text, types_of
from checkpoint_openapi.diff.compare.media import are_bytes
from checkpoint_openapi.diff.compare.values.examples import ABSENT, example_at
from checkpoint_openapi.diff.compare.values.members import MemberWalk
from checkpoint_openapi.diff.compare.values.travel import (
    Travel,
    avoids,
    fits_as_text,
    refuses_as_text,
    writable,
)
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.diff.findings.rules import FACETS, SUBJECTS, Side
from checkpoint_openapi.diff.proof.failure import Failure
from checkpoint_openapi.diff.proof.witness import MISSING, WitnessMaker
from checkpoint_openapi.diff.schema.alike import expanded
from checkpoint_openapi.diff.schema.containment import Answer
from checkpoint_openapi.diff.schema.marks import VAGUE_NULL
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Documents, Location

__all__ = ["SchemaPair", "compare_schemas"]


_NULL_BESIDE_ENUM = {
    Side.CLIENTS: "whether `nullable` admits null that `enum` does not list depends on the tool (OpenAPI "
    "3.0.3, Ajv 8 and openapi-schema-validator 0.9: no; Connexion 3.3: yes)",
    Side.IMPLEMENTERS: "servers differ in whether `nullable` admits null that `enum` does not list",
}
_UNDECIDED = {Side.CLIENTS: "undecided", Side.IMPLEMENTERS: "undecided-for-implementers"}
_PREDICATE = re.compile("(is|was|may|no longer) ")
"""How a text starts that makes a sentence with the name of the member."""
_TRIED = 3
"""The number of places at which a value is looked for that shows the same failure of a shared component."""
_LARGE = 30
"""From this number of definitions on, only the surface of a schema is searched for contradictions."""


@dataclass(frozen=True)
class SchemaPair:
    """The schemas at one spot in both versions; a version without one accepts anything."""

    subject: str
    """A key of `SUBJECTS`."""
    spot: Spot
    old: Location | None
    new: Location | None
    parent: Location
    """The place in the revision of the schema's parent."""
    wrap: str = "body"
    """How a witness shows a value: as the body, or as the parameter of this name."""
    media_type: str | None = None
    examples: list[Any] = field(default_factory=list[Any])
    required: bool = True
    """Whether the value is always present."""
    is_binary: bool = False
    """Whether the value is bytes."""
    travel: Travel | None = None
    """How values serialized as text travel, as in a query, where a number is also a string."""
    texts: frozenset[str] = frozenset()
    """The members of a form that are serialized as text."""


def compare_schemas(comparison: Comparison, pair: SchemaPair) -> None:
    """Add the findings about one schema."""
    if pair.old is None and pair.new is None:
        return
    if pair.old and pair.new and comparison.unchanged.at(pair.old, pair.new):
        return
    old, new = _schema(comparison, pair, new=False), _schema(comparison, pair, new=True)
    if comparison.same(old, new):
        return
    readings = [(old, new)]
    if any(schema.mentions(VAGUE_NULL) for schema in (old, new)):
        strict = [_schema(comparison, pair, new=new, strict=True) for new in (False, True)]
        readings.append((strict[0], strict[1]))
    try:
        _compare_changed(comparison, pair, readings)
    except RecursionError:
        # Alternatives that contain themselves in ever new ways: nothing can be proven.
        message = f"The {pair.spot.place} of {pair.spot.operation} is nested too deeply to compare"
        comparison.add(f"{pair.subject}-undecided", pair.spot, message, new=pair.new or pair.parent)


def _compare_changed(comparison: Comparison, pair: SchemaPair, readings: list[tuple[Schema, Schema]]) -> None:
    old, new = readings[0]
    undecided: set[str] = set()
    breaking_way = SUBJECTS[pair.subject].narrowing_breaks
    members: dict[str, Witness | None] = {}
    for new_receives in (breaking_way, not breaking_way):
        directions = [
            _Direction(
                comparison,
                pair,
                versions[new_receives],
                _schema(comparison, pair, new=not new_receives, sender=True, strict=bool(number)),
                undecided,
                members,
                new_receives=new_receives,
            )
            for number, versions in enumerate(readings)
        ]
        _report(directions)
    sender = old if SUBJECTS[pair.subject].narrowing_breaks else new
    if pair.old and pair.new and not _satisfiable(sender) and expanded(old) != expanded(new):
        message = f"No value satisfies the {pair.spot.place} of {pair.spot.operation}: nothing can be proven"
        comparison.add("schema-unsatisfiable", pair.spot, message, new=pair.new)
    is_xml = pair.media_type is not None and pair.media_type.split(";")[0].endswith("xml")
    is_text = pair.travel is not None or bool(pair.texts)
    walk = MemberWalk(
        comparison, pair.subject, pair.spot, pair.parent, members, is_xml=is_xml, is_text=is_text
    )
    walk.compare_all(old, new, required=pair.required)


def _report(directions: list[_Direction]) -> None:
    """Add the failures of every reading; a person has to decide on a failure of only one reading."""
    failures = [direction.failures() for direction in directions]
    keys = [{failure.key for failure in found} for found in failures]
    told: set[object] = set()
    for direction, found in zip(directions, failures, strict=True):
        for failure in found:
            if failure.key not in told:
                told.add(failure.key)
                direction.add(failure, certain=all(failure.key in each for each in keys))


def _schema(
    comparison: Comparison, pair: SchemaPair, *, new: bool, sender: bool = False, strict: bool = False
) -> Schema:
    place = pair.new if new else pair.old
    if pair.is_binary and are_bytes(comparison.revision if new else comparison.base, place):
        return Schema.of({"type": "string"})
    if place is None:
        return Schema.of({"type": "string"} if pair.travel and pair.travel.is_segment else {})
    by_client = SUBJECTS[pair.subject].narrowing_breaks
    schema = comparison.converter(new=new, by_client=by_client, sender=sender, strict=strict).schema(place)
    return schema if pair.travel is None else writable(schema, pair.travel)


class _Direction:
    """One of two questions: does the new version accept what the old one sent, or the other way round?"""

    def __init__(
        self,
        comparison: Comparison,
        pair: SchemaPair,
        receiver: Schema,
        sender: Schema,
        undecided: set[str],
        members: dict[str, Witness | None],
        *,
        new_receives: bool,
    ) -> None:
        """Set up the question.

        `undecided` holds the paths at which the direction that breaks clients is open, and `members` the
        members that closed objects of the base refuse and the revision declares.
        """
        self._undecided = undecided
        self._members = members
        self._comparison = comparison
        self._pair = pair
        self._receiver = receiver
        self._sender = sender
        self._narrowed = new_receives
        subject = SUBJECTS[pair.subject]
        self._side = Side.CLIENTS if subject.narrowing_breaks is new_receives else Side.IMPLEMENTERS
        self._judge = comparison.judge(by_client=subject.narrowing_breaks, new_receives=new_receives)
        self._told: set[tuple[str, str, str]] = set()

    def failures(self) -> list[Failure]:
        """Return where the sender does not fit."""
        failures = self._judge.failures(self._receiver, self._sender)
        if failures and self._fits_as_text():
            return []
        names = {failure.path[0] for failure in failures if failure.path}
        told = {name for name in names if name not in self._pair.texts or not self._member_fits(str(name))}
        return [failure for failure in failures if not failure.path or failure.path[0] in told]

    @cached_property
    def _maker(self) -> WitnessMaker:
        versions = (self._comparison.base, self._pair.old), (self._comparison.revision, self._pair.new)
        made = [example_at(documents, place) for documents, place in versions if place is not None]
        found = [value for value in made if value is not ABSENT]
        return WitnessMaker(self._receiver, self._sender, [*self._pair.examples, *found], self._counts)

    def _counts(self, value: Any) -> bool:
        travel = self._pair.travel
        return travel is None or refuses_as_text(self._receiver, value, travel)

    def _fits_as_text(self) -> bool:
        travel = self._pair.travel
        return travel is not None and fits_as_text(self._receiver, self._sender, travel, self._judge.fits)

    def _member_fits(self, name: str) -> bool:
        """Return whether a member of a form is the same text to both sides."""
        receiver, sender = self._receiver.member(name), self._sender.member(name)
        return fits_as_text(receiver, sender, Travel(), self._judge.fits)

    def add(self, failure: Failure, *, certain: bool) -> None:
        """Add a finding for a failure, which is `certain` if it occurs in every reading of the document."""
        description = describe(failure, narrowed=self._narrowed)
        path = path_text(description.path)
        for_clients = self._side is Side.CLIENTS
        if not for_clients and path in self._undecided and not (certain and failure.answer is Answer.NO):
            return
        new, old = self._places(failure, description.facet)
        value, proven = self._shown_by(failure, new)
        witness = None if value is MISSING else self._witness(value)
        if not for_clients and description.facet == "member" and not self._narrowed and proven and certain:
            self._members[path] = witness
            return
        rule, text = self._rule(failure, description.facet), description.text
        if not (proven and certain):
            if for_clients:
                self._undecided.add(path)
            rule = f"{self._pair.subject}-{_UNDECIDED[self._side]}"
            unknown = f"whether this breaks {self._side.value} cannot be decided"
            text = f"{text}: {_NULL_BESIDE_ENUM[self._side] if proven else unknown}"
        if (rule, path, text) in self._told:
            return  # the other bound of a format
        self._told.add((rule, path, text))
        self._comparison.add(
            rule,
            self._pair.spot.inside(path),
            self._message(path, text),
            new=new,
            old=old,
            change=Change(before=description.before, after=description.after),
            witness=witness if for_clients else None,
            implementers=None if for_clients else witness,
        )

    def _shown_by(self, failure: Failure, new: Location) -> tuple[Any, bool]:
        """Return a value that shows a failure, or MISSING, and whether the failure is proven.

        A failure of a shared component is shown once.
        """
        origin = (failure.clause, failure.alternative, self._pair.subject, self._narrowed)
        if origin in self._comparison.shown and is_shared(self._comparison.revision.label(new)):
            return MISSING, True
        tried = self._comparison.tried
        value = self._maker.value(failure) if tried[origin] < _TRIED else MISSING
        tried[origin] += 1
        if value is not MISSING:
            self._comparison.shown.add(origin)
        return value, value is not MISSING or self._is_refuted(failure)

    def _rule(self, failure: Failure, name: str) -> str:
        facet = FACETS[name]
        suffix = facet.narrowed if self._narrowed else facet.widened
        if name == "discriminator" and self._side is Side.CLIENTS and not _sends_discriminator(failure):
            suffix = "discriminator-added" if self._narrowed else "discriminator-dropped"
        return f"{self._pair.subject}-{suffix}"

    def _is_refuted(self, failure: Failure) -> bool:
        """Return whether the canonical form proves a failure for which no value was found."""
        if not self._differ_as_text():
            return False
        return failure.answer is Answer.NO and self._judge.covers(self._receiver, self._sender) is Answer.NO

    def _differ_as_text(self) -> bool:
        """Return whether values that differ are also written differently.

        Values of different types may be the same text, unless the text is separated at its commas.
        """
        travel = self._pair.travel
        if travel is None or types_of(self._receiver) == types_of(self._sender):
            return True
        return travel.splits and not avoids(self._sender, ",", self._judge.fits)

    def _message(self, path: str, text: str) -> str:
        where = f"{self._pair.spot.place} of {self._pair.spot.operation}"
        goes_on = "" if _PREDICATE.match(text) else ":"
        return f"`{path}`{goes_on} {text} ({where})" if path else f"The {where}{goes_on} {text}"

    def _places(self, failure: Failure, facet: str) -> tuple[Location, Location | None]:
        """Return the place of the failure in the revision and in the base."""
        received, sent = failure.received_at, failure.sent_at
        if facet == "null":
            # The schema that says it, which may surround the one that states the types.
            received, sent = failure.receiver.at or received, failure.sender.at or sent
        labels = (received, sent) if self._narrowed else (sent, received)
        new = _place(self._comparison.revision, labels[0]) or self._pair.new or self._pair.parent
        return new, _place(self._comparison.base, labels[1])

    def _witness(self, value: Any) -> Witness:
        spot, pair = self._pair.spot, self._pair
        is_request = SUBJECTS[pair.subject].request
        kind = "request" if is_request else "response"
        allows, refuses = ("old", "new") if self._narrowed else ("new", "old")
        text = f"The {allows} contract allows this {kind}; the {refuses} one rejects it."
        if self._side is Side.IMPLEMENTERS and is_request:
            text = f"The new contract allows this {kind}; a server of the old one may refuse it."
        if pair.wrap == "body":
            line = spot.request_line if is_request else spot.place.split(" body")[0]
            return Witness(kind, line, pair.media_type, value, has_body=True, text=text)
        line = spot.request_line if is_request else spot.place
        return Witness(kind, line, None, {pair.wrap: value}, has_body=True, text=text)


def _satisfiable(schema: Schema) -> bool:
    is_large = len(schema.bundle().get("$defs", {})) > _LARGE
    return (schema.shallow() if is_large else schema).operand.may_be_satisfied()


def _place(documents: Documents, label: str | None) -> Location | None:
    return None if label is None else documents.place(label)


def _sends_discriminator(failure: Failure) -> bool:
    return any(part.is_pin for part in failure.sender.parts())
