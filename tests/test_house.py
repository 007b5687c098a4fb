"""The house is in order: what every file of the project has to keep, whoever adds it."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.metadata import distributions, packages_distributions, requires
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkpoint_openapi.load import document, requirements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "openapi/checkpoint_openapi",
    "handlers/checkpoint_handlers",
    "conformance/checkpoint_conformance",
)
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINES = 400
ROOM = 12
OPTIONAL = {"connexion": "the lint asks it for its opinion where the server is installed"}
GENERATED = {"client": "tests/clients generates it for the programs that import it"}


def shown(path: Path) -> str:
    """Return a path below the root of the project."""
    return str(path.relative_to(ROOT))


def written() -> list[Path]:
    """Return the text files of the project that a person writes."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()[:4096]]


def strings(tree: ast.AST) -> Iterator[str]:
    """Give every text that a module holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def imported(file: Path) -> set[str]:
    """Return the top-level packages that a module imports, by statement or by name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
            case ast.Call(func=ast.Name("import_module" | "untyped"), args=[ast.Constant(str(module)), *_]):
                names.add(module)
            case _:
                pass
    return {name.split(".")[0] for name in names}


def declared(*groups: str) -> set[str]:
    """Return the names of the distributions that the project declares, `groups` being extras."""
    lines = [*PROJECT["dependencies"]]
    for group in groups:
        lines += PROJECT["optional-dependencies"][group]
    return {normal(re.split(r"[\[<>=!~ ]", line)[0]) for line in lines}


