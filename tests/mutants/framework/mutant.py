"""What a mutant is, how one is registered, and the few forms in which most of them are written.

A mutant is a server with one fault. Either a class with one step overridden, registered by `breaks`
(its name is the class's, its fault the docstring), or a row that one of the functions here turns
into such a class.

Rules of blame: the most specific requirement takes the fault. An answer that is no complete HTTP
message is HTTP-1's; the bytes of the body of a complete one are HTTP-2's; a member that is not there
is RESP-1's, one with a wrong value is its own requirement's; the whole answer given twice is
RESP-11's, the id alone is RESP-2's. `also` lists what else could fairly be blamed, each with the reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from ..framework.shots import BASE, Shot, document, get, item_list, parameters, pause
from ..service import strictjson
from ..service.refusals import CONDITIONS, Condition, Refusal, refuse
from ..service.server import Server
from ..service.world import POLICY, SECOND_POLICY, TOKENS, stable_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..service.wire import Request, Response

__all__ = [
    "DEFAULTS",
    "MUTANTS",
    "OUTSIDE",
    "REFUSALS",
    "ROUND",
    "Mutant",
    "Roomy",
    "accepts",
    "breaks",
    "condition_name",
    "crash",
    "crashes",
    "kebab",
    "malformed",
    "misanswers",
    "refusing",
    "register",
    "replaces",
    "sent_parameters",
]

OUTSIDE = stable_id("outside")
"""An id that nothing has."""

_SHOULD = frozenset(
    ("HTTP-4", "AUTH-6", "REQ-5", "REQ-14", "NF-3", "RESP-8", "RESP-12", "ERR-2", "ERR-3", "CONF-1")
)
_PROFILES = {"DISC": "discovery", "OBS": "observation", "DEL": "deletion", "CONF": "conflict"}
_NEEDS = {
    "AUTH-3": "expired_token",
    "AUTH-4": "second_project",
    "AUTH-5": "read_only_token",
    "NF-2": "second_project",
}


class Roomy(Server):
    """Reads bodies of any size the suite sends, so that what they hold is looked at."""

    largest_body = 1 << 24


REFUSALS: tuple[Shot, ...] = (
    BASE.but(body=b"{"),
    BASE.but(token=None),
    BASE.but(token="x"),
    BASE.but(token=TOKENS["expired"]),
    BASE.but(token=TOKENS["second"]),
    BASE.but(token=TOKENS["read_only"]),
    BASE.but(content_type="text/plain"),
    BASE.but(provider="x"),
    BASE.but(body=document(OUTSIDE)),
    BASE.but(body=document(SECOND_POLICY.id)),
    parameters({"resources": [OUTSIDE]}),
    BASE.but(method="GET"),
    BASE.but(path="/v1"),
    BASE.but(body=b"x" * 600_000),
)
"""Requests that are refused, one for each of the common conditions."""

ROUND: tuple[Shot, ...] = (
    BASE,
    parameters({}),
    parameters({"auto_trigger": True}),
    *REFUSALS,
    *[BASE] * 7,
    pause(0.1),
    get("policies"),
    item_list(),
)
"""Requests in which most faults show."""


@dataclass(frozen=True)
class Mutant:
    """A broken server: the one `requirement` that it breaks, its `fault` in a sentence, and the server.

    `shows` are requests in which it differs from the conforming server; `also` holds requirements
    that could be blamed instead or that follow, with the reason; `equivalent` says why a suite need
    not find it, and is empty for all others. A fault of level SHOULD makes a warning.
    """

    name: str
    requirement: str
    fault: str
    behaviour: type[Server]
    level: str
    profile: str
    needs: str | None
    shows: tuple[Shot, ...] = ROUND
    also: Mapping[str, str] = field(default_factory=dict)
    equivalent: str = ""


MUTANTS: list[Mutant] = []
"""All that are registered so far; `catalogue` loads them all."""


def register(
    name: str,
    requirement: str,
    fault: str,
    behaviour: type[Server],
    shows: Sequence[Shot] | Shot = ROUND,
    also: Mapping[str, str] | None = None,
    level: str = "",
    equivalent: str = "",
    profile: str = "",
) -> None:
    """Keep a mutant; what it does not say follows from its requirement."""
    group = requirement.partition("-")[0]
    behaviour.identity = f"mutant {name}"
    MUTANTS.append(
        Mutant(
            name=name,
            requirement=requirement,
            fault=fault,
            behaviour=behaviour,
            level=level or ("SHOULD" if requirement in _SHOULD else "MUST"),
            profile=profile or _PROFILES.get(group, "core"),
            needs=_NEEDS.get(requirement),
            shows=(shows,) if isinstance(shows, Shot) else tuple(shows),
            also=also or {},
            equivalent=equivalent,
        )
    )


def kebab(name: str) -> str:
    """Return the name of a class in small letters, with hyphens between its words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def breaks(requirement: str, **options: Any) -> Callable[[type[Server]], type[Server]]:
    """Register the decorated class; `options` are `shows`, `also`, `level` and `equivalent` of `Mutant`."""

    def keep(behaviour: type[Server]) -> type[Server]:
        register(
            kebab(behaviour.__name__),
            requirement,
            " ".join((behaviour.__doc__ or "").split()),
            behaviour,
            **options,
        )
        return behaviour

    return keep


