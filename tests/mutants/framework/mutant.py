"""Mutants: what they are, how to register them, and helpers for the common kinds.

A mutant is a server with one fault. It is either a class with one step overridden, registered by `breaks`
(named after the class, with the docstring as its fault), or a row that one of the functions here turns
into such a class.

Rules of blame: a fault belongs to the most specific requirement. A response that is not a complete HTTP
message breaks HTTP-1; wrong bytes in a complete one's body break HTTP-2. A missing member breaks RESP-1, a
member with a wrong value its own requirement. Repeating a whole response breaks RESP-11, repeating only its
id RESP-2. `also` lists other requirements that could fairly be blamed, each with the reason.
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
"""An id that does not exist."""

_SHOULD = frozenset(
    (
        "HTTP-4",
        "HTTP-7",
        "AUTH-6",
        "AUTH-7",
        "REQ-5",
        "REQ-14",
        "NF-3",
        "RESP-8",
        "RESP-12",
        "RESP-13",
        "ERR-2",
        "ERR-3",
        "OBS-4",
        "DEL-2",
        "CONF-1",
    )
)
_PROFILES = {"DISC": "discovery", "OBS": "observation", "DEL": "deletion", "CONF": "conflict"}
_NEEDS = {
    "AUTH-3": "expired_token",
    "AUTH-4": "second_project",
    "AUTH-5": "read_only_token",
    "NF-2": "second_project",
    "OBS-4": "second_project",
}


class Roomy(Server):
    """Reads bodies of every size that the suite sends, so that their content is checked."""

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
"""Requests to refuse, one for each common condition."""

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
"""Requests that reveal most faults."""


@dataclass(frozen=True)
class Mutant:
    """A broken server, the one `requirement` that it breaks, and its `fault` as a sentence.

    `shows` are requests for which it differs from the conforming server. `also` maps requirements that could
    be blamed instead, or that break as a consequence, to the reason. `equivalent` says why a suite need not
    find the fault; it is usually empty. A fault of level SHOULD causes a warning.
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
"""The mutants registered so far; `catalogue` loads all of them."""


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
    """Register a mutant; defaults follow from its requirement."""
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
    """Return the name of a class in kebab-case."""
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
"""What a lax server uses in place of an invalid member."""


def accepts(
    requirement: str,
    name: str,
    fault: str,
    step: str,
    when: Callable[[Any], bool],
    shows: Any,
    **options: Any,
) -> None:
    """Register a server that, at `step`, replaces a value for which `when` holds with the default."""
    replaces(requirement, name, fault, step, lambda *_: DEFAULTS[step], when, shows=shows, **options)


def refusing(
    status_or_name: int | str, code: str = "CSBS.9001", text: str = "Refused."
) -> Callable[..., NoReturn]:
    """Return a step that refuses the request with a named condition, or with a status and code."""

    def step(*_: Any) -> NoReturn:
        if isinstance(status_or_name, str):
            refuse(status_or_name)
        raise Refusal(Condition(status_or_name, code, text))

    return step


def crash(*_: Any) -> NoReturn:
    """Respond with the internal error, as a crashed server does."""
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
    """Return the name of a condition in the error table."""
    return next(name for name, each in CONDITIONS.items() if each.text == condition.text)


def malformed(body: bytes) -> bool:
    """Return whether `body` is not valid JSON."""
    try:
        strictjson.read(body)
    except strictjson.NotJson:
        return True
    return False


def sent_parameters(request: Request) -> dict[str, Any]:
    """Return the `parameters` of a request; empty if its body has none."""
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
    """Register a server that gives `conditions` (names, or `all`) another status or code."""

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
