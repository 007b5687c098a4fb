"""Documents of others: OpenAPI 3.1, several files, maps and compositions, and what is malformed anywhere."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_openapi.document.source import DocumentError, load_with_positions
from checkpoint_openapi.lint import Report, lint
from checkpoint_openapi.lint.tools import loaders
from jsonschema.validators import validator_for
from openapi_spec_validator import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW = """\
openapi: 3.1.0
info: {title: Shelf, version: '1'}
paths:
  /books/{book}:
    parameters:
      - {name: book, in: path, required: true, schema: {type: string}}
    get:
      operationId: readBook
      responses:
        '200':
          description: A book.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Book', description: The book.}
              example: {title: Emma, pages: null}
webhooks:
  sold:
    post:
      operationId: sold
      responses:
        '204': {description: Taken.}
components:
  schemas:
    Book:
      type: object
      required: [title]
      properties:
        title: {type: string, examples: [Emma]}
        pages: {type: [integer, 'null'], exclusiveMinimum: 0}
"""
SPREAD = {
    "root.yaml": """\
openapi: 3.0.3
info: {title: Shelf, version: '1'}
paths:
  /books/{book}:
    $ref: 'paths/book.yaml#/book'
""",
    "paths/book.yaml": """\
book:
  parameters:
    - $ref: '../parameters.yaml#/Book'
  get:
    operationId: readBook
    responses:
      '200': {description: A book.}
""",
    "parameters.yaml": """\
Book: {name: book, in: path, required: true, schema: {type: string}}
""",
}
COMPOSED = """\
openapi: 3.0.3
info: {title: Shelf, version: '1'}
paths:
  /books:
    post:
      operationId: addBook
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Book'}
            example: {kind: Novel, title: Emma, secret: x}
      responses:
        '200':
          description: The book.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Book'}
              example: {kind: Novel, title: Emma, id: 1}
components:
  schemas:
    Book:
      oneOf:
        - $ref: '#/components/schemas/Novel'
      discriminator: {propertyName: kind, mapping: {Novel: Novel}}
    Base:
      type: object
      required: [id, secret]
      properties:
        id: {type: integer, readOnly: true}
        secret: {type: string, writeOnly: true}
        next: {$ref: '#/components/schemas/Base'}
    Novel:
      required: [title, kind]
      allOf:
        - $ref: '#/components/schemas/Base'
        - {type: object, properties: {title: {type: string}, kind: {type: string}}}
      anyOf:
        - required: [title]
    Prices:
      type: object
      required: [euro]
      additionalProperties: {type: number}
