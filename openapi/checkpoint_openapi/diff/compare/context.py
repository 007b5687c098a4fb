"""The state of a comparison, which every rule needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from checkpoint_openapi.diff.conversion.convert import Converter
from checkpoint_openapi.diff.conversion.novel import novel_names
from checkpoint_openapi.diff.conversion.roles import Role
from checkpoint_openapi.diff.conversion.unchanged import Unchanged
from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.diff.proof.judge import Judge
from checkpoint_openapi.diff.schema.alike import Likeness
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Documents, Location

__all__ = ["NOTHING", "Change", "Comparison", "Spot", "is_shared"]


_SHARED = ("#/components/", "#/security", "#/servers")


def is_shared(label: str) -> bool:
    """Return whether a place lies outside any single operation, so that changes there are reported once."""
    return label.startswith(_SHARED) or not label.startswith("#")


@dataclass(frozen=True)
class Spot:
    """The part of an operation that is being compared."""

    operation: str
    place: str = ""
    request_line: str = ""
    """The start of a request that shows a finding here."""
    event: bool = False
    """Whether this is a callback or webhook, where the roles are swapped."""
    path: str = ""
    """The member within that part, such as `checkpoint.resources[]`."""

    @property
    def responder(self) -> str:
        """Who gets the request and sends the response: a server, or the receiver of an event."""
        return "receiver" if self.event else "server"

    def at(self, place: str) -> Spot:
        """Return another part of the same operation."""
        return replace(self, place=place, path="")

    def inside(self, path: str) -> Spot:
        """Return a member within the same part."""
        return replace(self, path=path)


@dataclass(frozen=True)
class Change:
    """The values in the base and in the revision, if both can be expressed as values."""

    before: Any = None
    after: Any = None


NOTHING = Change()
"""A change that cannot be expressed as values."""


@dataclass
class Comparison:
    """The base, the revision, and the findings so far."""

    base: Documents
    revision: Documents
    findings: list[Finding] = field(default_factory=list[Finding])
    quiet: set[Any] = field(default_factory=set[Any])
    """The pairs of schemas whose members are known to have nothing to report."""
    shown: set[Any] = field(default_factory=set[Any])
    """The failures of shared components that already have a value that shows them."""
    tried: Counter[Any] = field(default_factory=Counter[Any])
    """How often a value was looked for that shows a failure."""
    _converters: dict[tuple[bool, Role], Converter] = field(
        default_factory=dict[tuple[bool, Role], Converter]
    )
    _novel: frozenset[str] | None = None
    _likeness: Likeness = field(default_factory=Likeness)
    _judges: dict[tuple[bool, bool], Judge] = field(default_factory=dict[tuple[bool, bool], Judge])

    @cached_property
    def unchanged(self) -> Unchanged:
        """What both versions write alike."""
        return Unchanged(self.base, self.revision)

    def converter(self, *, new: bool, by_client: bool, sender: bool, strict: bool = False) -> Converter:
        """Return the converter of one version for one role."""
        key = (new, Role(by_client, sender, strict))
        if key not in self._converters:
            if self._novel is None:
                self._novel = novel_names(self.base, self.revision)
            self._converters[key] = Converter(self.revision if new else self.base, key[1], self._novel)
        return self._converters[key]

    def same(self, old: Schema, new: Schema) -> bool:
        """Return whether a schema and everything it leads to are unchanged and in the same places."""
        return self._likeness.alike(old, new)

    def judge(self, *, by_client: bool, new_receives: bool) -> Judge:
        """Return the judge of one direction, which caches its results."""
        return self._judges.setdefault((by_client, new_receives), Judge())

    def converters(self) -> dict[tuple[bool, Role], Converter]:
        """Return the converters used so far."""
        return self._converters

    def add(
        self,
        rule: str,
        spot: Spot,
        message: str,
        *,
        new: Location | None = None,
        old: Location | None = None,
        change: Change = NOTHING,
        witness: Witness | None = None,
        implementers: Witness | None = None,
    ) -> None:
        """Add a finding, at its place in the revision, or in the base if the revision has none.

        `witness` shows it to clients, `implementers` to implementers of the base.
        """
        documents, place = (self.base, old) if new is None and old is not None else (self.revision, new)
        place = place or documents.root
        self.findings.append(
            Finding(
                id=rule,
                event=spot.event,
                message=message,
                operation=spot.operation,
                place=spot.place,
                path=spot.path,
                label=documents.label(place),
                position=documents.position(place),
                in_base=documents is self.base,
                old_label=None if old is None else self.base.label(old),
                before=change.before,
                after=change.after,
                witness=witness,
                implementers_witness=implementers,
            )
        )
