"""The generated inputs of a run: the same bytes from the cache, from a second process and from this one."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.probes.generated import cache, recipe, supply, worker
from checkpoint_conformance.probes.generated.inputs import GeneratedRequest, Inputs, PlanStep
from checkpoint_conformance.probes.generated.recipe import Recipe
from checkpoint_conformance.probes.generated.supply import Supply
from checkpoint_conformance.probes.generated.worker import GenerationError
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, LimitedClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .test_generated import TARGET, written

if TYPE_CHECKING:
    from collections.abc import Callable

RECIPE = Recipe.of(TARGET, 1)
SMALL = Inputs(
    (
        GeneratedRequest("/v1/x%0A?a=%20", "text/plain; x=\xe9", bytes(range(256))),
        GeneratedRequest("/", None, b""),
    ),
    ((PlanStep("create", 3), PlanStep("delete", 0)), ()),
)

FOREIGN = (
    "[]",
    "{}",
    '{"requests": [], "plans": [[["create"]]]}',
    '{"requests": [], "plans": [[["explode", 1]]]}',
    '{"requests": [], "plans": [[["create", -1]]]}',
    '{"requests": [["//x y", null, ""]], "plans": []}',
    '{"requests": [["/x\\r\\nHost: y", null, ""]], "plans": []}',
    '{"requests": [["http://x", null, ""]], "plans": []}',
    '{"requests": [["/", "a\\nb", ""]], "plans": []}',
    '{"requests": [["/", null, null]], "plans": []}',
    '{"requests": [["/", null, "\\u0100"]], "plans": []}',
    "[" * 100_000,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache that is empty, in a process that has made nothing yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(supply, "_kept", type(supply._kept)())
    return tmp_path / "checkpoint-contract" / "generated"


def _supplied(*, use_cache: bool = True) -> Inputs:
    with Supply(TARGET, 1, use_cache=use_cache) as supplied:
        return supplied.inputs(LimitedClock(SYSTEM_CLOCK))


def _forget() -> None:
    """Do as a new process does."""
    supply._kept.clear()


def _fail(*_: object) -> None:
    raise AssertionError("the inputs are made although they are there")


def test_a_miss_and_a_hit_give_the_bytes_that_this_process_makes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second process makes the inputs once; from then on they are read, and are equal to the byte."""
    first = _supplied()
    assert [path.name for path in folder.iterdir()] == [RECIPE.key]
    monkeypatch.setattr(worker.subprocess, "Popen", _fail)
    monkeypatch.setattr(Recipe, "make", _fail)
    assert _supplied() is first
    _forget()
    read = _supplied()
    monkeypatch.undo()
    assert read == first == RECIPE.make()


@pytest.mark.usefixtures("alone")
def test_without_the_cache_the_disk_is_left_alone(folder: Path) -> None:
    """The option switches reading and writing off."""
    cache.write(RECIPE.key, SMALL)
    before = (folder / RECIPE.key).read_bytes()
    assert _supplied(use_cache=False) != SMALL
    assert (folder / RECIPE.key).read_bytes() == before


DIFFERENT = {
    "more examples": Recipe.of(TARGET, 2),
    "a seed": Recipe.of(TARGET, 1, 0),
    "another project": Recipe.of(replace(TARGET, project_id="another"), 1),
    "another provider": Recipe.of(replace(TARGET, provider_id="another"), 1),
    "another policy": Recipe.of(replace(TARGET, policy_id="another"), 1),
    "other resources": Recipe.of(replace(TARGET, resources=TARGET.resources[:1]), 1),
    "deletion": Recipe.of(replace(TARGET, profiles=frozenset({"deletion"})), 1),
    "another contract": replace(RECIPE, document=RECIPE.document.replace("64", "65", 1)),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_key_differs_with_each_ingredient(what: str) -> None:
    """What may change the inputs changes the key."""
    assert DIFFERENT[what] != RECIPE
    assert DIFFERENT[what].key != RECIPE.key


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        *(
            (recipe, "version", lambda each, name=name: "0" if each == name else "1")
            for name in recipe.GENERATORS
        ),
        (recipe.platform, "python_version", lambda: "3.0.0"),
        (recipe.platform, "python_implementation", lambda: "Another"),
        (recipe.unicodedata, "unidata_version", "1.0.0"),
        (recipe, "SOURCES", recipe.SOURCES[1:]),
    ],
)
def test_a_key_differs_with_what_generates(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: object
) -> None:
    """So do the versions of the generators, Python and its tables of characters, and our own modules."""
    if name == "version":
        monkeypatch.setattr(recipe, "version", lambda _: "1")
    recipe.surroundings.cache_clear()
    before = RECIPE.key
    monkeypatch.setattr(module, name, value)
    recipe.surroundings.cache_clear()
    assert RECIPE.key != before
    monkeypatch.undo()
    recipe.surroundings.cache_clear()


