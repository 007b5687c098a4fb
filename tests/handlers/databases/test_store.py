"""What the store keeps and lists: one suite for both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_handlers.ids import new_id
from checkpoint_handlers.store import (
    CreateOutcome,
    DeleteOutcome,
    ItemFilter,
    Page,
    Policy,
    Project,
    Token,
    digest_of,
)

from handlers.storing import NOW, POLICY, PROJECT, RESOURCES, TOKEN, checkpoint, opened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def soon(look: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Look until what is expected is seen; PostgreSQL tells of a change a moment after it."""
    async with asyncio.timeout(3):
        while await look() != expected:
            await asyncio.sleep(0.01)


def test_the_catalogue_is_kept(database: str) -> None:
    """Each entry is found again as it was saved, also after a restart."""

    async def look() -> None:
        for _ in range(2):
            async with opened(database) as store:
                caller = await store.caller(TOKEN.digest)
                assert caller is not None
                assert (caller.project, caller.role, caller.expires_at) == (PROJECT, "operate", None)
                assert await store.policy(PROJECT.id, POLICY.id) == POLICY
                assert await store.policies(PROJECT.id, Page(10), None) == [POLICY]
                assert (await store.projects(), await store.tokens()) == ([PROJECT], [TOKEN])
                await store.ping()

    asyncio.run(look())


def test_what_is_not_there_is_none(database: str) -> None:
    """An unknown token, an unknown policy and one of another project are none."""

    async def look() -> None:
        async with opened(database) as store:
            assert await store.caller(digest_of("other")) is None
            assert await store.policy(PROJECT.id, new_id()) is None
            assert await store.policy("b" * 32, POLICY.id) is None
            assert await store.policies("b" * 32, Page(10), None) == []

    asyncio.run(look())


def test_entries_are_replaced_and_removed(database: str) -> None:
    """Saving again replaces, removing works once, and no project goes while something is its own."""

    async def change() -> None:
        async with opened(database) as store:
            renamed = replace(POLICY, name="renamed", enabled=False, resources=RESOURCES[:1])
            await store.save([replace(PROJECT, quota=3), replace(TOKEN, role="read-only"), renamed])
            assert await store.projects() == [replace(PROJECT, quota=3)]
            assert await store.tokens() == [replace(TOKEN, role="read-only")]
            assert await store.policies(PROJECT.id, Page(10), "renamed") == [renamed]
            with pytest.raises(ValueError, match="project"):
                await store.remove(Project, PROJECT.id)
            with pytest.raises(ValueError, match="project"):
                await store.save([replace(PROJECT, quota=4), replace(TOKEN, project_id="b" * 32)])
            assert await store.projects() == [replace(PROJECT, quota=3)]
            removed = ((Policy, POLICY.id), (Token, TOKEN.digest), (Project, PROJECT.id))
            assert [await store.remove(*each) for each in removed] == [True] * 3
            assert [await store.remove(*each) for each in removed] == [False] * 3

    asyncio.run(change())


def test_a_change_of_the_catalogue_is_seen(database: str) -> None:
    """A policy renamed and a token revoked by another process are not remembered."""

    async def change() -> None:
        async with opened(database) as store, opened(database) as other:

            async def look() -> tuple[str | None, str | None]:
                caller = await store.caller(TOKEN.digest)
                policy = await store.policy(PROJECT.id, POLICY.id)
                return caller and caller.role, policy and policy.name

            assert await look() == await look() == ("operate", "backup")
            await other.save([replace(POLICY, name="renamed")])
            await soon(look, ("operate", "renamed"))
            await other.remove(Token, TOKEN.digest)
            await soon(look, (None, "renamed"))

    asyncio.run(change())


