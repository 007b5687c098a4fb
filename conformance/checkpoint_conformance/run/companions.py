"""Reads the lists of the companion operations: every page, strictly validated against their own document."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
from checkpoint_openapi.document.formats.strict_json import StrictJsonError
from checkpoint_openapi.load import document

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated.target_schema import with_null_types
from checkpoint_conformance.run.sending.client import Client
from checkpoint_conformance.run.sending.lanes import Lanes
from checkpoint_conformance.transport.abridgement import EVIDENCE_LIMIT, abridged
from checkpoint_conformance.transport.exchange import Exchange, FaultKind, Request
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["ENDED", "UNDER_WAY", "CompanionLists", "ListError", "Page"]

UNDER_WAY = frozenset({"waiting_protect", "protecting"})
"""The statuses of an item that is still in progress."""
ENDED = frozenset({"available", "error"})
"""The statuses of an item that is no longer in progress."""
_PAGE = 1000
_SMALLER = 8
"""What the number of entries is divided by if a page is larger than what is read of it."""
_AT_ONCE = 8
"""Pages that are requested side by side."""
_MOST_PAGES = 100
_MOST_KEPT = 3 << 19
"""Characters of the entries that are kept of a list, after which no further page is read."""
_READINGS = 3
_LONGEST_PAUSE = 5.0
_REFUSED_MARKER = (400, 404)


Page = tuple[Exchange, list[dict[str, Any]]]
"""A response, and the entries in it."""


@dataclass
class _List:
    """A list of a companion operation, and what its pages have shown so far."""

    name: str
    """The end of its path, and the member of a response that holds the entries."""
    schema: str
    """The schema of a response in the document."""
    compared: Callable[[dict[str, Any]], dict[str, Any]]
    """Returns the members of an entry that are compared; nothing else is kept."""
    requested: int = _PAGE
    """The number of entries to request of a page."""
    longest: int = 0
    """The largest number of entries seen on a page of this size."""
    continues: bool = False
    """Whether it has gone on after a page with fewer entries than requested."""


class ListError(Exception):
    """A list response lacks its documented form; the message says how, and the exchange shows it."""

    def __init__(self, symptom: Symptom, message: str, exchange: Exchange) -> None:
        """Take the symptom along with the message."""
        super().__init__(message)
        self.symptom = symptom
        self.exchange = exchange

    @property
    def status(self) -> int | None:
        """The status, if the symptom has one."""
        return self.exchange.status if self.symptom.carries_status else None


class _Ids:
    """A set of many ids, of which it keeps eight bytes each: their hashes, most of them sorted."""

    def __init__(self) -> None:
        self._sorted = array("q")
        self._latest = set[int]()

    def __contains__(self, identifier: str) -> bool:
        value = hash(identifier)
        place = bisect_left(self._sorted, value)
        return value in self._latest or self._sorted[place : place + 1] == array("q", [value])

    def add(self, identifier: str) -> None:
        if identifier in self:
            return
        self._latest.add(hash(identifier))
        if len(self._latest) == _PAGE:
            self._sorted = array("q", sorted([*self._sorted, *self._latest]))
            self._latest.clear()


class CompanionLists:
    """Reads the lists of one target."""

    def __init__(self, client: Client, calls: Calls) -> None:
        """Take the client that asks."""
        self._client = client
        self._calls = calls
        self._policies = _List("policies", "PolicyList", _compared_policy)
        self._items = _List("checkpoint_items", "CheckpointItemList", _compared_item)
        self._own: AbstractSet[str] | None = None
        self._existing = _Ids()
        """The ids of checkpoints that existed before, of which ended items are left out."""
        self._too_long: Exchange | None = None
        """A page of the list of the policy after which too much of it was kept to read on."""

    def policies(self) -> list[Page]:
        """Return the pages of `listPolicies`.

        Raises ListError if a page is malformed, and ServerGone if the server stops answering.
        """
        return self._pages(self._policies, {})

    def policies_by_default(self) -> Page | None:
        """Return the page of `listPolicies` without parameters, as `items_by_default` does."""
        return self._by_default(self._policies)

    def items_by_default(self, **filters: str) -> Page | None:
        """Return the page of the items that match the filters without `limit`, or None if undecided.

        It is None if the page is too long to be read, or as long as the longest one so far: then the server
        may limit every page. Raises ListError if it is malformed, and ServerGone if the server stops
        answering.
        """
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in filters.items())
        return self._by_default(self._items, query)

    def _by_default(self, listed: _List, query: str = "") -> Page | None:
        exchange = self._client.insist(self._client.send(self._calls.listing(listed.name, query)))
        if exchange.fault is not None and exchange.fault.kind is FaultKind.OVERSIZED:
            return None
        entries = _entries(exchange, listed)
        if len(entries) >= listed.longest:
            return None
        return abridged(exchange, EVIDENCE_LIMIT), entries

    def first_pages(self, identifiers: Sequence[str], *others: Request) -> Iterator[Exchange | None]:
        """Yield the first page of the items of each checkpoint, requested side by side; None if it was not.

        They are requested a few at a time, so that not all of them are held at once. The responses to any
        `others` follow.
        """
        requests = [*(self.first_page(checkpoint_id=each) for each in identifiers), *others]
        with Lanes(self._client) as lanes:
            for start in range(0, len(requests), _AT_ONCE):
                for received in lanes.carry([(each,) for each in requests[start : start + _AT_ONCE]]):
                    yield received[0] if received else None

    def checkpoint_items(
        self, first: Exchange | None = None, *, doubt: bool = True, **filters: str
    ) -> tuple[list[dict[str, Any]], Exchange]:
        """Return all items that match the filters, and the last exchange.

        Without `doubt`, a page with fewer items than requested counts as the last one, unless this list is
        known to go on after such a page; that saves a request where a later reading will be whole. `first`
        is the exchange of the first page, if it has been requested already. Raises ListError if a list is
        malformed, and ServerGone if the server stops answering.

        Of an item, only what is compared is kept; items of checkpoints that existed before
        (`items_of_policy`) are left out of the list of a policy, once they have ended.
        """
        items: list[dict[str, Any]] = []
        last: Exchange | None = None
        for exchange, page in self._pages(self._items, filters, first, doubt=doubt):
            items += page
            last = exchange
        assert last is not None
        return items, last

    def first_page(self, **filters: str) -> Request:
        """Return the request of the first page of the items that match the filters."""
        return self._request(self._items, filters)

    def first_of_policy(self) -> Request:
        """Return the request of the first page of the items of the policy."""
        return self.first_page(policy_id=self._calls.target.policy_id)

    def items_of_policy(
        self, first: Exchange | None = None, *, doubt: bool, leave_out: AbstractSet[str] | None = None
    ) -> tuple[list[dict[str, Any]], Exchange]:
        """Return all items of the policy, as `checkpoint_items` does.

        With `leave_out`, what exists now and has ended is left out from now on, except for these checkpoints,
        in lower case.
        """
        self._own = leave_out
        try:
            return self.checkpoint_items(first, doubt=doubt, policy_id=self._calls.target.policy_id)
        finally:
            self._own = None

    def _is_kept(self, item: dict[str, Any]) -> bool:
        """Return whether an item of the policy is kept: none of what had ended before the run."""
        checkpoint = item["checkpoint_id"].casefold()
        if self._own is not None and checkpoint not in self._own and item["status"] in ENDED:
            self._existing.add(checkpoint)
        return item["status"] in UNDER_WAY or checkpoint not in self._existing

    def wait_until_idle(self, pause: float) -> None:
        """Wait `pause` seconds, then until no item of the policy is in progress or patience runs out.

        Raises ServerGone if the server stops answering.
        """
        clock, target = self._client.clock, self._calls.target
        deadline = clock.monotonic() + target.patience
        while True:
            clock.sleep(min(pause, _LONGEST_PAUSE))
            try:
                items, _ = self.checkpoint_items(policy_id=target.policy_id)
            except ListError:
                return
            if all(item["status"] not in UNDER_WAY for item in items) or clock.monotonic() > deadline:
                return

    def _pages(
        self, listed: _List, filters: dict[str, str], first: Exchange | None = None, *, doubt: bool = True
    ) -> list[Page]:
        """Return every page, each requested with the marker of the one before.

        An entry may be deleted while the list is read, so that its marker becomes invalid; then the list is
        read again. If that does not help either, the server does not support markers, and the pages read so
        far are returned. Raises ListError for any response that is not the documented one.
        """
        read: list[Page] = []
        for _ in range(_READINGS):
            read = []
            given, first = first, None
            try:
                for page in self._walk(listed, filters, given, doubt=doubt):
                    read[-1:] = [(abridged(exchange), entries) for exchange, entries in read[-1:]]
                    read.append(page)
            except ListError as error:
                if not (read and error.status in _REFUSED_MARKER):
                    raise
            else:
                break
        return read

    def _walk(
        self, listed: _List, filters: dict[str, str], first: Exchange | None, *, doubt: bool
    ) -> Iterator[Page]:
        """Yield pages up to the last one.

        A page may hold fewer entries than requested without being the last. The last is one that is shorter
        than the longest page of this list so far, or that nothing new follows, or without `doubt` one with
        fewer entries than requested of a list that has never gone on after such a page. A page of more than
        PAGE_LIMIT bytes is requested again with fewer entries. Of a list without end, the first pages tell
        what is wrong with it; only that of the policy must be read as a whole.
        """
        marker: dict[str, str] = {}
        seen = _Ids()
        whole = filters.keys() != {"policy_id"}
        size = 0
        for _ in range(_MOST_PAGES):
            if self._too_long and not whole:
                text = (
                    "the list of the policy holds too many items that are new or under way to read them all"
                )
                raise ListError(Symptom.LIST_TOO_LONG, text, self._too_long)
            exchange = self._page_at(listed, {**filters, **marker}, None if marker else first)
            entries = _entries(exchange, listed)
            fresh = [entry["id"] for entry in entries if entry["id"] not in seen]
            if fresh or not marker:
                kept = [listed.compared(entry) for entry in entries if whole or self._is_kept(entry)]
                size += sum(len(str(entry)) for entry in kept)
                yield abridged(exchange, EVIDENCE_LIMIT), kept
            is_shorter = len(entries) < listed.longest
            listed.longest = max(listed.longest, len(entries))
            listed.continues |= bool(fresh and marker)
            if not fresh or is_shorter:
                return
            if len(entries) < listed.requested and not doubt and not listed.continues:
                return
            if size > _MOST_KEPT:
                if whole:
                    return
                self._too_long = abridged(exchange)
            for identifier in fresh:
                seen.add(identifier)
            marker = {"marker": entries[-1]["id"]}

    def _request(self, listed: _List, query: dict[str, str]) -> Request:
        text = urlencode({**query, "limit": str(listed.requested)}, quote_via=quote)
        return self._calls.listing(listed.name, text)

    def _page_at(self, listed: _List, query: dict[str, str], first: Exchange | None) -> Exchange:
        """Return the answer with the page, or with as little of it as can be requested.

        `first` is the exchange of the first request, if it has been sent already.
        """
        while True:
            client = self._client
            exchange = client.persist(first) if first else client.send(self._request(listed, query))
            exchange = client.insist(exchange)
            first = None
            oversized = exchange.fault is not None and exchange.fault.kind is FaultKind.OVERSIZED
            if not oversized or listed.requested == 1:
                return exchange
            listed.requested = max(listed.requested // _SMALLER, 1)
            listed.longest = 0


def _compared_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return the members of an item that are compared."""
    return {name: item[name] for name in ("id", "checkpoint_id", "resource_id", "status")}


