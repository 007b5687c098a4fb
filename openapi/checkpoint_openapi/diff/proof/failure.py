"""Where a sender does not fit a receiver, and which of these failures are worth reporting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from checkpoint_openapi.diff.proof.clauses import Clause, Inner, Step
from checkpoint_openapi.diff.schema.containment import Answer
from checkpoint_openapi.diff.schema.marks import AT
from checkpoint_openapi.diff.schema.parts import Schema

__all__ = ["Failure", "Trail", "distinct", "telling"]


@dataclass(frozen=True, eq=False, slots=True)
class Failure:
    """A demand of the receiver that the sender does not meet, or may not meet."""

    path: tuple[Step, ...]
    answer: Answer
    """`NO` if a value shows it or the canonical form proves it, else `UNKNOWN`."""
    clause: Clause | None
    """The demand, or None if only the whole is known not to fit."""
    sender: Schema
    receiver: Schema
    value: Any = None
    """The part at the path of a value that shows it."""
    has_value: bool = False
    alternative: Schema | None = None
    """The sender's alternative that fits none of the receiver's, or more than one."""
    crowded: bool = False
    """Whether it fits more than one although `oneOf` accepts values that fit exactly one."""
    hosts: tuple[tuple[int, Schema], ...] = ()
    """The sender's alternatives that contain the failure, each with the number of steps to its place."""
    sent_at: str | None = None
    """The label, in the sender's document, of the part that does not fit, or of its nearest parent."""
    received_at: str | None = None
    """The same in the receiver's document."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What fails and where; used to match failures across readings of a document."""
        clause = self.clause
        return (self.path, *((clause.keyword, clause.name, clause.number) if clause else ()))

    def along(self, trail: Trail | None) -> Failure:
        """Return the same failure as seen from the start of a trail to it."""
        if trail is None:
            return self
        path, sent, received = list(self.path[::-1]), self.sent_at, self.received_at
        hosts = list(self.hosts[::-1])
        while trail is not None:
            if not trail.inner.path:
                hosts.append((len(path), trail.inner.sender))
            path.extend(trail.inner.path[::-1])
            sent, received = sent or trail.sender.at, received or trail.receiver.at
            trail = trail.before
        return replace(
            self, path=tuple(path[::-1]), hosts=tuple(hosts[::-1]), sent_at=sent, received_at=received
        )


@dataclass(frozen=True, slots=True)
class Trail:
    """The way to a pair of schemas: that pair, the pair around it, and the way to that one."""

    inner: Inner
    receiver: Schema
    sender: Schema
    before: Trail | None


def telling(failures: list[Failure], sender: Schema) -> list[Failure]:
    """Return the informative failures: where anything may be sent, all others follow from that."""
    if sender.parts():
        return failures
    of_type = [
        failure
        for failure in failures
        if failure.clause
        and failure.clause.keyword == "type"
        and not failure.path
        and failure.answer is Answer.NO
    ]
    return of_type or failures


def distinct(failures: list[Failure]) -> list[Failure]:
    """Return failures without those repeated by recursion or by several ways to the same demand."""
    found: dict[tuple[Any, ...], Failure] = {}
    for failure in sorted(
        failures, key=lambda failure: (len(failure.path), failure.answer is Answer.UNKNOWN)
    ):
        clause = failure.clause
        keyword = None if clause is None else (clause.keyword, clause.name, clause.number)
        at = failure.received_at if clause is None else clause.part.keywords.get(AT)
        key = (at, keyword) if at is not None else (failure.path, keyword)
        found.setdefault(key, failure)
    return list(found.values())