def test_many_checkpoints_are_created_at_once(database: str) -> None:
    """Each of a hundred concurrent checkpoints is stored with its items, and found in its order."""

    async def create() -> None:
        async with opened(database) as store:
            new = [checkpoint() for _ in range(100)]
            assert set(await asyncio.gather(*(store.create(each, exclusive=False) for each in new))) == {
                CreateOutcome.CREATED
            }
            items = await store.items(PROJECT.id, Page(1000), ItemFilter(), NOW)
            assert {item.checkpoint_id for item in items} == {each.id for each in new}
            assert len({item.id for item in items}) == len(items) == 300
            async with opened(database) as other:
                assert await other.items(PROJECT.id, Page(1000), ItemFilter(), NOW) == items

    asyncio.run(create())


def test_a_checkpoint_that_cannot_be_stored_fails_alone(database: str) -> None:
    """An id that is there already fails its own caller, and its neighbours are stored."""

    async def create() -> None:
        async with opened(database) as store:
            first = checkpoint()
            await store.create(first, exclusive=False)
            crowd = [checkpoint(), first, checkpoint()]
            outcomes = await asyncio.gather(
                *(store.create(each, exclusive=False) for each in crowd), return_exceptions=True
            )
            assert [outcome is CreateOutcome.CREATED for outcome in outcomes] == [True, False, True]
            assert isinstance(outcomes[1], Exception)
            assert len(await store.items(PROJECT.id, Page(1000), ItemFilter(), NOW)) == 9

    asyncio.run(create())


def test_of_exclusive_runs_one_wins(database: str) -> None:
    """Of concurrent runs in two processes on a policy that runs once at a time one is created."""

    async def create() -> None:
        async with opened(database) as store, opened(database) as other:
            new = [checkpoint(ready_at="9999", auto_trigger=True) for _ in range(8)]
            outcomes = await asyncio.gather(
                *(each.create(one, exclusive=True) for one in new for each in (store, other)),
                return_exceptions=True,
            )
            assert outcomes.count(CreateOutcome.CREATED) == 1
            assert outcomes.count(CreateOutcome.RUNNING_BY_SCHEDULE) == len(outcomes) - 1
            by_hand = await store.create(checkpoint(policy_id=new_id()), exclusive=True)
            assert by_hand is CreateOutcome.CREATED

    asyncio.run(create())


def test_a_quota_is_kept(database: str) -> None:
    """A project gets as many checkpoints as it may hold, whichever process it asks."""

    async def create() -> None:
        async with opened(database) as store, opened(database) as other:
            new = [checkpoint(project=replace(PROJECT, quota=3)) for _ in range(8)]
            outcomes = await asyncio.gather(
                *(
                    each.create(one, exclusive=False)
                    for each, one in zip([store, other] * 4, new, strict=True)
                )
            )
            assert outcomes.count(CreateOutcome.CREATED) == 3
            assert outcomes.count(CreateOutcome.QUOTA_EXCEEDED) == 5

    asyncio.run(create())


def test_a_checkpoint_is_deleted_once(database: str) -> None:
    """What is ready goes with its items, what is protecting stays, and another project deletes nothing."""

    async def delete() -> None:
        async with opened(database) as store:
            ready, protecting = checkpoint(), checkpoint(ready_at="9999")
            for each in (ready, protecting):
                await store.create(each, exclusive=False)
            assert await store.delete("b" * 32, ready.id, NOW) is DeleteOutcome.UNKNOWN
            assert await store.delete(PROJECT.id, protecting.id, NOW) is DeleteOutcome.PROTECTING
            assert await store.delete(PROJECT.id, ready.id, NOW) is DeleteOutcome.DELETED
            for unknown in (ready.id, "\0", "\U0001f4a9", "x" * 10_000):
                assert await store.delete(PROJECT.id, unknown, NOW) is DeleteOutcome.UNKNOWN
            items = await store.items(PROJECT.id, Page(10), ItemFilter(), NOW)
            assert {item.checkpoint_id for item in items} == {protecting.id}

    asyncio.run(delete())


