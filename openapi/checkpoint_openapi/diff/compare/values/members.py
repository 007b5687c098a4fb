"""Changes to the declared members of schemas, apart from which values they accept.

An open object still accepts a member that is no longer declared, so containment finds no harm in dropping one
from the schema. But whoever sends it is ignored, and whoever reads it finds nothing: that breaks them like a
removed parameter. A default says what omitting a member means; changing it changes the meaning of requests
that stay valid.
"""

from __future__ import annotations

import re
from typing import Any, cast

from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot
from checkpoint_openapi.diff.compare.describe import path_text, shown
from checkpoint_openapi.diff.compare.values.texts import as_written
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.diff.findings.rules import SUBJECTS, Side
from checkpoint_openapi.diff.proof.clauses import Step
from checkpoint_openapi.diff.schema.alike import expanded
from checkpoint_openapi.diff.schema.choices import values_told
from checkpoint_openapi.diff.schema.containment import JsonSchema
from checkpoint_openapi.diff.schema.marks import HIDDEN, UNDECLARED
from checkpoint_openapi.diff.schema.parts import Schema
from checkpoint_openapi.document.documents import Location
from checkpoint_openapi.document.values import contains, equal

__all__ = ["MemberWalk"]

_NONE = object()
_DEEPEST = 30


