"""The generators: how each makes a client, how the client is compiled, and how a program uses it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoint_openapi.load import data_path

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CLIENTS", "install", "made"]

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
BUILD = HERE.parent.parent / "build" / "clients"
NODE = BUILD / "node_modules" / ".bin"
PYTHON = BUILD / ".venv" / "bin"
DOCUMENT = str(data_path("checkpoint.yaml"))
JAVA_ANNOTATIONS = Path("/usr/share/java/geronimo-annotation-1.3-spec.jar")


def run(*command: str | Path, **environment: str) -> None:
    """Run a command, and fail with all it says."""
    ended = subprocess.run(
        [str(each) for each in command],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{' '.join(map(str, command))}\n{ended.stdout}"


def install() -> None:
    """Install the pinned generators, unless these very pins are installed."""
    pins = [HERE / name for name in ("package.json", "package-lock.json", "requirements.txt")]
    stamp = BUILD / "installed"
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in pins)).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    for program, package in (("npm", "npm"), ("javac", "openjdk-17-jdk-headless")):
        assert shutil.which(program), f"install Debian's {package}, or leave out -m clients"
    assert JAVA_ANNOTATIONS.is_file(), "install Debian's libgeronimo-annotation-1.3-spec-java"
    BUILD.mkdir(parents=True, exist_ok=True)
    for file in pins:
        shutil.copy(file, BUILD)
    run("npm", "ci", "--silent", "--prefix", BUILD)
    run(sys.executable, "-m", "venv", "--clear", PYTHON.parent)
    run(PYTHON / "pip", "install", "-q", "-r", BUILD / "requirements.txt")
    stamp.write_text(wanted)


def made(name: str) -> list[str]:
    """Return the command of a program that uses a new client."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return CLIENTS[name](folder)


def typescript(folder: Path, program: str) -> list[str]:
    """Compile a client with its program, as strictly as TypeScript does."""
    for name in ("calls", program):
        shutil.copy(PROGRAMS / f"{name}.ts", folder)
    compiled = folder / "compiled"
    options = ("--strict", "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10")
    types = ("--types", "node", "--typeRoots", BUILD / "node_modules" / "@types")
    run(NODE / "tsc", *options, *types, "--outDir", compiled, folder / f"{program}.ts")
    return ["node", str(compiled / f"{program}.js")]


def openapi_typescript(folder: Path) -> list[str]:
    """Use openapi-typescript, without required members that have a default."""
    schema = folder / "client" / "schema.d.ts"
    run(NODE / "openapi-typescript", DOCUMENT, "--default-non-nullable=false", "-o", schema)
    return typescript(folder, "openapi-typescript")


def hey_api(folder: Path) -> list[str]:
    """Use @hey-api/openapi-ts."""
    run(NODE / "openapi-ts", "-i", DOCUMENT, "-o", folder / "client")
    return typescript(folder, "hey-api")


def orval(folder: Path) -> list[str]:
    """Use orval, which takes the options that matter from a file alone."""
    shutil.copy(PROGRAMS / "orval.config.cjs", folder)
    run(NODE / "orval", "--config", folder / "orval.config.cjs", DOCUMENT=DOCUMENT)
    return typescript(folder, "orval")


def oazapfts(folder: Path) -> list[str]:
    """Use oazapfts."""
    (folder / "client").mkdir()
    run(NODE / "oazapfts", DOCUMENT, folder / "client" / "client.ts")
    return typescript(folder, "oazapfts")


def openapi_generator(language: str, folder: Path, *options: str) -> Path:
    """Use OpenAPI Generator, and return the folder of the client."""
    client = folder / "client"
    command = (PYTHON / "python", PYTHON / "openapi-generator-cli", "generate", "-g", language)
    run(*command, "-i", DOCUMENT, "-o", client, *options)
    return client


def typescript_fetch(folder: Path) -> list[str]:
    """Use OpenAPI Generator for typescript-fetch."""
    openapi_generator("typescript-fetch", folder)
    return typescript(folder, "typescript-fetch")


def python(folder: Path, program: str) -> list[str]:
    """Check the types of a program against its client."""
    for name in ("calls", program):
        shutil.copy(PROGRAMS / f"{name}.py", folder)
    mypy = (sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent")
    options = ("--cache-dir", folder / "mypy", "--python-executable", PYTHON / "python")
    run(*mypy, *options, folder / f"{program}.py", MYPYPATH=str(folder))
    return [str(PYTHON / "python"), str(folder / f"{program}.py")]


def openapi_python_client(folder: Path) -> list[str]:
    """Use openapi-python-client, which formats what it makes with the Ruff beside it."""
    path = f"{PYTHON}:{os.environ['PATH']}"
    options = ("--meta", "none", "--fail-on-warning", "--output-path", folder / "client")
    run(PYTHON / "openapi-python-client", "generate", "--path", DOCUMENT, *options, PATH=path)
    return python(folder, "openapi_python_client")


def generator_python(folder: Path) -> list[str]:
    """Use OpenAPI Generator for Python."""
    made = openapi_generator("python", folder, "--package-name", "client")
    (made / "client").rename(folder / "package")
    shutil.rmtree(made)
    (folder / "package").rename(made)
    return python(folder, "openapi_generator")


def generator_go(folder: Path) -> list[str]:
    """Use OpenAPI Generator for Go: the program is a package of the module that it makes."""
    module = ("--git-host", "example.com", "--git-user-id", "checkpoint", "--git-repo-id", "client")
    client = openapi_generator("go", folder, *module, "--package-name", "client")
    (client / "program").mkdir()
    shutil.copy(PROGRAMS / "main.go", client / "program")
    offline = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOCACHE": str(BUILD / "go")}
    run(PYTHON / "go", "-C", client, "vet", ".", "./program", **offline)
    run(PYTHON / "go", "-C", client, "build", "-o", folder / "program", "./program", **offline)
    return [str(folder / "program")]


def generator_java(folder: Path) -> list[str]:
    """Use OpenAPI Generator for Java, with the Jackson that its own jar holds."""
    options = ("--library", "native", "--additional-properties=openApiNullable=false")
    client = openapi_generator("java", folder, *options)
    (jar,) = PYTHON.parent.rglob("openapi-generator.jar")
    path = f"{jar}:{JAVA_ANNOTATIONS}"
    sources = sorted((client / "src" / "main" / "java").rglob("*.java"))
    run("javac", "-proc:none", "-cp", path, "-d", folder / "classes", *sources, PROGRAMS / "Program.java")
    return ["java", "-cp", f"{folder / 'classes'}:{jar}", "Program"]


CLIENTS: dict[str, Callable[[Path], list[str]]] = {
    "openapi-typescript": openapi_typescript,
    "hey-api": hey_api,
    "orval": orval,
    "oazapfts": oazapfts,
    "typescript-fetch": typescript_fetch,
    "openapi-python-client": openapi_python_client,
    "python": generator_python,
    "go": generator_go,
    "java": generator_java,
}
"""The generated clients of docs/reference/clients.yaml.

Each function makes one in a folder, compiles it there with its program, and returns the program's command.
"""
