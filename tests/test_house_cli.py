"""The command line as a whole: what it lists, what it loads, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import types
from importlib import import_module
from pathlib import Path

import click
import pytest
from checkpoint_openapi.cli import SUBCOMMANDS, Subcommand, main
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted({entry.location.split(":")[0] for entry in SUBCOMMANDS.values()})
HEAVY = (
    "schemathesis",
    "connexion",
    "jsonschema_rs",
    "hypothesis",
    "checkpoint_handlers",
    "checkpoint_conformance",
)

UNNEEDED = ("difflib", "shutil", "subprocess", "unicodedata", "checkpoint_openapi.lint")
"""What a comparison needs only for a mistake, a rename, a terminal, a git commit or a lint."""


def found(name: str) -> click.Command:
    """Return the command that the table names."""
    module, attribute = SUBCOMMANDS[name].location.split(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command


def leaves() -> list[tuple[str, click.Command]]:
    """Return each command that does something, with the words that call it."""
    commands: list[tuple[str, click.Command]] = []
    for name in SUBCOMMANDS:
        command = found(name)
        if isinstance(command, click.Group):
            commands += [(f"{name} {each}", inner) for each, inner in command.commands.items()]
        else:
            commands.append((name, command))
    return commands


def test_table_holds_every_command() -> None:
    """A command that a package exports can be called."""
    named = {entry.location for entry in SUBCOMMANDS.values()}
    modules = {
        ".".join(file.relative_to(folder).with_suffix("").parts)
        for folder in (ROOT / "openapi", ROOT / "handlers", ROOT / "conformance")
        for file in (
            *folder.glob("checkpoint_*/**/*cli.py"),
            *folder.glob("checkpoint_*/commands/[!_]*.py"),
        )
    }
    exported = {
        f"{module}:{name}"
        for module in modules - {"checkpoint_openapi.cli"}
        for name in import_module(module).__all__
        if isinstance(getattr(import_module(module), name), click.Command)
    }
    assert exported - named == set()
    assert set(MODULES) <= modules


def test_no_number_is_outside_every_range() -> None:
    """Each option for a number within bounds refuses NaN, which no comparison with a bound finds."""
    ranges = {
        f"{words} {each.opts[0]}": each
        for words, command in leaves()
        for each in command.params
        if isinstance(each.type, click.FloatRange)
    }
    assert ranges
    taken: list[str] = []
    for name, each in ranges.items():
        for number in ("nan", "inf"):
            with contextlib.suppress(click.BadParameter):
                taken.append(f"{name} {each.type.convert(number, each, None)}")
    assert taken == []


@pytest.mark.parametrize(("words", "command"), leaves(), ids=[words for words, _ in leaves()])
def test_help_shows_an_example(words: str, command: click.Command) -> None:
    """Each command says what it does, and shows a call of itself that can be pasted."""
    text = f"{command.help} {command.epilog}"
    assert f"Example: checkpoint-contract {words}" in text
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


def test_help_loads_nothing_heavy() -> None:
    """The overview is printed without importing a library that takes long to load."""
    code = (
        "import sys\n"
        "from checkpoint_openapi.cli import main\n"
        "try:\n    main(['--help'])\n"
        f"finally:\n    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in SUBCOMMANDS)


def test_reference_server_starts_before_the_suite_is_loaded() -> None:
    """A run without a target starts its server first, and imports what takes long while that starts."""
    slow = [f"checkpoint_conformance.{room}" for room in ("probes", "reports", "run", "verdict")]
    code = (
        "import subprocess, sys\n"
        "def started(command, **_):\n"
        f"    loaded = [name for name in {[*slow, 'h11', 'jinja2', 'yaml']!r} if name in sys.modules]\n"
        "    print('checkpoint_handlers' in command, loaded)\n"
        "    raise SystemExit(0)\n"
        "subprocess.Popen = started\n"
        "from checkpoint_openapi.cli import main\n"
        "main(['verify'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True []"


def test_comparison_loads_only_what_it_needs() -> None:
    """A small comparison, most of whose time is its start, loads no library for what it does not do."""
    code = (
        "import atexit, sys\n"
        "known = {name.partition('.')[0] for name in sys.modules} | sys.stdlib_module_names\n"
        "def told():\n"
        "    found = [name for name, each in sys.modules.items() if vars(each).get('__spec__')]\n"
        "    loaded = {name.partition('.')[0] for name in found}\n"
        f"    unneeded = [name for name in {UNNEEDED!r} if name in sys.modules]\n"
        "    print(sorted(loaded - known), unneeded, file=sys.stderr)\n"
        "atexit.register(told)\n"
        "from checkpoint_openapi.cli import main\n"
        "main()\n"
    )
    own, last = "openapi/checkpoint.yaml", "openapi/released/1.0.0/checkpoint.yaml"
    done = subprocess.run(
        [sys.executable, "-c", code, "diff", last, own], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "checkpoint.yaml:" in done.stdout
    assert done.stderr.strip() == "['checkpoint_openapi', 'click', 'jsonschema_rs', 'yaml'] []"


def test_end_of_process_is_quick() -> None:
    """What a command leaves behind is not searched for cycles when the process ends."""
    code = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0))\n"
        "from checkpoint_openapi.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "True"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--hlep"], "Did you mean '--help'?"),
        (["verfy"], "Did you mean 'verify'?"),
        (["frobnicate"], "See `checkpoint-contract --help`."),
        (["list", "REQ-9"], "(REQ-9). See `checkpoint-contract list --help`."),
        (["verify", "--taget", "x"], "No such option '--taget'. Did you mean '--target'?"),
        (["verify", "--max-examples", "many"], "'many' is not a whole number. See `checkpoint-contract "),
        (["verify", "--max-time", "soon"], "'soon' is not a number. See `checkpoint-contract "),
        (["verify", "--target", "no-such.toml"], "no-such.toml"),
        (["target", "inti"], "Did you mean 'init'?"),
        (["explain"], "`checkpoint-contract explain --help`"),
        (["explain", "REQ-99"], "Did you mean REQ-9"),
        (["serve", "--port", "99999"], "`checkpoint-contract serve --help`"),
        (["lint", "--format", "txt"], "'text'"),
        (["lint", "no-such.yaml"], "no-such.yaml"),
        (["diff", "a", "b", "c"], "two versions"),
        (["diff", "no-such.yaml"], "no-such.yaml"),
        (["report", "show", "no-such.json"], "no-such.json"),
        (["replay", "no-such.json"], "no-such.json"),
    ],
)
def test_wrong_call_is_told_in_one_line(
    arguments: list[str], hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong flag, name or file gives one line on stderr that says what to do, and exit code 2."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, arguments, prog_name="checkpoint-contract")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert hint in result.stderr


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a command in the table that raises what its argument names."""
    module = types.ModuleType("broken_command")

    @click.command()
    @click.argument("kind")
    def command(kind: str) -> None:
        raise {
            "fault": KeyError("a\nb"),
            "interrupt": KeyboardInterrupt(),
            "package": ModuleNotFoundError("no connexion", name="connexion"),
        }[kind]

    module.command = command  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "broken_command", module)
    monkeypatch.setitem(SUBCOMMANDS, "broken", Subcommand("broken_command:command", "Fail."))


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("fault", 4, "Error: this is a bug in checkpoint-contract: KeyError: 'a\\nb'."),
        ("interrupt", 5, "Error: interrupted."),
        ("package", 2, "Error: the package 'connexion' is not installed."),
    ],
)
def test_what_escapes_a_command_is_told(kind: str, code: int, said: str) -> None:
    """An exception that no command caught is one line and an exit code other than 0."""
    result = CliRunner().invoke(main, ["broken", kind])
    assert result.exit_code == code
    assert result.stderr.lstrip("\n").startswith(said)
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("broken")
def test_traceback_is_shown_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """CHECKPOINT_TRACEBACK=1 adds where it happened, and changes nothing else."""
    monkeypatch.setenv("CHECKPOINT_TRACEBACK", "1")
    result = CliRunner().invoke(main, ["broken", "fault"])
    assert result.exit_code == 4
    assert result.stderr.startswith("Traceback")
    assert result.stderr.splitlines()[-1].startswith("Error: this is a bug")