@pytest.mark.usefixtures("alone")
def test_neither_key_nor_file_depends_on_a_secret_or_an_address(folder: Path) -> None:
    """The token, the further fields and the address of a server play no part."""
    other = replace(TARGET, url="https://elsewhere", token="another-secret", headers=(("X-Key", "secret"),))
    assert Recipe.of(other, 1) == RECIPE
    _supplied()
    (path,) = folder.iterdir()
    assert TARGET.token.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_without_a_second_process_this_one_makes_the_inputs(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """It may die, or never start; what is sent stays the same."""
    monkeypatch.setattr(worker.sys, "executable", program)
    assert _supplied() == RECIPE.make()


def test_a_second_process_has_a_limit_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes far too long ends with a message that says what to do."""
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    monkeypatch.setattr(worker, "PATIENCE_PER_EXAMPLE", 0.0)
    with pytest.raises(GenerationError, match="lower --max-examples"):
        _supplied()


@pytest.mark.parametrize("ending", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_running(monkeypatch: pytest.MonkeyPatch, ending: type[BaseException]) -> None:
    """However a run ends, its second process has ended too."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(worker.subprocess, "Popen", Noted)
    with pytest.raises(ending), Supply(TARGET, 1):
        raise ending
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_a_run_with_a_warm_cache_imports_no_generator() -> None:
    """Schemathesis, Hypothesis and pytest stay outside, as they take longer to import than all the rest."""
    _supplied()
    script = f"""
import sys
import checkpoint_conformance.commands.verification
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.generated.fuzz import generated_probes
from checkpoint_conformance.probes.generated.supply import Supply
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.clock import SYSTEM_CLOCK, LimitedClock
target = {written(TARGET)}
with Supply(target, 1) as supply:
    assert generated_probes(Calls(target), supply.inputs(LimitedClock(SYSTEM_CLOCK)).requests)
print(sorted({{"hypothesis", "pytest", "requests", "schemathesis", "trio"}} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@given(
    st.one_of(
        st.integers(0, 600).map(lambda length: lambda file: file[:length]),
        st.tuples(st.integers(0, 600), st.integers(0, 255)).map(
            lambda edit: lambda file: file[: edit[0]] + bytes([edit[1]]) + file[edit[0] + 1 :]
        ),
        st.binary().map(lambda more: lambda file: file + more),
        st.binary(max_size=50).map(lambda other: lambda _: other),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_never_changes_what_is_sent(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    """Truncated, overwritten, extended or foreign: such a file counts as none."""
    cache.write("key", SMALL)
    whole = (folder / "key").read_bytes()
    assert cache.read("key") == SMALL
    damaged = damage(whole)
    (folder / "key").write_bytes(damaged)
    assert cache.read("key") == (SMALL if damaged == whole else None)


def test_a_file_of_another_key_is_not_taken(folder: Path) -> None:
    """A file that was copied or renamed is none."""
    cache.write("one", SMALL)
    (folder / "one").rename(folder / "two")
    assert cache.read("two") is None


@pytest.mark.usefixtures("alone")
def test_a_damaged_file_is_made_anew(folder: Path) -> None:
    """The next run finds it whole."""
    folder.mkdir(parents=True)
    (folder / RECIPE.key).write_bytes(b"{}")
    made = _supplied()
    _forget()
    assert cache.read(RECIPE.key) == made


@pytest.mark.parametrize("text", FOREIGN)
def test_data_that_is_no_input_is_refused(text: str) -> None:
    """Not even a right digest lets a path through that breaks a line, or a step that nobody knows."""
    with pytest.raises(ValueError, match="no "):
        Inputs.from_json(text)


def test_only_a_plain_file_of_the_user_alone_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link, a pipe, and a file that others own or may write are none."""
    cache.write("key", SMALL)
    (folder / "link").symlink_to(folder / "key")
    os.mkfifo(folder / "pipe")
    assert (cache.read("link"), cache.read("pipe")) == (None, None)
    (folder / "key").chmod(0o620)
    assert cache.read("key") is None
    (folder / "key").chmod(0o600)
    assert cache.read("key") == SMALL
    monkeypatch.setattr(cache.os, "geteuid", lambda: (folder / "key").stat().st_uid + 1)
    assert cache.read("key") is None


def test_a_cache_that_cannot_be_written_is_no_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, a file in the place of the folder, and a user without a home go without."""

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cache.tempfile, "mkstemp", full)
        cache.write("key", SMALL)
        assert cache.read("key") is None
    folder.rmdir()
    folder.write_text("in the way")
    cache.write("key", SMALL)
    assert cache.read("key") is None
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("relative"))
    cache.write("key", SMALL)
    assert cache.read("key") is None


def test_a_write_that_fails_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The half of a file is removed again."""

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(cache.Path, "replace", fails)
    cache.write("key", SMALL)
    assert list(folder.iterdir()) == []


def test_the_cache_keeps_the_files_used_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is bounded in number and size, and what was read lately stays."""
    for number in range(cache.MOST_FILES):
        cache.write(str(number), SMALL)
        os.utime(folder / str(number), (number, number))
    assert cache.read("0") == SMALL
    cache.write("new", SMALL)
    names = {path.name for path in folder.iterdir()}
    assert len(names) == cache.MOST_FILES
    assert {"0", "new"} <= names
    assert "1" not in names
    monkeypatch.setattr(cache, "MOST_BYTES", 10)
    cache.write("large", SMALL)
    assert not (folder / "large").exists()


def test_processes_that_write_at_once_do_not_disturb_each_other() -> None:
    """A reader sees a whole file or none, whoever writes."""
    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(cache.write, "key", SMALL) for _ in range(50)]
        reads = [pool.submit(cache.read, "key") for _ in range(200)]
        assert {each.result() for each in reads} <= {None, SMALL}
        assert [each.result() for each in writes] == [None] * 50
    assert cache.read("key") == SMALL