class MemberWalk:
    """Walks both versions side by side, by member names."""

    def __init__(
        self,
        comparison: Comparison,
        subject: str,
        spot: Spot,
        parent: Location,
        unexpected: dict[str, Witness | None],
        *,
        is_xml: bool,
        is_text: bool,
    ) -> None:
        """Set up the walk; `unexpected` are the members that closed objects of the base refuse, by path."""
        self._comparison = comparison
        self._unexpected = unexpected
        self._subject = subject
        self._spot = spot
        self._parent = parent
        self._is_xml = is_xml
        self._is_text = is_text
        self._seen: set[tuple[Any, ...]] = set()
        self._within = ""
        """The component that the walk entered last, as an alternative."""

    def compare_all(self, old: Schema, new: Schema, *, required: bool) -> None:
        """Compare both versions from their root, as `compare` does, and report the unexpected members."""
        self.compare(old, new, (), required=required)
        for name, witness in self._unexpected.items():
            where = f"{self._spot.place} of {self._spot.operation}"
            self._comparison.add(
                f"{self._subject}-member-unexpected",
                self._spot.inside(name),
                f"`{name}` is new, and the old object allows no other members ({where})",
                new=self._parent if new.at is None else self._comparison.revision.place(new.at),
                implementers=witness,
            )

    def compare(
        self, old: Schema, new: Schema, path: tuple[Step, ...], *, required: bool, branch: str = ""
    ) -> None:
        """Compare one place; `required` means that its value is always present.

        `branch` distinguishes alternatives that start at one place, such as children that include one parent.
        """
        is_known = bool(old.at and new.at)
        key = (old.at, new.at, branch) if is_known else (path, branch)
        if key in self._seen or len(path) > _DEEPEST or self._comparison.same(old, new):
            return
        self._seen.add(key)
        quiet = (self._subject, self._is_xml, self._is_text, required, key)
        if quiet in self._comparison.quiet:
            return
        before = len(self._comparison.findings)
        self._annotations(old, new, path, required=required)
        self._names(old, new, path)
        self._alternatives(old, new, path)
        self._inside(old, new, path)
        if len(self._comparison.findings) == before and is_known:
            self._comparison.quiet.add(quiet)

    def _inside(self, old: Schema, new: Schema, path: tuple[Step, ...]) -> None:
        needed = _required(old) & _required(new)
        before, after = _declared(old), _declared(new)
        both = before.keys() & after.keys() if _both_may_be("object", old, new) else set[str]()
        for name in sorted(both):
            if self._comparison.same(before[name], after[name]):
                continue
            self.compare(old.member(name), new.member(name), (*path, name), required=name in needed)
        for left, right in _by_name(old, new) if _both_may_be("object", old, new) else ():
            self.compare(left, right, (*path, UNDECLARED), required=False)
        numbers = range(min(old.numbered(), new.numbered())) if _both_may_be("array", old, new) else range(0)
        for number in numbers:
            self.compare(old.item(number), new.item(number), (*path, number), required=True)
        if any("items" in part.keywords for part in old.parts()) and _both_may_be("array", old, new):
            self.compare(old.item(None), new.item(None), (*path, 0), required=True)
        for left, right in _paired(old, new):
            outer, self._within = self._within, _component(left) or self._within
            self.compare(left, right, path, required=True, branch=str(_identity(left)))
            self._within = outer

    def _names(self, old: Schema, new: Schema, path: tuple[Step, ...]) -> None:
        """Report members that only one version declares."""
        before, after = _declared(old), _declared(new)
        if not new.parts() or not old.parts() or not _both_may_be("object", old, new):
            return
        everywhere_new, everywhere_old = new.names(), old.names()
        demanded = dict.fromkeys(_required(old), not SUBJECTS[self._subject].narrowing_breaks)
        for name in sorted(before.keys() - after.keys()):
            if demanded.get(name):
                continue
            hidden = _hidden(new, name)
            if hidden is not None:
                text = "no longer appears in this direction"
                self._add("member-hidden", (*path, name), text, hidden, old=before[name])
            elif name not in everywhere_new and not (
                SUBJECTS[self._subject].narrowing_breaks and _is_closed(new)
            ):
                self._gone((*path, name), new, before[name])
        for name in sorted(after.keys() - before.keys() - everywhere_old):
            self._come((*path, name), after[name], required=name in _required(new))

    def _gone(self, path: tuple[Step, ...], new: Schema, member: Schema) -> None:
        if SUBJECTS[self._subject].request:
            witness = Witness("request", self._spot.request_line, text=f"It may carry `{path_text(path)}`.")
        else:
            witness = Witness("response", self._spot.place, text=f"It no longer has `{path_text(path)}`.")
        self._add("member-removed", path, "is no longer declared", new, old=member, witness=witness)

    def _come(self, path: tuple[Step, ...], member: Schema, *, required: bool) -> None:
        """Report a new member, whose requirement has a finding of its own."""
        refused = path_text(path) in self._unexpected
        witness = self._unexpected.pop(path_text(path), None)
        if not SUBJECTS[self._subject].narrowing_breaks:
            self._add("member-added", path, "is new", member, old=None)
        elif required and refused:
            text = "is new, and the old object allows no other members"
            self._add("member-unexpected", path, text, member, old=None, implementers=witness)
        elif not required:
            suffix = "member-added" if refused else "member-declared"
            self._add(suffix, path, "is new", member, old=None, implementers=witness)

    def _alternatives(self, old: Schema, new: Schema, path: tuple[Step, ...]) -> None:
        """Report named alternatives added or removed while the same is accepted, as in open objects."""
        before, after = _alternatives(old, new)
        narrows = SUBJECTS[self._subject].narrowing_breaks
        more, fewer = (before, after) if narrows else (after, before)
        if not fewer or len(more) <= len(fewer) or (not narrows and not _is_one_of(new)):
            return
        rule = f"{self._subject}-alternative-{'removed' if narrows else 'added'}"
        written = {f"{part.at}/{keyword}" for part in old.parts() for keyword in ("anyOf", "oneOf")}
        if any(
            (found.id, found.operation, found.place) == (rule, self._spot.operation, self._spot.place)
            and (found.path == path_text(path) or found.old_label in written)
            for found in self._comparison.findings
        ):
            return
        for name in sorted(
            {_component(branch) for branch in more} - {_component(branch) for branch in fewer} - {""}
        ):
            if self._is_told(name, path):
                continue
            if narrows:
                self._add(
                    "alternative-dropped", path, f"is no longer described by `{name}`", new, old, before=name
                )
            else:
                self._add(
                    "alternative-offered", path, f"may now be described by `{name}`", new, old, after=name
                )

    def _is_told(self, name: str, path: tuple[Step, ...]) -> bool:
        """Return whether a break inside an alternative already tells clients of it."""
        inside = re.compile(rf"/schemas/{re.escape(name)}(/|$)")
        return any(
            Side.CLIENTS in found.breaks
            and (found.operation, found.place) == (self._spot.operation, self._spot.place)
            and found.path.startswith(path_text(path))
            and (inside.search(found.label) or inside.search(found.old_label or "")) is not None
            for found in self._comparison.findings
        )

    def _annotations(self, old: Schema, new: Schema, path: tuple[Step, ...], *, required: bool) -> None:
        before, after = _annotation(old, "default"), _annotation(new, "default")
        if not required and not self._same(before, after):
            if before is _NONE:
                text = f"now has the default {shown(after)}"
                self._add("default-added", path, text, new, old, after=after, keyword="default")
            elif after is _NONE:
                self._add(
                    "default-removed", path, f"had the default {shown(before)}", new, old, before=before
                )
            else:
                text = f"had the default {shown(before)} and now has {shown(after)}"
                witness = Witness(
                    "request",
                    self._spot.request_line,
                    text=f"Without {path_text(path) or 'it'}, it means {shown(after)}.",
                )
                self._add(
                    "default-changed", path, text, new, old, before=before, after=after, witness=witness,
                    implementers=witness, keyword="default",
                )  # fmt: skip
        if _annotation(new, "deprecated") is True and _annotation(old, "deprecated") is not True and path:
            self._add("member-deprecated", path, "is now deprecated", new, old, keyword="deprecated")
        known, listed = _annotation(old, "x-extensible-enum"), _annotation(new, "x-extensible-enum")
        if isinstance(known, list) and isinstance(listed, list):
            still = cast("list[Any]", listed)
            gone = [value for value in cast("list[Any]", known) if not contains(still, value)]
            if gone:
                self._add(
                    "known-value-removed", path, f"may no longer be {shown(gone)}", new, old, before=gone
                )
        if self._is_xml and _annotation(old, "xml") != _annotation(new, "xml"):
            self._add("xml-changed", path, "is written differently in XML", new, old)

    def _same(self, before: Any, after: Any) -> bool:
        """Return whether two defaults are the same; in a query, 1 and "1" are."""
        return equal(before, after) or (
            self._is_text and _NONE not in (before, after) and as_written(before) == as_written(after)
        )

    def _add(
        self,
        suffix: str,
        path: tuple[Step, ...],
        text: str,
        new: Schema | None,
        old: Schema | None,
        *,
        before: Any = None,
        after: Any = None,
        witness: Witness | None = None,
        implementers: Witness | None = None,
        keyword: str = "",
    ) -> None:
        """Add a finding, at the keyword of the new schema if it is there."""
        name = path_text(path)
        said = f"`{name}` of `{self._within}`" if self._within else f"`{name}`"
        rule = f"{self._subject}-{suffix}"
        where = f"{self._spot.place} of {self._spot.operation}"
        label = new.at if new is not None else None
        earlier = old.at if old is not None else None
        revision = self._comparison.revision
        place = revision.place(label) if label else self._parent
        self._comparison.add(
            rule,
            self._spot.inside(name),
            f"{said} {text} ({where})" if name else f"The {where} {text}",
            new=place / keyword if keyword and label and revision.has(place / keyword) else place,
            old=self._comparison.base.place(earlier) if earlier else None,
            change=Change(before=before, after=after),
            witness=witness,
            implementers=implementers,
        )


