"""Generate the pages of docs/reference/ that come from code and data, and the manual page.

Run: .venv/bin/python tools/reference.py. With --check nothing is written, and the exit code is 1 if a page
is out of date.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from checkpoint_conformance.language import speaking, tr
from checkpoint_conformance.target.target import DESCRIPTION as TARGET
from checkpoint_conformance.verdict.ledger import SkipReason
from checkpoint_conformance.verdict.outcome import OUTCOMES, REASONS, VERDICTS, Outcome, Verdict, exit_code
from checkpoint_openapi.configuration.description import REQUIRED, Key, Member, Table
from checkpoint_openapi.diff.history import history
from checkpoint_openapi.diff.writers.history import as_markdown, as_page
from checkpoint_openapi.load import Requirement, document, errors, requirements
from client_page import client_page
from command_page import SHELLS, command_line, completion, manual
from generated_markdown import MADE, cell

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
CONTRACT = ROOT / "openapi"
SHELL = ROOT / "docs" / "shell"
BASIS = {"S": "source", "P": "published", "A": "assumption"}
SCHEMA = ROOT / "conformance" / "checkpoint_conformance" / "reports" / "report.schema.json"


def pages() -> dict[Path, Callable[[], str]]:
    """Return what makes the text of every generated page, by its path."""
    made: dict[str, Callable[[], str]] = {
        "command-line.md": command_line,
        "requirements.md": requirement_page,
        "requirements.zh.md": requirement_page_in_chinese,
        "errors.md": error_page,
        "clients.md": client_page,
        "rules.md": rule_page,
        "report.md": report_page,
        "contract-changes.md": change_page,
        "contract-changes.html": change_history,
        "target-file.md": target_page,
    }
    found = {PAGES / name: make for name, make in made.items()}
    found[SHELL / "checkpoint-contract.1"] = manual
    tables = (ROOT / "README.md", ROOT / "docs" / "verdicts.md")
    found |= {path: partial(with_verdict_tables, path) for path in tables}
    return found | {SHELL / f"checkpoint-contract.{shell}": partial(completion, shell) for shell in SHELLS}


def change_history() -> str:
    """Return the page of all released versions, which names files as seen from the repository's root."""
    with contextlib.chdir(ROOT):
        return as_page(history(CONTRACT.relative_to(ROOT)))


def with_verdict_tables(page: Path) -> str:
    """Return a page with its tables of outcomes, reasons and verdicts regenerated from the suite."""
    named = ", ".join(f"`{reason}`" for reason in REASONS if reason is not SkipReason.OTHER_SHARD)
    text = "The requirement was not exercised, or was exercised only in part, for one of these reasons"
    skip = {Outcome.SKIP: f"{text}: {named}."}
    codes = [(f"`{each}`", VERDICTS[each], str(int(exit_code(each)))) for each in Verdict]
    tables = {
        ("outcome", "means"): [(f"`{name}`", text) for name, text in (OUTCOMES | skip).items()],
        ("reason", "means"): [(f"`{name}`", text) for name, text in REASONS.items()],
        ("verdict", "means", "exit code"): codes,
    }
    text = page.read_text(encoding="utf-8")
    for head, rows in tables.items():
        start = f"| {' | '.join(head)} |\n"
        lines = [start, "|---" * len(head), "|\n", *(f"| {' | '.join(map(cell, row))} |\n" for row in rows)]
        made = "".join(lines)
        text = re.sub(rf"{re.escape(start)}(?:\|.*\n)+", lambda _, made=made: made, text)
    return text


def requirement_page() -> str:
    """Return the page of all requirements."""
    number, musts = len(requirements()), sum(each.level == "MUST" for each in requirements())
    lines = [
        "# Requirements",
        MADE,
        "",
        f"Contract {document()['info']['version']}: {number} requirements, {musts} of them a MUST.",
        "In Chinese: [要求](requirements.zh.md). How they are governed: [governance](../governance.md).",
        "",
        "*Basis*: why it is required. The source documentation requires it, another published page or a real",
        "client requires it, or it is an assumption of this project and therefore only a SHOULD. *Needs*:",
        "the fixture in the [target file](target-file.md) without which it is skipped.",
        "",
    ]
    for profile in dict.fromkeys(name for each in requirements() for name in each.profile):
        lines += [
            f"## Profile {profile}",
            "",
            "| id | level | requirement | basis | needs |",
            "|---|---|---|---|---|",
        ]
        lines += [_requirement_row(each) for each in requirements() if profile in each.profile] + [""]
    return "\n".join(lines)


