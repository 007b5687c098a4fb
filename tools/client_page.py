"""Generate the page for authors of clients from the table of what real clients do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from generated_markdown import MADE

__all__ = ["client_page"]

_TABLE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "clients.yaml"
_FACTS = {
    "call": "Call",
    "works": "Works",
    "sends": "Sends",
    "reads": "Reads",
    "retries": "Repeats requests",
    "errors": "Errors",
    "set": "What to do",
}
"""The facts of a published client, each with its heading, in the order of the page."""
_FACTS_GENERATED = {
    "sends": "Sends",
    "errors": "Errors",
    "others": "Other responses",
    "set": "What to do",
}
"""The facts of a generated client."""


def client_page() -> str:
    """Return the page."""
    table: dict[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    lines = [
        "# For client authors",
        MADE,
        "",
        "Each accepted request creates a backup, which costs money, and the operation is not idempotent. A",
        "client that loses the response must therefore not simply repeat the request. It must first look for",
        "the checkpoint in the list of items (`listCheckpointItems` with `policy_id`).",
        "",
        "**When to repeat a request**",
        "",
        "| response | checkpoint created? | repeat the request? |",
        "|---|---|---|",
        "| 200 | yes | never: each repetition creates another backup |",
        "| none, or the connection broke | unknown | only after checking the list of items |",
        "| 400, 401, 403, 404, 405, 413, 415 | no | only after changing the request or the token |",
        "| 429, 503 | no | after `Retry-After` |",
        "| 500 CSBS.1001 or CSBS.6030 | no | once the running backup has ended |",
        "| 500 CSBS.6032 | no | once the policy has a server |",
        "| any other 500 | unknown | only after checking the list of items |",
        "",
        "Identify an error by its status and code together. `error_msg` is for people, and may change.",
        "",
        "## Published clients",
        "",
        f"The unmodified clients were tested against the reference server in {table['measured']}.",
    ]
    for client in table["clients"]:
        lines += ["", f"### {client['name']} {client['version']}", ""]
        lines += [f"- **{heading}**: {_code(fact, client[fact])}" for fact, heading in _FACTS.items()]
    lines += [
        "",
        "## Generated clients",
        "",
        "CI generates each of these clients from the contract, compiles it, and runs it against the",
        "reference server. Each client creates checkpoints, including one with `parameters: {}`, and",
        "exposes the status, `error_code` and `error_msg` of every documented error. A gateway may also send",
        "what the contract does not list, such as a 502 with a page in HTML: see *Other responses*.",
    ]
    for client in table["generated"].values():
        lines += ["", f"### {client['generator']} {client['version']}: {client['language']}", ""]
        lines += [f"- **{heading}**: {client[fact]}" for fact, heading in _FACTS_GENERATED.items()]
    lines += [
        "",
        "## When the contract changes",
        "",
        "`checkpoint-contract diff` compares what is sent. None of the following changes is breaking, and",
        "a client that is already compiled keeps working. But a client that is generated anew may change:",
        "",
        "| change | rule | do its callers still compile? |",
        "|---|---|---|",
        *(f"| {each['change']} | {_rule(each['rule'])} | {each['compiles']} |" for each in table["changes"]),
        "",
        "## Other generators",
        "",
        "| generator | version | what it does with this contract | what to do |",
        "|---|---|---|---|",
        *(
            f"| {each['name']} | {each['version']} | {each['does']} | {each['set']} |"
            for each in table["others"]
        ),
    ]
    return "\n".join([*lines, ""])


def _code(fact: str, text: str) -> str:
    """Return a fact as Markdown: the name of a call is code."""
    return f"`{text}`" if fact == "call" and " " not in text else text


def _rule(name: str | None) -> str:
    """Return the rule of the gate that lists a change."""
    return f"`{name}`" if name else "none"
