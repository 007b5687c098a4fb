"""What each security scheme makes a client send (OpenAPI 4.7.27, Security Scheme Object).

Two schemes are the same if they have the same name and send the same credentials. A renamed scheme still
counts as the same if its old name is gone and its new name did not exist before.
"""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.values import members

__all__ = ["Schemes"]


class Schemes:
    """The security schemes of one version, renamed to match the other version where they are the same."""

    def __init__(self, documents: Documents, other: Documents | None) -> None:
        self._documents = documents
        self._known = _declared(documents)
        before = _declared(other) if other is not None else {}
        self._old_names: dict[str, str] = {}
        for name, place in self._known.items():
            if other is None or name in before:
                continue
            gone = [old for old in before if old not in self._known and old not in self._old_names.values()]
            sent = _sent(documents, place)
            same = next((old for old in gone if _sent(other, before[old]) == sent), None)
            if same is not None:
                self._old_names[name] = same

    def ways(self, name: str) -> list[str]:
        """Return the ways to use a scheme, one for each OAuth flow, as comparable strings."""
        place = self._known.get(name)
        if place is None:
            return [f"undeclared [{name}]"]
        return [f"{way} [{self._old_names.get(name, name)}]" for way in _sent(self._documents, place)]

    def renamed(self) -> dict[str, tuple[str, Location]]:
        """Return the old name and the place of each scheme that was renamed, by its new name."""
        return {name: (old, self._known[name]) for name, old in self._old_names.items()}

    def endpoints(self) -> dict[str, tuple[Location, dict[str, Any]]]:
        """Return the source of each scheme's credentials: its place and the URLs that it names."""
        found: dict[str, tuple[Location, dict[str, Any]]] = {}
        for name, place in self._known.items():
            scheme = members(self._documents.get(place))
            urls: dict[str, Any] = {"openIdConnectUrl": scheme.get("openIdConnectUrl")}
            for flow, value in members(scheme.get("flows")).items():
                for key in ("authorizationUrl", "tokenUrl", "refreshUrl"):
                    urls[f"flows/{flow}/{key}"] = members(value).get(key)
            found[self._old_names.get(name, name)] = (place, urls)
        return found


def _declared(documents: Documents) -> dict[str, Location]:
    components = documents.root / "components" / "securitySchemes"
    holder = members(members(documents.get(documents.root).get("components")).get("securitySchemes"))
    return {name: documents.follow(components / name) for name in holder}


def _sent(documents: Documents, place: Location) -> list[str]:
    """Return what a client sends, for each way to use a scheme."""
    scheme = members(documents.get(place))
    kind = str(scheme.get("type"))
    if kind == "apiKey":
        where, key = str(scheme.get("in")), str(scheme.get("name"))
        return [f"apiKey {where} {key.lower() if where == 'header' else key}"]
    if kind == "http":
        return [f"http {str(scheme.get('scheme')).lower()}"]
    flows = sorted(flow for flow in members(scheme.get("flows")) if not flow.startswith("x-"))
    return [f"{kind} {flow}" for flow in flows] or [kind]
