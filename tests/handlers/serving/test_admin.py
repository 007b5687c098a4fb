"""What the operator manages: the seed file, the commands of `admin`, scenarios."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from checkpoint_handlers.commands.admin import admin
from checkpoint_handlers.databases.schema_sqlite import migrate
from checkpoint_handlers.seeding.seed import OBSTACLES
from checkpoint_handlers.seeding.seedfile import read_seed
from checkpoint_handlers.store import digest_of
from checkpoint_openapi.document.source import DocumentError
from checkpoint_openapi.load import document, errors
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import running
from handlers.in_process import OPERATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from handlers.running import RunningServer

SEED = """\
projects:
  - id: 0123456789abcdef0123456789abcdef
  - id: ffffffffffffffffffffffffffffffff
    verified: false
    open: false
    quota: 3
tokens:
  - token: a-token-of-the-first-project
    project: 0123456789abcdef0123456789abcdef
  - sha256: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
    project: ffffffffffffffffffffffffffffffff
    role: read-only
    expires_at: 2030-01-01T00:00:00
policies:
  - id: 62171999-3df1-42f7-9513-6f9b1bea4744
    project: 0123456789abcdef0123456789abcdef
    name: nightly
    resources:
      - id: 7a32a8b5-7977-4e24-b5da-e0eb457db75b
        type: OS::Nova::Server
        name: web
        extra_info: {exclude_volumes: []}
      - id: 1c960fe4-e679-421a-97cd-4f7463d2344b
        type: OS::Ironic::BareMetalServer
        name: metal
        fault: resource-terminated
"""
FIRST = "0123456789abcdef0123456789abcdef"
OTHER = "ffffffffffffffffffffffffffffffff"
POLICY = "62171999-3df1-42f7-9513-6f9b1bea4744"
WEB, METAL = "7a32a8b5-7977-4e24-b5da-e0eb457db75b", "1c960fe4-e679-421a-97cd-4f7463d2344b"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server with scenarios for the tests of this module; each puts back what it changes."""
    server = running.start(tmp_path_factory.mktemp("admin"), "--scenarios")
    yield server
    assert server.stop() == 0


def manage(database: Path | str, *arguments: str, code: int = 0) -> str:
    """Run an admin command; return what it printed, the one line on stderr for a code that is not 0."""
    outcome = CliRunner().invoke(admin, ["--database", str(database), *arguments])
    assert outcome.exit_code == code, outcome.output
    if code:
        assert outcome.stderr.count("\n") == 1
    return outcome.stderr if code else outcome.stdout


def seed_file(folder: Path, text: str = SEED) -> Path:
    """Write a seed file."""
    path = folder / "seed.yaml"
    path.write_text(text)
    return path


