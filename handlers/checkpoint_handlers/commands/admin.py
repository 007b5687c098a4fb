"""`checkpoint-contract admin`: manage projects, tokens, policies and faults."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from checkpoint_openapi.finite_range import FiniteRange
from checkpoint_openapi.terminal.unusable import UnusableError

from checkpoint_handlers.commands.open_files import require_open_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from checkpoint_handlers.store import Entry, Policy, Store

__all__ = ["admin"]


@click.group(epilog="Example: checkpoint-contract admin --database demo.sqlite3 show")
@click.option("--database", help="SQLite file, or postgresql://… URL of a database, as for `serve`.")
@click.pass_context
def admin(context: click.Context, database: str | None) -> None:
    """Manage projects, tokens, policies and faults in a database, even while servers use it.

    Exit codes: 0 done, 2 not done (one line on stderr says why).
    """
    context.obj = database


@admin.command(epilog="Example: checkpoint-contract admin show")
@click.pass_obj
def show(database: str | None) -> None:
    """Print projects, tokens (by their digest) and policies as JSON."""

    async def work(store: Store) -> dict[str, Any]:
        projects = await store.projects()
        policies = [policy for project in projects for policy in await _policies(store, project.id)]
        return {
            "projects": [asdict(project) for project in projects],
            "tokens": [{**asdict(token), "digest": token.digest.hex()} for token in await store.tokens()],
            "policies": [asdict(policy) for policy in policies],
        }

    click.echo(json.dumps(_with_store(database, work), indent=2))


@admin.command(epilog="Example: checkpoint-contract admin load seed.yaml")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.pass_obj
def load(database: str | None, file: Path) -> None:
    """Store the entries of a seed file.

    Each replaces an existing entry with the same id.
    """
    from checkpoint_openapi.document.source import DocumentError

    from checkpoint_handlers.seeding.seedfile import read_seed

    try:
        entries = read_seed(file)
    except DocumentError as error:
        raise UnusableError(str(error)) from error

    async def work(store: Store) -> None:
        await store.save(entries)

    _with_store(database, work)
    click.echo(f"{len(entries)} entries stored.")


@admin.command(
    epilog="Example: checkpoint-contract admin project b942cc8342734d15bcb246babb1953cf --quota 100"
)
@click.argument("identifier")
@click.option("--quota", type=click.IntRange(0, 2**31 - 1), help="How many checkpoints the project may hold.")
@click.option("--no-quota", is_flag=True, help="Remove the limit.")
@click.option("--open/--closed", "opened", default=None, help="Whether the service is open to it.")
@click.option("--verified/--unverified", default=None, help="Whether its account is verified.")
@click.pass_obj
def project(
    database: str | None,
    identifier: str,
    quota: int | None,
    no_quota: bool,
    opened: bool | None,
    verified: bool | None,
) -> None:
    """Change or create a project.

    A project that does not exist is created: open, verified and without quota.
    """
    from checkpoint_handlers.store import Project

    if len(identifier) != 32 or not set(identifier) <= set("0123456789abcdef"):
        raise UnusableError(f"{identifier!r} is not a project id: write 32 lower-case hexadecimal digits.")

    async def work(store: Store) -> None:
        known = {each.id: each for each in await store.projects()}
        entry = known.get(identifier, Project(identifier, verified=True, open=True, quota=None))
        changes: dict[str, Any] = {"quota": quota, "open": opened, "verified": verified}
        entry = replace(entry, **{name: value for name, value in changes.items() if value is not None})
        await store.save([replace(entry, quota=None) if no_quota else entry])

    _with_store(database, work)


@admin.command(epilog="Example: checkpoint-contract admin token b942cc8342734d15bcb246babb1953cf --days 30")
@click.argument("project_id")
@click.option(
    "--role",
    type=click.Choice(["operate", "read-only"]),
    default="operate",
    show_default=True,
    help="What the token may do: everything, or only list.",
)
@click.option("--days", type=FiniteRange(0, 36500), help="Days until the token expires. [default: never]")
@click.pass_obj
def token(database: str | None, project_id: str, role: Any, days: float | None) -> None:
    """Create a token for a project and print it.

    It is stored as a hash and cannot be shown again.
    """
    from checkpoint_handlers.clock import Clock
    from checkpoint_handlers.store import Token, digest_of

    made = secrets.token_urlsafe(32)
    expires_at = None if days is None else Clock().stamp(ahead=days * 86400)

    async def work(store: Store) -> None:
        if project_id not in {each.id for each in await store.projects()}:
            raise UnusableError(
                f"There is no project {project_id}: `admin show` lists all, `admin project` creates one."
            )
        await store.save([Token(digest_of(made), project_id, role, expires_at)])

    _with_store(database, work)
    click.echo(made)


@admin.command(epilog="Example: checkpoint-contract admin revoke 5f70bf18a086")
@click.argument("beginning")
@click.pass_obj
def revoke(database: str | None, beginning: str) -> None:
    """Revoke a token.

    Identify it by the beginning of its digest, as `show` prints it.
    """
    from checkpoint_handlers.store import Token

    async def work(store: Store) -> None:
        found = [each for each in await store.tokens() if each.digest.hex().startswith(beginning.lower())]
        await store.remove(Token, _only(found, f"token whose digest begins with {beginning!r}").digest)

    _with_store(database, work)


@admin.command(epilog="Example: checkpoint-contract admin remove policy 00000000-0000-4000-8000-000000000200")
@click.argument("kind", type=click.Choice(["project", "policy"]))
@click.argument("identifier")
@click.pass_obj
def remove(database: str | None, kind: str, identifier: str) -> None:
    """Remove a policy or a project.

    A project can be removed only if it has no tokens and no policies.
    """
    from checkpoint_handlers.store import Policy, Project

    kinds: dict[str, type[Entry]] = {"project": Project, "policy": Policy}

    async def work(store: Store) -> None:
        if not await store.remove(kinds[kind], identifier):
            raise UnusableError(f"There is no {kind} {identifier}.")

    _with_store(database, work)


@admin.command(
    epilog="Example: checkpoint-contract admin fault 62171999-3df1-42f7-9513-6f9b1bea4744 "
    "7a32a8b5-7977-4e24-b5da-e0eb457db75b resource-terminated"
)
@click.argument("policy_id")
@click.argument("resource_id")
@click.argument("condition")
@click.pass_obj
def fault(database: str | None, policy_id: str, resource_id: str, condition: str) -> None:
    """Make a server of a policy refuse backups.

    CONDITION is an id from errors.yaml; `none` ends the fault.
    """
    from checkpoint_handlers.seeding.seed import OBSTACLES

    if condition != "none" and condition not in OBSTACLES:
        raise UnusableError(
            f"{condition!r} is not a condition of a server; choose one of {', '.join(OBSTACLES)}, none."
        )
    obstacle = None if condition == "none" else condition

    async def work(store: Store) -> None:
        listed = [each for one in await store.projects() for each in await _policies(store, one.id)]
        policy = _only([each for each in listed if each.id == policy_id], f"policy {policy_id}")
        _only([each for each in policy.resources if each.id == resource_id], f"server {resource_id} in it")
        resources = tuple(
            replace(each, obstacle=obstacle) if each.id == resource_id else each for each in policy.resources
        )
        await store.save([replace(policy, resources=resources)])

    _with_store(database, work)


@admin.command(
    epilog="Example: checkpoint-contract admin scenario b942cc8342734d15bcb246babb1953cf 500 CSBS.1001"
)
@click.argument("project_id")
@click.argument("status", type=int)
@click.argument("code")
@click.option("--times", default=1, show_default=True, type=click.IntRange(1, 1000), help="Number of calls.")
@click.pass_obj
def scenario(database: str | None, project_id: str, status: int, code: str, times: int) -> None:
    """Set the response to the next calls.

    Servers started with --scenarios answer a project's next calls with this pair from errors.yaml.
    """
    from checkpoint_handlers.databases import stores
    from checkpoint_handlers.scenarios.injection import refusal_of
    from checkpoint_handlers.scenarios.opening import open_scenarios

    try:
        refusal_of(status, code)
    except ValueError as error:
        raise UnusableError(str(error)) from error

    async def work(_store: Store) -> None:
        scenarios = await open_scenarios(stores.named(database))
        try:
            for _ in range(times):
                await scenarios.add(project_id, status, code)
        finally:
            await scenarios.close()

    _with_store(database, work)


def _with_store(database: str | None, work: Callable[[Store], Awaitable[Any]]) -> Any:
    """Run `work` on an open store and return its result; a failure becomes a one-line error."""
    from checkpoint_handlers.databases import stores
    from checkpoint_handlers.errors import StartError
    from checkpoint_handlers.store import StoreUnavailableError

    def absent() -> list[Entry]:
        raise StartError("it is new; start `serve` on it first")

    async def run() -> Any:
        name = stores.named(database)
        if not stores.is_url(name) and not Path(name).is_file():
            raise StartError(f"There is no database {name}; start `serve` on it first.")
        store = await stores.open_store(name, absent)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        require_open_files()
        return asyncio.run(run())
    except (StartError, StoreUnavailableError, ValueError) as error:
        raise UnusableError(str(error)) from error


async def _policies(store: Store, project_id: str) -> list[Policy]:
    """Return all policies of a project."""
    from checkpoint_handlers.store import Page

    listed: list[Policy] = []
    while page := await store.policies(project_id, Page(1000, offset=len(listed)), None):
        listed += page
    return listed


def _only(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        raise ValueError(f"There is {'no' if not found else 'more than one'} {what}.")
    return found[0]
