"""Mutants of REQ-15 to REQ-17: malformed ids and oversized input."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import itertools
import re
import unicodedata
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from ...framework.mutant import OUTSIDE, Roomy, breaks, refusing, replaces
from ...framework.shots import BASE, document, parameters
from ...service.server import Server
from ...service.world import POLICY, PROVIDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Request

_IDS = [resource.id for resource in POLICY.resources]


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def _plan(name: str, fault: str, mend: Callable[[str], str | None], sent: str, **options: Any) -> None:
    """Register a server that corrects a malformed plan_id with `mend`; `sent` is an example."""

    def then(server: Server, value: Any) -> str:
        mended = mend(value) if isinstance(value, str) else value
        return Server.read_plan_id(server, value if mended is None else mended)

    replaces("REQ-15", name, fault, "read_plan_id", then, shows=BASE.but(body=document(sent)), **options)


def _python(value: str) -> str | None:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return None


def _whole(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value))


_plan(
    "plan-id-of-any-form-accepted",
    "Any string for plan_id runs the default policy.",
    lambda v: v if _whole(v) else POLICY.id,
    "not-a-uuid",
)
_plan(
    "plan-id-blank-accepted",
    "A plan_id that is empty or blank runs the default policy.",
    lambda v: v if v.strip() else POLICY.id,
    "",
)
_plan("plan-id-trimmed", "Blanks around plan_id are cut off.", str.strip, f" {POLICY.id}")
_plan(
    "plan-id-trimmed-of-tabs",
    "Tabs after plan_id are cut off.",
    lambda v: v.rstrip("\t"),
    POLICY.id + "\t",
)
_plan(
    "plan-id-trimmed-of-unicode-blanks",
    "What Unicode calls a blank is cut off around plan_id, unless ASCII has it.",
    lambda v: v.strip("\u00a0\u2003"),
    POLICY.id + "\u00a0",
)
_plan(
    "plan-id-sanitised",
    "Letters that nobody sees are dropped from plan_id.",
    lambda v: re.sub("[\u200b-\u200f\ufeff]", "", v),
    "\u200b" + POLICY.id,
)
_plan(
    "plan-id-unquoted",
    "Quotation marks around plan_id are taken off.",
    lambda v: v.strip('"'),
    f'"{POLICY.id}"',
)
_plan(
    "plan-id-with-newline-accepted",
    "A line feed after plan_id is overlooked by the pattern's $.",
    lambda v: v.removesuffix("\n"),
    POLICY.id + "\n",
)
_plan(
    "plan-id-hyphenless-accepted",
    "plan_id is read by a UUID class that takes it without hyphens, in braces and as a URN.",
    lambda v: _python(v) if not _whole(v) else v,
    POLICY.id.replace("-", ""),
)
_plan(
    "plan-id-braced-accepted", "plan_id in braces is accepted.", lambda v: v.strip("{}"), f"{{{POLICY.id}}}"
)
_plan(
    "plan-id-shortened-accepted",
    "plan_id is matched by its start.",
    lambda v: POLICY.id if len(v) >= 8 and POLICY.id.startswith(v) else v,
    POLICY.id[:-1],
)
_plan("plan-id-lengthened-accepted", "plan_id is cut to 36 characters.", lambda v: v[:36], POLICY.id + "x")
_plan(
    "plan-id-is-name-accepted",
    "The policy's name is accepted for its id.",
    lambda v: POLICY.id if v == POLICY.name else v,
    POLICY.name,
    equivalent="only who knows the policy's name can see it",
)
_plan(
    "plan-id-wildcard-accepted",
    "plan_id is matched by SQL's LIKE, and % finds the first policy.",
    lambda v: POLICY.id if "%" in v else v,
    "%",
)
_plan(
    "plan-id-like-accepted",
    "plan_id is matched by SQL's LIKE, and _ stands for any letter, where the length is checked.",
    lambda v: POLICY.id if len(v) == 36 and re.fullmatch(re.escape(v).replace("_", "."), POLICY.id) else v,
    POLICY.id[:-1] + "_",
)
_plan(
    "plan-id-pattern-accepted",
    "plan_id is a pattern for those of the policies, where the length is checked.",
    lambda v: POLICY.id if len(v) == 36 and _matches(v, POLICY.id) else v,
    POLICY.id[:-1] + ".",
)
_plan(
    "plan-id-normalised-accepted",
    "plan_id is normalised (NFKC) before it is compared, so that full-width letters count as plain ones.",
    lambda v: unicodedata.normalize("NFKC", v),
    POLICY.id[:-1] + chr(ord(POLICY.id[-1]) + 0xFEE0),
)
_plan(
    "plan-id-cut-at-nul", "plan_id ends at the first NUL.", lambda v: v.partition("\0")[0], POLICY.id + "\0x"
)
_plan(
    "plan-id-not-hexadecimal-accepted",
    "Only the length and the hyphens of plan_id are checked, and the letter o is read as a zero.",
    lambda v: POLICY.id if re.fullmatch(r"\w{8}(-\w{4}){3}-\w{12}", v) and not _whole(v) else v,
    "z" + POLICY.id[1:],
)
replaces(
    "REQ-15",
    "malformed-plan-id-forbidden",
    "A malformed plan_id gets 403, as if it were another project's.",
    "read_plan_id",
    refusing("forbidden"),
    lambda value: isinstance(value, str) and not _whole(value),
    shows=BASE.but(body=document("x")),
)


# -- REQ-16: provider ---------------------------------------------------------------------------------


def _provider(name: str, fault: str, test: Callable[[str], bool], sent: str, **options: Any) -> None:
    replaces(
        "REQ-16",
        name,
        fault,
        "check_provider",
        lambda *_: None,
        test,
        shows=BASE.but(provider=sent),
        **options,
    )


_provider("any-provider-accepted", "The provider is not looked at.", lambda _: True, "x")
_provider("any-uuid-as-provider-accepted", "Any UUID is accepted as provider.", _whole, OUTSIDE)
_provider(
    "provider-by-start-accepted", "The provider is compared by its start.", PROVIDER.startswith, PROVIDER[:8]
)
_provider(
    "longer-provider-accepted",
    "What follows the provider's id is ignored.",
    lambda p: p.startswith(PROVIDER),
    PROVIDER + "0",
)
_provider(
    "hyphenless-provider-accepted",
    "The provider is accepted without hyphens.",
    lambda p: p == PROVIDER.replace("-", ""),
    PROVIDER.replace("-", ""),
)
_provider(
    "provider-alias-accepted",
    "The provider default is an alias.",
    lambda p: p == "default",
    "default",
    equivalent="only who knows the alias can see it",
)
_provider(
    "provider-in-any-case-accepted",
    "The provider is compared without regard to case.",
    lambda p: p.lower() == PROVIDER,
    PROVIDER.upper(),
    equivalent="it is the same UUID, and no source says that case matters in a path",
)
_provider(
    "provider-like-accepted",
    "The provider is looked up with LIKE, where the length is checked.",
    lambda p: len(p) == len(PROVIDER) and _matches(p.replace("_", "."), PROVIDER),
    PROVIDER[:-1] + "_",
)
_provider(
    "provider-pattern-accepted",
    "The provider of the path is a pattern that the configured one must match.",
    lambda p: _matches(p, PROVIDER),
    PROVIDER[:-1] + ".",
)
_provider(
    "provider-with-newline-accepted",
    "A line feed after the provider is overlooked by the pattern's $.",
    lambda p: p.removesuffix("\n") == PROVIDER,
    PROVIDER + "%0A",
)
_provider(
    "provider-trimmed-in-front",
    "Blanks before the provider are cut off.",
    lambda p: p.lstrip() == PROVIDER,
    "%20" + PROVIDER,
)
_provider(
    "path-parameter-of-provider-cut-off",
    "What follows a semicolon in a segment of the path is cut off as a parameter.",
    lambda p: p.partition(";")[0] == PROVIDER,
    PROVIDER + ";v=1",
)
_provider(
    "provider-decoded-twice",
    "The path is decoded by the gateway and again by the router.",
    lambda p: unquote(p) == PROVIDER,
    f"{PROVIDER[:-1]}%25{ord(PROVIDER[-1]):02X}",
)
_provider(
    "provider-normalised",
    "The provider is normalised (NFKC), so that full-width letters count as plain ones.",
    lambda p: unicodedata.normalize("NFKC", p) == PROVIDER,
    PROVIDER[:-1] + quote(chr(ord(PROVIDER[-1]) + 0xFEE0)),
)
_provider(
    "nil-provider-accepted",
    "The nil UUID means the default provider.",
    lambda p: p == str(uuid.UUID(int=0)),
    str(uuid.UUID(int=0)),
    also={"FUZZ-1": "a generator may hit it"},
)
replaces(
    "REQ-16",
    "unknown-provider-forbidden",
    "Another provider gets 403.",
    "check_provider",
    refusing("forbidden"),
    lambda p: p != PROVIDER,
    shows=BASE.but(provider=OUTSIDE),
)


@breaks("REQ-16", shows=(BASE.but(provider=OUTSIDE),) * 2)
class ProviderCheckedOnlyOnce(Server):
    """The first call with an unknown provider is refused, and creates the provider for the next."""

    def __init__(self) -> None:
        super().__init__()
        self.known: set[str] = set()

    def check_provider(self, provider: str) -> None:
        if provider not in self.known:
            self.known.add(provider)
            super().check_provider(provider)


# -- REQ-17: oversized input --------------------------------------------------------------------------

_OVERSIZED = {"REQ-17": "it says what the answer to this input is", "REQ-15": "the string is also no UUID"}
_DEEP = b'{"checkpoint":' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def _depth(body: bytes) -> int:
    return max(itertools.accumulate((b in b"[{") - (b in b"]}") for b in body), default=0)


replaces(
    "REQ-17",
    "many-resources-accepted",
    "A list of more than 64 resources is accepted.",
    "read_resources",
    lambda _, value: tuple(value),
    lambda value: (
        isinstance(value, list) and len(value) > 64 and all(isinstance(each, str) for each in value)
    ),
    shows=parameters({"resources": _IDS * 22}),
    also={"FUZZ-2": "the list is longer than the schema allows"},
)
replaces(
    "REQ-17",
    "many-resources-cut",
    "Of a list of more than 64 resources the first 64 are taken.",
    "read_resources",
    lambda server, value: Server.read_resources(server, value[:64]),
    lambda value: isinstance(value, list) and len(value) > 64,
    shows=parameters({"resources": _IDS * 22}),
    also={"FUZZ-2": "the list is longer than the schema allows"},
)
replaces(
    "REQ-17",
    "limit-of-resources-off-by-one",
    "A list of 65 resources is accepted, one of 66 is not.",
    "read_resources",
    lambda server, value: Server.read_resources(server, value[:64]),
    lambda value: isinstance(value, list) and len(value) == 65,
    shows=parameters({"resources": (_IDS * 22)[:65]}),
    also={"FUZZ-2": "the list is longer than the schema allows"},
)
replaces(
    "HTTP-3",
    "many-resources-crash",
    "A list of more than 64 resources overflows a query and gets 500.",
    "read_resources",
    refusing("internal-error"),
    lambda value: isinstance(value, list) and len(value) > 64,
    shows=parameters({"resources": _IDS * 22}),
    also=_OVERSIZED,
)
replaces(
    "HTTP-3",
    "deep-nesting-crash",
    "Deep nesting exhausts the parser's stack and gets 500.",
    "parse",
    refusing("internal-error"),
    lambda body: body.count(b"[") + body.count(b"{") > 500 and _depth(body) > 500,
    shows=BASE.but(body=_DEEP),
    also=_OVERSIZED,
)
replaces(
    "REQ-17",
    "deep-nesting-accepted",
    "What the parser cannot read for its depth is taken for the default call.",
    "parse",
    lambda *_: BASE.body,
    lambda body: body.count(b"[") + body.count(b"{") > 500 and _depth(body) > 500,
    shows=BASE.but(body=_DEEP),
    also={"REQ-7": "the nested value may be the root"},
)


def _long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 100_000


replaces(
    "HTTP-3",
    "long-string-crash",
    "A string of a mebibyte is too long for its column and gets 500.",
    "read_plan_id",
    refusing("internal-error"),
    _long,
    base=Roomy,
    shows=BASE.but(body=document("x" * (1 << 20))),
    also=_OVERSIZED,
)
replaces(
    "REQ-17",
    "long-string-accepted",
    "A string of a mebibyte is cut by the database, which finds a policy for it.",
    "read_plan_id",
    lambda *_: POLICY.id,
    _long,
    base=Roomy,
    shows=BASE.but(body=document("x" * (1 << 20))),
    also={"REQ-15": "the string is also no UUID"},
)


@breaks(
    "HTTP-3", shows=BASE.but(body=document("x" * (1 << 20))), also={"REQ-17": "it says what the answer is"}
)
class OversizeDropsTheConnection(Server):
    """A body over the limit ends the connection without an answer."""

    def check_content_type(self, request: Request) -> None:
        super().check_content_type(request)
        if request.oversize:
            raise ConnectionAbortedError