def normal(name: str) -> str:
    """Return the name of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@functools.cache
def providers() -> Mapping[str, list[str]]:
    """Return the distributions that hold each top-level package beside this Python."""
    return packages_distributions()


def undeclared(folder: str, groups: tuple[str, ...]) -> set[str]:
    """Return the third-party packages that the modules of a folder import and nobody declares."""
    found = providers()
    own = {
        normal(line.split("==")[0])
        for file in (ROOT / folder).glob("*/requirements.txt")
        for line in file.read_text().splitlines()
    }
    local = {entry.stem for entry in (ROOT / folder).rglob("*") if entry.suffix in ("", ".py")}
    if folder == "benchmarks":
        # Some measure the suite against the servers of the tests.
        local |= {entry.stem for entry in (ROOT / "tests").iterdir()}
    names = set[str]().union(*(imported(file) for file in (ROOT / folder).rglob("*.py")))
    return {
        name
        for name in names - sys.stdlib_module_names - local
        if not (folder == "openapi" and name in OPTIONAL)
        and not (folder == "tests" and name in GENERATED)
        and not name.startswith("checkpoint_")
        and not {normal(each) for each in found.get(name, [name])} & (declared(*groups) | own)
    }


@pytest.mark.parametrize("file", MODULES, ids=shown)
def test_module_says_what_it_is(file: Path) -> None:
    """Every module has a docstring, names what it exports, and is short enough to be read at once."""
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert len(text.splitlines()) <= LINES
    exported = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    if file.name not in ("__init__.py", "__main__.py"):
        assert len(exported) == 1


def test_a_module_of_the_tests_is_short() -> None:
    """A module of the tests, too, can be read at once."""
    lines = {shown(file): len(file.read_text(encoding="utf-8").splitlines()) for file in TESTS}
    assert {name: count for name, count in lines.items() if count > LINES} == {}


def test_a_room_can_be_taken_in() -> None:
    """A folder of the packages or the tests holds no more modules than a reader takes in at once."""
    rooms = Counter(shown(file.parent) for file in (*MODULES, *TESTS) if file.name != "__init__.py")
    assert {name: count for name, count in rooms.items() if count > ROOM} == {}


def test_suite_takes_the_time_from_its_clock() -> None:
    """One module of the suite asks the machine for it, so that every wait can be given another clock."""
    package = ROOT / "conformance/checkpoint_conformance"
    asking = {str(file.relative_to(package)) for file in package.rglob("*.py") if "time" in imported(file)}
    assert asking == {"transport/clock.py"}


def test_suite_names_every_requirement_and_no_other() -> None:
    """Each active requirement is judged somewhere or says why not; no module names an unknown id."""
    known = {requirement.id: requirement for requirement in requirements()}
    family = re.compile(rf"(?:{'|'.join(sorted({name.split('-')[0] for name in known}))})-\d+")
    suite = ROOT / "conformance" / "checkpoint_conformance"
    named = {
        file: {
            text for text in strings(ast.parse(file.read_text(encoding="utf-8"))) if family.fullmatch(text)
        }
        for file in suite.rglob("*.py")
    }
    judging = [file for room in ("checks", "probes", "run") for file in (suite / room).rglob("*.py")]
    due = {name for name, each in known.items() if each.status == "active" and not each.not_tested}
    assert set[str]().union(*named.values()) - known.keys() == set()
    assert due - set[str]().union(*(named[file] for file in judging)) == set()


@pytest.mark.parametrize("package", ["openapi", "conformance", "handlers"])
def test_error_codes_stand_in_the_catalogue_alone(package: str) -> None:
    """No text of the code is an error code, with or without a status: the id of its condition leads to it."""
    code = re.compile(r"(?:[1-5][0-9]{2} )?(?:CSBS|APIGW|BackupService)\.[0-9]{4}")
    files = (ROOT / package).rglob("*.py")
    texts = {text for file in files for text in strings(ast.parse(file.read_text(encoding="utf-8")))}
    assert {text for text in texts if code.fullmatch(text)} == set()


@pytest.mark.parametrize(
    ("folder", "groups"),
    [
        ("openapi", ()),
        ("conformance", ()),
        ("handlers", ("server", "postgres")),
        ("tests", ("server", "postgres", "dev")),
        ("benchmarks", ("server", "dev")),
        ("tools", ("server", "dev")),
    ],
)
def test_every_import_is_declared(folder: str, groups: tuple[str, ...]) -> None:
    """What a folder imports is declared where those who install it get it."""
    assert undeclared(folder, groups) == set()


def required(names: set[str]) -> set[str]:
    """Return the distributions, and all that they require, as far as it is installed here."""
    known: set[str] = set()
    due = set(names)
    while due:
        name = due.pop()
        known.add(name)
        lines = [line for line in requires(name) or [] if "extra ==" not in line]
        due |= {normal(re.split(r"[\[<>=!~; (]", line)[0]) for line in lines} & installed() - known
    return known


@functools.cache
def installed() -> frozenset[str]:
    """Return the names of the distributions beside this Python."""
    return frozenset(normal(each.metadata["Name"]) for each in distributions())


def test_constraints_pin_every_dependency() -> None:
    """Each line pins one version exactly, without an address, and nothing that is required is left out."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    pinned = {normal(line.split("==")[0]) for line in lines}
    given = {PROJECT["name"], "pip"}
    assert required(declared("server", "postgres", "docs", "release", "dev")) - pinned - given == set()


def test_lock_records_no_address() -> None:
    """The lock of the node tool names versions and digests, and not where somebody once got them."""
    assert "://" not in (ROOT / "tools/redocly/package-lock.json").read_text()


def test_no_file_names_a_machine() -> None:
    """No path of a particular machine stands in any file."""
    path = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w|/tmp/brief")
    own = Path(__file__).resolve()
    found = [
        f"{shown(file)}:{number}"
        for file in written()
        if file != own
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if path.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["checkpoint.yaml", "companions.yaml"])
def test_document_names_no_python(name: str) -> None:
    """The document can be read by a tool of any language: it names no module, no function, no framework."""
    text = (ROOT / "openapi" / name).read_text(encoding="utf-8")
    assert (
        re.findall(r"checkpoint_(?:openapi|handlers|conformance)|x-openapi-router|\.py\b|[Cc]onnexion", text)
        == []
    )
    operations = [
        operation["operationId"]
        for path in document(name)["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    assert operations
    assert [identifier for identifier in operations if not re.fullmatch(r"[a-z][A-Za-z]+", identifier)] == []
