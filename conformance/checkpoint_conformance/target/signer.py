"""Signatures: headers that a user's command computes for each request, as a gateway may require."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from checkpoint_openapi.configuration.values import InvalidValueError

from checkpoint_conformance.data import as_object
from checkpoint_conformance.target.spelling import base64_cores, without_cuts
from checkpoint_conformance.target.values import header
from checkpoint_conformance.transport.errors import EndpointError, Step
from checkpoint_conformance.transport.exchange import Headers

__all__ = ["Issued", "Signer"]

_LIMIT = 10.0
_LARGEST = 65536
_TAIL = 8
_BEGINNING = 12
_ESCAPE = re.compile(r'\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|\\(["/\\])')


class Issued:
    """Every signature of a run. Each is a secret, and there may be thousands.

    They are found by their last characters, so that a text is searched in time linear in its length. Values
    of fewer than 8 characters, which innocent text may contain, are no secrets.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._by_tail: dict[str, set[str]] = {}
        self._by_beginning: dict[str, set[str]] = {}

    def add(self, value: str) -> None:
        """Remember a signature. May be called from any thread."""
        if len(value) < _TAIL:
            return
        for form in (value, _decoded(value), *base64_cores(value)):
            self._by_tail.setdefault(form[-_TAIL:], set()).add(value)
        self._by_beginning.setdefault(value[:_BEGINNING], set()).add(value)

    def found_in(self, text: str) -> list[str]:
        """Return the signatures that a text may contain in any spelling, longest first."""
        if not self._by_tail:
            return []
        plain = without_cuts(text)
        found = {
            value
            for form in {plain, _decoded(plain)}
            for at in range(len(form) - _TAIL + 1)
            for value in self._by_tail.get(form[at : at + _TAIL], ())
        }
        return sorted(found, key=lambda value: (-len(value), value))

    def cut_off_in(self, text: str) -> str | None:
        """Return the longest beginning of a signature, of at least 12 characters, in a text; None if none."""
        if not self._by_beginning:
            return None
        for at in range(len(text) - _BEGINNING + 1):
            values = self._by_beginning.get(text[at : at + _BEGINNING], ())
            if values:
                return max((_common(text[at:], value) for value in values), key=len)
        return None


@dataclass(frozen=True)
class Signer:
    """A command that computes the headers of each request."""

    command: tuple[str, ...]
    folder: Path = Path()
    """The working directory: the folder of the target file."""
    limit: float = _LIMIT
    """Seconds that it may take."""
    issued: Issued = field(default_factory=Issued, compare=False)
    """Everything that it has printed so far."""

    def sign(self, method: str, url: str, headers: Headers, body: bytes) -> Headers:
        """Return the headers that the command prints for a request.

        It reads a JSON object from standard input: `method`, `url`, `headers` as a list of pairs, and `body`
        in Base64. It prints a JSON object of header names and values. Raises EndpointError if it fails.
        """
        request = {"method": method, "url": url, "headers": headers, "body": base64.b64encode(body).decode()}
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                self.command,
                input=json.dumps(request).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                timeout=self.limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._error(f"took longer than {self.limit:g} s") from None
        except OSError as error:
            raise self._error(f"cannot be run: {error.strerror or error}") from error
        if done.returncode:
            raise self._error(f"ended with exit code {done.returncode}")
        signature = self._read(done.stdout)
        for _, value in signature:
            self.issued.add(value)
        return signature

    def _read(self, printed: bytes) -> Headers:
        if len(printed) > _LARGEST:
            raise self._error(f"printed more than {_LARGEST} bytes")
        try:
            fields = as_object(json.loads(printed))
        except (ValueError, RecursionError):
            fields = None
        if fields is None:
            raise self._error("printed no JSON object of header names and values")
        try:
            return tuple((name, header(name, value)) for name, value in fields.items())
        except InvalidValueError as error:
            raise self._error(f"printed a header that cannot be sent, which must be {error}") from None

    def _error(self, found: str) -> EndpointError:
        """Return the error, without what the command printed, since that may be secret."""
        return EndpointError(
            Step.SIGNATURE,
            f"the command of `sign`, {self.command[0]}, {found}",
            "Run it by hand with a request on its standard input.",
        )


def _decoded(text: str) -> str:
    """Return the text with the escapes of JSON and URLs resolved."""

    def resolve(match: re.Match[str]) -> str:
        unit, octet, escaped = match.groups()
        return escaped or chr(int(unit or octet, 16))

    return _ESCAPE.sub(resolve, text)


def _common(text: str, value: str) -> str:
    """Return the common beginning of a text and a value."""
    length = next((at for at, pair in enumerate(zip(text, value, strict=False)) if pair[0] != pair[1]), None)
    return value[:length] if length is not None else value[: len(text)]