def test_what_is_settled_is_available_whatever_the_time(database: str) -> None:
    """A settled checkpoint stays available in every process: to lists, to an exclusive run, to a deletion."""

    async def settle() -> None:
        settled, protecting = (checkpoint(ready_at="9999", policy_id=new_id()) for _ in range(2))
        async with opened(database) as store:
            for each in (settled, protecting):
                await store.create(each, exclusive=True)
            await store.settle([settled.id, new_id()])
        async with opened(database) as store:
            for wanted, expected in ((True, settled), (False, protecting)):
                items = await store.items(PROJECT.id, Page(10), ItemFilter(available=wanted), NOW)
                assert {(item.checkpoint_id, item.settled) for item in items} == {(expected.id, wanted)}
            runs = [checkpoint(policy_id=each.policy_id) for each in (settled, protecting)]
            outcomes = [await store.create(run, exclusive=True) for run in runs]
            assert outcomes == [CreateOutcome.CREATED, CreateOutcome.RUNNING_BY_HAND]
            assert await store.delete(PROJECT.id, settled.id, NOW) is DeleteOutcome.DELETED
            assert await store.delete(PROJECT.id, protecting.id, NOW) is DeleteOutcome.PROTECTING

    asyncio.run(settle())


def test_what_was_never_protecting_is_available_whatever_the_time(database: str) -> None:
    """A checkpoint that was ready at once is available, also by a clock that was set back behind it."""

    async def look() -> None:
        async with opened(database) as store:
            ahead = checkpoint(created_at="9999", ready_at="9999")
            await store.create(ahead, exclusive=False)
            items = await store.items(PROJECT.id, Page(10), ItemFilter(available=True), NOW)
            assert [item.settled for item in items] == [True] * 3
            assert await store.items(PROJECT.id, Page(10), ItemFilter(available=False), NOW) == []
            assert await store.create(checkpoint(), exclusive=True) is CreateOutcome.CREATED
            assert await store.delete(PROJECT.id, ahead.id, NOW) is DeleteOutcome.DELETED

    asyncio.run(look())


@pytest.mark.parametrize(
    "order", [(), (("name", False),), (("ready_at", True), ("resource_id", False)), (("id", True),)]
)
def test_items_are_paged(database: str, order: tuple[tuple[str, bool], ...]) -> None:
    """Pages by marker and by offset, put together, are the whole list in its order."""

    async def walk() -> None:
        async with opened(database) as store:
            for number in range(4):
                await store.create(checkpoint(auto_trigger=number % 2 == 0), exclusive=False)

            async def page(**part: Any) -> list[Any]:
                return await store.items(
                    PROJECT.id, Page(**{"limit": 5, "order": order, **part}), all_of, NOW
                )

            all_of = ItemFilter(policy_id=POLICY.id, available=True)
            whole = await page(limit=100)
            assert len(whole) == 12
            for column, descends in order[:1]:
                keys = [getattr(item, column) for item in whole]
                assert keys == sorted(keys, reverse=descends)
            walked = await page()
            while part := await page(marker=walked[-1].id):
                walked += part
            assert walked == whole
            assert await page(limit=100, offset=7) == whole[7:]
            assert await page(marker="unknown") == await page(marker="nul\0") == []

    asyncio.run(walk())


def test_items_are_filtered(database: str) -> None:
    """Each filter keeps what fits."""

    async def look() -> None:
        async with opened(database) as store:
            new = checkpoint(ready_at="9999", resources=RESOURCES[:2])
            await store.create(new, exclusive=False)
            for wanted, count in (
                (ItemFilter(), 2),
                (ItemFilter(checkpoint_id=new.id), 2),
                (ItemFilter(resource_id="server-1"), 1),
                (ItemFilter(name="manualbk_name0", created_from=NOW, created_to=NOW), 1),
                (ItemFilter(available=False), 2),
                (ItemFilter(available=True), 0),
                (ItemFilter(name="nul\0"), 0),
            ):
                assert len(await store.items(PROJECT.id, Page(10), wanted, NOW)) == count

    asyncio.run(look())