@pytest.mark.parametrize(
    "arguments", [["list"], ["--help"], ["explain", "REQ-1"], ["lint", "--rules"], ["diff"]]
)
def test_closed_pipe_is_quiet(arguments: list[str]) -> None:
    """A reader that goes away before the first line is no fault to tell about."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", "from checkpoint_openapi.cli import main; main()", *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        check=False,
    )
    os.close(writing)
    assert done.stderr == b""


SIGNALLED = """\
import os, signal, sys
from checkpoint_openapi.entry import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
class Sender:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})
sys.meta_path.insert(0, Sender())
main()
"""


@pytest.mark.parametrize(
    ("module", "arguments", "number", "ended"),
    [
        ("click", ["list"], signal.SIGINT, (-signal.SIGINT, "")),
        ("checkpoint_conformance.commands.cli", ["list"], signal.SIGINT, (5, "Error: interrupted.")),
        ("checkpoint_openapi.commands.lint", ["lint"], signal.SIGTERM, (-signal.SIGTERM, "")),
        ("click", ["serve", "--port", "0"], signal.SIGINT, (-signal.SIGINT, "")),
        ("uvicorn", ["serve", "--port", "0"], signal.SIGINT, (0, "")),
        ("uvicorn", ["serve", "--port", "0"], signal.SIGTERM, (0, "")),
    ],
)
def test_a_signal_during_an_import_is_no_traceback(
    module: str, arguments: list[str], number: signal.Signals, ended: tuple[int, str]
) -> None:
    """A process that a signal ends among its imports says one line at most."""
    script = SIGNALLED.format(module=module, number=int(number))
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == ended  # an empty line ends that of the ^C
