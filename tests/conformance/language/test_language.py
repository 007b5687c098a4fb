"""Every text that a person reads has its Chinese, and the catalogue holds nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import checkpoint_conformance
import checkpoint_openapi
import pytest
import yaml
from checkpoint_conformance import language
from checkpoint_conformance.commands.explain import explanation
from checkpoint_conformance.commands.explain.probe_names import probe_names
from checkpoint_conformance.commands.replay import ReplayState
from checkpoint_conformance.diagnosis.check_result import CheckStatus
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.reports.writers.html import _TITLES, _template
from checkpoint_conformance.reports.writers.picture import RESULTS
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.simulation import simulate
from checkpoint_conformance.transport.errors import Step
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import Outcome, Verdict
from checkpoint_conformance.verdict.waivers import WaiverState
from checkpoint_openapi import lint, pages
from checkpoint_openapi.cli import main
from checkpoint_openapi.diff.findings.rules import RULES
from checkpoint_openapi.load import document, errors, requirements
from checkpoint_openapi.terminal.columns import padded
from click import unstyle
from click.testing import CliRunner
from mutants.service.server import Server, running

from conformance.runs import Broken, Dropping, report, target_of

from .chinese import HAN, ZH, english, of_yaml, spaced, untranslated
from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(checkpoint_conformance.__file__).parent
PAGES = Path(pages.__file__).parent
SOURCES = sorted(HOME.rglob("*.py"))
TELLING = {"tr", "_but", "_label", "_labelled"}
DOCUMENTS = Path(checkpoint_openapi.__file__).parent
RELEASED = sorted(DOCUMENTS.parent.glob("released/*/requirements.yaml"))
PROFILES = frozenset({"discovery", "observation", "deletion"})
FOREIGN = "# What other programs say"
"""The head of the texts that are not the suite's own."""
HALF_WIDTH = re.compile(r".{0,20}(?:[\u4e00-\u9fff][,;:!?()]|[,;:(] ?[\u4e00-\u9fff]).{0,20}")
"""Punctuation of English beside an ideograph."""
MACHINES = {"json", "junit", "har", "badge", "shields"}
"""Forms that programs read: they stay as they are."""


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


TOPICS = {
    name
    for file in (HOME / "diagnosis").glob("*.py")
    for name in re.findall(r'CheckResult\(\s*"([a-z ]+)"', file.read_text(encoding="utf-8"))
}
KINDS = (Outcome, Verdict, SkipReason, CheckStatus, Step, ReplayState, WaiverState)
WORDS = {str(word) for kind in KINDS for word in kind} | (TOPICS - PROFILES - {"conflict"})
NAMED = {
    *WORDS,
    *_TITLES.values(),
    *explanation._BASIS.values(),
    *explanation._WORDS.values(),
    *(requirement.text for requirement in requirements()),
    *(each["text"] for file in RELEASED for each in of_yaml(file.read_text())["requirements"]),
    *(condition.text for condition in errors().conditions.values()),
    *(entry["meaning"] for entry in document("errors.yaml")["published"]),
    *(rule.about for rule in (*lint.RULES, *lint.FOLDER_RULES)),
    *("requirement", "state", "until", "reason", "Fixes ({count})", "Other changes ({count})"),
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


MUTE = {
    "commands/pytest_plugin.py": "pytest speaks English",
    "probes/broken_example.py": "an example of the documentation, as it is sent",
    "probes/generated/cache.py": "raised and caught in the module",
    "probes/generated/inputs.py": "raised and caught where the cache is read",
    "reports/curl.py": "shell commands",
    "reports/writers/badge.py": "a picture for any reader",
    "reports/writers/har.py": "for programs",
    "reports/writers/junit.py": "for programs",
    "target/template.py": "a file in English",
    "transport/clock.py": "a mistake of the programmer",
}
"""Modules of which no text is translated, and why."""
SENT = {
    "application/json; charset",
    "', , unknown",
    "/* by hand */§1§",
    "§1§\n// by hand",
    "§1§\n# by hand",
}
"""What reads as a text, and is sent to the server."""
SHARED = [
    *sorted((DOCUMENTS / "configuration").glob("*.py")),
    DOCUMENTS / "document" / "formats" / "strict_json.py",
    DOCUMENTS / "terminal" / "failure.py",
    DOCUMENTS / "cli.py",
]
"""The modules of the contract tools whose messages the suite prints."""


COMPOSED = Path(__file__).with_name("composed.txt").read_text(encoding="utf-8").splitlines()
"""Sentences that a run puts together of several texts, and of values."""


@dataclass(frozen=True)
class Corpus:
    """Every sentence that the suite can say, and what came of it in Chinese."""

    places: dict[str, str]
    """Where each sentence stands."""
    left: dict[str, set[str]]
    """The English words that are left of a sentence, if there are any."""
    texts: set[str]
    """The texts of the catalogue that were needed."""


class _Noted(dict[str, str]):
    """A catalogue that notes which texts are asked for."""

    asked: set[str]

    def __getitem__(self, text: str) -> str:
        self.asked.add(text)
        return super().__getitem__(text)


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    """Translate each sentence of the source, in all its wordings, and the name of each probe and stage."""
    own = [file for file in SOURCES if str(file.relative_to(HOME)) not in MUTE]
    places = {
        text: f"{file.name}:{line}"
        for file in (*own, *SHARED)
        for text, line in sentences(file)
        if text not in SENT
    }
    with running(Server) as table:
        planned = simulate(target_of(table, max_creates=100_000, profiles=PROFILES), Options())
    places |= {each.probe.summary: each.probe.id for each in planned if each.probe}
    places |= {each.stage: "stage" for each in planned} | dict.fromkeys(COMPOSED, "composed")
    places |= {rule.summary: name for name, rule in RULES.items()}
    noted = _Noted(ZH)
    noted.asked = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "catalogue", lambda _: noted)
        language._translated.cache_clear()
        left = {text: words for text in places if (words := untranslated(text))}
    yield Corpus(places, left, noted.asked)
    language._translated.cache_clear()