def _requirement_row(each: Requirement) -> str:
    basis = ", ".join(BASIS[label] for label in each.basis)
    needs = f"`{each.needs}`" if each.needs else ""
    return f"| {each.id} | {each.level} | {cell(each.text)} | {basis} | {needs} |"


def requirement_page_in_chinese() -> str:
    """Return the page of all requirements in Chinese."""
    lines = [
        "# 要求",
        MADE,
        "",
        "[English](requirements.md)",
        "",
        "| 编号 | 级别 | profile | 要求 |",
        "|---|---|---|---|",
    ]
    with speaking("zh"):
        for each in requirements():
            lines.append(f"| {each.id} | {each.level} | {each.profile_names} | {cell(tr(each.text))} |")
    return "\n".join([*lines, ""])


def error_page() -> str:
    """Return the page of the error table."""
    lines = [
        "# Errors",
        MADE,
        "",
        "Identify an error by its status and code together: a code can have several statuses (CSBS.9009 has",
        "400 and 403), and messages repeat and depend on the language. To explain one:",
        "`checkpoint-contract explain 404 CSBS.3000`.",
        "",
        "## Conditions",
        "",
        "What leads to which response. The server checks the token first, then project and permission,",
        "content type and JSON, schema, provider, policy, resources, and state.",
        "",
        "| condition | error | basis | operations |",
        "|---|---|---|---|",
    ]
    for each in errors().conditions.values():
        operations = ", ".join(f"`{name}`" for name in each.operations)
        lines.append(
            f"| {cell(each.text)} | {each.status} {each.code} | {BASIS[each.label]} | {operations} |"
        )
    lines += [
        "",
        "## Published pairs",
        "",
        "All pairs of the published list. The API gateway in front of the service may also return any code",
        f"of the form `{errors().gateway_pattern}`.",
        "",
        "| error | meaning |",
        "|---|---|",
    ]
    lines += [
        f"| {entry['status']} {entry['code']} | {cell(entry['meaning'])} |"
        for entry in document("errors.yaml")["published"]
    ]
    return "\n".join([*lines, ""])


def rule_page() -> str:
    """Return the page of the rules of `lint` and `diff`."""
    from checkpoint_openapi.diff.findings.rules import RULES as DIFF
    from checkpoint_openapi.diff.findings.rules import Side
    from checkpoint_openapi.lint import FOLDER_RULES
    from checkpoint_openapi.lint import RULES as LINT

    lines = [
        "# Rules of lint and diff",
        MADE,
        "",
        "Ids never change. `checkpoint-contract explain ID` shows the same information.",
        "",
    ]
    lines += ["## lint", "", "| rule | severity | finds |", "|---|---|---|"]
    lines += [f"| `{rule.id}` | {rule.severity.name.lower()} | {cell(rule.about)} |" for rule in LINT]
    lines += [
        "",
        "In a folder, about the contract as a whole:",
        "",
        "| rule | severity | finds |",
        "|---|---|---|",
    ]
    lines += [f"| `{rule.id}` | {rule.severity.name.lower()} | {cell(rule.about)} |" for rule in FOLDER_RULES]
    lines += [
        "",
        "## diff",
        "",
        "The severity of each rule for clients and for implementers. If it differs in a callback or webhook,",
        "that severity is in parentheses.",
        "",
        "| rule | clients | implementers | says |",
        "|---|---|---|---|",
    ]
    for name, rule in DIFF.items():
        severities = [
            _severity(*(rule.of(side, event=event).value for event in (False, True))) for side in Side
        ]
        lines.append(f"| `{name}` | {' | '.join(severities)} | {cell(rule.summary)} |")
    return "\n".join([*lines, ""])


def _severity(usual: str, in_event: str) -> str:
    return usual if usual == in_event else f"{usual} ({in_event})"