def replaces(
    requirement: str,
    name: str,
    fault: str,
    step: str,
    then: Callable[..., Any],
    when: Callable[..., bool] = lambda *_: True,
    base: type[Server] = Server,
    **options: Any,
) -> None:
    """Register a server whose `step` is `then(server, *arguments)` whenever `when(*arguments)` holds."""

    def replaced(self: Server, *arguments: Any) -> Any:
        if when(*arguments):
            return then(self, *arguments)
        return getattr(base, step)(self, *arguments)

    register(name, requirement, fault, type(name, (base,), {step: replaced, "__doc__": fault}), **options)


DEFAULTS: dict[str, Any] = {
    "read_root": BASE.body,
    "read_checkpoint": BASE.body["checkpoint"],
    "read_plan_id": POLICY.id,
    "read_parameters": {},
    "read_auto_trigger": False,
    "read_resources": None,
}
"""What a lax server takes for a member that it cannot use."""


def accepts(
    requirement: str,
    name: str,
    fault: str,
    step: str,
    when: Callable[[Any], bool],
    shows: Any,
    **options: Any,
) -> None:
    """Register a server that, at `step`, takes a value for which `when` holds as the default."""
    replaces(requirement, name, fault, step, lambda *_: DEFAULTS[step], when, shows=shows, **options)


def refusing(
    status_or_name: int | str, code: str = "CSBS.9001", text: str = "Refused."
) -> Callable[..., NoReturn]:
    """Return a step that refuses with a condition by name, or with a status and a code."""

    def step(*_: Any) -> NoReturn:
        if isinstance(status_or_name, str):
            refuse(status_or_name)
        raise Refusal(Condition(status_or_name, code, text))

    return step


def crash(*_: Any) -> NoReturn:
    """Refuse with the internal error, as a server does that has crashed."""
    refuse("internal-error")


def crashes(
    name: str,
    fault: str,
    step: str,
    when: Callable[..., bool],
    shows: Any,
    requirement: str = "HTTP-3",
    **options: Any,
) -> None:
    """Register a server that crashes at `step` on arguments for which `when` holds."""
    replaces(requirement, name, fault, step, crash, when, shows=shows, **options)


def condition_name(condition: Condition) -> str:
    """Return the name of a condition of the table."""
    return next(name for name, each in CONDITIONS.items() if each.text == condition.text)


def malformed(body: bytes) -> bool:
    """Tell whether `body` is no JSON text."""
    try:
        strictjson.read(body)
    except strictjson.NotJson:
        return True
    return False


def sent_parameters(request: Request) -> dict[str, Any]:
    """Return the `parameters` that `request` sends; empty if its body has none."""
    try:
        found = json.loads(request.body)["checkpoint"]["parameters"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def misanswers(
    requirement: str,
    name: str,
    fault: str,
    conditions: str,
    status: int = 0,
    code: str = "",
    when: Callable[[Request], bool] = lambda _: True,
    **options: Any,
) -> None:
    """Register a server that answers `conditions` (names, or `all`) with another status or code."""

    def refused(self: Server, request: Request, condition: Condition) -> Response:
        if when(request) and (conditions == "all" or condition_name(condition) in conditions.split()):
            condition = Condition(
                status or condition.status, code or condition.code, condition.text, condition.allow
            )
        return Server.refused(self, request, condition)

    options = {"shows": REFUSALS, **options}
    register(
        name, requirement, fault, type(name, (Server,), {"refused": refused, "__doc__": fault}), **options
    )
