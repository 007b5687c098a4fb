"""Faults in the members of a response: what to edit, and in which responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..framework.mutant import replaces
from ..framework.shots import BASE, Shot, parameters
from ..service.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..service.world import Checkpoint

    Edit = Callable[[dict[str, Any]], None]
    When = Callable[[Server, Checkpoint], bool]

__all__ = [
    "MEANING",
    "OCCASIONS",
    "after_refusal",
    "always",
    "answers",
    "automatic",
    "by_hand",
    "dropping",
    "every",
    "from_second",
    "on_occasions",
    "overlapping",
    "selected",
    "setting",
    "several",
]

MEANING = "it says what the member means, where RESP-1 names its type"


def always(_server: Server, _checkpoint: Checkpoint) -> bool:
    """Match every response."""
    return True


def from_second(_server: Server, checkpoint: Checkpoint) -> bool:
    """Match all responses but the first."""
    return checkpoint.number >= 2


def several(_server: Server, checkpoint: Checkpoint) -> bool:
    """Match a checkpoint with more than one resource."""
    return len(checkpoint.resources) > 1


def automatic(_server: Server, checkpoint: Checkpoint) -> bool:
    """Match a checkpoint with `auto_trigger` true."""
    return checkpoint.auto_trigger


def by_hand(_server: Server, checkpoint: Checkpoint) -> bool:
    """Match a checkpoint with `auto_trigger` false or absent."""
    return not checkpoint.auto_trigger


def selected(_server: Server, checkpoint: Checkpoint) -> bool:
    """Match a checkpoint with fewer resources than its policy has."""
    return len(checkpoint.resources) < len(checkpoint.policy.resources)


def after_refusal(_server: Server, checkpoint: Checkpoint) -> bool:
    """Match a response after a refusal on the same connection."""
    return bool(checkpoint.call.request.connection.refused)


def overlapping(server: Server, _checkpoint: Checkpoint) -> bool:
    """Match a response while another call is in flight."""
    return server.in_flight > 1


def every(count: int) -> When:
    """Return a condition that matches one in `count` responses."""
    return lambda _server, checkpoint: checkpoint.number % count == 0


def setting(path: str, value: Any) -> Edit:
    """Return an edit that sets the member at the dotted `path`."""

    def edit(body: Any) -> None:
        *parents, last = path.split(".")
        for part in parents:
            body = body[int(part) if part.isdigit() else part]
        body[last] = value(body[last]) if callable(value) else value

    return edit


def dropping(path: str) -> Edit:
    """Return an edit that removes the member at the dotted `path`."""

    def edit(body: Any) -> None:
        *parents, last = path.split(".")
        for part in parents:
            body = body[int(part) if part.isdigit() else part]
        del body[last]

    return edit


class Held(Server):
    """Keeps the calls that create a checkpoint in flight long enough to overlap."""

    hold = 0.04


_SHOWS: dict[When, tuple[Shot, ...]] = {
    always: (BASE,),
    from_second: (BASE, BASE),
    several: (BASE,),
    automatic: (parameters({"auto_trigger": True}),),
    by_hand: (BASE,),
    after_refusal: (BASE.but(body=b"{"), BASE),
    overlapping: (BASE, BASE.but(copies=8)),
}


def answers(
    requirement: str,
    rows: dict[str, tuple[str, Edit]],
    when: When = always,
    base: type[Server] = Server,
    **options: Any,
) -> None:
    """Register a mutant for each row, which edits `checkpoint` in the responses that `when` matches."""
    if when is overlapping:
        base = Held
    if when in _SHOWS:
        options = {"shows": _SHOWS[when], **options}
    for name, (fault, edit) in rows.items():

        def then(server: Server, checkpoint: Checkpoint, edit: Edit = edit) -> dict[str, Any]:
            body = base.checkpoint_body(server, checkpoint)
            if when(server, checkpoint):
                edit(body)
            return body

        replaces(requirement, name, fault, "checkpoint_body", then, base=base, **options)


OCCASIONS: dict[str, tuple[When, str]] = {
    "from-second": (from_second, "From the second answer on"),
    "when-automatic": (automatic, "With auto_trigger true"),
    "with-several": (several, "With several resources"),
    "once-in-five": (every(5), "In one answer of five"),
    "after-refusal": (after_refusal, "After a refusal on the same connection"),
    "when-busy": (overlapping, "While another call is in flight"),
}
"""Occasions by name suffix: which responses they match, and a description."""


def on_occasions(
    requirement: str, name: str, fault: str, edit: Edit, *occasions: str, **options: Any
) -> None:
    """Register a mutant for each of `occasions` (default: all), which makes `edit` in its responses."""
    for suffix in occasions or OCCASIONS:
        when, words = OCCASIONS[suffix]
        answers(requirement, {f"{name}-{suffix}": (f"{words}, {fault}", edit)}, when=when, **options)