def _both_may_be(kind: str, old: Schema, new: Schema) -> bool:
    return old.may_be(kind) and new.may_be(kind)


def _declared(schema: Schema) -> dict[str, Schema]:
    """Return the members that a schema declares unconditionally and that travel in this direction."""
    found: dict[str, Schema] = {}
    for part in schema.parts():
        for name, content in part.keywords.get("properties", {}).items():
            if HIDDEN not in content and not part.is_pin:
                found[name] = schema.sub(content)
    return found


def _by_name(old: Schema, new: Schema) -> list[tuple[Schema, Schema]]:
    """Pair the schemas of both versions for members of the same pattern, and for those without a name."""
    before, after = _described(old), _described(new)
    return [(before[pattern], after[pattern]) for pattern in before if pattern in after]


def _described(schema: Schema) -> dict[str | None, Schema]:
    """Return the schemas of members that no name declares, by pattern; None stands for all others."""
    found: dict[str | None, Schema] = {}
    for part in schema.parts():
        for pattern, content in part.keywords.get("patternProperties", {}).items():
            found[pattern] = schema.sub(content)
        others = part.keywords.get("additionalProperties")
        if isinstance(others, dict):
            found[None] = schema.sub(cast("JsonSchema", others))
    return found


def _hidden(schema: Schema, name: str) -> Schema | None:
    """Return a member that is declared but does not travel in this direction."""
    declared = (part.keywords.get("properties", {}).get(name, {}) for part in schema.parts())
    return next((schema.sub(content) for content in declared if HIDDEN in content), None)


