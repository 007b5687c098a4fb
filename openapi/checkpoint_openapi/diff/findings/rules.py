"""The table of all rules: every id that a finding may carry, and what it means.

Rules about schemas are made of a subject, which says whose schema it is, and a facet, which says what of it
changed. A schema that narrows breaks those who send, one that widens breaks those who receive.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ["FACETS", "RULES", "SUBJECTS", "Facet", "Rule", "Severity", "Subject"]


class Severity(Enum):
    """How much a change matters to those who use the contract."""

    BREAKING = "breaking"
    """Something that was right is wrong now."""
    REVIEW = "review"
    """It cannot be decided, or it is for a person to decide."""
    INFO = "info"
    """Everything that was right still is."""


class Rule(NamedTuple):
    """One kind of change."""

    severity: Severity
    summary: str
    event: Severity | None = None
    """The severity in a callback or webhook, where the roles are exchanged; None if it is the same."""

    def of(self, *, event: bool) -> Severity:
        """Return the severity of a finding, in a callback or webhook or elsewhere."""
        return self.event if event and self.event is not None else self.severity


class Subject(NamedTuple):
    """Whose schema a rule is about."""

    noun: str
    request: bool
    """It is sent by the client, or, in callbacks and webhooks, by the one who called."""
    narrowing_breaks: bool


class Facet(NamedTuple):
    """What of a schema a rule is about."""

    narrowed: str
    widened: str
    noun: str


SUBJECTS = {
    "request": Subject("the request body", request=True, narrowing_breaks=True),
    "parameter": Subject("a parameter", request=True, narrowing_breaks=True),
    "response": Subject("the answer's body", request=False, narrowing_breaks=False),
    "header": Subject("a header of the answer", request=False, narrowing_breaks=False),
    "event": Subject("the body of a callback or webhook", request=True, narrowing_breaks=False),
    "event-parameter": Subject("a parameter of a callback or webhook", request=True, narrowing_breaks=False),
    "event-response": Subject("the answer to a callback or webhook", request=False, narrowing_breaks=True),
    "event-header": Subject(
        "a header in the answer to a callback or webhook", request=False, narrowing_breaks=True
    ),
}
"""What of an operation can change, by the word with which its rules begin."""

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
    "dependency": Facet("dependency-added", "dependency-dropped", "what a member demands of others"),
    "member": Facet("member-refused", "member-unexpected", "a member of a closed object"),
    "unknown-members": Facet("unknown-members-refused", "unknown-members-allowed", "undeclared members"),
    "alternative": Facet("alternative-removed", "alternative-added", "the alternatives"),
    "discriminator": Facet("discriminator-narrowed", "discriminator-widened", "the discriminator's values"),
    "condition": Facet("condition-narrowed", "condition-widened", "another condition"),
    "schema": Facet("schema-narrowed", "schema-widened", "the schema as a whole"),
}
"""What of a schema can change, by its name."""

_B, _R, _I = Severity.BREAKING, Severity.REVIEW, Severity.INFO

_OWN = {
    "path-removed": Rule(_B, "A path is gone, or has another form."),
    "path-added": Rule(_I, "A path is new."),
    "operation-removed": Rule(_B, "A method of a path is gone."),
    "operation-added": Rule(_I, "A method of a path is new."),
    "operation-removed-after-sunset": Rule(
        _I, "A deprecated operation is gone after the date of its sunset."
    ),
    "operation-deprecated": Rule(_I, "An operation is to go away."),
    "operation-reinstated": Rule(_I, "An operation is no longer to go away."),
    "operation-id-changed": Rule(
        _I, "The name of an operation changed: generated clients call it otherwise."
    ),
    "parameter-added-required": Rule(_B, "A new parameter has to be sent.", event=_I),
    "parameter-added": Rule(_I, "A new parameter may be sent."),
    "parameter-removed": Rule(_B, "A parameter is not known any more: what it asked for is not done."),
    "parameter-became-required": Rule(_B, "A parameter has to be sent now.", event=_I),
    "parameter-became-optional": Rule(_I, "A parameter may be left out now.", event=_B),
    "parameter-location-changed": Rule(_B, "A parameter is read from another part of the request."),
    "parameter-serialization-changed": Rule(_B, "A parameter is written in another form."),
    "parameter-reserved-encoded": Rule(
        _B, "Reserved characters of a parameter have to be percent-encoded now."
    ),
    "parameter-empty-value-refused": Rule(_B, "A parameter without a value is not accepted any more."),
    "parameter-deprecated": Rule(_I, "A parameter is to go away."),
    "request-body-added-required": Rule(_B, "A body has to be sent now.", event=_I),
    "request-body-added": Rule(_I, "A body may be sent now."),
    "request-body-removed": Rule(_B, "A body is not read any more."),
    "request-body-became-required": Rule(_B, "The body has to be sent now.", event=_I),
    "request-body-became-optional": Rule(_I, "The body may be left out now.", event=_B),
    "request-media-type-removed": Rule(_B, "A media type of the request is refused now."),
    "request-media-type-added": Rule(_I, "A further media type of the request is accepted."),
    "request-encoding-changed": Rule(_R, "The parts of a form are encoded otherwise."),
    "response-removed": Rule(_B, "A status of success is gone, so that another one takes its place."),
    "response-error-removed": Rule(_I, "A status of failure is not given any more."),
    "response-added-success": Rule(
        _R, "A further status of success: clients may know only the old ones.", event=_I
    ),
    "response-added": Rule(_I, "A further status of failure: clients know its class by the first digit."),
    "response-media-type-removed": Rule(_B, "A media type of the answer is gone."),
    "response-media-type-added": Rule(_I, "A further media type of the answer."),
    "response-media-type-widened": Rule(_B, "A media type of the answer became a range of them."),
    "response-body-removed": Rule(_B, "An answer has no body any more."),
    "response-body-added": Rule(_I, "An answer has a body now."),
    "response-header-removed": Rule(_B, "A header that was always there is gone.", event=_I),
    "response-optional-header-removed": Rule(_B, "A header that was sometimes there is gone.", event=_I),
    "response-header-became-optional": Rule(_B, "A header that was always there may be missing.", event=_I),
    "response-header-became-required": Rule(_I, "A header is always there now.", event=_B),
    "response-header-added": Rule(_I, "A header is new."),
    "event-header-added-required": Rule(_B, "The answer to a callback or webhook needs a further header."),
    "response-header-serialization-changed": Rule(_B, "A header is written in another form."),
    "response-link-removed": Rule(_I, "A link to another operation is gone."),
    "security-added": Rule(_B, "Authentication is demanded where there was none."),
    "security-alternative-removed": Rule(_B, "A way to authenticate is not accepted any more."),
    "security-alternative-added": Rule(_I, "A further way to authenticate is accepted."),
    "security-removed": Rule(_I, "Authentication is not demanded any more."),
    "security-scope-added": Rule(_B, "A further scope is demanded."),
    "security-scope-removed": Rule(_I, "A scope is not demanded any more."),
    "security-scheme-changed": Rule(_B, "The same authentication is sent in another way."),
    "security-endpoint-changed": Rule(_R, "Credentials come from another address."),
    "server-base-path-changed": Rule(_B, "No server offers the operation under its old path."),
    "server-removed": Rule(_R, "A server is gone, while its path is still offered elsewhere."),
    "server-added": Rule(_I, "A server is new."),
    "limit-lowered": Rule(_R, "A limit that the document states beside the schemas is lower."),
    "limit-changed": Rule(_I, "A limit that the document states beside the schemas changed."),
    "webhook-removed": Rule(_B, "A webhook is not called any more."),
    "webhook-added": Rule(_I, "A webhook is new."),
    "callback-removed": Rule(_B, "A callback is not made any more."),
    "callback-added": Rule(_I, "A callback is new."),
    "part-not-compared": Rule(_R, "A part of OpenAPI 3.2 changed that is not compared yet."),
    "document-address-changed": Rule(_I, "The `$self` changed by which other documents refer to this one."),
    "keyword-unreadable": Rule(_R, "A keyword changed whose value no validator reads."),
    "schema-unsatisfiable": Rule(
        _R, "A schema that no value satisfies changed: nothing can be proven of it."
    ),
    "version-too-low": Rule(_I, "`info.version` does not move as far as the change."),
    "version-unreadable": Rule(_I, "`info.version` is no semantic version, so it cannot be checked."),
}

_MEMBERS = {
    "member-added": (_I, _I, "An optional member is new."),
    "member-removed": (_B, _B, "A member is not declared any more: it is ignored, or never comes."),
    "member-hidden": (_R, _R, "A member that is still declared does not travel in this direction any more."),
    "alternative-dropped": (
        _R,
        _I,
        "An alternative is gone, although what it admits is still admitted by the others.",
    ),
    "alternative-offered": (
        _I,
        _R,
        "An alternative is new, although what it admits was admitted by the others.",
    ),
    "discriminator-added": (_R, _I, "A discriminator is new: which schema applies hangs on its value now."),
    "discriminator-dropped": (
        _I,
        _R,
        "A discriminator is gone: which schema applies does not hang on its value any more.",
    ),
    "member-deprecated": (_I, _I, "A member is to go away."),
    "default-changed": (_B, _I, "Leaving a member out means something else now."),
    "default-removed": (_R, _I, "It is not said any more what leaving a member out means."),
    "default-added": (_I, _I, "It is said now what leaving a member out means."),
    "known-value-removed": (_B, _I, "An extensible list of values lost one."),
    "xml-changed": (_R, _R, "A member is written otherwise in XML."),
}


def _about_schemas() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for name, subject in SUBJECTS.items():
        for facet in FACETS.values():
            narrowed = _B if subject.narrowing_breaks else _I
            widened = _I if subject.narrowing_breaks else _B
            found[f"{name}-{facet.narrowed}"] = Rule(narrowed, f"Of {subject.noun}, {facet.noun} narrowed.")
            found[f"{name}-{facet.widened}"] = Rule(widened, f"Of {subject.noun}, {facet.noun} widened.")
        found[f"{name}-undecided"] = Rule(_R, f"Whether a change of {subject.noun} breaks cannot be decided.")
        for suffix, (breaks, other, summary) in _MEMBERS.items():
            severity = breaks if subject.narrowing_breaks else other
            found[f"{name}-{suffix}"] = Rule(severity, f"In {subject.noun}: {summary}")
    return found


RULES = {**_about_schemas(), **_OWN}
"""Every rule by its id."""
