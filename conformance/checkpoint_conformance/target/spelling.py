"""Finds a secret in every form in which it may be written, so that no report shows it.

JSON escapes any character (RFC 8259, 7), a URL percent-encodes it (RFC 3986, 2.1), Base64 encodes it at one
of three offsets (RFC 4648, 4 and 5), a header may be folded over lines (RFC 9112, 5.2), and a chunk boundary
may split it (RFC 9112, 7.1).
"""

from __future__ import annotations

import base64
import re
from functools import cached_property

__all__ = ["Spelling", "Text", "base64_cores", "pattern_of", "without_cuts"]

_CUT = r"(?:\r?\n[ \t]+|\r\n[0-9A-Fa-f]{1,8}(?:;[^\r\n]{0,80})?\r\n)?"
"""What may separate two characters: the fold of a header, or the end of a chunk."""
_CHUNK = re.compile(r"\r\n[0-9A-Fa-f]{1,8}(?:;[^\r\n]{0,80})?\r\n")
_CODE = re.compile(r"\\u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_CODE_DIGITS = 4
"""The most digits in a code."""
_SHORT_ESCAPES = {"/": ["\\/"], '"': ['\\"'], "\\": ["\\\\"]}
_LEAST = 8
"""The number of Base64 characters that identify a secret."""


class Text:
    """A text in which spellings are looked for, with what most of them have in common undone once."""

    def __init__(self, text: str) -> None:
        """Take the text, which is Unicode, or UTF-8 bytes decoded as ISO-8859-1."""
        self.has_chunks = _CHUNK.search(text) is not None
        self.joined = _without_blanks(text)
        self.plain = _CODE.sub(_decoded, self.joined).replace("\\", "")


class Spelling:
    """One secret in any spelling; costs little for a text that cannot contain it."""

    def __init__(self, secret: str) -> None:
        """Take the secret as it is."""
        self._secret = secret
        self._is_simple = secret.isascii() and not set(secret) & {"%", "\\"}
        # What comes before may look like a code together with its first characters, as "%" before "00".
        self._rest = _without_blanks(secret)[_CODE_DIGITS:]
        self._cores = base64_cores(secret)

    def possible_in(self, text: Text) -> bool:
        """Return False only if the pattern does not match: it takes a tenth of a second to compile."""
        if text.has_chunks or not self._is_simple:
            return True
        return self._rest in text.plain or any(core in text.joined for core in self._cores)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regex that finds it."""
        return pattern_of(self._secret)


def pattern_of(secret: str) -> re.Pattern[str]:
    """Return a regex that finds a secret in any spelling, in time linear in the length of the text.

    The text is Unicode, or UTF-8 bytes decoded as ISO-8859-1.
    """
    forms = [_CUT.join(map(_character, secret))]
    forms += [_CUT.join(map(re.escape, core)) for core in base64_cores(secret)]
    return re.compile("|".join(forms))


def without_cuts(text: str) -> str:
    """Return the text without what may separate two characters of a secret."""
    return re.sub(_CUT, "", text)


def base64_cores(secret: str) -> tuple[str, ...]:
    """Return the parts of the Base64 text that depend only on the secret, at each of the three offsets."""
    octets = secret.encode("utf-8", "surrogatepass")
    cores = [
        _certain(encode(b"\0" * offset + octets).decode(), offset, len(octets))
        for offset in range(3)
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ]
    return tuple(core for core in dict.fromkeys(cores) if len(core) >= _LEAST)


def _without_blanks(text: str) -> str:
    """Return the text without what may fold a header, which a secret may itself contain."""
    return text.replace("\n", "").replace("\r", "").replace(" ", "").replace("\t", "")


def _decoded(code: re.Match[str]) -> str:
    return chr(int(code[1] or code[2], 16))


def _certain(encoded: str, offset: int, length: int) -> str:
    """Return the Base64 characters that depend only on the secret, whatever surrounds it."""
    return encoded[-(-offset * 8 // 6) : (offset + length) * 8 // 6]


def _character(character: str) -> str:
    """Return a regex for a character in any of its forms, each of which may be split anywhere."""
    octets = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass")
    plain = [character, octets.decode("latin-1"), *_SHORT_ESCAPES.get(character, ())]
    coded = [
        "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)),
        "".join(f"%{octet:02x}" for octet in octets),
    ]
    forms = [_CUT.join(map(re.escape, form)) for form in plain]
    forms += [_CUT.join(map(_in_either_case, form)) for form in coded]
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _in_either_case(digit: str) -> str:
    return f"[{digit}{digit.upper()}]" if digit in "abcdef" else re.escape(digit)