def _compared_policy(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a policy that are compared."""
    compared = {name: policy[name] for name in ("id", "name", "project_id", "provider_id", "status")}
    resources = [{name: each[name] for name in ("id", "name", "type")} for each in policy["resources"]]
    return {**compared, "resources": resources}


def _entries(exchange: Exchange, listed: _List) -> list[dict[str, Any]]:
    """Return the entries of a page. Raises ListError if it does not have its documented form."""
    if exchange.fault:
        raise ListError(Symptom.LIST_UNANSWERED, exchange.fault.detail, exchange)
    if exchange.status != 200:
        raise ListError(Symptom.LIST_STATUS, f"the list got {exchange.status}", exchange)
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
            Symptom.LIST_NOT_JSON, f"the list's body is not strict JSON: {error}", exchange
        ) from error
    for problem in _validator(listed.schema).iter_errors(body):
        place = "/".join(str(step) for step in problem.instance_path)
        text = f"at {place or 'the root'}: {_shortened(problem.message)}"
        raise ListError(Symptom.LIST_FORM, text, exchange)
    entries: list[dict[str, Any]] = body[listed.name]
    return entries


def _shortened(message: str) -> str:
    """Return a message without the middle of a long value: what is wrong with it stands behind it."""
    return message if len(message) <= 200 else f"{message[:120]} ... {message[-75:]}"


@cache
def _validator(schema: str) -> jsonschema_rs.Draft7Validator:
    components = with_null_types(document("companions.yaml")["components"])
    components["schemas"]["ItemStatus"] = {"type": "string"}  # OBS-3 judges which values are allowed
    return jsonschema_rs.Draft7Validator(
        {"allOf": [{"$ref": f"#/components/schemas/{schema}"}], "components": components}
    )
