"""Rules about authentication: OpenAPI 4.7.30 Security Requirement Object.

A requirement is a list of alternatives, each a set of schemes that are needed together.
"""

from __future__ import annotations

import itertools
from typing import Any, cast

from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot
from checkpoint_openapi.diff.compare.schemes import Schemes
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.operations import Operation
from checkpoint_openapi.document.values import members

__all__ = ["carried_keys", "compare_event_security", "compare_schemes", "compare_security"]

_TOKENS = {"bearer", "oauth2", "openIdConnect"}
_Alternative = dict[str, frozenset[str]]
"""Maps what is sent, as text, to the scopes that it needs."""


def compare_security(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add the findings about the authentication that an operation requires."""
    before, was_at = _alternatives(comparison.base, Schemes(comparison.base, None), old)
    after, is_at = _alternatives(comparison.revision, Schemes(comparison.revision, comparison.base), new)
    here = spot.at("security")
    lost: set[str] = set()
    for number, names, alternative in before:
        if not any(_is_enough(alternative, other) for _, _, other in after):
            _lost(comparison, here, (names, alternative), after, was_at / number, is_at)
            lost.add(names)
    for number, names, alternative in after:
        told = names in lost and not any(other.keys() == alternative.keys() for _, _, other in before)
        if not told and not any(_is_enough(alternative, other) for _, _, other in before):
            _gained(comparison, here, names, alternative, before, is_at / number)


def compare_event_security(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add a finding if a callback or webhook is made with other credentials."""
    before = _credentials(comparison.base, Schemes(comparison.base, None), old)
    after = _credentials(comparison.revision, Schemes(comparison.revision, comparison.base), new)
    if all(each in after for each in before) and all(each in before for each in after):
        return
    comparison.add(
        "event-security-changed",
        spot.at("security"),
        f"{spot.operation} is made with other credentials",
        new=new.place / "security" if "security" in new.value else new.place,
        change=Change([_plain(each) for each in before], [_plain(each) for each in after]),
    )


def _credentials(documents: Documents, schemes: Schemes, event: Operation) -> list[_Alternative]:
    """Return the credentials with which a callback or webhook may be made.

    One that states none has none: those of the whole document are for who calls its operations.
    """
    if "security" not in event.value:
        return [{}]
    return [alternative for _, _, alternative in _alternatives(documents, schemes, event)[0]]


def compare_schemes(comparison: Comparison) -> None:
    """Add the findings about the names of the schemes, and about where their credentials come from."""
    before = Schemes(comparison.base, None).endpoints()
    schemes = Schemes(comparison.revision, comparison.base)
    for name, (old_name, place) in schemes.renamed().items():
        comparison.add(
            "security-scheme-renamed",
            Spot("", "security").inside(name),
            f"The security scheme {old_name} is now called {name}",
            new=place,
            change=Change(before=old_name, after=name),
        )
    for name, (place, urls) in schemes.endpoints().items():
        _, old = before.get(name, (place, {}))
        for key in sorted(old.keys() & urls.keys()):
            if None not in (old[key], urls[key]) and old[key] != urls[key]:
                message = f"The {key.rsplit('/', 1)[-1]} of {name} was {old[key]} and is now {urls[key]}"
                at = Location(place.file, f"{place.pointer}/{key}")
                comparison.add(
                    "security-endpoint-changed",
                    Spot("", "security").inside(f"{name}/{key}"),
                    message,
                    new=at,
                    change=Change(before=old[key], after=urls[key]),
                )


def carried_keys(documents: Documents, operation: Operation) -> set[str]:
    """Return the parameters, as `header x-name`, that every way to authenticate carries as an API key."""
    found: set[str] | None = None
    for _, _, alternative in _alternatives(documents, Schemes(documents, None), operation)[0]:
        keys = {
            way.removeprefix("apiKey ").split(" [")[0] for way in alternative if way.startswith("apiKey ")
        }
        found = keys if found is None else found & keys
    return found or set()


def _alternatives(
    documents: Documents, schemes: Schemes, operation: Operation
) -> tuple[list[tuple[int, str, _Alternative]], Location]:
    """Return the ways to authenticate, each with its number and its names, and the place that lists them."""
    place = operation.place / "security"
    listed = operation.value.get("security")
    if not isinstance(listed, list):
        place = documents.root / "security"
        listed = documents.get(documents.root).get("security")
    found: list[tuple[int, str, _Alternative]] = []
    for number, requirement in enumerate(cast("list[Any]", listed) if isinstance(listed, list) else []):
        names = members(requirement)
        for ways in itertools.product(*(schemes.ways(name) for name in names)):
            sent = {way: _scopes(scopes) for way, scopes in zip(ways, names.values(), strict=True)}
            found.append((number, " and ".join(names) or "none", sent))
    return found or [(0, "none", {})], place


def _scopes(value: Any) -> frozenset[str]:
    return (
        frozenset(str(scope) for scope in cast("list[Any]", value))
        if isinstance(value, list)
        else frozenset()
    )


def _is_enough(sent: _Alternative, demanded: _Alternative) -> bool:
    """Return whether sending one alternative satisfies the other."""
    return all(scheme in sent and scopes <= sent[scheme] for scheme, scopes in demanded.items())


def _lost(
    comparison: Comparison,
    here: Spot,
    lost: tuple[str, _Alternative],
    after: list[tuple[int, str, _Alternative]],
    old: Location,
    place: Location,
) -> None:
    """Report a way to authenticate that is no longer sufficient."""
    names, alternative = lost
    text = f"It carries {names if alternative else 'no credentials'}."
    witness = Witness("request", here.request_line, text=text)
    same = next((other for _, _, other in after if other.keys() == alternative.keys()), None)
    named = [other for _, name, other in after if name == names]
    if not alternative:
        rule, text = "security-added", "now requires authentication"
    elif same is not None:
        scopes = sorted({scope for way in same for scope in same[way] - alternative[way]})
        rule, text = "security-scope-added", f"now requires the scope {', '.join(scopes)} of {names}"
    elif named and all(_is_same_token(alternative, other) for other in named):
        rule, text = "security-endpoint-changed", f"may now take the tokens of {names} from another source"
    elif named:
        rule, text = "security-scheme-changed", f"now takes the credentials of {names} in a different way"
    else:
        rule, text = "security-alternative-removed", f"no longer accepts {names} alone"
    comparison.add(
        rule,
        here,
        f"{here.operation} {text}",
        new=place,
        old=old,
        change=Change(before=_plain(alternative), after=[_plain(other) for _, _, other in after]),
        witness=witness,
        implementers=_for_servers(rule, here, after[0][1]),
    )


def _is_same_token(old: _Alternative, new: _Alternative) -> bool:
    """Return whether two schemes of different types send a token in the same way (RFC 6750, 2.1).

    Where the token comes from is stated by OAuth and OpenID Connect, and left open by `bearer`.
    """
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    types = [{way.removeprefix("http ").split(" ")[0] for way in ways} for ways in (gone, come)]
    return types[0] != types[1] and all(kinds <= _TOKENS for kinds in types)


def _for_servers(rule: str, here: Spot, demanded: str) -> Witness | None:
    """Return the request that a server of the old contract treats otherwise than the new one demands."""
    answered = "a server of the old contract accepts it, but must now refuse it"
    texts = {
        "security-added": f"It carries no credentials: {answered}.",
        "security-scope-added": f"It lacks the new scope: {answered}.",
        "security-scheme-changed": f"It carries {demanded} as the new contract says: a server of the old one "
        "may refuse it.",
    }
    return Witness("request", here.request_line, text=texts[rule]) if rule in texts else None


def _gained(
    comparison: Comparison,
    here: Spot,
    names: str,
    alternative: _Alternative,
    before: list[tuple[int, str, _Alternative]],
    place: Location,
) -> None:
    """Report a way to authenticate that was not sufficient before."""
    same = any(other.keys() == alternative.keys() for _, _, other in before)
    if not alternative:
        rule, text = "security-removed", "can be called without authentication now"
    elif same:
        rule, text = "security-scope-removed", f"now requires fewer scopes of {names}"
    elif any(other.keys() < alternative.keys() for _, _, other in before):
        return
    else:
        rule, text = "security-alternative-added", f"also accepts {names}"
    carried = names if alternative else "no credentials"
    shown = f"It carries {carried}{' with fewer scopes' if same and alternative else ''}."
    comparison.add(
        rule,
        here,
        f"{here.operation} {text}",
        new=place,
        change=Change(after=_plain(alternative)),
        implementers=Witness(
            "request", here.request_line, text=f"{shown} A server of the old contract may refuse it."
        ),
    )


def _plain(alternative: _Alternative) -> dict[str, list[str]]:
    return {scheme: sorted(scopes) for scheme, scopes in sorted(alternative.items())}