def test_each_sentence_has_its_translation(corpus: Corpus) -> None:
    """Whatever a run, a check, a replay or an error can say, in each of its wordings, is told in Chinese."""
    assert len(corpus.places) > 1200
    assert {text: (corpus.places[text], words) for text, words in corpus.left.items()} == {}


def test_catalogue_holds_nothing_stale(corpus: Corpus) -> None:
    """Each text is said by the suite; those of other programs stand apart."""
    text = (HOME / "zh.yaml").read_text(encoding="utf-8")
    own = of_yaml(text.partition(FOREIGN)[0])
    assert sorted(own.keys() - used() - corpus.texts) == []


def test_catalogue_has_each_text_once() -> None:
    """A text with two translations would silently have the second one."""
    root = yaml.compose((HOME / "zh.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert isinstance(root, yaml.MappingNode)
    texts = Counter(key.value for key, _ in root.value)
    assert [text for text, count in texts.items() if count > 1] == []


def test_translations_are_written_as_chinese_is() -> None:
    """Punctuation beside ideographs is full-width, and Latin letters stand apart from them by a space."""
    assert {told: found for told in ZH.values() if (found := spaced(told))} == {}


def test_translations_keep_the_places() -> None:
    """A translation has the same places for values, and the same code between backticks."""
    for text, translated in ZH.items():
        for pattern in (r"\{\w+\}", r"`[^`]+`"):
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
    page = re.sub(r"<(style|script|pre)\b.*?</\1>|<[^>]*>", "\n", chinese["html"], flags=re.DOTALL)
    for text in (unstyle(told), chinese["markdown"], page):
        assert HALF_WIDTH.findall(text) == []
    assert not HAN.search(plain + english["html"] + english["markdown"])


def test_page_forgets_the_language_before() -> None:
    """A page in English holds no Chinese, though one in Chinese was made before it."""
    found = report(Broken)
    _template.cache_clear()
    with language.speaking("zh"):
        assert HAN.search(WRITERS["html"].render(found))
    assert not HAN.search(WRITERS["html"].render(found))


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
    assert HAN.search(spoken_so.stdout)
    assert by_environment.stdout == spoken_so.stdout
    assert not HAN.search(CliRunner().invoke(main, arguments).stdout)


def test_every_explanation_is_in_chinese() -> None:
    """Nothing that `explain` knows is told in English: no requirement, error, probe, rule or word."""
    with language.speaking("zh"):
        told = {code: explanation.explain_code(code) for code in (*explanation.known_codes(), *probe_names())}
    assert len(told) > 1000
    assert {code: left for code, text in told.items() if (left := english(text))} == {}


FILES = {
    "bad.json": "{",
    "broken.toml": 'url = "http://127.0.0.1:9"\nurl = 1',
    "other.json": '{"format": 1}',
    "wrong.toml": 'url = "ftp://example.com"\npatience = -1\nprofles = []',
    "wrong.waivers.toml": '[[waiver]]\nrequirement = "REQ-99"\nreason = ""\nlink = "x"\nexpires = 2027-02-30',
}


@pytest.mark.parametrize(
    "line",
    [
        "explain",
        "explain nothing-of-the-kind",
        "frobnicate",
        "--nonsense",
        "list --lng zh",
        "list 1",
        "replay bad.json",
        "replay good.json REQ-99",
        "report diff missing.json",
        "report diff missing.json good.json",
        "report matrix --nonsense good.json",
        "report merge good.json",
        "report show missing.json",
        "report show other.json",
        "target chek",
        "target frobnicate",
        "target check broken.toml",
        "target check missing.toml",
        "target check wrong.toml",
        "target init wrong.toml",
        "target init missing/new.toml",
        "verify --clean-up good.json --target wrong.toml",
        "verify --max-examples 0",
        "verify --quiet=very",
        "verify --record nothing",
        "verify --accept fail",
        "verify --report bad.json",
        "verify --seed",
        "verify --seed 1.5",
        "verify --shard 5/3",
        "verify --target wrong.toml",
        "verify --waivers wrong.waivers.toml",
        "verfy",
        "verify 1 2",
        "verify wrong.toml",
    ],
)
def test_mistakes_are_told_in_chinese(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command complains of is Chinese, but for names, values and the words of a TOML reader."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "good.json").write_text(json.dumps(report(Broken)))
    result = CliRunner().invoke(main, line.split(), env={"CHECKPOINT_LANG": "zh"})
    assert result.exit_code == 2
    assert result.stderr.startswith(ZH["Error: {message}"].partition("{")[0])
    assert english(result.stderr.partition("TOML")[0]) == set()
    assert result.stderr.count("\n") == 1


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