"""


def rules(report: Report) -> list[str]:
    """Return the rules that found something."""
    return [finding.rule for finding in report.findings]


def without_programs(path: Path) -> Report:
    """Lint without the rules that load whole programs, which the cases here are not about."""
    return lint(path, ignored={"connexion", "schemathesis"})


def test_openapi_3_1_is_read(tmp_path: Path) -> None:
    """Types with null, exclusive bounds by number, webhooks and text beside a reference are right there."""
    path = tmp_path / "new.yaml"
    path.write_text(NEW)

    assert rules(without_programs(path)) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("pages: null", "pages: 0", "example-invalid"),
        ("examples: [Emma]", "examples: [1]", "example-invalid"),
        ("exclusiveMinimum: 0", "exclusiveMinimum: 0, maximum: 0", "bounds-contradictory"),
        ("[integer, 'null'], ", "[integer, 'null'], pattern: a, ", "keyword-idle"),
    ],
)
def test_openapi_3_1_has_findings_of_its_own(tmp_path: Path, old: str, new: str, rule: str) -> None:
    """The rules follow JSON Schema 2020-12."""
    path = tmp_path / "new.yaml"
    path.write_text(NEW.replace(old, new))

    assert rule in rules(without_programs(path))


def test_openapi_3_1_has_no_nullable(tmp_path: Path) -> None:
    """It has no effect there, so it contradicts no list of values."""
    path = tmp_path / "new.yaml"
    path.write_text(
        NEW.replace("[integer, 'null'], ", "[integer, 'null'], enum: [1, 2, 3], nullable: true, ")
    )

    assert "enum-invalid" not in rules(without_programs(path))
    assert "keyword-idle" in rules(without_programs(path))


def test_connexion_refuses_openapi_3_1(tmp_path: Path) -> None:
    """What Connexion cannot load is a finding for those who ask for Connexion."""
    path = tmp_path / "new.yaml"
    path.write_text(NEW)

    assert rules(lint(path)) == []
    assert rules(lint(path, tools=("connexion",))) == ["connexion"]


def test_a_document_in_several_files_is_whole(tmp_path: Path) -> None:
    """Paths and parameters in other files count, wherever those lead on to."""
    for name, text in SPREAD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert rules(without_programs(tmp_path / "root.yaml")) == []

    (tmp_path / "parameters.yaml").write_text("Book: {name: boook, in: path, required: true}\n")

    assert rules(without_programs(tmp_path / "root.yaml")) == [
        "path-parameter-undeclared",
        "path-parameter-unused",
    ]


def test_compositions_declare_together(tmp_path: Path) -> None:
    """Members declared in one branch are required in another, and a map needs no declaration."""
    path = tmp_path / "composed.yaml"
    path.write_text(COMPOSED)

    assert rules(without_programs(path)) == ["component-unused"]


def test_an_example_is_judged_in_its_direction(tmp_path: Path) -> None:
    """A member that is written only is no part of an answer, and required of a request alone."""
    path = tmp_path / "composed.yaml"
    path.write_text(COMPOSED.replace("title: Emma, secret: x", "title: Emma"))

    assert rules(without_programs(path)) == ["example-invalid", "component-unused"]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything in a document."""
    if place:
        yield place
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in entries:
        yield from places(item, (*place, key))


@pytest.mark.parametrize(
    "value",
    [None, [], {}, 1, "x", "", [None], [[1]], {"a": 1}, {"$ref": 1}, {"$ref": ""}, {"type": [["a"]]}],
    ids=repr,
)
def test_what_is_malformed_anywhere_is_a_finding_and_no_crash(tmp_path: Path, value: Any) -> None:
    """Every place of a document holds something else for once, and the rules live."""
    path = tmp_path / "document.json"
    path.write_text(COMPOSED)
    document = load_with_positions(path).document
    refused: list[str] = []
    for place in places(document):
        edited: Any = copy.deepcopy(document)
        holder = edited
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = value
        path.write_text(json.dumps(edited))
        try:
            without_programs(path)
        except DocumentError as error:
            refused.append(error.what)

    # Only the member `openapi` itself makes the file unusable.
    (what,) = refused
    if value is None:
        assert what == "is not an OpenAPI 3 document: it has no member `openapi`"
    elif isinstance(value, str | int) and value != "":
        assert what == f"is version {value} of OpenAPI; versions 3.0, 3.1, 3.2 can be read"
    else:
        assert what == "is not an OpenAPI 3 document: its `openapi` is not a version"


@pytest.mark.parametrize(("text", "version"), [(COMPOSED, "3.0"), (NEW, "3.1"), (NEW, "3.2")])
def test_sound_objects_are_passed_over_and_no_error_is(text: str, version: str, tmp_path: Path) -> None:
    """The quick description of a malformed document holds each error that jsonschema finds in the whole."""
    path = tmp_path / "document.yaml"
    path.write_text(text)
    document: Any = load_with_positions(path).document
    schema = dict(getattr(schemas, f"schema_v{version.replace('.', '')}"))
    whole = validator_for(schema)(schema)
    document["info"] = {"title": 1}
    for holder in (*document["paths"].values(), *document["components"]["schemas"].values()):
        for name in list(holder):
            holder[name] = [holder[name]]
    found = [told_of(error) for error in loaders._describing(version).iter_errors(document)]
    assert found
    assert found == [told_of(error) for error in whole.iter_errors(document)]


def told_of(error: Any) -> tuple[Any, ...]:
    """Return what an error says, with those of the alternatives behind it."""
    return error.json_path, error.message, [told_of(inner) for inner in error.context]
