"""Compares the errors of two versions, by condition and by status and code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from checkpoint_openapi.diff.findings.finding import Finding, Witness
from checkpoint_openapi.document.documents import Documents
from checkpoint_openapi.document.folder import ERRORS
from checkpoint_openapi.document.source import DocumentError, Source
from checkpoint_openapi.document.values import items, members

__all__ = ["PLACE", "Errors", "compare_errors"]

PLACE = "the error catalogue"
"""The place of every finding about errors."""
_SENT = "A server of the old contract {} this response."


class _Pair(NamedTuple):
    """The status and the code of an error."""

    status: int
    code: str

    @classmethod
    def of(cls, entry: dict[str, Any]) -> _Pair:
        """Return the pair of an entry, in which both are known to be there."""
        return cls(entry["status"], entry["code"])

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


class Errors:
    """The errors of one version of a contract."""

    def __init__(self, source: Source) -> None:
        """Read them; raises `DocumentError` if an entry lacks a member that every entry of its list has."""
        self.source = source
        self.conditions: dict[str, dict[str, Any]] = {}
        self.places: dict[_Pair, str] = {}
        """The place of each pair that may occur, in the list of published pairs if it is in both."""
        self.meanings: dict[_Pair, str] = {}
        """What each published pair means, where the catalogue says so."""
        self._numbers: dict[str, int] = {}
        for number, entry in self._entries("published", ()):
            self.places.setdefault(_Pair.of(entry), f"/published/{number}")
            if isinstance(entry.get("meaning"), str):
                self.meanings.setdefault(_Pair.of(entry), entry["meaning"])
        for number, entry in self._entries("conditions", ("id", "text")):
            self.places.setdefault(_Pair.of(entry), f"/conditions/{number}")
            self.conditions[entry["id"]] = entry
            self._numbers[entry["id"]] = number

    @classmethod
    def beside(cls, documents: Documents) -> Errors | None:
        """Return the catalogue beside a document, or None if there is none; raises like the constructor."""
        source = documents.beside(ERRORS)
        return None if source is None else cls(source)

    def pointer(self, condition: str) -> str:
        """Return the place of a condition in its file."""
        return f"/conditions/{self._numbers[condition]}"

    def is_alone(self, condition: str) -> bool:
        """Return whether no other condition has the status and code of this one."""
        told = _Pair.of(self.conditions[condition])
        return sum(_Pair.of(entry) == told for entry in self.conditions.values()) == 1

    def _entries(self, listed: str, words: tuple[str, ...]) -> list[tuple[int, dict[str, Any]]]:
        found = [
            (number, members(value)) for number, value in enumerate(items(self.source.document.get(listed)))
        ]
        kinds = {"status": int, "code": str} | dict.fromkeys(words, str)
        for number, entry in found:
            missing = [word for word, kind in kinds.items() if not isinstance(entry.get(word), kind)]
            if missing:
                place = self.source.position(f"/{listed}/{number}")
                raise DocumentError(f"has an entry of `{listed}` without `{missing[0]}`", *place)
        return found


def compare_errors(old: Errors, new: Errors) -> list[Finding]:
    """Return the conditions that came, went or changed, and the statuses and codes that did.

    What a server says in `error_msg` is for people: a change of it breaks nobody.
    """
    before, after = old.conditions, new.conditions
    found = [_removed(old, name) for name in before if name not in after]
    found += [_added(new, name) for name in after if name not in before]
    for name in before.keys() & after.keys():
        found += [
            replace(each, old_label=f"{ERRORS}#{old.pointer(name)}")
            for each in _changed(name, before[name], after[name], new)
        ]
    told = {_Pair.of(entry) for entry in after.values()}
    found += [_code_removed(old, each) for each in old.places if each not in new.places]
    found += [_code_added(new, each) for each in new.places if each not in old.places and each not in told]
    return [*found, *_meanings_changed(old, new), *_gateway_changed(old, new)]


def _added(new: Errors, name: str) -> Finding:
    entry = new.conditions[name]
    pair, text = _Pair.of(entry), entry["text"]
    witness = Witness("requirement", f"{name} {pair}", text=text)
    message = f"The condition {name} is new, with {pair}: {text.rstrip('.')}"
    return _finding("error-condition-added", new, name, message, after=pair._asdict(), implementers=witness)


def _removed(old: Errors, name: str) -> Finding:
    message = f"The condition {name} no longer has its own error"
    pair = _Pair.of(old.conditions[name])
    return _finding("error-condition-removed", old, name, message, before=pair._asdict())


def _changed(name: str, old: dict[str, Any], new: dict[str, Any], errors: Errors) -> list[Finding]:
    found: list[Finding] = []
    before, after = _Pair.of(old), _Pair.of(new)
    if before != after:
        message = f"The condition {name} had {before}, and now has {after}"
        known, given = f"Clients know the condition by {before}.", _SENT.format("sends")
        found.append(
            _finding(
                "error-condition-response-changed",
                errors,
                name,
                message,
                before._asdict(),
                after._asdict(),
                clients=_response(after, known, new.get("message")),
                implementers=_response(before, given, old.get("message")),
            )
        )
    for word, rule, what in (
        ("text", "error-condition-reworded", "now reads"),
        ("message", "error-message-changed", "now tells users"),
        ("operations", "error-condition-scope-changed", "now belongs to"),
    ):
        # Messages that only one version states have nothing to be compared with.
        if old.get(word) != new.get(word) and (word != "message" or (word in old and word in new)):
            value = ", ".join(new[word]) if isinstance(new.get(word), list) else str(new.get(word))
            message = f"The condition {name} {what}: {value.rstrip('.') or 'nothing'}"
            found.append(_finding(rule, errors, name, message, old.get(word), new.get(word)))
    return found


def _code_removed(old: Errors, gone: _Pair) -> Finding:
    return _finding(
        "error-code-removed",
        old,
        str(gone),
        f"{gone} may no longer occur",
        before=gone._asdict(),
        pointer=old.places[gone],
        implementers=_response(gone, _SENT.format("may send")),
    )


def _code_added(new: Errors, come: _Pair) -> Finding:
    message, pointer = f"{come} may now occur", new.places[come]
    return _finding("error-code-added", new, str(come), message, after=come._asdict(), pointer=pointer)


def _meanings_changed(old: Errors, new: Errors) -> list[Finding]:
    """Return the published pairs that mean something else: what another pair meant, or new words."""
    found: list[Finding] = []
    owners = {meaning: pair for pair, meaning in old.meanings.items()}
    for pair in old.meanings.keys() & new.meanings.keys():
        before, after = old.meanings[pair], new.meanings[pair]
        if before == after:
            continue
        rule, message = "error-code-reworded", f"{pair} now reads: {after.rstrip('.')}"
        clients = implementers = None
        owner = owners.get(after)
        if owner:
            rule = "error-code-exchanged"
            message = f"{pair} now means what {owner} meant: {after.rstrip('.')}"
            clients = _response(pair, f"To clients, this response means: {before}")
            implementers = _response(owner, "A server of the old contract says so with this response.")
        finding = _finding(
            rule,
            new,
            str(pair),
            message,
            before,
            after,
            pointer=new.places[pair],
            clients=clients,
            implementers=implementers,
        )
        found.append(replace(finding, old_label=f"{ERRORS}#{old.places[pair]}"))
    return found


def _gateway_changed(old: Errors, new: Errors) -> list[Finding]:
    before, after = (each.source.document.get("gateway_pattern") for each in (old, new))
    if before == after:
        return []
    name = "gateway_pattern"
    message = f"Gateway codes matched `{before}`, and now match `{after}`"
    pointer = f"/{name}" if name in new.source.document else ""
    return [_finding("gateway-codes-changed", new, name, message, before, after, pointer=pointer)]


def _response(pair: _Pair, text: str, message: str | None = None) -> Witness:
    body = {"error_code": pair.code, "error_msg": message or "…"}
    return Witness("response", f"response {pair.status}", "application/json", body, has_body=True, text=text)


def _finding(
    rule: str,
    errors: Errors,
    name: str,
    message: str,
    before: Any = None,
    after: Any = None,
    *,
    pointer: str | None = None,
    clients: Witness | None = None,
    implementers: Witness | None = None,
) -> Finding:
    place = errors.pointer(name) if pointer is None else pointer
    return Finding(
        id=rule,
        message=message,
        operation="",
        place=PLACE,
        path=name,
        label=f"{ERRORS}#{place}",
        position=errors.source.position(place),
        in_base=rule.endswith("-removed"),
        before=before,
        after=after,
        witness=clients,
        implementers_witness=implementers,
    )
