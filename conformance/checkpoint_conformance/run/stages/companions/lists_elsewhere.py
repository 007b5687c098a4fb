"""OBS-2: the lists in which a refused request for another project's resources may leave an item.

A server may store a request before it checks the owner: in the project of the token, of the path or of the
policy, or under the id of a policy that does not exist. The list of the policy under test shows none of
these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.companions import CompanionLists, ListError
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange, Request

__all__ = ["ListsElsewhere"]


class ListsElsewhere:
    """Reads these lists, as far as the target's fixtures allow it."""

    def __init__(self, session: Session) -> None:
        """Start with all of them; one that a server refuses is not read again."""
        self.shown = set[str]()
        """The checkpoints that the last reading has shown, in lower case."""
        self._names = _names(session.calls)
        self._lists = [CompanionLists(session.client, Calls(target)) for target in _places(session.calls)]

    def first_pages(self) -> list[Request]:
        """Return the request of the first page of each list."""
        return [lists.first_of_policy() for lists in self._lists]

    def checkpoints(self, pages: Sequence[Exchange], *, first: bool = False) -> set[str]:
        """Return the checkpoints that they show, in lower case; `pages` are the first ones, as requested.

        Those that the `first` reading shows to have ended are left out from then on. Raises ServerGone if the
        server stops answering.
        """
        found = set[str]()
        for lists, page in zip(list(self._lists), pages, strict=True):
            try:
                items, _ = lists.items_of_policy(page, doubt=False, leave_out=set[str]() if first else None)
            except ListError:  # a policy that does not exist may be refused as a filter
                self._lists.remove(lists)
                continue
            found.update(item["checkpoint_id"].casefold() for item in items)
        self.shown = found
        return found

    def concerns(self, request: Request) -> bool:
        """Return whether a request names what belongs to these places, so that it may leave an item there."""
        said = f"{request.path} {request.header('X-Auth-Token')}".encode() + request.body
        return any(name.encode() in said for name in self._names)


def _names(calls: Calls) -> list[str]:
    """Return the ids and tokens of others, and the id of a policy that does not exist."""
    second = calls.target.second_project
    theirs = (second.project_id, second.token, second.policy_id) if second else ()
    return [calls.unknown_id("policy"), *filter(None, theirs)]


def _places(calls: Calls) -> Iterator[Target]:
    """Yield the target as seen from each place: with its project, token and policy."""
    target, second = calls.target, calls.target.second_project
    yield replace(target, policy_id=calls.unknown_id("policy"))
    if second and second.policy_id:
        yield replace(target, policy_id=second.policy_id)
    if second and second.token:
        theirs = replace(target, project_id=second.project_id, token=second.token)
        yield theirs
        if second.policy_id:
            yield replace(theirs, policy_id=second.policy_id)