def _required(schema: Schema) -> set[str]:
    return {name for part in schema.parts() for name in part.keywords.get("required", [])}


def _is_closed(schema: Schema) -> bool:
    return any(
        part.keywords.get(keyword) is False
        for part in schema.parts()
        for keyword in ("additionalProperties", "unevaluatedProperties")
    )


def _annotation(schema: Schema, name: str) -> Any:
    return next((part.keywords[name] for part in schema.parts() if name in part.keywords), _NONE)


def _paired(old: Schema, new: Schema) -> list[tuple[Schema, Schema]]:
    """Pair the alternatives of both versions that have the same component, or the same distinctive value.

    Of the others, those are paired that alone are left when the identical ones are set aside.
    """
    found: list[tuple[Schema, Schema]] = []
    before, after = _alternatives(old, new)
    offered = {_identity(branch): branch for branch in after}
    for branch in before:
        other = offered.get(_identity(branch))
        if other is not None and _identity(branch) is not None:
            found.append((branch, other))
    left = [
        [branch for branch in branches if _identity(branch) is None and not _is_written(branch, others)]
        for branches, others in ((before, after), (after, before))
    ]
    if len(left[0]) == len(left[1]) == 1:
        found.append((left[0][0], left[1][0]))
    return found


def _is_written(branch: Schema, others: list[Schema]) -> bool:
    """Return whether one of some alternatives is written like another one, at any place."""
    return any(expanded(branch) == expanded(other) for other in others)


def _alternatives(old: Schema, new: Schema) -> tuple[list[Schema], list[Schema]]:
    """Return the alternatives of both versions; a component stands for itself where the other has several."""
    before, after = _branches(old), _branches(new)
    if not before and after and _component(old):
        return [old], after
    return before, [new] if before and not after and _component(new) else after


def _branches(schema: Schema) -> list[Schema]:
    return [
        schema.sub(branch)
        for part in schema.parts()
        for keyword in ("anyOf", "oneOf")
        for branch in part.keywords.get(keyword, [])
    ]


def _is_one_of(schema: Schema) -> bool:
    return any("oneOf" in part.keywords for part in schema.parts())


def _component(branch: Schema) -> str:
    """Return the name of the component that an alternative refers to, or an empty string."""
    return branch.component or ""


def _identity(branch: Schema) -> Any:
    """Return what an alternative is recognized by: its component, or the only values of required members."""
    for part in branch.parts():
        if part.is_pin:
            return repr(part.keywords.get("properties"))
    return branch.reference or values_told(branch) or None