def target_page() -> str:
    """Return the page of the target file, with one row for each key in its schema."""
    own = {name: each for name, each in TARGET.members.items() if not isinstance(each, Table)}
    tables = {name: each for name, each in TARGET.members.items() if isinstance(each, Table)}
    tables["fixtures.second_project"] = tables["fixtures"].members["second_project"]
    lines = [
        "# The target file",
        MADE,
        "",
        "A TOML file (or YAML, if its name ends in `.yaml` or `.yml`) that says which server to verify, with",
        "which credentials, and how many backups a run may create. `checkpoint-contract target init` writes",
        "a template with comments, and `checkpoint-contract target check` compares the file with the server.",
        "An unknown key, a value of the wrong type or a variable that is not set is an error: the message",
        "names its place, and nothing is sent.",
        "",
        'Any value can come from an environment variable, `token = { env = "CSBS_TOKEN" }`, or from a file',
        "of one line, as Docker and Kubernetes mount secrets:",
        '`token = { file = "/run/secrets/csbs-token" }`. File names are relative to the target file.',
        "",
        *_key_table("Top level", "", own),
    ]
    for name in sorted(tables, key=lambda name: [*TARGET.members].index(name.partition(".")[0])):
        lines += _key_table(f"[{name}]", tables[name].help, tables[name].members)
    return "\n".join(lines)


def _key_table(heading: str, text: str, members: Mapping[str, Member]) -> list[str]:
    rows = [
        f"| `{name}` | {_default(each)} | {cell(each.help)} |"
        for name, each in members.items()
        if not isinstance(each, Table)
    ]
    return [
        f"## {heading}",
        "",
        *([text, ""] if text else []),
        "| key | default | meaning |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _default(member: Member) -> str:
    if not isinstance(member, Key) or member.default is None:
        return getattr(member, "default_help", None) or "none"
    if member.default is REQUIRED:
        return "required"
    if member.default_help is not None:
        return member.default_help
    match member.default:
        case bool():
            return str(member.default).lower()
        case str():
            return f'`"{member.default}"`'
        case _:
            return str(member.default)


def change_page() -> str:
    """Return the page of all released versions of the contract."""
    title, _, sections = as_markdown(history(CONTRACT)).partition("\n")
    lines = [
        title,
        MADE,
        "",
        "Each released version, compared with the one before: what changed, whom it breaks, and which",
        "requirements it touches. [A page](contract-changes.html) with a filter also shows the lines of both",
        "versions, and what shows each change. `checkpoint-contract changelog --all` writes both.",
    ]
    return "\n".join([*lines, sections])


def report_page() -> str:
    """Return the page of the JSON report's members."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    lines = [
        "# The JSON report",
        MADE,
        "",
        schema["description"],
        "",
        "`checkpoint-contract report schema` prints the JSON Schema. With `matrix`, `diff`, `replay`,",
        "`target-check` or `dry-run`, it prints the schema of another command's JSON. `report show` prints a",
        "report in other formats: HTML, JUnit, HAR, Markdown and the badges.",
        "",
    ]
    lines += _members("report", schema)
    for name, definition in schema["$defs"].items():
        if "properties" in definition:
            lines += _members(name, definition)
    return "\n".join(lines)


def _members(name: str, definition: dict[str, Any]) -> list[str]:
    required = set(definition.get("required", ()))
    rows: list[str] = []
    for member, each in definition["properties"].items():
        name_of_it = f"`{member}`" + ("" if member in required else " (optional)")
        rows.append(f"| {name_of_it} | {_type(each)} | {cell(each.get('description', ''))} |")
    return [f"## {name}", "", "| member | type | |", "|---|---|---|", *rows, ""]


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a member in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return f"{name}"
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": list(values)}:
            return ", ".join(f"`{json.dumps(value)}`" for value in values)
        case {"type": "array", "items": dict(items)}:
            return f"list of {_type(items)}"
        case {"type": list(names)}:
            return " or ".join(names)
        case {"type": str(name)}:
            return name
        case {"anyOf": list(each)} | {"oneOf": list(each)}:
            return " or ".join(_type(one) for one in each)
        case _:
            return "any"


def main() -> int:
    """Write the pages, or compare them with --check; return the exit code."""
    check, stale = "--check" in sys.argv[1:], list[Path]()
    for path, make in pages().items():
        text = make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'not up to date; run tools/reference.py' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
