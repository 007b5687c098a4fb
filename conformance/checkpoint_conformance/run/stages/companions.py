"""Reading the lists of the companion operations: every page of them, strictly, by their own document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
from checkpoint_openapi.document.strict_json import StrictJsonError
from checkpoint_openapi.load import document

from checkpoint_conformance.probes.generated.target_schema import with_null_types
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["ListError", "checkpoint_items", "pages", "policies"]

_PAGE = 1000
_MOST_PAGES = 100
_READINGS = 3
_REFUSED_MARKER = (400, 404)


Page = tuple[Exchange, list[dict[str, Any]]]
"""An answer, and the entries in it."""


class ListError(Exception):
    """A list was not answered in its documented form; the message says how, the exchange shows it."""

    def __init__(self, symptom: Symptom, message: str, exchange: Exchange) -> None:
        """Take the symptom beside the message."""
        super().__init__(message)
        self.symptom = symptom
        self.exchange = exchange

    @property
    def status(self) -> int | None:
        """The status, where the symptom carries one."""
        return self.exchange.status if self.symptom.carries_status else None


def policies(session: Session) -> list[Page]:
    """Return the pages of `listPolicies`. Raises ListError."""
    return pages(session, "policies", "PolicyList", "policies", {})


def checkpoint_items(session: Session, **filters: str) -> tuple[list[dict[str, Any]], Exchange]:
    """Return all items that the filters leave, and the last exchange. Raises ListError."""
    items: list[dict[str, Any]] = []
    last: Exchange | None = None
    for exchange, page in pages(
        session, "checkpoint_items", "CheckpointItemList", "checkpoint_items", filters
    ):
        items += page
        last = exchange
    assert last is not None
    return items, last


def pages(session: Session, path: str, schema: str, member: str, filters: dict[str, str]) -> list[Page]:
    """Return every page, each behind the marker of the one before.

    An entry may go while the list is read, and is no marker any more: then the list is read again. Where
    that does not help either, the server knows no markers, and what it showed is all.
    Raises ListError for any answer that is not the documented one.
    """
    read: list[Page] = []
    for _ in range(_READINGS):
        read = []
        try:
            for page in _walk(session, path, schema, member, filters):
                read.append(page)
        except ListError as error:
            if not (read and error.status in _REFUSED_MARKER):
                raise
        else:
            break
    return read


def _walk(session: Session, path: str, schema: str, member: str, filters: dict[str, str]) -> Iterator[Page]:
    """Yield page after page until one is the last.

    A page may hold fewer entries than were asked for and not be the last: that is one that is shorter than
    another page of this list ever was, or that nothing new is behind.
    """
    marker: dict[str, str] = {}
    seen = set[str]()
    for _ in range(_MOST_PAGES):
        query = urlencode({**filters, "limit": str(_PAGE), **marker}, quote_via=quote)
        address = f"{session.calls.list_path(path)}?{query}"
        exchange = session.send(session.calls.request("GET", address))
        entries = _entries(exchange, schema, member)
        fresh = {entry["id"] for entry in entries} - seen
        if fresh or not marker:
            yield exchange, entries
        longest = session.longest_pages.get(path, 0)
        session.longest_pages[path] = max(longest, len(entries))
        if not fresh or len(entries) < longest:
            return
        seen |= fresh
        marker = {"marker": entries[-1]["id"]}


def _entries(exchange: Exchange, schema: str, member: str) -> list[dict[str, Any]]:
    if exchange.fault:
        raise ListError(Symptom.LIST_UNANSWERED, exchange.fault.detail, exchange)
    if exchange.status != 200:
        raise ListError(Symptom.LIST_STATUS, f"the list was answered with {exchange.status}", exchange)
    assert exchange.response is not None
    media_type = (exchange.response.header("Content-Type") or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ListError(
            Symptom.LIST_CONTENT_TYPE, f"the list came as {media_type or 'no content type'}", exchange
        )
    try:
        body = exchange.response.value
    except StrictJsonError as error:
        raise ListError(
            Symptom.LIST_NOT_JSON, f"the list's body is no strict JSON: {error}", exchange
        ) from error
    for problem in _validator(schema).iter_errors(body):
        place = "/".join(str(step) for step in problem.instance_path)
        text = f"at {place or 'the root'}: {problem.message[:200]}"
        raise ListError(Symptom.LIST_FORM, text, exchange)
    entries: list[dict[str, Any]] = body[member]
    return entries


@cache
def _validator(schema: str) -> jsonschema_rs.Draft7Validator:
    components = with_null_types(document("companions.yaml")["components"])
    components["schemas"]["ItemStatus"] = {"type": "string"}  # which ones there are is OBS-3's to judge
    return jsonschema_rs.Draft7Validator(
        {"allOf": [{"$ref": f"#/components/schemas/{schema}"}], "components": components}
    )
