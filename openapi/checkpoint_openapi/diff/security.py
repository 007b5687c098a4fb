"""Rules about authentication: OpenAPI 4.7.27 Security Scheme Object and 4.7.30 Security Requirement Object.

A requirement is a choice of alternatives, each a set of schemes that are needed together. Schemes are
compared by what they send, not by their names.
"""

from __future__ import annotations

import json
from typing import Any, cast

from checkpoint_openapi.diff.context import Comparison, Spot
from checkpoint_openapi.diff.contract import Operation, members
from checkpoint_openapi.diff.documents import Documents, Location
from checkpoint_openapi.diff.finding import Witness

__all__ = ["carried_keys", "compare_security"]

_Alternative = dict[str, frozenset[str]]
"""What is sent, as text, with the scopes that it needs."""


def compare_security(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add the findings about what authentication an operation demands."""
    before, was_at = _alternatives(comparison.base, old)
    after, is_at = _alternatives(comparison.revision, new)
    here = spot.at("security")
    for number, (names, alternative) in enumerate(before):
        if not any(_is_enough(alternative, other) for _, other in after):
            _lost(comparison, here, names, alternative, after, was_at / number, is_at, spot)
    for number, (names, alternative) in enumerate(after):
        if not any(_is_enough(alternative, other) for _, other in before):
            _gained(comparison, here, names, alternative, before, is_at / number)


def carried_keys(documents: Documents, operation: Operation) -> set[str]:
    """Return the parameters, as `header x-name`, that every way to authenticate carries as an API key."""
    found: set[str] | None = None
    for _, alternative in _alternatives(documents, operation)[0]:
        keys = {key.removeprefix("apiKey ") for key in alternative if key.startswith("apiKey ")}
        found = keys if found is None else found & keys
    return found or set()


def _alternatives(
    documents: Documents, operation: Operation
) -> tuple[list[tuple[str, _Alternative]], Location]:
    """Return the ways to authenticate with their names, and where they are listed."""
    place = operation.place / "security"
    listed = operation.value.get("security")
    if not isinstance(listed, list):
        place = documents.root / "security"
        listed = documents.get(documents.root).get("security")
    found: list[tuple[str, _Alternative]] = []
    for requirement in cast("list[Any]", listed) if isinstance(listed, list) else []:
        alternative: _Alternative = {}
        for name, scopes in members(requirement).items():
            texts = (
                frozenset(str(scope) for scope in cast("list[Any]", scopes))
                if isinstance(scopes, list)
                else frozenset[str]()
            )
            sent = _sent(documents, name)
            alternative[sent] = alternative.get(sent, frozenset()) | texts
        found.append((" and ".join(members(requirement)) or "none", alternative))
    return found or [("none", {})], place


def _sent(documents: Documents, name: str) -> str:
    """Return what a scheme makes the client send, as a text that is the same for the same thing."""
    place = documents.root / "components" / "securitySchemes" / name
    if not documents.has(place):
        return f"undeclared {name}"
    scheme = members(documents.get(documents.follow(place)))
    kind = str(scheme.get("type"))
    if kind == "apiKey":
        where, key = str(scheme.get("in")), str(scheme.get("name"))
        return f"apiKey {where} {key.lower() if where == 'header' else key}"
    if kind == "http":
        return f"http {str(scheme.get('scheme')).lower()}"
    if kind == "oauth2":
        flows = {
            flow: [members(value).get(key) for key in ("authorizationUrl", "tokenUrl")]
            for flow, value in members(scheme.get("flows")).items()
            if not flow.startswith("x-")
        }
        return f"oauth2 {json.dumps(sorted(flows), sort_keys=True)}"
    return kind


def _is_enough(sent: _Alternative, demanded: _Alternative) -> bool:
    """Say whether those who send one alternative fulfil the other."""
    return all(scheme in sent and scopes <= sent[scheme] for scheme, scopes in demanded.items())


def _lost(
    comparison: Comparison,
    here: Spot,
    names: str,
    alternative: _Alternative,
    after: list[tuple[str, _Alternative]],
    old: Location,
    place: Location,
    spot: Spot,
) -> None:
    """Report a way to authenticate that is not enough any more."""
    witness = Witness(
        "request", spot.request_line, text=f"It carries {'no credentials' if not alternative else names}."
    )
    same = next((other for other in after if other[1].keys() == alternative.keys()), None)
    named = next((other for other in after if other[0] == names), None)
    if not alternative:
        rule, text = "security-added", "demands authentication now"
    elif same is not None:
        scopes = sorted(scope for scheme in same[1] for scope in same[1][scheme] - alternative[scheme])
        rule, text = "security-scope-added", f"demands the scope {', '.join(scopes)} of {names} now"
    elif named is not None:
        rule, text = "security-scheme-changed", f"takes the credentials of {names} in another way now"
    else:
        rule, text = "security-alternative-removed", f"does not accept {names} alone any more"
    comparison.add(
        rule, here, f"{here.operation} {text}", new=place, old=old, before=_plain(alternative),
        after=[_plain(other) for _, other in after], witness=witness,
    )  # fmt: skip


def _gained(
    comparison: Comparison,
    here: Spot,
    names: str,
    alternative: _Alternative,
    before: list[tuple[str, _Alternative]],
    place: Location,
) -> None:
    """Report a way to authenticate that was not enough before."""
    same = next((other for other in before if other[1].keys() == alternative.keys()), None)
    if not alternative:
        rule, text = "security-removed", "can be called without authentication now"
    elif same is not None:
        rule, text = "security-scope-removed", f"demands fewer scopes of {names} now"
    elif any(not other for _, other in before) or any(
        other.keys() < alternative.keys() for _, other in before
    ):
        return
    else:
        rule, text = "security-alternative-added", f"accepts {names}, too"
    comparison.add(rule, here, f"{here.operation} {text}", new=place, after=_plain(alternative))


def _plain(alternative: _Alternative) -> dict[str, list[str]]:
    return {scheme: sorted(scopes) for scheme, scopes in sorted(alternative.items())}
