"""Rules about servers: OpenAPI 4.7.5 Server Object.

The path of a server's URL is part of every request, so it is part of the contract. The host is where the
contract is deployed; whether a removed host matters is for a person to judge.
"""

from __future__ import annotations

import itertools
from typing import Any, cast

from checkpoint_openapi.diff.compare.context import Change, Comparison, Spot
from checkpoint_openapi.diff.findings.finding import Witness
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.structure.addresses import address_of
from checkpoint_openapi.document.structure.operations import Operation
from checkpoint_openapi.document.values import members

__all__ = ["addresses", "compare_servers"]

_MOST_URLS = 64
_PORTS = {"http": 80, "https": 443}


def addresses(documents: Documents, operation: Operation) -> set[str]:
    """Return the URLs of an operation: its path appended to that of each server."""
    return {url.rstrip("/") + operation.key[0] for url in _urls(documents, operation)[0]}


def compare_servers(comparison: Comparison, old: Operation, new: Operation, spot: Spot) -> None:
    """Add the findings about the servers of an operation."""
    if addresses(comparison.base, old) == addresses(comparison.revision, new):
        return
    before, _ = _urls(comparison.base, old)
    after, place = _urls(comparison.revision, new)
    here = spot.at("servers")
    lost = sorted({_base_path(url) for url in before} - {_base_path(url) for url in after})
    if lost and before:
        message = f"{spot.operation} is no longer offered under the base path {', '.join(lost)}"
        witness = Witness(
            "request",
            f"{old.method.upper()} {lost[0].rstrip('/')}{old.path}",
            text="It used to be served there.",
        )
        comparison.add(
            "server-base-path-changed",
            here,
            message,
            new=place,
            change=Change(before=sorted(before), after=sorted(after)),
            witness=witness,
            implementers=_served_anew(before, after, new),
        )
        return
    gone = sorted(url for url in before - after if address_of(url).authority)
    if gone:
        message = f"The server {', '.join(gone)} of {spot.operation} is gone"
        comparison.add(
            "server-removed",
            here,
            message,
            new=place,
            change=Change(before=sorted(before), after=sorted(after)),
        )
    elif after - before:
        served = _served_anew(before, after, new)
        rule = "server-added" if served is None else "server-base-path-added"
        message = f"{spot.operation} is also offered at {', '.join(sorted(after - before))}"
        change = Change(after=sorted(after))
        comparison.add(rule, here, message, new=place, change=change, implementers=served)


def _served_anew(before: set[str], after: set[str], operation: Operation) -> Witness | None:
    """Return a request under a base path that a server of the old contract need not answer."""
    come = sorted({_base_path(url) for url in after} - {_base_path(url) for url in before})
    if not come:
        return None
    line = f"{operation.method.upper()} {come[0].rstrip('/')}{operation.path}"
    return Witness("request", line, text="A server of the old contract need not respond there.")


def _urls(documents: Documents, operation: Operation) -> tuple[set[str], Location]:
    """Return the URLs of an operation's servers, variables substituted, and the place that lists them."""
    for place in (operation.place, operation.item, documents.root):
        listed = members(documents.get(place)).get("servers")
        if isinstance(listed, list) and listed:
            urls = {url for server in cast("list[Any]", listed) for url in _filled(members(server))}
            return urls, place / "servers"
    return {"/"}, documents.root


def _filled(server: dict[str, Any]) -> list[str]:
    url = str(server.get("url", "/"))
    variables = members(server.get("variables"))
    choices: list[list[tuple[str, str]]] = []
    for name, variable in variables.items():
        stated = members(variable)
        values = (
            stated.get("enum")
            if isinstance(stated.get("enum"), list)
            else [stated.get("default", f"{{{name}}}")]
        )
        choices.append([(name, str(value)) for value in cast("list[Any]", values)])
    found: list[str] = []
    for choice in itertools.islice(itertools.product(*choices), _MOST_URLS):
        text = url
        for name, value in choice:
            text = text.replace(f"{{{name}}}", value)
        found.append(_normal(text))
    return found


def _normal(url: str) -> str:
    """Return a URL normalized by RFC 3986, 6.2: host in lower case, no default port, no trailing slash."""
    parts = address_of(url)
    scheme, host = parts.scheme.lower(), parts.authority.lower()
    host = host.removesuffix(f":{_PORTS[scheme]}") if scheme in _PORTS else host
    return str(parts._replace(scheme=scheme, authority=host, path=parts.path.rstrip("/"))) or "/"


def _base_path(url: str) -> str:
    """Return the path of a URL; a relative URL is returned unchanged."""
    path = address_of(url).path
    return "/" + path.strip("/")
