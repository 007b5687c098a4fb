"""Every text that a person reads has its Chinese, and the catalogue holds nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import checkpoint_conformance
import pytest
from checkpoint_conformance import language
from checkpoint_conformance.commands.explain import explanation
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.html import _TITLES, _template
from checkpoint_conformance.reports.writers.picture import RESULTS
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.reports.writers.text import padded
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from checkpoint_conformance.verdict.waivers import WaiverState
from checkpoint_openapi import pages
from checkpoint_openapi.cli import main
from checkpoint_openapi.load import requirements
from click.testing import CliRunner

from .runs import Broken, Dropping, report

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(checkpoint_conformance.__file__).parent
PAGES = Path(pages.__file__).parent
SOURCES = sorted(HOME.rglob("*.py"))
TELLING = {"tr", "_but", "_labelled"}
ZH = language.catalogue("zh")
MACHINES = {"json", "junit", "har", "badge", "shields"}
"""Forms that programs read: they stay as they are."""
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")


def spoken(file: Path) -> Iterator[str]:
    """Give each text that a module translates: as it stands, or through a name that was given it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    given: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, set()).update(texts(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLING:
            for argument in node.args:
                yield from texts(argument)
                if isinstance(argument, ast.Name):
                    yield from given.get(argument.id, ())


def texts(node: ast.expr) -> set[str]:
    """Return the texts that an expression may be."""
    match node:
        case ast.Constant(str(value)) if value:
            return {value}
        case ast.IfExp(body=one, orelse=other):
            return texts(one) | texts(other)
        case _:
            return set()


def in_templates() -> set[str]:
    """Return the texts that the pages translate, those of the shared frame among them."""
    texts = [file.read_text(encoding="utf-8") for home in (HOME, PAGES) for file in home.rglob("*.j2")]
    found = re.findall(r'"([^"\n]+)"\|tr\b|\btr\("([^"\n]+)"', "".join(texts))
    return {text for pair in found for text in pair if text}


WORDS = {str(word) for kind in (Outcome, Verdict, SkipReason, WaiverState) for word in kind}
NAMED = {
    *WORDS,
    *_TITLES.values(),
    *explanation._BASIS.values(),
    *explanation._WORDS.values(),
    *(requirement.text for requirement in requirements()),
    *("requirement", "state", "until", "reason"),
    *RESULTS,
    *re.findall(r'session\.begin\(\s*"([^"]+)"', "".join(file.read_text() for file in SOURCES)),
}
"""What is translated by a name that holds it."""


def used() -> set[str]:
    """Return every text that is translated."""
    return NAMED | in_templates() | {text for file in SOURCES for text in spoken(file)}


def test_each_text_has_its_translation() -> None:
    """No text of a verdict, report, list or explanation is left in English."""
    assert used() - ZH.keys() == set()


def test_catalogue_holds_nothing_stale() -> None:
    """A text that nobody says any more is gone, unless a run puts it together of what the code holds."""
    code = "".join(file.read_text(encoding="utf-8") for file in SOURCES).replace('\\"', '"')
    for text in ZH.keys() - used():
        pieces = re.split(r"\{\w+\}", text)
        assert all(piece in code for piece in pieces), text


def test_translations_keep_the_places() -> None:
    """A translation has the same places for values, and the same code between backticks."""
    for text, translated in ZH.items():
        for pattern in (r"\{[a-z]+\}", r"`[^`]+`"):
            assert sorted(re.findall(pattern, text)) == sorted(re.findall(pattern, translated)), text


@pytest.mark.parametrize("behaviour", [Broken, Dropping])
def test_reports_are_told_in_chinese(behaviour: type) -> None:
    """What a person reads is Chinese and tells of each requirement; what a program reads stays."""
    found = report(behaviour)
    english = {name: writer.render(found) for name, writer in WRITERS.items()}
    plain = terminal(found)
    with language.speaking("zh"):
        chinese = {name: writer.render(found) for name, writer in WRITERS.items()}
        told = terminal(found)
    assert {name for name in WRITERS if english[name] == chinese[name]} == MACHINES
    for requirement in found["requirements"]:
        assert requirement["id"] in chinese["html"]
        assert ZH[requirement["text"]].partition("`")[0] in chinese["markdown"].replace("\\", "")
    assert 'lang="zh"' in chinese["html"]
    assert ZH["not conformant"] in told
    assert not IDEOGRAPH.search(plain + english["html"] + english["markdown"])


def test_page_forgets_the_language_before() -> None:
    """A page in English holds no Chinese, though one in Chinese was made before it."""
    found = report(Broken)
    _template.cache_clear()
    with language.speaking("zh"):
        assert IDEOGRAPH.search(WRITERS["html"].render(found))
    assert not IDEOGRAPH.search(WRITERS["html"].render(found))


def test_a_sentence_of_the_run_is_retold() -> None:
    """What a run puts together is translated by its pattern, and left alone where none fits."""
    with language.speaking("zh"):
        assert "80" in language.retold("max_creates = 80 is used up")
        assert IDEOGRAPH.search(language.retold("max_creates = 80 is used up"))
        assert language.retold("the moon is full") == "the moon is full"
    assert language.retold("max_creates = 80 is used up") == "max_creates = 80 is used up"


def test_columns_of_the_terminal_line_up() -> None:
    """An ideograph takes two columns."""
    assert padded("ok", 6) == "ok    "
    assert padded("通过", 6) == "通过  "


@pytest.mark.parametrize(
    "arguments", [["list"], ["explain", "REQ-9"], ["explain", "partial"], ["explain", "AUTH-3"]]
)
def test_commands_speak_both(arguments: list[str]) -> None:
    """`--lang zh`, or CHECKPOINT_LANG, makes a command speak Chinese, for that command alone."""
    spoken_so = CliRunner().invoke(main, [*arguments, "--lang", "zh"])
    by_environment = CliRunner().invoke(main, arguments, env={"CHECKPOINT_LANG": "zh"})
    assert spoken_so.exit_code == 0
    assert IDEOGRAPH.search(spoken_so.stdout)
    assert by_environment.stdout == spoken_so.stdout
    assert not IDEOGRAPH.search(CliRunner().invoke(main, arguments).stdout)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("req-9", "REQ-9 (MUST"),
        ("404 CSBS.3000", "policy-not-found"),
        ("CSBS.9009", "403 CSBS.9009: The account is not verified."),
        ("APIG.0308", "gateway"),
        ("example-invalid", "a rule of `lint`"),
        ("path-removed", "(breaking, a rule of `diff`)"),
        ("budget-spent", "max_creates"),
        ("REQ-9/null", "REQ-9/null, a probe: "),
        ("http-3/kept", "lost on a connection"),
        ("FUZZ-2/17", "a generated request"),
        ("not conformant", "Exit code 1."),
    ],
)
def test_codes_are_explained(code: str, said: str) -> None:
    """Requirements, errors, rules and words are explained by the same command."""
    assert said in CliRunner().invoke(main, ["explain", *code.split()]).stdout


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("CSBS.3009", "CSBS.300"),
        ("exmaple-invalid", "example-invalid"),
        ("budget-spend", "budget-spent"),
        ("§", "list"),
    ],
)
def test_unknown_code_names_the_nearest(code: str, near: str) -> None:
    """A code that nobody knows is told in one line, with the nearest one, and exit code 2."""
    result = CliRunner().invoke(main, ["explain", code])
    assert result.exit_code == 2
    assert near in result.stderr
    assert result.stderr.count("\n") == 1
