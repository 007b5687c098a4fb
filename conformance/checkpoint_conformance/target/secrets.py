"""Named secrets, so that reports can show where each one was, and a replay can restore it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

from checkpoint_conformance.target.signer import Issued
from checkpoint_conformance.target.spelling import Spelling, Text, pattern_of
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.proxy import with_scheme

__all__ = ["Secrets"]

_BEGINNING = 12
"""The number of leading characters that identify a secret."""
_LONGEST_SPELLING = 6
"""Bytes for one of a secret in its longest spelling, \\uXXXX."""
_SHORTEST = 4
"""The minimum length: a shorter value would match innocent text, and the suite derives none."""
_SIGNATURE = "{{signature}}"
"""In place of what the command of `sign` printed; a replay signs anew."""


class Secrets:
    """Every token that a run may send, and the values derived from these."""

    def __init__(self, target: Target) -> None:
        """Register the target's tokens by name; `derive` adds derived ones."""
        second = target.second_project
        named = {
            "token": target.token,
            "expired-token": target.expired_token,
            "read-only-token": target.read_only_token,
            "second-project-token": second.token if second else None,
            "key-passphrase": target.tls.client_key_passphrase,
            **{f"header-{name.lower()}": value for name, value in target.headers},
        }
        named |= _of_proxies(target.proxy)
        self.values = {name: value for name, value in named.items() if value}
        token = target.token
        self.derived = {
            "token-shortened": token[:-1],
            "token-lengthened": token + "x",
            "token-neighbour": token[:-1] + ("0" if token[-1] != "0" else "1"),
            "token-case-swapped": token.swapcase(),
            "token-prefix": token[: max(len(token) // 2, 1)],
            "token-reversed": token[::-1],
            "token-bearer": f"Bearer {token}",
            "token-quoted": f'"{token}"',
            "token-doubled": token + token,
            "token-accented": token + "\u00e9",
            "token-and-comma": f"{token},",
            "token-and-another": f"{token}, x",
            "another-and-token": f"x, {token}",
            "token-like": token[:-1] + "_",
            "token-glob": token[:-1] + "?",
            "token-pattern": token[:-1] + ".",
            "token-spaced": token[: len(token) // 2] + " " + token[len(token) // 2 :],
        }
        self.derived = {name: value for name, value in self.derived.items() if value != token and value}
        self._named = {"{{" + name + "}}": value for name, value in {**self.derived, **self.values}.items()}
        """What each placeholder stands for."""
        self._placeholders = re.compile(f"({'|'.join(map(re.escape, [*self._named, _SIGNATURE]))})")
        self._longest_first = sorted(
            (
                (value, name)
                for name, value in {**self.derived, **self.values}.items()
                if len(value) >= _SHORTEST
            ),
            key=lambda pair: -len(pair[0]),
        )
        self._spellings = {
            name: Spelling(value) for value, name in self._longest_first if name in self.values
        }
        shortest = [len(value) for value, _ in self._longest_first]
        shortest += [spelling.shortest for spelling in self._spellings.values()]
        self._shortest = min(shortest, default=0)
        """The fewest characters of a text in which there can be a secret."""
        self._issued = target.sign.issued if target.sign else Issued()
        self._forms = [
            (form, name)
            for value, name in self._longest_first
            for form in dict.fromkeys((value, json.dumps(value)[1:-1]))
        ]

    def redact(self, text: str) -> str:
        """Replace every secret, in any spelling, by `{{name}}`, and lone surrogates by their code."""
        if len(text) >= self._shortest:
            text = self._without_known(text)
        for value in self._issued.found_in(text):
            text = self._outside(text, partial(pattern_of(value).sub, _SIGNATURE))
        return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()

    def _without_known(self, text: str) -> str:
        """Return the text without what is a secret from the start of the run."""
        for form, name in self._forms:
            if form in text:
                text = self._outside(text, partial(_replaced, form=form, name=name))
        looked_through = Text(text)
        for name, spelling in self._spellings.items():
            if spelling.possible_in(looked_through):
                text = self._outside(text, partial(spelling.pattern.sub, "{{" + name + "}}"))
        return text

    def _outside(self, text: str, change: Callable[[str], str]) -> str:
        """Return the text with all changed but placeholders: a secret may be a word of their names."""
        if "{{" not in text:
            return change(text)
        parts = self._placeholders.split(text)
        parts[::2] = map(change, parts[::2])
        return "".join(parts)

    def redact_value(self, value: str) -> str:
        """Redact the value of a header field, also if all of it is a secret too short to be looked for."""
        whole = next((name for name, secret in self.values.items() if secret == value), None)
        return "{{" + whole + "}}" if whole else self.redact(value)

    def without_part(self, redacted: bytes) -> bytes:
        """Return redacted bytes that were cut off, without an end that may be a part of a secret."""
        longest = max((len(value.encode()) for value, _ in self._longest_first), default=0)
        return redacted[: max(0, len(redacted) - _LONGEST_SPELLING * longest)]

    def redact_name(self, name: str) -> str:
        """Redact a header name, whose case a server may change."""
        if len(name) < self._shortest:
            return self.redact(name)
        for value, secret in self._longest_first:
            if value.lower() in name.lower():
                in_any_case = re.compile(re.escape(value), re.IGNORECASE)
                name = self._outside(name, partial(in_any_case.sub, "{{" + secret + "}}"))
        return self.redact(name)

    def redact_all(self, data: Any) -> Any:
        """Redact every string in JSON data, including the names of members; each may be an excerpt."""
        if isinstance(data, str):
            return self.redact_excerpt(data)
        if isinstance(data, list):
            return [self.redact_all(item) for item in cast("list[Any]", data)]
        if isinstance(data, dict):
            members = cast("dict[str, Any]", data)
            return {self.redact(name): self.redact_all(value) for name, value in members.items()}
        return data

    def redact_excerpt(self, text: str) -> str:
        """Redact text that quotes a response and may cut off a secret at its end."""
        for value, name in self._longest_first:
            if name not in self.values or len(value) < _BEGINNING:
                continue
            if value[:_BEGINNING] in text:
                text = self._outside(text, partial(_without_beginnings, value=value, name=name))
        while beginning := self._issued.cut_off_in(text):
            text = text.replace(beginning, _SIGNATURE)
        return self.redact(text)

    def restore(self, text: str) -> str:
        """Restore the secrets that `redact` replaced."""
        if "{{" not in text:
            return text
        parts = self._placeholders.split(text)
        parts[1::2] = [self._named.get(placeholder, placeholder) for placeholder in parts[1::2]]
        return "".join(parts)

    def redact_bytes(self, data: bytes) -> bytes:
        """Redact bytes, whatever their encoding."""
        return self.redact(data.decode("latin-1")).encode("latin-1")

    def found_in(self, text: str, *, sent: str | None = None) -> str | None:
        """Return the name of a secret in any spelling in the text, or None; `sent` is the request's token."""
        if sent and len(sent) >= 2 * _SHORTEST and sent in text:
            return "the token of the request"
        looked_through = Text(text)
        return next(
            (
                name
                for name, spelling in self._spellings.items()
                if spelling.possible_in(looked_through) and spelling.pattern.search(text)
            ),
            None,
        )


def _replaced(text: str, *, form: str, name: str) -> str:
    return text.replace(form, "{{" + name + "}}")


def _without_beginnings(text: str, *, value: str, name: str) -> str:
    """Return the text without the beginnings of a secret, each as long as it goes on."""
    kept = ""
    while (start := text.find(value[:_BEGINNING])) >= 0:
        end = start + _BEGINNING
        while end < len(text) and value.startswith(text[start : end + 1]):
            end += 1
        kept, text = kept + text[:start] + "{{" + name + "}}", text[end:]
    return kept + text


def _of_proxies(configured: str | None) -> dict[str, str]:
    """Return the passwords of the proxies that a run may use, as they are and as encoded for `Basic`."""
    found: dict[str, str] = {}
    for url in [configured] if configured is not None else getproxies().values():
        try:
            parts = urlsplit(with_scheme(url))
        except ValueError:  # not a URL, which the connection will report
            continue
        if parts.password:
            user, password = unquote(parts.username or ""), unquote(parts.password)
            found["proxy-password"] = password
            found["proxy-credentials"] = base64.b64encode(f"{user}:{password}".encode()).decode()
    return found