def test_a_server_begins_with_a_seed_file(tmp_path: Path) -> None:
    """Projects, tokens, policies and faults are those of the file, and there is no sample data."""
    path = seed_file(tmp_path)
    arguments = running.arguments(tmp_path / "store.sqlite3", "--seed", str(path))
    with running.process(arguments) as (process, url):
        server = running.RunningServer(
            process,
            {
                "url": url,
                "project_id": FIRST,
                "provider_id": "fc4d5750-22e7-4798-8a46-f48f62c4c1da",
                "token": "a-token-of-the-first-project",
                "policy": {"id": POLICY},
            },
            tmp_path / "store.sqlite3",
        )
        answer = server.create(server.order(resources=[WEB]))
        assert answer.status == 200
        assert (
            answer.json["checkpoint"]["protection_plan"]["resources"][0]["extra_info"]
            == '{"exclude_volumes":[]}'
        )
        assert server.create().error == running.error_of("resource-terminated")
        shown = json.loads(manage(server.database, "show"))
    assert [project["id"] for project in shown["projects"]] == [FIRST, OTHER]
    assert {token["digest"] for token in shown["tokens"]} == {
        digest_of("a-token-of-the-first-project").hex(),
        "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("quota: 3", "quota: -1", 6, "quota must be a whole number from 0"),
        ("quota: 3", "quota: 3\n    quotas: 3", 7, "'quotas' in project 2. Did you mean 'quota'?"),
        ("quota: 3", "quota: .inf", 6, "quota must be a whole number"),
        ("extra_info: {exclude_volumes: []}", "extra_info: {size: [.inf]}", 22, "JSON has no .inf"),
        ("name: web", 'name: "we\\0b"', 21, "without NUL"),
        ("role: read-only", "role: admin", 12, 'role must be "operate" or "read-only"'),
        ("expires_at: 2030-01-01T00:00:00", "expires_at: tomorrow", 13, "expires_at must be a time in UTC"),
        ("2030-01-01T00:00:00", "2030-02-30T00:00:00", 13, "2030-02-30T00:00:00 is not one"),
        ("2030-01-01T00:00:00", "2030-01-01T25:00:00", 13, "2030-01-01T25:00:00 is not one"),
        (
            f"token: a-token-of-the-first-project\n    project: {FIRST}",
            "token: x",
            8,
            "token must be at least 16 characters long. (1 more)",
        ),
        ("fault: resource-terminated", "fault: fire", 26, 'fault must be "resource-terminated", '),
        (METAL, WEB, 23, "twice"),
        (f"- id: {OTHER}", f"- id: {FIRST}", 3, "twice"),
        (f"- id: {OTHER}", f"- id: {'1' * 32}", 3, "in quotes if they look like a number"),
        (
            f"    project: {FIRST}\n    name: nightly",
            "    project: " + "e" * 32 + "\n    name: nightly",
            16,
            "is not in it",
        ),
        ("name: web", "name: [web", 22, "YAML"),
        ("projects:", "project:", 1, "unknown key 'project'. Did you mean 'projects'?"),
    ],
)
def test_a_mistake_in_a_seed_file_has_a_line(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    """Whatever is wrong is told with file, line and column, and nothing of the file is taken."""
    assert SEED.count(old) == 1
    path = seed_file(tmp_path, SEED.replace(old, new))
    with pytest.raises(DocumentError) as caught:
        read_seed(path)
    assert re.match(rf"{re.escape(str(path))}:{line}:\d+: ", str(caught.value)), caught.value
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_seed_mistake_is_not_told_as_the_databases(tmp_path: Path) -> None:
    """The server names the seed file and its line, and the database can begin again afterwards."""
    path, database = seed_file(tmp_path, SEED.replace("quota: 3", "quota: .inf")), tmp_path / "store.sqlite3"
    arguments = running.arguments(database, "--seed", str(path))
    ended = running.run(*arguments)
    _, errors = ended.communicate(timeout=30)
    assert ended.returncode == 2
    assert errors.startswith(f"Error: {path}:6:5: project 2: quota must be a whole number from 0")
    assert (errors.count("\n"), str(database) in errors) == (1, False)
    path.write_text(SEED)
    with running.process(arguments):
        assert json.loads(manage(database, "show"))["projects"]


def test_a_token_stands_once_in_a_seed_file(tmp_path: Path) -> None:
    """One of two entries of a token would be lost, also where one of them is written as its hash."""
    other, same = "5f70bf18", digest_of("a-token-of-the-first-project").hex()
    path = seed_file(tmp_path, re.sub(rf"{other}\w+", same, SEED))
    with pytest.raises(DocumentError, match="token 2: project appears twice"):
        read_seed(path)


_PLACES = (("projects", 0), ("tokens", 0), ("policies", 0), ("policies", 0, "resources", 0))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=4,
)


