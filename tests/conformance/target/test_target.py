"""The target file: every value that cannot be used is one clear line that names file and key."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from checkpoint_conformance.target.target import (
    DEFAULT_PROVIDER,
    DESCRIPTION,
    SecondProject,
    Target,
    TargetError,
)
from checkpoint_conformance.target.template import TEMPLATE
from checkpoint_conformance.target.values import PROFILES
from checkpoint_openapi.configuration.description import Table
from checkpoint_openapi.document.source import DocumentError

GOOD: dict[str, Any] = {
    "url": "https://csbs.example.com/prefix/",
    "project_id": "b942cc8342734d15bcb246babb1953cf",
    "token": "secret",
    "policy": {"id": "62171999-3df1-42f7-9513-6f9b1bea4744", "resources": ["one", "two"]},
}

BAD: dict[str, list[Any]] = {
    "url": [
        1,
        "",
        "csbs.example.com",
        "ftp://csbs.example.com",
        "https://",
        "https://csbs.example.com?x=1",
        "https://csbs.example.com#x",
        "https://user@csbs.example.com",
        "https://:word@csbs.example.com",
        "https://csbs.example.com:0",
        "https://csbs.example.com:99999",
        "https://csbs.example.com:http",
        "https://[::1",
        "https://csbs.example.com/a b",
        "https://csbs.example.com/\n",
        "https://csbs.\u4f8b.com",
        "https://csbs.example.com/\u8def",
    ],
    "project_id": [1, "", "a/b", "a b", "\u00e9", "a\n"],
    "provider_id": [1, "", "../x"],
    "token": [
        1,
        "",
        "caf\u00e9",
        "a\nb",
        " a",
        {"env": "UNSET"},
        {"env": "EMPTY"},
        {"env": 1},
        {"name": "A"},
    ],
    "max_creates": [0, -1, 1.5, "60", True],
    "timeout": [0, -1, "10", True, float("nan"), float("inf")],
    "patience": [-1, "60", True, float("nan")],
    "settle_within": [-1, "1"],
    "rate": [-1, "5", True],
    "profiles": ["discover", ["discovery", "x"], [1], [["discovery"]], 1],
    "proxy": [1, "proxy.example.com:3128", "https://proxy", "http://", "http://[::1", "http://p:99999"],
    "headers": [1, []],
    "headers.X-Key": [1, "", "a\nb", "\u8def", {"env": "UNSET"}],
    "headers.X Key": ["a"],
    "headers.Host": ["a"],
    "headers.Accept-Encoding": ["gzip"],
    "headers.content-length": ["1"],
    "headers.X-Auth-Token": ["a"],
    "policy": [1, []],
    "policy.id": [1, "", "policy", "62171999-3DF1-42F7-9513-6F9B1BEA4744", "{62171999}"],
    "policy.resources": ["one", [], [1], [""], ["one", "one"], {}],
    "fixtures": [1],
    "fixtures.expired_token": [1, ""],
    "fixtures.read_only_token": [1, "\t"],
    "fixtures.second_project": ["x"],
    "fixtures.second_project.project_id": [1, ""],
    "fixtures.second_project.token": [1],
    "fixtures.second_project.policy_id": ["x"],
    "implementation": ["x"],
    "implementation.name": [1],
    "implementation.version": [1.0],
    "deviations.resource_extra_info": ["list", 1, []],
    "tls.verify": ["no", 0],
    "tls.ca_file": [1],
}

UNKNOWN = [
    ("urll", "Did you mean 'url'?", ""),
    ("max_create", "Did you mean 'max_creates'?", ""),
    ("zzz", "Known: ", ""),
    ("policy.resource", "Did you mean 'resources'?", "[policy]"),
    ("fixtures.expired_tokens", "Did you mean 'expired_token'?", "[fixtures]"),
    ("fixtures.second_project.projectid", "Did you mean 'project_id'?", "[fixtures.second_project]"),
    ("implementation.vendors", "Did you mean 'vendor'?", "[implementation]"),
    ("deviations.resource_extra", "Did you mean 'resource_extra_info'?", "[deviations]"),
    ("tls.cafile", "Did you mean 'ca_file'?", "[tls]"),
]


def table(**changes: Any) -> dict[str, Any]:
    """Return a good file's content; a change's key is a dotted path, and None removes it."""
    content = copy.deepcopy(GOOD)
    content["fixtures"] = {"second_project": {"project_id": "b"}}
    for path, value in changes.items():
        *outer, last = path.split(".")
        place = content
        for name in outer:
            place = place.setdefault(name, {})
        if value is None:
            del place[last]
        else:
            place[last] = value
    return content


def refusal(content: dict[str, Any], environment: dict[str, str] | None = None) -> str:
    """Return the line by which a file is refused."""
    with pytest.raises(DocumentError) as error:
        Target.from_table(content, "my.toml", environment or {"EMPTY": ""})
    line = str(error.value)
    assert line.isprintable()
    assert line.startswith("my.toml: ")
    assert line.endswith((".", "?", "it"))
    return line


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in BAD.items() for value in values]
)
def test_a_bad_value_is_one_line_with_file_and_key(path: str, value: Any) -> None:
    """The line says where the value stands and what the key takes instead."""
    assert f"{path} must be " in refusal(table(**{path: value}))


@pytest.mark.parametrize(("path", "hint", "place"), UNKNOWN)
def test_an_unknown_key_is_refused_with_what_was_meant(path: str, hint: str, place: str) -> None:
    """A mistyped key never counts as absent."""
    line = refusal(table(**{path: "x"}))
    assert f"unknown key {path.rpartition('.')[2]!r}" in line
    assert hint in line
    assert place in line


@pytest.mark.parametrize("path", ["url", "project_id", "token", "policy", "policy.id", "policy.resources"])
def test_what_is_missing_is_named(path: str) -> None:
    """Each key and table that has no default is asked for by name."""
    line = refusal(table(**{path: None}))
    assert (f"the table [{path}] is missing" if path == "policy" else f"{path} is missing") in line


def test_a_mistyped_key_is_not_told_as_missing() -> None:
    """What stands there under nearly the same name is what the writer has to look at."""
    content = table(project_id=None, projct_id="b942cc8342734d15bcb246babb1953cf")
    assert "unknown key 'projct_id'. Did you mean 'project_id'?" in refusal(content)


def test_the_reference_tells_the_defaults() -> None:
    """The page of the target file names the default of each key of cost and time as the suite has it."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "target-file.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([0-9.]+) \|", page, re.MULTILINE))
    assert rows.keys() == {"max_creates", "timeout", "patience", "settle_within", "connections", "rate"}
    assert {name: float(value) for name, value in rows.items()} == {
        name: getattr(Target, name) for name in rows
    }


