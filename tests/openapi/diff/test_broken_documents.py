"""Broken documents of many kinds: one clear line, with the place, and never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checkpoint_openapi.commands.diff import diff
from click.testing import CliRunner

HEAD = "openapi: 3.0.3\ninfo: {title: t, version: 1.0.0}\n"
GOOD = HEAD + "paths: {}\n"
PATH = HEAD + "paths:\n  /a:\n    get:\n"
ANSWER = PATH + "      responses:\n        '200':\n          description: d\n"
BODY = ANSWER + "          content:\n            application/json:\n              schema:\n"

BROKEN: dict[str, tuple[str, int, str]] = {
    "not YAML": (HEAD + "paths: {a: [}\n", 3, "invalid YAML"),
    "a tab": (HEAD + "paths:\n\t/a: {}\n", 4, "invalid YAML"),
    "a key twice": (HEAD + "paths: {}\npaths: {}\n", 4, "twice"),
    "a list": ("- 1\n", 1, "root is not an object"),
    "empty": ("", 1, "is empty"),
    "no version": ("info: {}\npaths: {}\n", 1, "no member `openapi`"),
    "a file of an impossible name": (HEAD + 'paths:\n  /a: {$ref: "\\0.yaml"}\n', 4, "embedded null byte"),
    "a version to come": ("openapi: 3.3.0\ninfo: {}\npaths: {/a: {}}\n", 1, "version 3.3.0"),
    "Swagger 2.0": ("swagger: '2.0'\ninfo: {}\npaths: {}\n", 1, "version 2.0"),
    "a version that is none": ("openapi: yes\npaths: {}\n", 1, "version"),
    "nothing described": (HEAD, 1, "no `paths`"),
    "paths as text": (HEAD + "paths: none\n", 3, "`paths` that is not an object"),
    "a path as a list": (HEAD + "paths:\n  /a: []\n", 4, "`/a` that is not an object"),
    "an operation as text": (HEAD + "paths:\n  /a:\n    get: x\n", 5, "`get` that is not an object"),
    "parameters as an object": (PATH + "      parameters: {a: 1}\n", 6, "`parameters` that is not a list"),
    "answers as a list": (PATH + "      responses: []\n", 6, "`responses` that is not an object"),
    "an answer as text": (PATH + "      responses:\n        '200': done\n", 7, "`200` that is not an object"),
    "security as text": (GOOD + "security: none\n", 4, "`security` that is not a list"),
    "a reference to nowhere": (BODY + "                $ref: '#/components/schemas/No'\n", 12, "leads nowhere"),
    "a reference to no file": (BODY + "                $ref: 'no.yaml#/A'\n", 12, "no.yaml"),
    "a reference over the network": (BODY + "                $ref: 'https://example.com/a.yaml'\n", 12, "network"),
    "a reference that is no text": (BODY + "                $ref: 5\n", 12, "not text"),
    "a reference to itself": (
        BODY + "                $ref: '#/components/schemas/A'\n"
        "components:\n  schemas:\n    A:\n      $ref: '#/components/schemas/B'\n    B:\n      $ref: '#/components/schemas/A'\n",
        18, "leads back to itself",
    ),
    "a path item that leads to itself": (HEAD + "paths:\n  /a:\n    $ref: '#/paths/~1a'\n", 5, "leads back to itself"),
}  # fmt: skip


@pytest.mark.parametrize("side", ["base", "revision"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_gets_one_line_with_its_place(name: str, side: str, tmp_path: Path) -> None:
    """The exit code is 2, and the one line says where and what, and of a base what to compare with instead."""
    text, line, what = BROKEN[name]
    broken, good = tmp_path / "broken.yaml", tmp_path / "good.yaml"
    broken.write_text(text, encoding="utf-8")
    good.write_text(ANSWER, encoding="utf-8")
    arguments = [str(broken), str(good)] if side == "base" else [str(good), str(broken)]
    result = CliRunner().invoke(diff, arguments)
    assert result.exit_code == 2
    (told,) = result.stderr.splitlines()
    assert told.startswith(f"Error: {broken}:{line}:")
    assert what in told
    assert ("this is the base" in told) is (side == "base")
    assert not result.stdout


@pytest.mark.parametrize(
    ("content", "what"), [(b"\xff\xfe\x00", "UTF-8"), (None, "cannot be read")], ids=["bytes", "missing"]
)
def test_a_file_that_is_no_text_gets_one_line(content: bytes | None, what: str, tmp_path: Path) -> None:
    """Bytes of another encoding and a missing file are told like any other fault of a document."""
    file = tmp_path / "odd.yaml"
    if content is not None:
        file.write_bytes(content)
    result = CliRunner().invoke(diff, [str(file), str(file)])
    assert result.exit_code == 2
    (told,) = result.stderr.splitlines()
    assert str(file) in told
    assert what in told


ODD: dict[str, Any] = {
    "an unquoted status": PATH + "      responses:\n        200: {description: d}\n",
    "a date as an example": BODY + "                {type: string, example: 2024-01-01}\n",
    "a required that is a Boolean": BODY
    + "                {type: object, properties: {a: {required: true}}}\n",
    "an unknown type": BODY + "                {type: file}\n",
    "a list of types in 3.0": BODY + "                {type: [string, 'null']}\n",
    "a pattern of another dialect": BODY + "                {type: string, pattern: '(?<=a)b'}\n",
    "a pattern that no engine reads": BODY + "                {type: string, pattern: '[a'}\n",
    "items as a list": BODY + "                {type: array, items: [{type: string}]}\n",
    "an empty enum": BODY + "                {enum: []}\n",
    "null where an object stands": BODY + "                {type: object, properties: null, allOf: null}\n",
    "a schema as text": BODY + "                text\n",
    "a bound as text": BODY + "                {type: string, maxLength: '5'}\n",
    "recursion without an end": BODY
    + "                {anyOf: [{$ref: '#/paths/~1a/get/responses/200/content/"
    "application~1json/schema'}, {type: string}]}\n",
    "an alias": BODY + "                {type: object, properties: {a: &x {type: string}, b: *x}}\n",
    "members named like keywords": BODY + "                {type: object, properties: {$ref: {type: string}, "
    "pattern: {type: string}, properties: {type: object}, enum: {type: array}}, required: [$ref]}\n",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_document_is_compared_all_the_same(name: str, tmp_path: Path) -> None:
    """What real documents hold does not stop the comparison, and is no change where it did not change."""
    file, other = tmp_path / "odd.yaml", tmp_path / "other.yaml"
    file.write_text(ODD[name], encoding="utf-8")
    other.write_text(ODD[name].replace("description: d", "description: e"), encoding="utf-8")
    result = CliRunner().invoke(diff, [str(file), str(other)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("old", "new"),
    [("{type: file}", "{type: string}"), ("{pattern: '(?<=a)b'}", "{pattern: '(?<=a)c'}"), ("{maxLength: '5'}", "{maxLength: '6'}")],
    ids=["type", "pattern", "bound"],
)  # fmt: skip
def test_a_change_of_what_nobody_reads_is_never_passed_over(old: str, new: str, tmp_path: Path) -> None:
    """A keyword that cannot be judged is left to a person once it changes."""
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file, schema in zip(files, (old, new), strict=True):
        file.write_text(BODY + f"                {schema}\n", encoding="utf-8")
    result = CliRunner().invoke(diff, [str(file) for file in files])
    assert result.exit_code in (1, 5), result.output
