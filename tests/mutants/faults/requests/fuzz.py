"""Mutants of FUZZ-1 and FUZZ-2: combinations that no probe with a single fault covers."""

# ruff: noqa: D102 - what an overridden step does and is given is said where it is defined

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...framework.mutant import DEFAULTS, OUTSIDE, breaks, refusing, replaces
from ...framework.shots import BASE, checkpoint, document, parameters
from ...service.refusals import Refusal, refuse
from ...service.schema import ABSENT, Call
from ...service.server import Server
from ...service.world import POLICY, TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.wire import Connection, Request

_IDS = [resource.id for resource in POLICY.resources]
_GUESS = {"REQ-1": "the request is also a form of the documented one"}

# -- FUZZ-1: valid but refused ------------------------------------------------------------------------


def _declines(
    name: str,
    fault: str,
    when: Callable[[Request, dict[str, Any]], bool],
    shows: Any,
    then: Callable[..., Any] | None = None,
    requirement: str = "FUZZ-1",
    **options: Any,
) -> None:
    """Register a server that refuses, after every other check, valid calls for which `when` holds."""

    def declined(call: Call, *_: Any) -> bool:
        return when(call.request, json.loads(call.request.body)["checkpoint"])

    then = then or refusing("invalid-request")
    replaces(requirement, name, fault, "make", then, declined, shows=shows, **options)


def _parameters(test: Callable[[dict[str, Any]], bool]) -> Callable[[Request, dict[str, Any]], bool]:
    return lambda _, members: test(members["parameters"])


_declines(
    "automatic-and-null-resources-refused",
    "auto_trigger true together with resources null is refused.",
    _parameters(lambda p: p.get("auto_trigger") is True and p.get("resources", ABSENT) is None),
    parameters({"auto_trigger": True, "resources": None}),
    requirement="REQ-5",
    also={"FUZZ-1": "the combination is a generator's"},
)
_declines(
    "by-hand-and-empty-resources-refused",
    "auto_trigger false together with resources [] is refused.",
    _parameters(lambda p: p.get("auto_trigger") is False and p.get("resources") == []),
    parameters({"auto_trigger": False, "resources": []}),
    requirement="REQ-5",
    also={"FUZZ-1": "the combination is a generator's"},
)
_declines(
    "automatic-and-one-resource-forbidden",
    "auto_trigger true together with one resource gets 403.",
    _parameters(lambda p: p.get("auto_trigger") is True and len(p.get("resources") or ()) == 1),
    parameters({"auto_trigger": True, "resources": _IDS[:1]}),
    refusing("forbidden"),
    also={"REQ-3": "if its probe selects one resource", "REQ-4": "if its probe is automatic"},
)
_declines(
    "automatic-and-all-resources-not-found",
    "auto_trigger true together with every resource by name gets 404.",
    _parameters(lambda p: p.get("auto_trigger") is True and len(set(p.get("resources") or ())) == len(_IDS)),
    parameters({"auto_trigger": True, "resources": _IDS}),
    refusing("policy-not-found"),
    also={"REQ-3": "if its probe selects all", "REQ-4": "if its probe is automatic"},
)
_declines(
    "parameters-before-plan-refused",
    "A body that has parameters before plan_id is refused by a parser of streams.",
    lambda _, members: next(iter(members)) == "parameters",
    checkpoint({"parameters": {}, "plan_id": POLICY.id}),
    also=_GUESS,
)
_declines(
    "resources-before-auto-trigger-refused",
    "A body that has resources before auto_trigger is refused by a parser of streams.",
    _parameters(lambda p: list(p) == ["resources", "auto_trigger"]),
    parameters({"resources": _IDS[:2], "auto_trigger": False}),
    also=_GUESS,
)
_declines(
    "escaped-letters-refused",
    "A body whose strings have escapes is refused by a pattern that reads it.",
    lambda request, _: rb"\u" in request.body,
    BASE.but(body=BASE.octets.replace(b"plan_id", rb"plan_\u0069d")),
    also=_GUESS,
)
_declines(
    "indented-body-refused",
    "A body with line feeds is refused by a reader of lines.",
    lambda request, _: b"\n" in request.body,
    BASE.but(body=json.dumps(BASE.body, indent=2).encode()),
    also=_GUESS,
)
_declines(
    "body-without-spaces-refused",
    "A body without any space is refused by a pattern that reads it.",
    lambda request, _: b" " not in request.body,
    BASE.but(body=json.dumps(BASE.body, separators=(",", ":")).encode()),
    also={"REQ-1": "the documented request may be sent without spaces"},
)
_declines(
    "header-name-case-matters",
    "The token is found only under X-Auth-Token, not under x-auth-token.",
    lambda request, _: all(name != "X-Auth-Token" for name, _ in request.headers),
    BASE.but(token=None, headers=(("x-auth-token", TOKENS["demo"]),)),
    refusing("unauthenticated"),
    also={
        "REQ-1": "a client may write the names of headers in any case",
        "AUTH-1": "the token is taken for missing",
    },
)
_declines(
    "media-type-case-matters",
    "The content type is accepted in small letters only.",
    lambda request, _: "application/json" not in (request.header("content-type") or ""),
    BASE.but(content_type="Application/JSON"),
    equivalent="the contract names one spelling of the content type, and speaks of no other",
)
_declines(
    "unknown-header-refused",
    "A header that the service does not know is refused.",
    lambda request, _: any(
        name.lower().startswith("x-") and "auth" not in name.lower() for name, _ in request.headers
    ),
    BASE.but(headers=(("X-Request-Id", "1"),)),
    also=_GUESS,
)
for _requirement, _name, _fault, _when, _then, _sent in (
    (
        "NF-3",
        "outside-resource-not-a-uuid-forbidden",
        "A resource that is not a UUID gets 403, which does not fit.",
        lambda _, wanted: any("-" not in each for each in wanted),
        refusing("forbidden"),
        ["x"],
    ),
    (
        "NF-3",
        "empty-resource-unauthorised",
        "A resource that is an empty string gets 401, which does not fit.",
        lambda _, wanted: "" in wanted,
        refusing("unauthenticated"),
        [""],
    ),
    (
        "FUZZ-1",
        "sixty-four-resources-too-large",
        "As many resources as are allowed get 413.",
        lambda _, wanted: len(wanted) == 64,
        refusing("too-large"),
        [OUTSIDE] * 64,
    ),
    (
        "FUZZ-1",
        "long-resource-unauthorised",
        "A resource of more than 36 letters gets 401, which does not fit.",
        lambda _, wanted: any(len(each) > 36 for each in wanted),
        refusing("unauthenticated"),
        ["x" * 40],
    ),
):
    replaces(
        _requirement,
        _name,
        _fault,
        "outside_resource",
        _then,
        _when,
        shows=parameters({"resources": _sent}),
        also={
            "NF-3": "the resource is outside the policy",
            "FUZZ-1": "the refusal does not fit",
            "REQ-17": "if many or long",
        },
    )


