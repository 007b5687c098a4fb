"""The URL of a PostgreSQL database: taken, or refused in one line that gives no password away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from checkpoint_handlers.commands.admin import admin
from checkpoint_handlers.commands.serve import serve
from checkpoint_handlers.databases.database_url import printable, require_well_formed
from checkpoint_handlers.databases.stores import named
from checkpoint_handlers.errors import StartError
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PASSWORD = "hunter2hunter2"
MALFORMED = {
    f"postgresql://user:{PASSWORD}@127.0.0.1:99999/db": "from 1 to 65535",
    f"postgresql://user:{PASSWORD}@127.0.0.1:0/db": "from 1 to 65535",
    f"postgresql://user:{PASSWORD}@127.0.0.1:-1/db": "from 1 to 65535",
    f"postgresql://user:{PASSWORD}@127.0.0.1:{'9' * 5000}/db": "from 1 to 65535",
    f"postgresql://user:{PASSWORD}@127.0.0.1:8O80/db": "from 1 to 65535",
    f"postgresql://user:{PASSWORD}@one:5432,two:99999/db": "from 1 to 65535",
    f"postgresql://user:{PASSWORD}@/db?host=one&port=99999": "parameter port",
    f"postgresql://user:{PASSWORD}@[::1/db": "brackets",
    f"postgresql://user:{PASSWORD}@::1]:5432/db": "brackets",
    f"postgresql://user:{PASSWORD}[@127.0.0.1/db": "%5B",
    f"postgresql://user:{PASSWORD}%@127.0.0.1/db": "%25",
    f"postgresql://user:{PASSWORD}%4@127.0.0.1/db": "%25",
    f"postgresql://user:{PASSWORD}%ff@127.0.0.1/db": "UTF-8",
    f"postgresql://user:{PASSWORD}@127.0.0.1/db%00": "%00",
    f"postgresql://user:{PASSWORD}/x@127.0.0.1/db": "%2F",
    f"postgresql://user:{PASSWORD}#x@127.0.0.1/db": "%23",
    f"postgresql://user:{PASSWORD}?x@127.0.0.1/db": "%3F",
    f"postgresql://user:{PASSWORD}@x@127.0.0.1/db": "%40",
    f"postgresql://user:{PASSWORD}@127.0.0.1/d b": "%20",
    f"postgresql://user:{PASSWORD}@127.0.0.1/d\nb": "control",
    f"mysql://user:{PASSWORD}@127.0.0.1/db": "scheme",
    f"POSTGRESQL://user:{PASSWORD}@127.0.0.1/db": "scheme",
    f"postgresql:/user:{PASSWORD}@127.0.0.1/db": "scheme",
    f"Postgres:user:{PASSWORD}@127.0.0.1": "scheme",
}
"""URLs with one mistake each, and a word that its line has."""


def opened(command: str, database: str) -> Result:
    """Return how a command ends that opens this database."""
    if command == "serve":
        return CliRunner().invoke(serve, ["--port", "0", "--database", database])
    return CliRunner().invoke(admin, ["--database", database, "show"])


@pytest.mark.parametrize(("url", "word"), MALFORMED.items())
@pytest.mark.parametrize("command", ["serve", "admin"])
def test_a_malformed_url_is_told_in_one_line(command: str, url: str, word: str) -> None:
    """Each mistake ends both commands with 2 and a line that names it, without the password."""
    outcome = opened(command, url)
    assert outcome.exit_code == 2, outcome
    assert outcome.stderr.startswith("Error: The URL of the database is malformed: ")
    assert outcome.stderr.count("\n") == 1
    assert word in outcome.stderr
    assert PASSWORD not in outcome.output


@pytest.mark.parametrize(
    "name", ["file:store.db", "file:///store.db?mode=ro", "FILE:store.db", "sqlite:///store.db", ":memory:"]
)
@pytest.mark.parametrize("command", ["serve", "admin"])
def test_a_name_of_other_programs_is_no_path(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite or a library would not take as a path is refused in one line, and no file is made."""
    monkeypatch.chdir(tmp_path)
    outcome = opened(command, name)
    assert outcome.exit_code == 2, outcome
    assert outcome.stderr.startswith("Error: The name of the database begins with ")
    assert outcome.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["./file:store.db", "files/store.db", "postgres.db", "a:b.db"])
def test_a_path_is_taken_as_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no program takes for more than a path is the path of a file."""
    monkeypatch.chdir(tmp_path)
    assert named(name) == str(tmp_path / name)


HOSTS = st.sampled_from(["", "db", "db.example", "127.0.0.1", "[::1]", "[fe80::1%25eth0]"])
PORTS = st.one_of(st.just(""), st.integers(1, 65535).map(lambda port: f":{port}"))


@given(
    user=st.text(max_size=20),
    password=st.text(min_size=1, max_size=20),
    hosts=st.lists(st.tuples(HOSTS, PORTS), min_size=1, max_size=3),
    database=st.text(max_size=20),
)
def test_what_is_quoted_is_taken_and_never_printed(
    user: str, password: str, hosts: list[tuple[str, str]], database: str
) -> None:
    """Any user, password and name of a database may stand in a URL when they are quoted (RFC 3986, 2.1)."""
    user, password, database = (
        quote(text.replace("\0", ""), safe="", errors="replace") for text in (user, password, database)
    )
    addresses = ",".join(host + port for host, port in hosts)
    url = f"postgresql://{user}:{password}@{addresses}/{database}?sslmode=disable"
    require_well_formed(url)
    assert printable(url) == f"postgresql://{addresses}/{database}"


@given(
    st.text("ab:/@?#[]%,.0159 \n\x85\u202e\uff11", max_size=30).map(
        lambda rest: f"postgresql://u:{PASSWORD}{rest}@h/d"
    )
)
@example(f"postgresql://u:{PASSWORD}@")
def test_no_url_is_a_fault_of_ours(url: str) -> None:
    """Whatever stands in a URL, it is taken or refused, and what is printed of it has no password."""
    try:
        require_well_formed(url)
    except StartError as error:
        told = str(error)
    else:
        told = printable(url)
    assert PASSWORD not in told
    assert "\n" not in told