def keys(table: Table[Any]) -> set[str]:
    """Return the names of all keys and tables of a description."""
    inner = [keys(each) for each in table.members.values() if isinstance(each, Table)]
    return set(table.members).union(*inner)


@pytest.mark.parametrize("text", ["page", "template"])
def test_page_and_template_name_every_key(text: str) -> None:
    """Each key that a target file may hold stands on its page, and is shown by the template."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "target-file.md").read_text(encoding="utf-8")
    shown = page if text == "page" else TEMPLATE
    known = keys(DESCRIPTION)
    assert len(known) > 20
    assert {
        key for key in known if not re.search(rf"[`.\[ ]{key}[`\] ]|^{key} ", shown, re.MULTILINE)
    } == set()


def test_a_second_project_needs_its_id() -> None:
    """A fixture that cannot be used is not taken for one that is absent."""
    content = table(**{"fixtures.second_project": {"token": "t"}})
    assert "fixtures.second_project.project_id is missing" in refusal(content)


def test_a_client_key_needs_its_certificate() -> None:
    """A key alone would be ignored by TLS, so it is refused."""
    assert "tls.client_certificate is missing" in refusal(table(**{"tls.client_key": "client.key"}))


def test_tokens_and_fields_may_come_from_the_environment() -> None:
    """A table with the one member `env` stands for the variable's value, in any place."""
    content = table(
        **{
            "token": {"env": "OWN"},
            "fixtures.expired_token": {"env": "OLD"},
            "fixtures.second_project.token": {"env": "THEIRS"},
            "headers.X-Api-Key": {"env": "KEY"},
        }
    )
    environment = {"OWN": "a", "OLD": "b", "THEIRS": "c", "KEY": "d"}
    target = Target.from_table(content, environment=environment)
    assert (target.token, target.expired_token) == ("a", "b")
    assert target.second_project == SecondProject("b", "c", None)
    assert target.headers == (("X-Api-Key", "d"),)
    del environment["KEY"]
    assert "headers.X-Api-Key must be given, but the environment variable KEY is not set" in refusal(
        content, environment
    )


@pytest.mark.parametrize(
    ("changes", "later", "earlier"),
    [
        ({"fixtures.expired_token": "t"}, "fixtures.expired_token", "token"),
        ({"fixtures.read_only_token": "t"}, "fixtures.read_only_token", "token"),
        ({"fixtures.second_project.token": "t"}, "fixtures.second_project.token", "token"),
        (
            {"fixtures.expired_token": "e", "fixtures.read_only_token": "e"},
            "fixtures.read_only_token",
            "fixtures.expired_token",
        ),
        (
            {"fixtures.expired_token": "e", "fixtures.second_project.token": "e"},
            "fixtures.second_project.token",
            "fixtures.expired_token",
        ),
        ({"project_id": "b"}, "fixtures.second_project.project_id", "project_id"),
        (
            {"fixtures.second_project.policy_id": GOOD["policy"]["id"]},
            "fixtures.second_project.policy_id",
            "policy.id",
        ),
    ],
)
def test_a_fixture_equal_to_what_it_must_differ_from_is_refused(
    changes: dict[str, Any], later: str, earlier: str
) -> None:
    """A token or an id that stands twice would charge the server with what the file says."""
    line = refusal(table(**{"token": "t"} | changes))
    assert line == f"my.toml: {later} must differ from {earlier}: give another value, or remove it."


