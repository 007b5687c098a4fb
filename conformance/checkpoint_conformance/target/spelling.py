"""Finds a secret in every form in which it may be written, so that no report shows it.

JSON escapes any character (RFC 8259, 7), a URL percent-encodes it (RFC 3986, 2.1), and HTML refers to it by
its number (HTML, 13.1.4), each of them perhaps several times over. Base64 encodes it at one of three offsets
(RFC 4648, 4 and 5), a dump shows it in hexadecimal digits, a header may be folded over lines (RFC 9112, 5.2),
and a chunk boundary may split it (RFC 9112, 7.1).
"""

from __future__ import annotations

import base64
import re
from functools import cached_property

__all__ = ["Spelling", "Text", "base64_cores", "pattern_of", "without_cuts"]

_CUT = r"(?:\r?\n[ \t]+|\r\n[0-9A-Fa-f]{1,8}(?:;[^\r\n]{0,80})?\r\n)?"
"""What may separate two characters: the fold of a header, or the end of a chunk."""
_CHUNK = re.compile(r"\r\n[0-9A-Fa-f]{1,8}(?:;[^\r\n]{0,80})?\r\n")
_AGAIN = {"\\": r"\\+", "%": "%(?:25){0,4}", "&": "&(?:amp;){0,4}"}
"""How codes begin that were written in the same code again, up to so many times."""
# The leading set lets the search skip what begins no code.
_CODE = re.compile(
    r"[\\%&](?:(?<=\\)\\*(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))|(?<=%)(?:25){0,4}([0-9A-Fa-f]{2})"
    r"|(?<=&)(?:amp;){0,4}#(?:[xX]0{0,6}([0-9A-Fa-f]{1,2})|0{0,6}([0-9]{1,3}));)"
)
_CODE_DIGITS = 4
"""The most characters of a secret that can end a code, unless it has what continues one."""
_CONTINUES = re.compile(r"525|2525|.*[%\\;&<>\"']", re.DOTALL)
_SHORT_ESCAPES = {
    "/": ["\\/"],
    '"': ['\\"', "&quot;"],
    "\\": ["\\\\"],
    "&": ["&amp;"],
    "<": ["&lt;"],
    ">": ["&gt;"],
    "'": ["&apos;"],
}
_LEAST = 8
"""The number of Base64 characters, or of octets in hexadecimal digits, that identify a secret."""


class Text:
    """A text in which spellings are looked for, with what most of them have in common undone once."""

    def __init__(self, text: str) -> None:
        """Take the text, which is Unicode, or UTF-8 bytes decoded as ISO-8859-1."""
        self.has_chunks = _CHUNK.search(text) is not None
        joined = _without_blanks(text)
        self.plain = _decoded(joined)
        self.lower = self.plain.lower()
        self._coded = "" if joined == self.plain else joined

    def contains(self, part: str) -> bool:
        """Return whether it contains the part, either as it is or in codes."""
        return part in self.plain or part in self._coded


class Spelling:
    """One secret in any spelling; costs little for a text that cannot contain it."""

    def __init__(self, secret: str) -> None:
        """Take the secret as it is."""
        self._secret = secret
        self._is_simple = secret.isascii() and not _CONTINUES.match(secret)
        # What comes before may look like a code together with its first characters, as "%" before "00".
        self._rest = _without_blanks(secret)[_CODE_DIGITS:]
        self._cores = base64_cores(secret)
        self._digits = _hexadecimal(secret)
        self.shortest = min(map(len, (secret, *self._cores)))
        """The number of characters of its shortest spelling."""

    def possible_in(self, text: Text) -> bool:
        """Return False only if the pattern does not match: it takes a tenth of a second to compile."""
        if text.has_chunks or not self._is_simple:
            return True
        return (
            self._rest in text.plain
            or any(map(text.contains, self._cores))
            or any(digits in text.lower for digits in self._digits)
        )

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regex that finds it."""
        return pattern_of(self._secret)


def pattern_of(secret: str) -> re.Pattern[str]:
    """Return a regex that finds a secret in any spelling, in time linear in the length of the text.

    The text is Unicode, or UTF-8 bytes decoded as ISO-8859-1.
    """
    forms = [_CUT.join(map(_character, secret))]
    forms += [_CUT.join(map(_digit, core)) for core in base64_cores(secret)]
    forms += map(_hexadecimal_digits, _hexadecimal(secret))
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


def _decoded(text: str) -> str:
    """Decode the codes of a text, and drop every other backslash."""
    if not any(mark in text for mark in "\\%&"):
        return text
    return _CODE.sub(_character_of, text).replace("\\", "")


def _character_of(code: re.Match[str]) -> str:
    return chr(int(code[5]) if code[5] else int(code[1] or code[2] or code[3] or code[4], 16))


def _hexadecimal(secret: str) -> tuple[str, ...]:
    """Return the hexadecimal digits of the secret, if it is long enough for them to identify it."""
    octets = secret.encode("utf-8", "surrogatepass")
    return (octets.hex(),) if len(octets) >= _LEAST else ()


def _certain(encoded: str, offset: int, length: int) -> str:
    """Return the Base64 characters that depend only on the secret, whatever surrounds it."""
    return encoded[-(-offset * 8 // 6) : (offset + length) * 8 // 6]


def _character(character: str) -> str:
    """Return a regex for a character in any of its forms, the usual ones of which may be split anywhere."""
    octets = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass")
    plain = [character, octets.decode("latin-1"), *_SHORT_ESCAPES.get(character, ())]
    coded = [
        [piece for at in range(0, len(units), 2) for piece in ("\\", "u", *units[at : at + 2].hex())],
        [piece for octet in octets for piece in ("%", *f"{octet:02x}")],
    ]
    forms = [_CUT.join(map(re.escape, form)) for form in plain]
    forms += [_CUT.join(_AGAIN.get(piece) or _in_either_case(piece) for piece in form) for form in coded]
    number, backslashes = ord(character), _AGAIN["\\"]
    forms += [
        "".join(f"{backslashes}x{_hexadecimal_digits(f'{octet:02x}')}" for octet in octets),
        f"{_AGAIN['&']}#(?:[xX]0{{0,6}}{_hexadecimal_digits(f'{number:x}')}|0{{0,6}}{number});",
    ]
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _digit(digit: str) -> str:
    """Return a regex for a character of Base64, of which only some are ever written otherwise."""
    return digit if digit.isalnum() else _character(digit)


def _hexadecimal_digits(digits: str) -> str:
    return "".join(map(_in_either_case, digits))


def _in_either_case(digit: str) -> str:
    return f"[{digit}{digit.upper()}]" if digit in "abcdef" else re.escape(digit)
