"""A request written as a curl line, in Python and in JavaScript.

The address of the server and the credential are read from the environment (`SERVER`, `TOKEN`).
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, urlencode

from checkpoint_openapi.docs.examples.media_types import is_json

__all__ = ["TOKEN", "SampleRequest", "curl", "javascript", "python"]

TOKEN = "\ue000"
"""Stands for the credential in a value: a character that no document uses."""


@dataclass
class SampleRequest:
    """A request to write; a value that holds `TOKEN` gets the credential."""

    method: str
    path: str
    """Percent-encoded."""
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    text: str = ""
    """The body as it is sent; empty if there is none."""

    @property
    def target(self) -> str:
        """The path with the query."""
        query = urlencode(self.query).replace(quote(TOKEN), TOKEN)
        return f"{self.path}?{query}" if query else self.path

    @property
    def has_json(self) -> bool:
        """Whether the body is JSON."""
        return self.text != "" and is_json(self.headers.get("Content-Type", ""))


def curl(request: SampleRequest) -> str:
    """Return the request as a command of a shell."""
    lines = [f"curl -X {request.method} {_in_shell('$SERVER', request.target)}"]
    lines += [f"-H {_in_shell('', f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.text:
        body = json.dumps(request.body, ensure_ascii=False) if request.has_json else request.text
        lines.append(f"-d {shlex.quote(body)}")
    return " \\\n  ".join(lines)


def python(request: SampleRequest) -> str:
    """Return the request as a program that uses requests."""
    arguments = [json.dumps(request.method), 'os.environ["SERVER"] + ' + _in_python(request.target)]
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    if request.text and not request.has_json:
        headers = request.headers
    if headers:
        pairs = ", ".join(f"{json.dumps(name)}: {_in_python(value)}" for name, value in headers.items())
        arguments.append(f"headers={{{pairs}}}")
    if request.has_json:
        arguments.append(f"json={_python_literal(request.body, 4)}")
    elif request.text:
        arguments.append(f"data={request.text!r}.encode()")
    inner = "".join(f"    {argument},\n" for argument in [*arguments, "timeout=30"])
    return (
        f"import os\n\nimport requests\n\nresponse = requests.request(\n{inner})\n"
        "print(response.status_code, response.text)"
    )


def javascript(request: SampleRequest) -> str:
    """Return the request as a module for Node, which uses fetch."""
    options = [f"method: {json.dumps(request.method)}"]
    if request.headers:
        pairs = ", ".join(
            f"{json.dumps(name)}: {_in_javascript(value)}" for name, value in request.headers.items()
        )
        options.append(f"headers: {{ {pairs} }}")
    if request.has_json:
        body = json.dumps(request.body, indent=2, ensure_ascii=False)
        options.append(f"body: JSON.stringify({_indented(body, 2)})")
    elif request.text:
        options.append(f"body: {json.dumps(request.text)}")
    inner = "".join(f"  {option},\n" for option in options)
    target = f"process.env.SERVER + {_in_javascript(request.target)}"
    return (
        f"const response = await fetch({target}, {{\n{inner}}});\n"
        "console.log(response.status, await response.text());"
    )


def _in_shell(prefix: str, text: str) -> str:
    """Return a text as a word of a shell, after a variable."""
    if not prefix and TOKEN not in text:
        return shlex.quote(text)
    escaped = re.sub(r'([\\"$`])', r"\\\1", text)
    return f'"{prefix}{escaped.replace(TOKEN, "$TOKEN")}"'


def _in_python(text: str) -> str:
    """Return an expression for a text."""
    return _joined(text, 'os.environ["TOKEN"]')


def _in_javascript(text: str) -> str:
    """Return an expression for a text."""
    return _joined(text, "process.env.TOKEN")


def _joined(text: str, credential: str) -> str:
    """Return a sum of string literals and the credential."""
    parts = re.split(f"({TOKEN})", text)
    return " + ".join(credential if part == TOKEN else json.dumps(part) for part in parts if part) or '""'


def _python_literal(value: Any, indent: int) -> str:
    """Return a JSON value as Python writes it, an item a line."""
    inner, end = " " * (indent + 4), " " * indent
    if isinstance(value, dict) and value:
        pairs = cast("dict[str, Any]", value).items()
        lines = [f"{inner}{json.dumps(key)}: {_python_literal(item, indent + 4)},\n" for key, item in pairs]
        return f"{{\n{''.join(lines)}{end}}}"
    if isinstance(value, list) and value:
        lines = [f"{inner}{_python_literal(item, indent + 4)},\n" for item in cast("list[Any]", value)]
        return f"[\n{''.join(lines)}{end}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(cast("object", value))


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)
