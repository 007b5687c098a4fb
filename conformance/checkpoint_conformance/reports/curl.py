"""Converts a request to a curl command that sends the same bytes when pasted into a POSIX shell.

Secrets are shell variables: `{{expired-token}}` becomes `${CSBS_EXPIRED_TOKEN:?}`. If it is not set, the
shell says so and sends nothing: a call without its token would get another response.
"""

from __future__ import annotations

import re
import shlex

from checkpoint_conformance.transport.exchange import Framing, Request

__all__ = ["BODIES", "LONGEST_COMMAND", "chained", "curl_line", "folded", "is_long", "variable"]

BODIES = "bodies"
"""The folder beside the report in which long bodies and commands are files, named by their exchanges."""
LONGEST_COMMAND = 1500
"""Characters of a command that a person pastes; a longer one is a script of the report."""
_LONGEST = 1000
"""Bytes of a body that a person reads on a command line; a longer one comes from a file of the report."""
_OPTIONS = "curl --silent --show-error --include --http1.1 --path-as-is --globoff"
_SECRET = re.compile(r"\{\{([a-z0-9-]+)\}\}")


def is_long(request: Request) -> bool:
    """Return whether the command reads the body from a file of the report."""
    return len(request.body) > _LONGEST


def curl_line(url: str, request: Request, number: int = 0) -> str:
    """Return the command for a request whose secrets are replaced by `{{name}}`, one option per line.

    A body that is not plain text is piped in with `printf`, and a long one read from the file that the report
    has of exchange `number`.
    """
    pieces = [f"{_OPTIONS} --request {_word(request.method)}"]
    pieces += [f"--header {_field(*field)}" for field in (*request.headers, *_own_fields(request))]
    pieces += [f"--header {absent}:" for absent in _fields_of_curl(request)]
    address = _word(url + request.path)
    text = None if is_long(request) else _plain(request.body)
    before = ""
    if is_long(request):
        address += f"  # in the folder of the report: a body of {len(request.body)} bytes"
        pieces.append(f"--data-binary @{BODIES}/{number}")
    elif text is None:
        before = f"printf '{_octal(request.body)}' |\n  "
        pieces.append("--data-binary @-")
    elif _has_body(request):
        pieces.append(f"--data-binary {_word(text)}")
    return before + " \\\n  ".join([*pieces, address])


def chained(calls: list[str]) -> str:
    """Return calls as one command on one connection, or only the last if a body comes from elsewhere."""
    if any("--data-binary @" in call for call in calls):
        return calls[-1]
    return " \\\n  --next ".join([calls[0], *(call.removeprefix("curl ") for call in calls[1:])])


def folded(command: str, number: int) -> str:
    """Return a command, or if it is long the call of the script that the report has of exchange `number`."""
    if len(command) <= LONGEST_COMMAND:
        return command
    return f"sh {BODIES}/{number}.sh  # in the folder of the report: {len(command)} characters"


def variable(name: str) -> str:
    """Return the shell variable that stands for a secret."""
    return "CSBS_" + name.upper().replace("-", "_")


def _own_fields(request: Request) -> list[tuple[str, str]]:
    """Return the framing header if curl would choose another."""
    if request.framing is Framing.CHUNKED:
        return [("Transfer-Encoding", "chunked")]
    if request.framing is Framing.LENGTH and not _has_body(request):
        return [("Content-Length", "0")]
    return []


def _fields_of_curl(request: Request) -> list[str]:
    """Return the headers that curl would add by itself."""
    added = ["User-Agent", "Accept"]
    if _has_body(request):
        added.append("Content-Type")
    if is_long(request):
        added.append("Expect")
    return [name for name in added if request.header(name) is None]


def _has_body(request: Request) -> bool:
    return bool(request.body) or (request.framing is Framing.LENGTH and request.method == "POST")


def _field(name: str, value: str) -> str:
    """Quote a header line; anything but printable ASCII is escaped as ISO-8859-1 bytes, as it is sent."""
    line = f"{name}: {value}" if value else f"{name};"
    if all(" " <= letter <= "~" for letter in line):
        return _word(line)
    return f"\"$(printf '{_octal(line.encode('latin-1'))}')\""


def _word(text: str) -> str:
    """Quote for a POSIX shell, with variables for secrets."""
    quoted = shlex.quote(text)
    if not _SECRET.search(quoted):
        return quoted
    return _SECRET.sub(lambda match: f"'\"${{{variable(match[1])}:?}}\"'", quoted).removesuffix("''")


def _octal(data: bytes) -> str:
    return "".join(f"\\{byte:03o}" for byte in data)


def _plain(body: bytes) -> str | None:
    """Return the body as text, or None if a shell would change it or a terminal would not show it as is."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    shown = all(letter.isprintable() or letter in "\t\n" for letter in text)
    return text if shown and not text.startswith("@") else None