def test_equal_tokens_from_two_variables_are_refused_without_being_shown() -> None:
    """The values are compared, wherever they come from, and the message shows none."""
    content = table(token={"env": "ONE"}) | {"fixtures": {"expired_token": {"env": "TWO"}}}
    line = refusal(content, {"ONE": "gAAAAAB-secret", "TWO": "gAAAAAB-secret"})
    assert line.startswith("my.toml: fixtures.expired_token must differ from token")
    assert "secret" not in line


def test_a_small_file_has_the_documented_defaults() -> None:
    """What a file leaves out is what the documentation says."""
    target = Target.from_table(GOOD)
    assert target.url == "https://csbs.example.com/prefix"
    assert target.provider_id == DEFAULT_PROVIDER
    assert (target.max_creates, target.timeout, target.patience, target.rate) == (100, 10.0, 60.0, 0.0)
    assert target.profiles == frozenset()
    assert target.second_project is None
    assert target.proxy is None


def test_profiles_are_read_with_core_or_without() -> None:
    """Core is always verified, so naming it changes nothing."""
    assert Target.from_table(table(profiles=["core", *PROFILES])).profiles == set(PROFILES)


def test_certificate_files_are_found_beside_the_target_file(tmp_path: Path) -> None:
    """A relative name is taken from the file's folder, not from the working directory."""
    file = tmp_path / "target.toml"
    file.write_text(TEMPLATE.replace("# [tls]", "[tls]").replace("# ca_file", "ca_file"), encoding="utf-8")
    target = Target.load(file, {"CSBS_TOKEN": "t"})
    assert target.tls.ca_file == tmp_path / "ca.pem"
    with pytest.raises(TargetError, match=r"\[tls\] ca_file .*ca\.pem: No such file"):
        target.endpoint()


def test_the_written_file_loads_once_the_token_is_set(tmp_path: Path) -> None:
    """What `target init` writes is a usable file; only the secrets are left to fill in."""
    file = tmp_path / "target.toml"
    file.write_text(TEMPLATE, encoding="utf-8")
    with pytest.raises(DocumentError, match="token must be given, but the environment variable CSBS_TOKEN"):
        Target.load(file, {})
    target = Target.load(file, {"CSBS_TOKEN": "t"})
    assert target.token == "t"
    assert target.expired_token is None


def test_every_line_of_the_written_file_can_be_used(tmp_path: Path) -> None:
    """The lines that are commented out are right too, and say the defaults where they say one."""
    active = re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", TEMPLATE)
    names = ("CSBS_TOKEN", "CSBS_EXPIRED_TOKEN", "CSBS_READ_ONLY_TOKEN", "CSBS_SECOND_TOKEN")
    (tmp_path / "client.pass").write_text("a phrase\n", encoding="utf-8")
    target = Target.from_table(
        tomllib.loads(active), environment={name: name for name in names}, folder=tmp_path
    )
    assert target.second_project
    assert target.second_project.policy_id
    assert target.read_only_token == "CSBS_READ_ONLY_TOKEN"
    assert target.tls.client_key == tmp_path / "client.key"
    assert target.tls.client_key_passphrase == "a phrase"
    assert (target.patience, target.max_creates) == (Target.patience, Target.max_creates)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"url = ", ":1: is invalid TOML: Invalid value"),
        (b"\xff", ":1: is not UTF-8"),
        (b"url = 1\nurl = 2", ":2: is invalid TOML: Cannot overwrite a value"),
        (b"url = " + b"[" * 2000, ": is invalid TOML: it is nested too deeply"),
        (b"timeout = " + b"9" * 5000, ": is invalid TOML: "),
    ],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    """A broken file is one line too, which names the place as far as the parser does."""
    file = tmp_path / "target.toml"
    file.write_bytes(content)
    with pytest.raises(DocumentError) as error:
        Target.load(file)
    assert str(error.value).startswith(f"{file}{reason}")
    assert str(error.value).isprintable()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file, or a folder in its place, says how to write one."""
    for file in (tmp_path / "target.toml", tmp_path):
        with pytest.raises(DocumentError) as error:
            Target.load(file)
        assert str(error.value).startswith(f"{file}: ")
        assert "target init" in str(error.value)


@pytest.mark.parametrize(
    "proxy", ["socks5://proxy:1080", "http://proxy:99999", "http://[::1", "https://proxy"]
)
def test_a_proxy_of_the_environment_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """What the environment says is checked as strictly as the file, and its credentials stay out."""
    monkeypatch.setenv("http_proxy", proxy.replace("://", "://user:word@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(TargetError, match=r'http_proxy .* Set `proxy` to one, or proxy = ""') as error:
        Target.from_table(table(url="http://csbs.example.com")).endpoint()
    assert "word" not in str(error.value)
