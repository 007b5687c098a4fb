"""Mutants of RESP-2 and RESP-11: the id, and whether two calls create two checkpoints."""

# ruff: noqa: ARG002, D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import random
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from ...framework.edits import MEANING, answers, on_occasions, setting
from ...framework.mutant import breaks, replaces
from ...framework.shots import BASE, DELETE_NEWEST, parameters, pause
from ...service.server import Server
from ...service.world import POLICY, Checkpoint, stable_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.schema import Call
    from ...service.wire import Response
    from ...service.world import Policy, Resource

_ONE = {"RESP-11": "an id that is always the same also looks like one checkpoint"}
_AT_ONCE = (BASE, BASE.but(copies=8))
_AFTER_A_DELETION = (BASE, BASE, pause(0.1), DELETE_NEWEST, BASE)


def _ids(rows: dict[str, tuple[str, Callable[[int], Any]]], **options: Any) -> None:
    for name, (fault, make) in rows.items():
        replaces("RESP-2", name, fault, "new_id", lambda _, number, make=make: make(number), **options)


_ids(
    {
        "id-counter": ("The id is the number of a row, as a string.", str),
        "id-prefixed": ("The id is a UUID behind a prefix.", lambda _: f"checkpoint-{uuid.uuid4()}"),
        "id-hyphenless": ("The id is a UUID without hyphens.", lambda _: uuid.uuid4().hex),
        "id-braced": ("The id is a UUID in braces, as Windows writes it.", lambda _: f"{{{uuid.uuid4()}}}"),
        "id-urn": ("The id is a UUID as a URN.", lambda _: uuid.uuid4().urn),
        "id-truncated": ("The id is a UUID cut to 35 characters.", lambda _: str(uuid.uuid4())[:35]),
        "id-not-hexadecimal": (
            "The id has a letter that is not a hexadecimal digit.",
            lambda _: f"g{uuid.uuid4()}"[:36],
        ),
        "id-with-newline": ("The id ends in a line feed.", lambda _: f"{uuid.uuid4()}\n"),
        "id-base62": ("The id is a short random word.", lambda n: f"ckpt{n:04d}Zx9"),
        "id-mongo": ("The id is a database's object id of 24 digits.", lambda _: uuid.uuid4().hex[:24]),
        "id-hyphens-misplaced": (
            "The hyphens of the id stand in the wrong places.",
            lambda _: (h := uuid.uuid4().hex) and f"{h[:4]}-{h[4:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}",
        ),
        "id-repeats-after-four": ("The ids come from a ring of four.", lambda n: stable_id(f"ring {n % 4}")),
        "id-repeats-after-seven": (
            "The ids come from a ring of seven.",
            lambda n: stable_id(f"ring {n % 7}"),
        ),
        "id-repeats-the-one-before": (
            "Every third id is the one before it.",
            lambda n: stable_id(f"n {n - (n % 3 == 0)}"),
        ),
        "id-malformed-once-in-six": (
            "One id in six is not a UUID, a leading zero lost.",
            lambda n: str(uuid.uuid4())[: 35 if n % 6 == 0 else 36],
        ),
    }
)
_ids(
    {
        "id-empty": ("The id is empty.", lambda _: ""),
        "id-nil": ("The id is the nil UUID.", lambda _: str(uuid.UUID(int=0))),
        "id-of-policy": ("The id is the policy's.", lambda _: POLICY.id),
    },
    also=_ONE,
)
answers(
    "RESP-1",
    {
        "id-null": ("The id is null.", setting("id", None)),
        "id-number": ("The id is a number.", setting("id", 17)),
        "id-object": ("The id is an object around the UUID.", setting("id", lambda value: {"uuid": value})),
        "id-list": ("The id is a list of one.", setting("id", lambda value: [value])),
    },
    also={"RESP-2": MEANING},
)
on_occasions(
    "RESP-2",
    "id-hyphenless",
    "the id has no hyphens.",
    setting("id", lambda value: value.replace("-", "")),
    "from-second",
    "when-automatic",
    "with-several",
    "after-refusal",
    "when-busy",
)


@breaks("RESP-2", shows=_AT_ONCE, also={"RESP-11": "calls at once then share an id"})
class IdRaceOfACounter(Server):
    """Ids are made from a counter that is read and written without a lock."""

    counter = 0

    def new_id(self, number: int) -> str:
        mine = self.counter + 1
        self.linger(0.03)
        self.counter = mine
        return stable_id(f"count {mine}")


@breaks("RESP-2", shows=_AT_ONCE, also={"RESP-11": "calls at once then share an id"})
class IdFromAClockOfTensOfMilliseconds(Server):
    """Ids are made from a clock whose tick is longer than the time between calls sent at once."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = threading.Lock()
        self.ticks = 0

    def new_id(self, number: int) -> str:
        if self.turn.acquire(blocking=False):
            self.ticks += 1
            mine = self.ticks
            self.linger(0.03)
            self.turn.release()
        else:
            mine = self.ticks
        return stable_id(f"tick {mine}")


@breaks("RESP-2", shows=(BASE, BASE.but(fresh=True)), also=_ONE)
class IdFromASeedForEachConnection(Server):
    """Each connection's worker starts its random numbers from the same seed."""

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        checkpoint = super().make(call, policy, resources)
        numbers = random.Random(call.request.connection.accepted)
        checkpoint.id = str(uuid.UUID(int=numbers.getrandbits(128), version=4))
        return checkpoint


