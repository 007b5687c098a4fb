"""The table of all rules: every id that a finding may have, and its meaning.

Rules about schemas combine a subject, which says whose schema it is, and a facet, which says what about it
changed. A schema that narrows breaks senders, one that widens breaks receivers.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ["FACETS", "RULES", "SUBJECTS", "Facet", "Rule", "Severity", "Subject"]


class Severity(Enum):
    """How much a change matters to users of the contract."""

    BREAKING = "breaking"
    """Something that was valid no longer is."""
    REVIEW = "review"
    """The gate cannot decide, or a person has to."""
    INFO = "info"
    """Everything that was valid still is."""


class Rule(NamedTuple):
    """One kind of change."""

    severity: Severity
    summary: str
    event: Severity | None = None
    """The severity in a callback or webhook, where the roles are swapped; None if it is the same."""

    def of(self, *, event: bool) -> Severity:
        """Return the severity of a finding; `event` means in a callback or webhook."""
        return self.event if event and self.event is not None else self.severity


class Subject(NamedTuple):
    """Whose schema a rule is about."""

    noun: str
    request: bool
    """Whether the client sends it, or, in callbacks and webhooks, the caller."""
    narrowing_breaks: bool


class Facet(NamedTuple):
    """What aspect of a schema a rule is about."""

    narrowed: str
    widened: str
    noun: str


SUBJECTS = {
    "request": Subject("the request body", request=True, narrowing_breaks=True),
    "parameter": Subject("a parameter", request=True, narrowing_breaks=True),
    "response": Subject("the response body", request=False, narrowing_breaks=False),
    "header": Subject("a response header", request=False, narrowing_breaks=False),
    "event": Subject("the body of a callback or webhook", request=True, narrowing_breaks=False),
    "event-parameter": Subject("a parameter of a callback or webhook", request=True, narrowing_breaks=False),
    "event-response": Subject("the response to a callback or webhook", request=False, narrowing_breaks=True),
    "event-header": Subject(
        "a header in the response to a callback or webhook", request=False, narrowing_breaks=True
    ),
}
"""The parts of an operation that can change, by the word with which their rules begin."""

FACETS = {
    "type": Facet("type-narrowed", "type-widened", "the types"),
    "null": Facet("null-refused", "null-allowed", "null"),
    "value": Facet("value-removed", "value-added", "the listed values"),
    "length": Facet("length-narrowed", "length-widened", "the length"),
    "pattern": Facet("pattern-narrowed", "pattern-widened", "the pattern"),
    "format": Facet("format-narrowed", "format-widened", "the format"),
    "range": Facet("range-narrowed", "range-widened", "the range"),
    "item-count": Facet("item-count-narrowed", "item-count-widened", "the number of items"),
    "uniqueness": Facet("uniqueness-demanded", "uniqueness-dropped", "whether items may repeat"),
    "member-count": Facet("member-count-narrowed", "member-count-widened", "the number of members"),
    "required": Facet("member-became-required", "member-became-optional", "a member that is required"),
    "new-required": Facet("required-member-added", "required-member-removed", "a required member"),
    "dependency": Facet("dependency-added", "dependency-dropped", "what a member requires of others"),
    "member": Facet("member-refused", "member-unexpected", "a member of a closed object"),
    "unknown-members": Facet("unknown-members-refused", "unknown-members-allowed", "undeclared members"),
    "alternative": Facet("alternative-removed", "alternative-added", "the alternatives"),
    "discriminator": Facet("discriminator-narrowed", "discriminator-widened", "the discriminator's values"),
    "condition": Facet("condition-narrowed", "condition-widened", "another condition"),
    "schema": Facet("schema-narrowed", "schema-widened", "the schema as a whole"),
}
"""The aspects of a schema that can change, by name."""

_B, _R, _I = Severity.BREAKING, Severity.REVIEW, Severity.INFO

_OWN = {
    "path-removed": Rule(_B, "A path was removed or changed its form."),
    "path-added": Rule(_I, "A path was added."),
    "operation-removed": Rule(_B, "A method of a path was removed."),
    "operation-added": Rule(_I, "A method of a path was added."),
    "operation-removed-after-sunset": Rule(_I, "A deprecated operation was removed after its sunset date."),
    "operation-deprecated": Rule(_I, "An operation was deprecated."),
    "operation-reinstated": Rule(_I, "An operation is no longer deprecated."),
    "operation-id-changed": Rule(_I, "The operationId changed, and with it the name in generated clients."),
    "parameter-added-required": Rule(_B, "A required parameter was added.", event=_I),
    "parameter-added": Rule(_I, "An optional parameter was added."),
    "parameter-removed": Rule(_B, "A parameter was removed: the server now ignores it."),
    "parameter-became-required": Rule(_B, "A parameter became required.", event=_I),
    "parameter-became-optional": Rule(_I, "A parameter became optional.", event=_B),
    "parameter-location-changed": Rule(_B, "A parameter moved to another part of the request."),
    "parameter-serialization-changed": Rule(_B, "The serialization of a parameter changed."),
    "parameter-reserved-encoded": Rule(_B, "Reserved characters in a parameter must now be percent-encoded."),
    "parameter-empty-value-refused": Rule(_B, "A parameter may no longer be empty."),
    "parameter-deprecated": Rule(_I, "A parameter was deprecated."),
    "request-body-added-required": Rule(_B, "A required request body was added.", event=_I),
    "request-body-added": Rule(_I, "An optional request body was added."),
    "request-body-removed": Rule(_B, "The request body was removed."),
    "request-body-became-required": Rule(_B, "The request body became required.", event=_I),
    "request-body-became-optional": Rule(_I, "The request body became optional.", event=_B),
    "request-media-type-removed": Rule(_B, "A media type of the request was removed."),
    "request-media-type-added": Rule(_I, "A media type of the request was added."),
    "request-encoding-changed": Rule(_R, "The encoding of form parts changed."),
    "response-removed": Rule(_B, "A success status was removed, so another one takes its place."),
    "response-error-removed": Rule(_I, "An error status was removed."),
    "response-added-success": Rule(
        _R, "A success status was added: clients may know only the old ones.", event=_I
    ),
    "response-added": Rule(_I, "An error status was added: clients recognize its class by the first digit."),
    "response-media-type-removed": Rule(_B, "A media type of the response was removed."),
    "response-media-type-added": Rule(_I, "A media type of the response was added."),
    "response-media-type-widened": Rule(_B, "A media type of the response became a range."),
    "response-body-removed": Rule(_B, "A response body was removed."),
    "response-body-added": Rule(_I, "A response body was added."),
    "response-header-removed": Rule(_B, "A required response header was removed.", event=_I),
    "response-optional-header-removed": Rule(_B, "An optional response header was removed.", event=_I),
    "response-header-became-optional": Rule(_B, "A response header became optional.", event=_I),
    "response-header-became-required": Rule(_I, "A response header became required.", event=_B),
    "response-header-added": Rule(_I, "A response header was added."),
    "event-header-added-required": Rule(
        _B, "A required header was added to the response to a callback or webhook."
    ),
    "response-header-serialization-changed": Rule(_B, "The serialization of a response header changed."),
    "response-link-removed": Rule(_I, "A link to another operation was removed."),
    "security-added": Rule(_B, "Authentication is now required where there was none."),
    "security-alternative-removed": Rule(_B, "A way to authenticate was removed."),
    "security-alternative-added": Rule(_I, "A way to authenticate was added."),
    "security-removed": Rule(_I, "Authentication is no longer required."),
    "security-scope-added": Rule(_B, "An additional scope is required."),
    "security-scope-removed": Rule(_I, "A scope is no longer required."),
    "security-scheme-changed": Rule(_B, "The same credentials are sent in a different way."),
    "security-endpoint-changed": Rule(_R, "Credentials come from a different address."),
    "server-base-path-changed": Rule(_B, "No server offers the operation under its old path."),
    "server-removed": Rule(_R, "A server was removed, but its path is still offered elsewhere."),
    "server-added": Rule(_I, "A server was added."),
    "limit-lowered": Rule(_R, "A limit that the document states beside the schemas is lower."),
    "limit-changed": Rule(_I, "A limit that the document states beside the schemas changed."),
    "webhook-removed": Rule(_B, "A webhook was removed."),
    "webhook-added": Rule(_I, "A webhook was added."),
    "callback-removed": Rule(_B, "A callback was removed."),
    "callback-added": Rule(_I, "A callback was added."),
    "part-not-compared": Rule(_R, "A part of OpenAPI 3.2 changed that is not compared yet."),
    "document-address-changed": Rule(_I, "The `$self` changed by which other documents refer to this one."),
    "keyword-unreadable": Rule(_R, "A keyword whose value no validator understands changed."),
    "schema-unsatisfiable": Rule(
        _R, "A schema that no value satisfies changed: nothing can be proven about it."
    ),
    "version-too-low": Rule(_I, "The bump of `info.version` is too small for the change."),
    "version-unreadable": Rule(_I, "`info.version` is not a semantic version, so it cannot be checked."),
}

_MEMBERS = {
    "member-added": (_I, _I, "An optional member was added."),
    "member-removed": (_B, _B, "A member was removed: it is ignored, or never appears."),
    "member-hidden": (_R, _R, "A member is still declared but no longer appears in this direction."),
    "alternative-dropped": (
        _R,
        _I,
        "An alternative was removed, but the others still allow what it allowed.",
    ),
    "alternative-offered": (
        _I,
        _R,
        "An alternative was added, but the others already allowed what it allows.",
    ),
    "discriminator-added": (_R, _I, "A discriminator was added: its value now decides which schema applies."),
    "discriminator-dropped": (
        _I,
        _R,
        "A discriminator was removed: its value no longer decides which schema applies.",
    ),
    "member-deprecated": (_I, _I, "A member was deprecated."),
    "default-changed": (_B, _I, "Omitting a member now means something else."),
    "default-removed": (
        _R,
        _I,
        "A default was removed: omitting a member no longer has a stated meaning.",
    ),
    "default-added": (_I, _I, "A default was added: omitting a member now has a stated meaning."),
    "known-value-removed": (_B, _I, "A value was removed from an extensible list."),
    "xml-changed": (_R, _R, "The XML form of a member changed."),
}


def _about_schemas() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for name, subject in SUBJECTS.items():
        for facet in FACETS.values():
            narrowed = _B if subject.narrowing_breaks else _I
            widened = _I if subject.narrowing_breaks else _B
            found[f"{name}-{facet.narrowed}"] = Rule(narrowed, f"In {subject.noun}, {facet.noun} narrowed.")
            found[f"{name}-{facet.widened}"] = Rule(widened, f"In {subject.noun}, {facet.noun} widened.")
        found[f"{name}-undecided"] = Rule(_R, f"A change to {subject.noun} cannot be decided.")
        for suffix, (breaks, other, summary) in _MEMBERS.items():
            severity = breaks if subject.narrowing_breaks else other
            found[f"{name}-{suffix}"] = Rule(severity, f"In {subject.noun}: {summary}")
    return found


RULES = {**_about_schemas(), **_OWN}
"""Every rule by its id."""
