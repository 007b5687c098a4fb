"""However a server writes a secret, no artefact of a run shows it."""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from checkpoint_conformance.reports.evidence import exchange_data
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.spelling import Spelling, Text
from checkpoint_conformance.transport.exchange import Exchange, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from .test_secrets import PROFILE, TARGET

TOKENS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="{}"), min_size=12, max_size=40
)
CHOICES = st.lists(st.integers(0, 3), min_size=1, max_size=7)


def escaped(token: str, choices: list[int]) -> str:
    """Return the token as JSON may write it: some characters, or all, by their code."""
    written = ""
    for number, character in enumerate(token):
        code, plain = f"{ord(character):04x}", json.dumps(character)[1:-1]
        slash = "\\/" if character == "/" else plain
        written += [plain, f"\\u{code}", f"\\u{code.upper()}", slash][choices[number % len(choices)]]
    return written


def percent(token: str, choices: list[int]) -> str:
    """Return the token with some characters percent-encoded, in either case."""
    return "".join(
        [character, f"%{ord(character):02X}", f"%{ord(character):02x}", quote(character, safe="")][
            choices[number % len(choices)]
        ]
        for number, character in enumerate(token)
    )


def referred(token: str, choices: list[int]) -> str:
    """Return the token as HTML may write it: some characters by their number, or by their name."""
    return "".join(
        [html.escape(character), f"&#x{ord(character):X};", f"&#0{ord(character)};", character][
            choices[number % len(choices)]
        ]
        for number, character in enumerate(token)
    )


def cut(text: str, separator: str, choices: list[int]) -> str:
    """Return the text with something between two of its characters."""
    at = 1 + choices[0] % (len(text) - 1)
    return text[:at] + separator + text[at:]


def forms(token: str, choices: list[int]) -> list[str]:
    """Return ways to write a token."""
    encoded = [
        base64.b64encode(b"user:"[:offset] + token.encode() + b"!?").decode() for offset in (0, 1, 2, 5)
    ]
    return [
        token,
        escaped(token, choices),
        percent(token, choices),
        quote(percent(token, choices).replace("%", "%25"), safe="%"),
        escaped(token, [1]).replace("\\", "\\\\"),
        referred(token, choices),
        html.escape("".join(f"&#{ord(character)};" for character in token)),
        "".join(f"\\x{ord(character):02x}" for character in token),
        token.encode().hex(),
        token.encode().hex().upper(),
        *encoded,
        json.dumps(encoded[0]).replace("/", "\\/")[1:-1],
        quote(encoded[0], safe=""),
        base64.urlsafe_b64encode(token.encode()).decode(),
        cut(token, "\r\n ", choices),
        cut(token, "\r\n1f;name=value\r\n", choices),
        cut(escaped(token, choices), "\n\t", [0]),
        cut(encoded[0], "\r\n ", choices),
    ]