@breaks(
    "NF-3",
    shows=parameters({"resources": [_IDS[0], OUTSIDE], "auto_trigger": True}),
    also={"FUZZ-1": "the refusal does not fit"},
)
class OutsideResourceForbiddenWhenAutomatic(Server):
    """A resource outside the policy of an automatic call gets 403, which does not fit."""

    def validate(self, request: Request, project: str, document: Any) -> Call:
        call = super().validate(request, project, document)
        if call.auto_trigger and set(call.resources or ()) - set(_IDS):
            refuse("forbidden")
        return call


# -- FUZZ-2: invalid in more than one way but accepted ------------------------------------------------


class _Rescuing(Server):
    """Accepts some bodies that are against the schema as the default call."""

    def rescues(self, root: dict[str, Any]) -> bool:
        """Return whether to accept `root`, an object that was refused."""
        raise NotImplementedError

    def validate(self, request: Request, project: str, document: Any) -> Call:
        try:
            return super().validate(request, project, document)
        except Refusal:
            if not isinstance(document, dict) or not self.rescues(document):
                raise
            return super().validate(request, project, DEFAULTS["read_root"])


def _members(root: dict[str, Any]) -> dict[str, Any]:
    found = root.get("checkpoint")
    return found if isinstance(found, dict) else {}


def _inner(root: dict[str, Any]) -> dict[str, Any]:
    found = _members(root).get("parameters")
    return found if isinstance(found, dict) else {}


@breaks(
    "FUZZ-2",
    shows=checkpoint({}),
    also={"REQ-9": "plan_id is missing", "REQ-10": "parameters are missing", "REQ-8": "checkpoint is empty"},
)
class EmptyCheckpointRunsTheDefault(_Rescuing):
    """A checkpoint that is an empty object runs the default policy."""

    def rescues(self, root: dict[str, Any]) -> bool:
        return root == {"checkpoint": {}}


@breaks("FUZZ-2", shows=checkpoint({"plan_id": 7, "parameters": None}))
class TwoFaultsCancelEachOther(_Rescuing):
    """plan_id and parameters that are both of another type are overlooked."""

    def rescues(self, root: dict[str, Any]) -> bool:
        members = _members(root)
        return not isinstance(members.get("plan_id", ""), str) and not isinstance(
            members.get("parameters", {}), dict
        )


