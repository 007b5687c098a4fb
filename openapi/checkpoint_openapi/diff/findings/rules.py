"""The table of all rules: every id that a finding may have, its meaning, and its severity for each side.

Rules about schemas combine a subject, which says whose schema it is, and a facet, which says what about it
changed. A narrower schema breaks senders, and a wider one breaks receivers: a wider request breaks
implementers of the old contract, and a narrower one its clients. For responses it is the other way round.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ["FACETS", "RULES", "SUBJECTS", "Facet", "Rule", "Severity", "Side", "Subject"]


class Severity(Enum):
    """How much a change matters to one side of the contract."""

    BREAKING = "breaking"
    """Something that was valid no longer is."""
    REVIEW = "review"
    """The gate cannot decide, or a person has to."""
    INFO = "info"
    """Everything that was valid still is."""


class Side(Enum):
    """One of the two sides of a contract."""

    CLIENTS = "clients"
    """Who calls the operations: what they send may be refused, or what they receive may be new."""
    IMPLEMENTERS = "implementers"
    """Who serves them: what they may refuse is valid now, or what they may answer no longer is."""


class Rule(NamedTuple):
    """One kind of change."""

    severity: Severity
    """How much it matters to clients."""
    summary: str
    implementers: Severity
    event: Severity
    """How much it matters to clients in a callback or webhook, where the roles are swapped."""
    event_implementers: Severity

    def of(self, side: Side = Side.CLIENTS, *, event: bool) -> Severity:
        """Return the severity of a finding for a side; `event` means in a callback or webhook."""
        if side is Side.CLIENTS:
            return self.event if event else self.severity
        return self.event_implementers if event else self.implementers


class Subject(NamedTuple):
    """Whose schema a rule is about."""

    noun: str
    request: bool
    """Whether the client sends it, or, in callbacks and webhooks, the caller."""
    narrowing_breaks: bool


class Facet(NamedTuple):
    """What aspect of a schema a rule is about."""

    narrowed: str
    """How the id of the rule ends if the schema became narrower."""
    loss: str
    """What happened then."""
    widened: str
    """How the id of the rule ends if the schema became wider."""
    gain: str
    """What happened then."""


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
    "type": Facet("type-narrowed", "fewer types are allowed", "type-widened", "more types are allowed"),
    "null": Facet("null-refused", "null is no longer allowed", "null-allowed", "null is now allowed"),
    "value": Facet("value-removed", "a listed value was removed", "value-added", "a listed value was added"),
    "length": Facet(
        "length-narrowed",
        "the limits on the length are tighter",
        "length-widened",
        "the limits on the length are looser",
    ),
    "pattern": Facet(
        "pattern-narrowed", "the pattern allows less", "pattern-widened", "the pattern allows more"
    ),
    "format": Facet("format-narrowed", "the format allows less", "format-widened", "the format allows more"),
    "range": Facet(
        "range-narrowed",
        "the limits on a number are tighter",
        "range-widened",
        "the limits on a number are looser",
    ),
    "item-count": Facet(
        "item-count-narrowed",
        "the limits on the number of items are tighter",
        "item-count-widened",
        "the limits on the number of items are looser",
    ),
    "uniqueness": Facet(
        "uniqueness-demanded", "items must now be unique", "uniqueness-dropped", "items may now repeat"
    ),
    "member-count": Facet(
        "member-count-narrowed",
        "the limits on the number of members are tighter",
        "member-count-widened",
        "the limits on the number of members are looser",
    ),
    "required": Facet(
        "member-became-required",
        "an optional member became required",
        "member-became-optional",
        "a required member became optional",
    ),
    "new-required": Facet(
        "required-member-added",
        "a required member was added",
        "required-member-removed",
        "a required member was removed",
    ),
    "dependency": Facet(
        "dependency-added",
        "a member now requires others",
        "dependency-dropped",
        "a member no longer requires others",
    ),
    "member": Facet(
        "member-refused",
        "a member of a closed object was removed",
        "member-unexpected",
        "a member of a closed object was added",
    ),
    "unknown-members": Facet(
        "unknown-members-refused",
        "undeclared members are now refused",
        "unknown-members-allowed",
        "undeclared members are now allowed",
    ),
    "alternative": Facet(
        "alternative-removed", "an alternative was removed", "alternative-added", "an alternative was added"
    ),
    "discriminator": Facet(
        "discriminator-narrowed",
        "the discriminator allows fewer values",
        "discriminator-widened",
        "the discriminator allows more values",
    ),
    "condition": Facet(
        "condition-narrowed",
        "another condition allows less",
        "condition-widened",
        "another condition allows more",
    ),
    "schema": Facet(
        "schema-narrowed",
        "the schema as a whole allows less",
        "schema-widened",
        "the schema as a whole allows more",
    ),
}
"""The aspects of a schema that can change, by name."""

_B, _R, _I = Severity.BREAKING, Severity.REVIEW, Severity.INFO


def _rule(
    clients: Severity,
    implementers: Severity,
    summary: str,
    event: tuple[Severity, Severity] | None = None,
) -> Rule:
    """Return a rule; `event` holds both severities in a callback or webhook, if they differ there."""
    return Rule(clients, summary, implementers, *(event or (clients, implementers)))


# The first severity is that for clients, the second that for implementers.
_OWN = {
    "path-removed": _rule(_B, _I, "A path was removed, or its structure changed."),
    "path-added": _rule(_I, _B, "A path was added."),
    "operation-removed": _rule(_B, _I, "A method of a path was removed."),
    "operation-added": _rule(_I, _B, "A method of a path was added."),
    "operation-removed-after-sunset": _rule(
        _I, _I, "A deprecated operation was removed after its sunset date."
    ),
    "operation-deprecated": _rule(_I, _I, "An operation was deprecated."),
    "operation-reinstated": _rule(_I, _I, "An operation is no longer deprecated."),
    "operation-id-changed": _rule(
        _I, _I, "The operationId changed, and with it the name in generated clients."
    ),
    "parameter-added-required": _rule(_B, _B, "A required parameter was added.", event=(_I, _B)),
    "parameter-added": _rule(_I, _B, "An optional parameter was added.", event=(_I, _I)),
    "parameter-removed": _rule(_B, _I, "A parameter was removed: the server now ignores it."),
    "parameter-became-required": _rule(_B, _I, "A parameter became required.", event=(_I, _B)),
    "parameter-became-optional": _rule(_I, _B, "A parameter became optional.", event=(_B, _I)),
    "parameter-location-changed": _rule(_B, _B, "A parameter moved to another part of the request."),
    "parameter-serialization-changed": _rule(_B, _B, "The serialization of a parameter changed."),
    "parameter-reserved-encoded": _rule(
        _B, _I, "Reserved characters in a parameter must now be percent-encoded."
    ),
    "parameter-reserved-accepted": _rule(_I, _B, "Reserved characters in a parameter may now be unencoded."),
    "parameter-empty-value-refused": _rule(_B, _I, "A parameter may no longer be empty.", event=(_I, _B)),
    "parameter-empty-value-allowed": _rule(_I, _B, "A parameter may now be empty.", event=(_B, _I)),
    "parameter-order-changed": _rule(
        _I, _I, "Parameters are listed in another order, and so are the arguments in generated clients."
    ),
    "parameter-deprecated": _rule(_I, _I, "A parameter was deprecated."),
    "request-body-added-required": _rule(_B, _B, "A required request body was added.", event=(_I, _B)),
    "request-body-added": _rule(_I, _B, "An optional request body was added.", event=(_I, _I)),
    "request-body-removed": _rule(_B, _I, "The request body was removed.", event=(_B, _B)),
    "request-body-became-required": _rule(_B, _I, "The request body became required.", event=(_I, _B)),
    "request-body-became-optional": _rule(_I, _B, "The request body became optional.", event=(_B, _I)),
    "request-media-type-removed": _rule(_B, _I, "A media type of the request was removed.", event=(_I, _B)),
    "request-media-type-added": _rule(_I, _B, "A media type of the request was added.", event=(_B, _I)),
    "request-part-type-removed": _rule(_B, _I, "A part of a form lost a media type.", event=(_I, _B)),
    "request-part-type-added": _rule(_I, _B, "A part of a form gained a media type.", event=(_B, _I)),
    "request-encoding-changed": _rule(_R, _R, "The encoding of form parts changed."),
    "response-removed": _rule(
        _B, _B, "A success status was removed, so another one takes its place.", event=(_B, _I)
    ),
    "response-error-removed": _rule(_I, _B, "An error status was removed.", event=(_I, _I)),
    "response-range-narrowed": _rule(
        _I, _B, "A range of statuses was reduced to some of them.", event=(_I, _I)
    ),
    "response-added-success": _rule(
        _R, _I, "A success status was added: clients may know only the old ones.", event=(_I, _B)
    ),
    "response-added": _rule(
        _I, _I, "An error status was added: clients recognize its class by the first digit."
    ),
    "response-media-type-removed": _rule(_B, _B, "A media type of the response was removed.", event=(_B, _I)),
    "response-media-type-added": _rule(_I, _I, "A media type of the response was added.", event=(_I, _B)),
    "response-media-type-widened": _rule(
        _B, _I, "A media type of the response became a range.", event=(_I, _B)
    ),
    "response-body-removed": _rule(_B, _B, "A response body was removed."),
    "response-body-added": _rule(_I, _B, "A response body was added.", event=(_B, _B)),
    "response-header-removed": _rule(_B, _B, "A required response header was removed.", event=(_B, _B)),
    "response-optional-header-removed": _rule(
        _B, _B, "An optional response header was removed.", event=(_B, _I)
    ),
    "response-header-became-optional": _rule(_B, _I, "A response header became optional.", event=(_I, _B)),
    "response-header-became-required": _rule(_I, _B, "A response header became required.", event=(_B, _I)),
    "response-header-added": _rule(_I, _I, "A response header was added."),
    "response-header-added-required": _rule(_I, _B, "A required response header was added."),
    "event-header-added-required": _rule(
        _B, _I, "A required header was added to the response to a callback or webhook."
    ),
    "response-header-serialization-changed": _rule(_B, _B, "The serialization of a response header changed."),
    "response-link-removed": _rule(_I, _I, "A link to another operation was removed."),
    "security-added": _rule(_B, _B, "Authentication is now required where there was none."),
    "security-alternative-removed": _rule(_B, _R, "A way to authenticate was removed."),
    "security-alternative-added": _rule(_I, _B, "A way to authenticate was added."),
    "security-removed": _rule(_I, _B, "Authentication is no longer required."),
    "security-scope-added": _rule(_B, _B, "An additional scope is required."),
    "security-scope-removed": _rule(_I, _B, "A scope is no longer required."),
    "security-scheme-changed": _rule(_B, _B, "The same credentials are sent in a different way."),
    "security-scheme-renamed": _rule(
        _I, _I, "A security scheme was renamed, and with it the credentials in generated clients."
    ),
    "event-security-changed": _rule(_R, _R, "A callback or webhook is made with other credentials."),
    "security-endpoint-changed": _rule(_R, _I, "Credentials come from a different address."),
    "server-base-path-changed": _rule(_B, _B, "No server offers the operation under its old path."),
    "server-removed": _rule(_R, _I, "A server was removed, but its path is still offered elsewhere."),
    "server-base-path-added": _rule(_I, _B, "A server offers the operation under another path, too."),
    "server-added": _rule(_I, _I, "A server was added."),
    "limit-lowered": _rule(_R, _I, "A limit that the document states outside the schemas was lowered."),
    "limit-changed": _rule(_I, _R, "A limit that the document states outside the schemas changed."),
    "webhook-removed": _rule(_B, _B, "A webhook was removed."),
    "webhook-added": _rule(_I, _R, "A webhook was added."),
    "callback-removed": _rule(_B, _B, "A callback was removed."),
    "callback-added": _rule(_I, _R, "A callback was added."),
    "requirement-added": _rule(_I, _B, "A requirement was added to the catalogue."),
    "requirement-withdrawn": _rule(_I, _I, "A requirement was withdrawn."),
    "requirement-raised": _rule(_I, _B, "A requirement was raised from SHOULD to MUST."),
    "requirement-lowered": _rule(_I, _I, "A requirement was lowered from MUST to SHOULD."),
    "requirement-reworded": _rule(_I, _R, "The text of a requirement changed under the same id."),
    "requirement-scope-changed": _rule(
        _I, _R, "A requirement belongs to another profile, or needs another fixture."
    ),
    "error-condition-added": _rule(_I, _B, "A condition with its own error was added."),
    "error-condition-removed": _rule(_I, _I, "A condition no longer has its own error."),
    "error-condition-response-changed": _rule(_B, _B, "A condition has another status or code."),
    "error-condition-reworded": _rule(_I, _R, "The text of a condition changed under the same id."),
    "error-condition-scope-changed": _rule(_I, _R, "A condition belongs to other operations."),
    "error-code-added": _rule(_I, _I, "A status and code without a condition were added."),
    "error-code-removed": _rule(_I, _B, "A status and code may no longer occur together."),
    "error-code-reworded": _rule(_I, _R, "The meaning of a status and code was reworded."),
    "error-code-exchanged": _rule(_B, _B, "A status and code now means what another one used to mean."),
    "error-message-changed": _rule(_I, _I, "The text that users read for a condition changed."),
    "gateway-codes-changed": _rule(_I, _R, "The format of gateway codes changed."),
    "part-not-compared": _rule(_R, _R, "A part of OpenAPI 3.2 that is not compared yet changed."),
    "document-address-changed": _rule(
        _I, _I, "`$self`, by which other documents refer to this one, changed."
    ),
    "keyword-unreadable": _rule(_R, _R, "A keyword changed, but no validator understands its value."),
    "schema-unsatisfiable": _rule(
        _R, _R, "A schema that no value satisfies changed: nothing can be proven about it."
    ),
    "version-too-low": _rule(_I, _I, "The bump of `info.version` is too small for the change."),
    "version-unreadable": _rule(_I, _I, "`info.version` is not a semantic version, so it cannot be checked."),
}

_MEMBERS = {
    "member-added": ((_I, _B), (_I, _I), "an optional member was added."),
    "member-declared": (
        (_I, _R),
        (_I, _I),
        "an optional member that an open object already allowed is now declared.",
    ),
    "member-removed": (
        (_B, _I),
        (_B, _I),
        "a member was removed: servers now ignore it, or no longer send it.",
    ),
    "member-hidden": (
        (_R, _I),
        (_R, _R),
        "a member is still declared but no longer appears in this direction.",
    ),
    "alternative-dropped": (
        (_R, _I),
        (_I, _R),
        "an alternative was removed, but the others still allow what it allowed.",
    ),
    "alternative-offered": (
        (_I, _R),
        (_R, _I),
        "an alternative was added, but the others already allowed what it allows.",
    ),
    "discriminator-added": (
        (_R, _I),
        (_I, _R),
        "a discriminator was added: its value now decides which schema applies.",
    ),
    "discriminator-dropped": (
        (_I, _R),
        (_R, _I),
        "a discriminator was removed: its value no longer decides which schema applies.",
    ),
    "member-deprecated": ((_I, _I), (_I, _I), "a member was deprecated."),
    "default-changed": ((_B, _B), (_I, _I), "omitting a member now means something else."),
    "default-removed": (
        (_R, _I),
        (_I, _I),
        "a default was removed: omitting a member no longer has a stated meaning.",
    ),
    "default-added": ((_I, _R), (_I, _I), "a default was added: omitting a member now has a stated meaning."),
    "known-value-removed": ((_B, _I), (_I, _R), "a value was removed from an extensible list."),
    "xml-changed": ((_R, _R), (_R, _R), "the XML form of a member changed."),
    "undecided": ((_R, _R), (_R, _R), "whether a change breaks clients cannot be decided."),
    "undecided-for-implementers": (
        (_I, _R),
        (_I, _R),
        "whether a change breaks implementers cannot be decided.",
    ),
}
"""The severities, clients first, where a narrower schema breaks clients and where a wider one does."""


def _about_schemas() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for name, subject in SUBJECTS.items():
        harmful, harmless = (_B, _I), (_I, _B)
        if not subject.narrowing_breaks:
            harmful, harmless = harmless, harmful
        for facet in FACETS.values():
            found[f"{name}-{facet.narrowed}"] = _rule(*harmful, f"In {subject.noun}, {facet.loss}.")
            found[f"{name}-{facet.widened}"] = _rule(*harmless, f"In {subject.noun}, {facet.gain}.")
        for suffix, (sent, received, summary) in _MEMBERS.items():
            severities = sent if subject.narrowing_breaks else received
            found[f"{name}-{suffix}"] = _rule(*severities, f"In {subject.noun}, {summary}")
    return found


RULES = {**_about_schemas(), **_OWN}
"""Every rule by its id."""