def revealed(text: str) -> str:
    """Return a text with all that hides a secret undone, one way after the other, and again."""
    undone = re.sub(r"\r\n[0-9a-f]+(;[^\r\n]*)?\r\n|\r?\n[ \t]+", "", text)
    shown = [text, undone, decoded(undone.replace("\\\\", "\\"))]
    for undo in (decoded, unescaped, undumped, unquoted, html.unescape):
        once = undo(undone)
        shown += [once, undo(once), undo(undo(once))]
    words = [word for each in (undone, unescaped(undone), unquoted(undone)) for word in WORD.findall(each)]
    shown += [decoded_from(word[start:]) for word in words for start in range(4)]
    digits = [word[start:] for word in re.findall(r"[0-9a-fA-F]{8,}", undone) for start in range(2)]
    shown += [bytes.fromhex(each[: len(each) // 2 * 2]).decode("latin-1") for each in digits]
    return "\n".join(shown)


WORD = re.compile(r"[\w+/-]{8,}")


def decoded(text: str) -> str:
    """Return a text with the codes of JSON undone once."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)


def unescaped(text: str) -> str:
    """Return a text with the escapes of JSON undone."""
    return re.sub(r'\\([/"\\])', r"\1", decoded(text))


def undumped(text: str) -> str:
    """Return a text with the octets of a dump undone."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), text)


def unquoted(text: str) -> str:
    """Return a text with percent-encoding undone once."""
    return re.sub(r"%([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), text)


def decoded_from(word: str) -> str:
    """Return what a word of Base64 stands for, either alphabet, as far as it is whole."""
    whole = word[: len(word) - (len(word) % 4 == 1)].replace("-", "+").replace("_", "/")
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("latin-1")


@PROFILE
@given(TOKENS, CHOICES)
def test_a_secret_is_taken_out_however_it_is_written(token: str, choices: list[int]) -> None:
    """Escaped, encoded, folded or cut: what is left tells nothing of the secret."""
    secrets = Secrets(replace(TARGET, token=token))
    for form in forms(token, choices):
        text = f"before {form} behind"
        assert token in revealed(text)
        assert token not in revealed(secrets.redact(text))


@PROFILE
@given(TOKENS, CHOICES, st.text(st.sampled_from('aZ0/+=%u\\"{ \n'), max_size=60))
def test_a_quick_look_misses_no_secret(token: str, choices: list[int], other: str) -> None:
    """The quick look finds all that the search finds."""
    spelling = Spelling(token)
    assert all(spelling.possible_in(Text(other + form + other)) for form in forms(token, choices))


def test_most_texts_need_no_more_than_a_quick_look() -> None:
    """A secret is searched for only where it can be."""
    text = Text(json.dumps({"name": 'policy "one"', "path": "/v1/a%20b", "id": "0" * 32}, indent=2))
    assert not Spelling("gAAAAABdemo7k3Jd9sLmQpZx").possible_in(text)


@PROFILE
@given(TOKENS, CHOICES, st.integers(0, 20))
def test_no_place_of_an_exchange_shows_it(token: str, choices: list[int], chosen: int) -> None:
    """Path, field, name of a field in any case, reason and body: none of them is a way out."""
    secrets = Secrets(replace(TARGET, token=token))
    every = forms(token, choices)
    form = every[chosen % len(every)]
    headers = ((f"X-{token.swapcase()}", form), ("Location", f"https://a.example/?t={form}"))
    body = json.dumps({"error_code": token, "error_msg": "m"}).encode() + form.encode()
    request = Request("POST", f"/v1/{percent(token, choices)}", (("X-Auth-Token", token),), form.encode())
    exchange = Exchange(request, Response(401, headers, body, reason=form), None, 0.0, 0.0)
    data = exchange_data(exchange, "http://h", secrets)
    told = [value for value in walk(data) if isinstance(value, str)]
    assert not [text for text in told if token in revealed(text) or token.swapcase() in text]


def walk(value: object) -> list[object]:
    """Return every value and every name in JSON data."""
    if isinstance(value, dict):
        return [each for name, inner in value.items() for each in (name, *walk(inner))]
    if isinstance(value, list):
        return [each for inner in value for each in walk(inner)]
    return [value]


def test_the_password_of_a_proxy_is_a_secret() -> None:
    """It is taken out as it is, and as `Basic` sends it."""
    secrets = Secrets(replace(TARGET, proxy="http://user:pass%2Fword-1234@127.0.0.1:3128"))
    basic = base64.b64encode(b"user:pass/word-1234").decode()
    redacted = secrets.redact(f"Proxy-Authorization: Basic {basic}, pass/word-1234, pass%2Fword-1234")
    assert "word-1234" not in revealed(redacted)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "caf\u00e9"])
def test_what_is_no_character_can_be_written(text: str) -> None:
    """Half a surrogate pair, which a server may put into any text, becomes its code."""
    written = Secrets(TARGET).redact(text)
    assert written.encode() == (text.encode("utf-8", "backslashreplace"))


def test_a_report_holds_no_secret() -> None:
    """All that is written passes one boundary, also the ids of checkpoints."""
    token = TARGET.token
    data = {"ids": [token, {token: [escaped(token, [1])]}], "count": 3, "none": None}
    assert token not in revealed(json.dumps(Secrets(TARGET).redact_all(data)))