@given(st.sampled_from(_PLACES), st.data())
@settings(max_examples=60)
def test_what_a_seed_file_may_hold_a_store_can_hold(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str | int, ...], data: st.DataObject
) -> None:
    """Any value is refused with a line, or stored: a database never meets what it cannot keep."""
    content: Any = yaml.safe_load(SEED)
    content["tokens"][1]["expires_at"] = "2030-01-01T00:00:00"
    holder: Any = content
    for step in place:
        holder = holder[step]
    key = data.draw(st.sampled_from(sorted({*holder, "extra_info", "description", "quota"})))
    holder[key] = data.draw(_VALUES)
    folder = tmp_path_factory.mktemp("seed")
    path = seed_file(folder, yaml.safe_dump(content))
    refused: DocumentError | None = None
    with contextlib.closing(sqlite3.connect(folder / "store.sqlite3", isolation_level=None)) as connection:
        try:
            migrate(connection, lambda: read_seed(path))
        except DocumentError as error:
            refused = error
        assert (refused is None) == bool(connection.execute("SELECT 1 FROM sqlite_master").fetchone())
    assert refused is None or (refused.line and str(refused).isprintable())


def test_entries_are_loaded_into_a_database_in_use(served: RunningServer, tmp_path: Path) -> None:
    """What `load` stores a running server uses at once."""
    text = SEED.replace(POLICY, "62171999-3df1-42f7-9513-00000000000a")
    assert manage(served.database, "load", str(seed_file(tmp_path, text))) == "5 entries stored.\n"
    path = served.path.replace(served.target["project_id"], FIRST)
    order = served.order("62171999-3df1-42f7-9513-00000000000a", resources=[WEB])
    assert served.create(order, path=path, token="a-token-of-the-first-project").status == 200


def test_tokens_are_issued_and_revoked(served: RunningServer) -> None:
    """A new token works as its role and its expiry say, until it is revoked."""
    project = served.target["project_id"]
    issued, reading, expired = (
        manage(served.database, "token", project, *options).strip()
        for options in ((), ("--role", "read-only"), ("--days", "0"))
    )
    assert served.create(token=issued).status == 200
    assert served.create(token=reading).error == (403, "APIGW.0302")
    assert served.create(token=expired).error == (401, "APIGW.0301")
    assert issued not in manage(served.database, "show")
    manage(served.database, "revoke", digest_of(issued).hex()[:12])
    assert served.create(token=issued).error == (401, "APIGW.0301")
    assert "no token" in manage(served.database, "revoke", "0" * 64, code=2)
    assert "more than one token" in manage(served.database, "revoke", "", code=2)


def test_a_project_is_changed(served: RunningServer) -> None:
    """Quota, closure and verification take effect at once and can be taken back."""
    project = served.target["project_id"]
    for option, back, condition in (
        ("--closed", "--open", "project-closed"),
        ("--unverified", "--verified", "account-not-verified"),
        ("--quota=0", "--no-quota", "quota-exceeded"),
    ):
        manage(served.database, "project", project, option)
        assert served.create().error == running.error_of(condition)
        manage(served.database, "project", project, back)
        assert served.create().status == 200


@pytest.mark.parametrize("condition", OBSTACLES)
def test_a_fault_is_set_and_ended(served: RunningServer, condition: str) -> None:
    """A server of a policy refuses for the condition that was set, until that ends."""
    policy = served.target["policy"]
    fault = ("fault", policy["id"], policy["resources"][0])
    manage(served.database, *fault, condition)
    assert served.create().error == running.error_of(condition)
    manage(served.database, *fault, "none")
    assert served.create().status == 200


def test_a_policy_and_its_project_are_removed(served: RunningServer) -> None:
    """A project goes when nothing is its own any more."""
    project = "e" * 32
    manage(served.database, "project", project)
    token = manage(served.database, "token", project).strip()
    assert "still has tokens" in manage(served.database, "remove", "project", project, code=2)
    manage(served.database, "revoke", digest_of(token).hex())
    manage(served.database, "remove", "project", project)
    assert "no project" in manage(served.database, "remove", "project", project, code=2)
    assert "no policy" in manage(served.database, "remove", "policy", project, code=2)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("project", "short"), "32 lower-case hexadecimal"),
        (("token", "d" * 32), f"There is no project {'d' * 32}: `admin show` lists all"),
        (("fault", POLICY, WEB, "fire"), "resource-terminated"),
        (("fault", "unknown", WEB, "none"), "no policy"),
        (("fault", POLICY, "unknown", "none"), "no server"),
        (("scenario", FIRST, "418", "CSBS.9999"), "errors.yaml"),
        (("load", "missing.yaml"), "missing.yaml"),
    ],
)
def test_a_mistake_is_told_in_one_line(served: RunningServer, arguments: tuple[str, ...], what: str) -> None:
    """What cannot be done ends with 2 and one line."""
    assert what in manage(served.database, *arguments, code=2)


