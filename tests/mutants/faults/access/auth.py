"""Mutants of AUTH-1 and AUTH-2: tokens accepted by mistake, or refused with the wrong status."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from ...framework.mutant import breaks, refusing, replaces, sent_parameters
from ...framework.shots import BASE, parameters
from ...service.server import Server
from ...service.world import PROJECT, TOKENS, Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request

_OWN = Token(PROJECT)
_NONE = BASE.but(token=None)
_EMPTY = BASE.but(token="")
_INVALID = {"AUTH-6": "without a token an invalid body then gets another answer too"}

# -- AUTH-1: no token ---------------------------------------------------------------------------------

for _name, _fault, _then in (
    ("no-token-accepted", "Without a token the call is the project's own.", lambda *_: _OWN),
    ("no-token-forbidden", "Without a token the answer is 403.", refusing("forbidden")),
    (
        "no-token-invalid",
        "Without a token the answer is 400, a header being missing.",
        refusing("invalid-request"),
    ),
    ("no-token-not-found", "Without a token the answer is 404.", refusing("no-route")),
):
    replaces("AUTH-1", _name, _fault, "no_token", _then, shows=_NONE, also=_INVALID)


@breaks("AUTH-1", shows=(BASE, _NONE), also=_INVALID)
class ConnectionRemembersTheToken(Server):
    """A call without a token is served if one was accepted before on the connection."""

    def no_token(self, request: Request) -> Token:
        return _OWN if request.connection.accepted else super().no_token(request)


@breaks("AUTH-1", shows=(BASE, _NONE), also=_INVALID)
class ConnectionKeepsItsFirstCaller(Server):
    """The first token of a connection that is found stands for all its calls, whatever they carry."""

    def authenticate(self, request: Request) -> Token:
        connection = request.connection
        if connection.token is None:
            token = super().authenticate(request)
            connection.token = request.header("x-auth-token")
            return token
        return self.store.tokens[connection.token]


@breaks("AUTH-1", shows=(_NONE,) * 3, also=_INVALID)
class NoTokenAcceptedTheThirdTime(Server):
    """The check of tokens gives up after two failures, the identity service being slow."""

    failures = 0

    def no_token(self, request: Request) -> Token:
        self.failures += 1
        return _OWN if self.failures % 3 == 0 else super().no_token(request)


@breaks("AUTH-1", shows=parameters({"auto_trigger": True}).but(token=None))
class NoTokenNeededWhenAutomatic(Server):
    """Automatic calls come from inside and need no token."""

    def no_token(self, request: Request) -> Token:
        return _OWN if sent_parameters(request).get("auto_trigger") is True else super().no_token(request)


@breaks("AUTH-1", shows=_NONE.but(headers=(("Authorization", "Basic YTph"),)))
class AnyAuthorizationAccepted(Server):
    """Any Authorization header is accepted in place of the token."""

    def no_token(self, request: Request) -> Token:
        return _OWN if request.header("authorization") else super().no_token(request)


@breaks(
    "AUTH-1",
    shows=_NONE.but(headers=(("X-Project-Id", PROJECT),)),
    equivalent="only who knows the header can see it",
)
class TrustedHeaderInPlaceOfToken(Server):
    """A header that a gateway sets is trusted from everyone."""

    def no_token(self, request: Request) -> Token:
        return _OWN if request.header("x-project-id") == PROJECT else super().no_token(request)


# -- AUTH-2: empty, unknown, malformed ----------------------------------------------------------------


def _lets_in(name: str, fault: str, test: Callable[[str], bool], sent: str, **options: Any) -> None:
    replaces(
        "AUTH-2",
        name,
        fault,
        "unknown_token",
        lambda *_: _OWN,
        lambda _, value: test(value),
        shows=BASE.but(token=sent),
        **options,
    )


_DEMO = TOKENS["demo"]
_lets_in("any-token-accepted", "Any token is accepted.", lambda v: v != "", "x")
_lets_in(
    "empty-token-accepted",
    "An empty token is taken for an anonymous one, and accepted.",
    lambda v: v == "",
    "",
)
_lets_in(
    "token-start-accepted",
    "Tokens are compared over the length of the one that was sent.",
    lambda v: v != "" and _DEMO.startswith(v),
    _DEMO[:-1],
)
_lets_in(
    "last-letter-of-token-ignored",
    "The column of tokens is one letter too short, and the last one is not compared.",
    lambda v: len(v) == len(_DEMO) and v[:-1] == _DEMO[:-1],
    _DEMO[:-1] + "!",
)
_lets_in(
    "longer-token-accepted",
    "What follows a valid token is ignored.",
    lambda v: v.startswith(_DEMO),
    _DEMO + "x",
)
_lets_in(
    "token-in-any-case-accepted",
    "Tokens are compared without regard to case.",
    lambda v: v.lower() == _DEMO.lower(),
    _DEMO.upper(),
)
_lets_in(
    "token-of-right-length-accepted",
    "A token is accepted for its length.",
    lambda v: len(v) == len(_DEMO),
    _DEMO[::-1],
)
_lets_in(
    "token-with-prefix-accepted",
    "Any token that begins as the real ones do is accepted.",
    lambda v: v.startswith(_DEMO[:4]),
    _DEMO[:4] + "x",
)
_lets_in(
    "null-token-accepted",
    "The word null, as a script may send it, is accepted.",
    lambda v: v == "null",
    "null",
)
_lets_in(
    "bearer-token-accepted",
    "A valid token behind Bearer is accepted.",
    lambda v: v == f"Bearer {_DEMO}",
    f"Bearer {_DEMO}",
)
_lets_in(
    "quoted-token-accepted",
    "A valid token in quotation marks is accepted.",
    lambda v: v == f'"{_DEMO}"',
    f'"{_DEMO}"',
)
_lets_in(
    "wildcard-token-accepted", "The token is looked up with LIKE, and % finds one.", lambda v: "%" in v, "%"
)
_lets_in(
    "token-before-comma-accepted",
    "The field is read as a list, and a valid token at its head is accepted.",
    lambda v: v.split(",")[0].strip() == _DEMO,
    f"{_DEMO}, x",
)
_lets_in(
    "token-after-comma-accepted",
    "The field is read as a list, and a valid token at its end is accepted.",
    lambda v: v.split(",")[-1].strip() == _DEMO,
    f"x, {_DEMO}",
)
for _word in ("constructor", "__proto__", "toString"):
    _lets_in(
        f"{_word.strip('_').lower()}-token-accepted",
        f"Tokens are members of an object, which has {_word} by itself.",
        lambda v, word=_word: v == word,  # type: ignore[misc]
        _word,
    )
_lets_in(
    "like-token-accepted",
    "The token is looked up with LIKE, and _ stands for any letter.",
    lambda v: len(v) == len(_DEMO) and all(a in (b, "_") for a, b in zip(v, _DEMO, strict=True)),
    _DEMO[:-1] + "_",
)
_lets_in(
    "glob-token-accepted",
    "The token is looked up as a file name, and ? stands for any letter.",
    lambda v: fnmatch.fnmatchcase(_DEMO, v.replace("*", "")),
    _DEMO[:-1] + "?",
)
_lets_in(
    "sql-token-accepted",
    "The token is put into an SQL statement as it is.",
    lambda v: "' or" in v.lower(),
    "' OR '1'='1",
)
_lets_in(
    "non-ascii-token-accepted",
    "Letters that are not ASCII are dropped from the token.",
    lambda v: (
        v != v.encode("ascii", "ignore").decode() and v.encode("ascii", "ignore").decode() in ("", _DEMO)
    ),
    "é",
)
_lets_in(
    "huge-token-accepted",
    "A token too long for the cache is not looked up.",
    lambda v: len(v) > 4096,
    "x" * 9000,
)
for _name, _fault, _then in (
    ("unknown-token-forbidden", "An unknown token gets 403.", refusing("forbidden")),
    ("unknown-token-invalid", "An unknown token gets 400.", refusing("invalid-request")),
    ("unknown-token-not-found", "An unknown token gets 404.", refusing("no-route")),
):
    replaces(
        "AUTH-2",
        _name,
        _fault,
        "unknown_token",
        _then,
        lambda _, value: value != "",
        shows=BASE.but(token="x"),
    )
replaces(
    "AUTH-2",
    "empty-token-invalid",
    "An empty token gets 400.",
    "unknown_token",
    refusing("invalid-request"),
    lambda _, value: value == "",
    shows=_EMPTY,
)
replaces(
    "AUTH-2",
    "malformed-token-invalid",
    "A token with characters that no token has gets 400.",
    "unknown_token",
    refusing("invalid-request"),
    lambda _, value: not value.isalnum() and value != "",
    shows=(BASE.but(token="a b"), BASE.but(token="%00"), BASE.but(token="é")),
)


@breaks("AUTH-2", shows=(BASE, BASE.but(token="x")))
class ConnectionTrustedAfterItsFirstToken(Server):
    """The token is checked once for each connection."""

    def unknown_token(self, request: Request, value: str) -> Token:
        return _OWN if request.connection.accepted else super().unknown_token(request, value)


@breaks("AUTH-2", shows=(BASE.but(token="x"),) * 2)
class UnknownTokenAcceptedTheSecondTime(Server):
    """An unknown token is cached before it is checked, and accepted the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.cached: set[str] = set()

    def unknown_token(self, request: Request, value: str) -> Token:
        if value in self.cached:
            return _OWN
        self.cached.add(value)
        return super().unknown_token(request, value)