@breaks(
    "FUZZ-2",
    shows=checkpoint({"plan_id": 7, "parameters": {}, "other": 1}),
    also={"REQ-14": "a member is unknown"},
)
class UnknownMemberSwitchesTheCheckOff(_Rescuing):
    """With an unknown member in checkpoint a plan_id of another type is accepted."""

    def rescues(self, root: dict[str, Any]) -> bool:
        members = _members(root)
        unknown = set(members) - {"plan_id", "parameters"}
        return bool(unknown) and not isinstance(members.get("plan_id", ""), str)


@breaks("FUZZ-2", shows=parameters({"auto_trigger": 3, "resources": 5}))
class BothParametersWrongAreIgnored(_Rescuing):
    """auto_trigger and resources that are both of another type are ignored together."""

    def rescues(self, root: dict[str, Any]) -> bool:
        auto, wanted = (_inner(root).get(name, ABSENT) for name in ("auto_trigger", "resources"))
        return (
            ABSENT not in (auto, wanted)
            and not isinstance(auto, bool)
            and not isinstance(wanted, (list, type(None)))
        )


@breaks(
    "REQ-12",
    shows=parameters({"auto_trigger": True, "resources": {}}),
    also={"FUZZ-2": "the combination is a generator's"},
)
class ResourcesUncheckedWhenAutomatic(_Rescuing):
    """With auto_trigger true resources of another type are accepted."""

    def rescues(self, root: dict[str, Any]) -> bool:
        wanted = _inner(root).get("resources")
        return _inner(root).get("auto_trigger") is True and not isinstance(wanted, (list, type(None)))


@breaks(
    "REQ-12",
    shows=parameters({"resources": {}}),
    also={"FUZZ-2": "the combination is a generator's"},
)
class ResourcesUncheckedWithoutTrigger(_Rescuing):
    """Without auto_trigger resources of another type are accepted."""

    def rescues(self, root: dict[str, Any]) -> bool:
        inner = _inner(root)
        return "auto_trigger" not in inner and not isinstance(inner.get("resources"), (list, type(None)))


def _unchecked_trigger(inner: dict[str, Any]) -> bool:
    return not isinstance(inner.get("auto_trigger"), (bool, type(None)))


@breaks(
    "REQ-11",
    shows=parameters({"auto_trigger": "x", "resources": []}),
    also={"FUZZ-2": "the combination is a generator's"},
)
class AutoTriggerUncheckedWithEmptyResources(_Rescuing):
    """With resources [] an auto_trigger of another type is accepted."""

    def rescues(self, root: dict[str, Any]) -> bool:
        inner = _inner(root)
        return inner.get("resources") == [] and _unchecked_trigger(inner)


@breaks(
    "REQ-11",
    shows=parameters({"auto_trigger": "x"}),
    also={"FUZZ-2": "the combination is a generator's"},
)
class AutoTriggerUncheckedWithoutResources(_Rescuing):
    """Without resources an auto_trigger of another type is accepted."""

    def rescues(self, root: dict[str, Any]) -> bool:
        inner = _inner(root)
        return "resources" not in inner and _unchecked_trigger(inner)


@breaks("REQ-14", shows=BASE.but(body={**document(), "unknown": 1}))
class UnknownMemberUncheckedWithoutParameters(_Rescuing):
    """With parameters {} an unknown member at the root is ignored."""

    def rescues(self, root: dict[str, Any]) -> bool:
        return root.keys() > {"checkpoint"} and _members(root).get("parameters") == {}


@breaks(
    "FUZZ-2", shows=BASE.but(body=document("", auto_trigger="x")), also={"REQ-15": "plan_id is malformed"}
)
class MalformedPlanUncheckedWithWrongTrigger(_Rescuing):
    """A malformed plan_id together with an auto_trigger of another type runs the default policy."""

    def rescues(self, root: dict[str, Any]) -> bool:
        plan, auto = _members(root).get("plan_id"), _inner(root).get("auto_trigger", False)
        return isinstance(plan, str) and len(plan) != 36 and not isinstance(auto, bool)


@breaks(
    "REQ-8", shows=BASE.but(body={"checkpoint": None, "other": 1}), also={"FUZZ-2": "there are two faults"}
)
class UnknownRootMemberRunsTheDefault(_Rescuing):
    """With an unknown member at the root a checkpoint of another type is accepted."""

    def rescues(self, root: dict[str, Any]) -> bool:
        return len(root) > 1 and not isinstance(root.get("checkpoint"), dict)


# -- FUZZ-1: valid, but in pieces ---------------------------------------------------------------------


@breaks("FUZZ-1", shows=BASE.but(body=b" " * 20_000 + BASE.octets))
class OnlyTheFirstPieceRead(Server):
    """Of a body that arrives in pieces only the first is read."""

    def read(self, connection: Connection) -> Request | None:
        request = connection.read_request()
        if request is not None:
            first = len(connection.reader.peek()) if int(request.header("content-length") or 0) else 0
            connection.read_body(request)
            request.body = request.body[:first] if first else request.body
            self.count(request)
        return request