def test_the_overview_of_admin_cuts_no_sentence() -> None:
    """What each command does stands whole in a terminal of 80 columns."""
    told = CliRunner().invoke(admin, ["--help"], terminal_width=80).output
    assert re.findall(r"^.*\.\.\.$", told.partition("Commands:")[2], re.MULTILINE) == []


def test_no_database_is_made_by_admin(tmp_path: Path) -> None:
    """A mistyped database is named, and not made."""
    assert "no database" in manage(tmp_path / "mistyped", "show", code=2)
    assert list(tmp_path.iterdir()) == []


def pairs() -> list[tuple[int, str]]:
    """Return every pair that `errors.yaml` documents."""
    catalogue = errors()
    return sorted(catalogue.published | {(each.status, each.code) for each in catalogue.conditions.values()})


def declared(status: int) -> set[str]:
    """Return the header fields that the contract declares for an error of this status."""
    contract = document("checkpoint.yaml")
    response = contract["paths"][OPERATION]["post"]["responses"][str(status)]
    described = contract["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return {name.lower() for name in described.get("headers", ())}


def test_every_documented_error_can_be_had(served: RunningServer) -> None:
    """The header gives each pair of errors.yaml, in the contract's form, and the call does nothing."""
    before = len(served.items())
    for status, code in pairs():
        answer = served.request("POST", served.path, headers={"X-Scenario": f"{status} {code}"})
        assert answer.error == (status, code)
        assert declared(status) <= answer.headers.keys()
    for wrong in ("500", "x", "200 CSBS.1001", "418 CSBS.9999", "500  "):
        answer = served.request("POST", served.path, headers={"X-Scenario": wrong})
        assert answer.error == (400, "CSBS.9001")
    assert len(served.items()) == before


def test_the_operator_says_what_comes_next(served: RunningServer) -> None:
    """The next calls of the project are answered as told, those of others and later ones as ever."""
    manage(served.database, "scenario", served.target["project_id"], "500", "CSBS.1001", "--times", "2")
    second = served.target["fixtures"]["second_project"]
    path = served.path.replace(served.target["project_id"], second["project_id"])
    assert served.create(served.order(second["policy_id"]), path=path, token=second["token"]).status == 200
    assert [served.create().status for _ in range(3)] == [500, 500, 200]


def test_times_counts_across_workers(start: Callable[..., RunningServer], url: str | None) -> None:
    """Of calls that come together to four workers the first ones are answered so, as many as were ordered."""
    server = start("--scenarios", "--workers", "4", url=url)
    manage(
        url or server.database, "scenario", server.target["project_id"], "500", "CSBS.1001", "--times", "20"
    )
    with ThreadPoolExecutor(10) as clients:
        first = list(clients.map(lambda _: server.create().status, range(20)))
        then = list(clients.map(lambda _: server.create().status, range(20)))
    assert (first, then) == ([500] * 20, [200] * 20)


def test_without_the_flag_there_are_no_scenarios(server: RunningServer) -> None:
    """Neither the header nor the command changes an answer of a server that was started without them."""
    headers = {"X-Scenario": "500 CSBS.1001", "Content-Type": "application/json"}
    body: Any = json.dumps(server.order()).encode()
    assert server.request("POST", server.path, body=body, headers=headers).status == 200
    manage(server.database, "scenario", server.target["project_id"], "500", "CSBS.1001")
    assert server.create().status == 200