@breaks("RESP-2", shows=(BASE, parameters({"auto_trigger": True}), BASE, parameters({"auto_trigger": True})))
class IdRepeatsWhenAutomatic(Server):
    """Automatic runs get the id of the policy's schedule, the same each time."""

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        checkpoint = super().make(call, policy, resources)
        if call.auto_trigger:
            checkpoint.id = stable_id(f"schedule of {policy.id}")
        return checkpoint


@breaks("RESP-2", shows=_AT_ONCE, also={"RESP-11": "the two calls seem to have one checkpoint"})
class IdOfTheCallBesideIt(Server):
    """The id is kept in a variable that calls in flight share, so that the last one's id is answered."""

    latest = ""

    def checkpoint_body(self, checkpoint: Checkpoint) -> dict[str, Any]:
        self.latest = checkpoint.id
        self.linger(0.03)
        return {**super().checkpoint_body(checkpoint), "id": self.latest}


class _Remembering(Server):
    """Keeps one checkpoint under each key, and gives it again."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[Any, Checkpoint] = {}

    def key(self, call: Call) -> Any:
        """Return the key that identifies repeated calls; None for a call that is never a repeat."""
        return (call.auto_trigger, call.resources)

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        key = self.key(call)
        if key is None:
            return super().make(call, policy, resources)
        if key not in self.kept:
            self.kept[key] = super().make(call, policy, resources)
        return self.kept[key]


_SAME = {"RESP-2": "the id of the checkpoint is given again"}


@breaks("RESP-11", also=_SAME)
class SameCheckpointForTheSameBody(_Remembering):
    """The call is idempotent: the same body gets the checkpoint that it made before."""


@breaks("RESP-11", also=_SAME)
class SameCheckpointForTheSamePolicy(_Remembering):
    """A policy has one checkpoint, whatever is selected."""

    def key(self, call: Call) -> Any:
        return call.plan_id


@breaks("RESP-11", also=_SAME, shows=(parameters({"auto_trigger": True}),) * 2)
class SameCheckpointWhenAutomatic(_Remembering):
    """Automatic calls are taken for one and get one checkpoint."""

    def key(self, call: Call) -> Any:
        return call.auto_trigger or None


@breaks("RESP-11", also=_SAME, shows=(parameters({}),) * 2)
class SameCheckpointForAllResources(_Remembering):
    """A backup of the whole policy is made once only."""

    def key(self, call: Call) -> Any:
        return None if call.resources else "all"


@breaks("RESP-11", also=_SAME)
class SameCheckpointOnTheSameConnection(_Remembering):
    """A second call on a connection is taken for a retry of the first."""

    def key(self, call: Call) -> Any:
        return call.request.connection


@breaks("RESP-11", also=_SAME, shows=(BASE,) * 5)
class SameCheckpointOnceInFour(Server):
    """Every fourth call is taken for a retry and gets the checkpoint of the one before it."""

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        before = self.store.checkpoints[-1:]
        checkpoint = super().make(call, policy, resources)
        if checkpoint.number % 4 == 0 and before and before[0].resources == resources:
            self.store.remove(checkpoint.id)
            return before[0]
        return checkpoint


@breaks("RESP-2", also={"RESP-11": "the calls share a checkpoint"}, shows=_AT_ONCE)
class OneCheckpointForCallsAtOnce(Server):
    """Calls that come while another is in flight are coalesced with it and share its checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = threading.Condition()
        self.flight: dict[Any, list[Checkpoint]] = {}

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        key = (call.auto_trigger, resources)
        with self.turn:
            mine = self.flight.get(key)
            if mine is not None:
                self.turn.wait_for(lambda: bool(mine), timeout=2)
                return mine[0]
            mine = self.flight[key] = []
        self.linger(0.04)
        with self.turn:
            mine.append(super().make(call, policy, resources))
            del self.flight[key]
            self.turn.notify_all()
        return mine[0]


@breaks("RESP-2", also={"RESP-11": "the calls share a checkpoint"}, shows=_AT_ONCE)
class AnswersMixedUpUnderLoad(Server):
    """Answers of calls at once come from one shared buffer, so that both get the last one."""

    buffer: Response | None = None

    def created(self, checkpoint: Checkpoint) -> Response:
        mine = self.buffer = super().created(checkpoint)
        self.linger(0.03)
        return self.buffer or mine


@breaks("RESP-2", shows=_AFTER_A_DELETION, profile="deletion")
class IdOfADeletedCheckpointAgain(Server):
    """The id of a deleted checkpoint is free, and given to the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.free: list[str] = []

    def new_id(self, number: int) -> str:
        return self.free.pop() if self.free else super().new_id(number)

    def remove(self, checkpoint: Checkpoint) -> None:
        super().remove(checkpoint)
        self.free.append(checkpoint.id)


@breaks("RESP-2", shows=_AFTER_A_DELETION, profile="deletion", also={"OBS-1": "the items of two runs mix"})
class IdFromTheNumberOfCheckpoints(Server):
    """The id is made from the number of checkpoints, which falls when one is deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = threading.Lock()

    def make(self, call: Call, policy: Policy, resources: tuple[Resource, ...]) -> Checkpoint:
        with self.turn:
            return super().make(call, policy, resources)

    def new_id(self, number: int) -> str:
        return stable_id(f"count {len(self.store.checkpoints)}")


@breaks("RESP-2", shows=_AT_ONCE, also={"RESP-11": "calls at once then share an id"})
class IdFromTheMillisecond(Server):
    """The id is made from the time in milliseconds."""

    real_time = True

    def new_id(self, number: int) -> str:
        return stable_id(f"ms {time.time_ns() // 1_000_000}")
