"""An incoming request, with its header fields parsed once for all checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

__all__ = ["Fields", "Incoming"]


class Fields:
    """The header fields of a request by name."""

    __slots__ = ("_first", "_sent")

    def __init__(self, sent: list[tuple[bytes, bytes]]) -> None:
        self._sent = sent
        self._first = dict(sent[::-1])

    def get(self, name: str) -> str | None:
        """Return the value of a field by its case-insensitive name, or None.

        The value of a repeated field is the list of all its values (RFC 9110, 5.3).
        """
        key = name.lower().encode("latin-1")
        value = self._first.get(key)
        if value is None:
            return None
        if len(self._first) != len(self._sent):
            value = b", ".join(each for sent, each in self._sent if sent == key)
        return value.decode("latin-1")

    def raw(self, name: bytes) -> bytes | None:
        """Return the first value of a field in bytes by its lower-case name, or None."""
        return self._first.get(name)

    def count(self, name: bytes) -> int:
        """Return how often a field occurs, by its lower-case name."""
        if len(self._first) == len(self._sent):
            return name in self._first
        return sum(sent == name for sent, _ in self._sent)


class Incoming:
    """A request with the interface Connexion's security expects, cheaper than a `ConnexionRequest`."""

    __slots__ = ("_scope", "context", "headers", "receive")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self.receive = receive
        self.headers = Fields(scope["headers"])
        self.context: dict[str, Any] = {}
        """What Connexion's security stores about the caller."""

    @property
    def query(self) -> str:
        """The raw query string."""
        query: bytes = self._scope["query_string"]
        return query.decode("latin-1")

    @property
    def query_params(self) -> QueryParams:
        """The query parameters, for security schemes that send the token there."""
        return QueryParams(self.query)
