"""Checks of a 200: its members and their types (RESP-1), then whether each fits the call."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse

from checkpoint_conformance.checks.shown import shown
from checkpoint_conformance.data import as_list, as_object
from checkpoint_conformance.probes.calls import Call
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.finding import Finding, Level, checkpoint_of
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["KNOWN_STATUSES", "RESOURCE_TYPES", "Reading", "success"]

KNOWN_STATUSES = frozenset(
    {
        "protecting",
        "available",
        "error",
        "deleting",
        "deleted",
        "error-deleting",
        "waiting_protect",
        "waiting_restore",
        "restoring",
        "waiting_delete",
    }
)
"""The checkpoint statuses that RESP-3 allows."""
RESOURCE_TYPES = frozenset({"OS::Nova::Server", "OS::Ironic::BareMetalServer"})
"""The resource types that RESP-7 allows."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CREATED_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")
_CLOCK_TOLERANCE = timedelta(minutes=5)
_HALF_HOUR, _MOST_HALF_HOURS = timedelta(minutes=30), 28
"""Zones lie up to 14 hours from UTC, nearly all of them by whole or half hours."""
_STRINGS = {
    "id": (Symptom.ID_MISSING, Symptom.ID_TYPE),
    "status": (Symptom.STATUS_MISSING, Symptom.STATUS_TYPE),
    "created_at": (Symptom.CREATED_AT_MISSING, Symptom.CREATED_AT_TYPE),
    "project_id": (Symptom.PROJECT_ID_MISSING, Symptom.PROJECT_ID_TYPE),
}
"""The string members, with the symptoms for a missing one and for one of another type."""
_PLAN_MEMBERS = (
    ("id", str, "a string", Symptom.PLAN_ID_MISSING, Symptom.PLAN_ID_TYPE),
    ("name", str, "a string", Symptom.PLAN_NAME_MISSING, Symptom.PLAN_NAME_TYPE),
    ("resources", list, "a list", Symptom.PLAN_RESOURCES_MISSING, Symptom.PLAN_RESOURCES_TYPE),
)
_RESOURCE_MEMBERS = {
    "id": (Symptom.RESOURCE_ID_MISSING, Symptom.RESOURCE_ID_TYPE),
    "name": (Symptom.RESOURCE_NAME_MISSING, Symptom.RESOURCE_NAME_TYPE),
    "type": (Symptom.RESOURCE_TYPE_MISSING, Symptom.RESOURCE_TYPE_TYPE),
}
_OF_A_RESOURCE = (
    Symptom.RESOURCE_EXTRA_INFO_TYPE,
    Symptom.RESOURCE_EXTRA_INFO_JSON,
    Symptom.RESOURCE_EXTRA_INFO_OBJECT,
)
"""The symptoms of an `extra_info` that is not a string, not JSON, or not an object."""
_OF_THE_CHECKPOINT = (
    Symptom.CHECKPOINT_EXTRA_INFO_TYPE,
    Symptom.CHECKPOINT_EXTRA_INFO_JSON,
    Symptom.CHECKPOINT_EXTRA_INFO_OBJECT,
)


_MOST_FINDINGS = 100
"""Findings of one response that are kept: a list of resources may have as many faults as it has entries."""


class Reading:
    """What one response shows: the findings, and the requirements that could be judged."""

    def __init__(self, exchange: Exchange) -> None:
        """Start with RESP-1, which can be judged in every response."""
        self._exchange = exchange
        self.findings: list[Finding] = []
        self.exercised = {"RESP-1"}

    def exercise(self, requirement: str) -> None:
        """Note that the response contains what the requirement is about."""
        self.exercised.add(requirement)

    def add(
        self, requirement: str, symptom: Symptom, expected: str, actual: str, level: Level = "MUST"
    ) -> None:
        """Add a finding, unless the response already has too many."""
        self.exercise(requirement)
        if len(self.findings) == _MOST_FINDINGS:
            return
        self.findings.append(Finding.of_answer(self._exchange, requirement, symptom, expected, actual, level))


def success(exchange: Exchange, call: Call, target: Target) -> Reading:
    """Check RESP-1, and whatever one response shows of RESP-2 to RESP-10 and RESP-12.

    A member that is missing or has the wrong type counts against RESP-1 alone; its meaning is not judged.
    Raises StrictJsonError if the body is not strict JSON.
    """
    assert exchange.response is not None
    body = exchange.response.value
    reading = Reading(exchange)
    members = checkpoint_of(exchange)
    if members is None:
        expected = "one root member, `checkpoint`, whose value is an object"
        reading.add("RESP-1", Symptom.NO_CHECKPOINT, expected, shown(body))
        return reading
    if set(body) != {"checkpoint"}:
        surplus = ", ".join(f"`{name}`" for name in sorted(set(body) - {"checkpoint"}))
        reading.add("RESP-1", Symptom.SECOND_ROOT_MEMBER, "no root member other than `checkpoint`", surplus)
    _strings(members, reading)
    _resource_graph(members, reading)
    _identity(members, target, reading)
    _status(members, reading)
    _created_at(members, exchange, reading)
    _plan(members, call, target, reading)
    _checkpoint_extra_info(members, call, reading)
    return reading


def _strings(members: dict[str, Any], reading: Reading) -> None:
    for name, (missing, other_type) in _STRINGS.items():
        if name not in members:
            reading.add("RESP-1", missing, f"a string `{name}`", "no such member")
        elif not isinstance(members[name], str):
            reading.add("RESP-1", other_type, f"a string `{name}`", shown(members[name]))


def _resource_graph(members: dict[str, Any], reading: Reading) -> None:
    expected = "`resource_graph`, a string or null"
    if "resource_graph" not in members:
        reading.add("RESP-1", Symptom.RESOURCE_GRAPH_MISSING, expected, "no such member")
        return
    reading.exercise("RESP-10")
    if not isinstance(members["resource_graph"], str | None):
        reading.add("RESP-10", Symptom.RESOURCE_GRAPH_TYPE, expected, shown(members["resource_graph"]))


def _identity(members: dict[str, Any], target: Target, reading: Reading) -> None:
    identifier, project = members.get("id"), members.get("project_id")
    if isinstance(identifier, str):
        reading.exercise("RESP-2")
        if not _UUID.fullmatch(identifier):
            reading.add("RESP-2", Symptom.ID_IS_NO_UUID, "a hyphenated UUID `id`", shown(identifier))
    if isinstance(project, str):
        reading.exercise("RESP-5")
        if project != target.project_id:
            reading.add(
                "RESP-5", Symptom.WRONG_PROJECT_ID, f"`project_id` {target.project_id}", shown(project)
            )


def _status(members: dict[str, Any], reading: Reading) -> None:
    status = members.get("status")
    if not isinstance(status, str):
        return
    reading.exercise("RESP-3")
    if status not in KNOWN_STATUSES:
        reading.add(
            "RESP-3", Symptom.STATUS_UNKNOWN, f"one of {', '.join(sorted(KNOWN_STATUSES))}", shown(status)
        )
    elif status != "protecting":
        reading.add(
            "RESP-3", Symptom.STATUS_NOT_PROTECTING, "protecting at creation", shown(status), "SHOULD"
        )


def _created_at(members: dict[str, Any], exchange: Exchange, reading: Reading) -> None:
    text = members.get("created_at")
    if not isinstance(text, str):
        return
    reading.exercise("RESP-4")
    try:
        moment = datetime.fromisoformat(text) if _CREATED_AT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        expected = "YYYY-MM-DDTHH:MM:SS, with at most 6 fractional digits and no time zone"
        reading.add("RESP-4", Symptom.CREATED_AT_FORM, expected, shown(text))
        return
    now = datetime.fromtimestamp(exchange.started, UTC).replace(tzinfo=None)
    if abs(moment - now) > _CLOCK_TOLERANCE:
        expected = f"within 5 minutes of {now.isoformat(timespec='seconds')} UTC"
        actual = text + _zone(moment - now)
        reading.add("RESP-4", Symptom.CREATED_AT_FAR_FROM_NOW, expected, actual, "SHOULD")


def _zone(ahead: timedelta) -> str:
    """Name the zone in which a time that is off by whole or half hours would be right, if there is one."""
    halves = round(ahead / _HALF_HOUR)
    if not 0 < abs(halves) <= _MOST_HALF_HOURS or abs(ahead - halves * _HALF_HOUR) > _CLOCK_TOLERANCE:
        return ""
    hours, half = divmod(abs(halves), 2)
    return f", which is the time in the zone UTC{'+' if halves > 0 else '-'}{hours:02}:{half * 30:02}"


def _plan(members: dict[str, Any], call: Call, target: Target, reading: Reading) -> None:
    expected = "an object `protection_plan`"
    if "protection_plan" not in members:
        reading.add("RESP-1", Symptom.PROTECTION_PLAN_MISSING, expected, "no such member")
        return
    plan = as_object(members["protection_plan"])
    if plan is None:
        actual = shown(members["protection_plan"])
        reading.add("RESP-1", Symptom.PROTECTION_PLAN_TYPE, expected, actual)
        return
    for name, kind, noun, missing, other_type in _PLAN_MEMBERS:
        expected = f"{noun} `protection_plan.{name}`"
        if name not in plan:
            reading.add("RESP-1", missing, expected, "no such member")
        elif not isinstance(plan[name], kind):
            reading.add("RESP-1", other_type, expected, shown(plan[name]))
    identifier = plan.get("id")
    if isinstance(identifier, str):
        reading.exercise("RESP-6")
        if identifier.casefold() != target.policy_id.casefold():
            reading.add(
                "RESP-6",
                Symptom.WRONG_PLAN_ID,
                f"`protection_plan.id` {target.policy_id}",
                shown(identifier),
            )
    if isinstance(plan.get("resources"), list):
        _resources(plan["resources"], call, target, reading)


def _resources(resources: list[Any], call: Call, target: Target, reading: Reading) -> None:
    before = len(reading.findings)
    for resource in resources:
        _resource(resource, target, reading)
    if resources:
        reading.exercise("RESP-7")
    if any(finding.requirement == "RESP-7" for finding in reading.findings[before:]):
        return
    reading.exercise("RESP-8")
    listed = sorted(resource["id"].casefold() for resource in resources)
    selected = sorted(identifier.casefold() for identifier in call.selected(target))
    if listed != selected:
        reading.add(
            "RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED, ", ".join(selected), ", ".join(listed) or "none"
        )


def _resource(item: Any, target: Target, reading: Reading) -> None:
    resource = as_object(item)
    if resource is None:
        reading.add("RESP-7", Symptom.RESOURCE_IS_NO_OBJECT, "an object for each resource", shown(item))
        return
    for name, (missing, other_type) in _RESOURCE_MEMBERS.items():
        expected = f"a string `{name}` in every resource"
        if name not in resource:
            reading.add("RESP-7", missing, expected, "no such member")
        elif not isinstance(resource[name], str):
            reading.add("RESP-7", other_type, expected, shown(resource[name]))
    if not resource.get("id", "-"):
        reading.add("RESP-7", Symptom.RESOURCE_ID_EMPTY, "a string `id` in every resource", "an empty one")
    kind = resource.get("type")
    if isinstance(kind, str) and kind not in RESOURCE_TYPES:
        reading.add("RESP-7", Symptom.RESOURCE_TYPE_UNKNOWN, " or ".join(sorted(RESOURCE_TYPES)), shown(kind))
    _resource_extra_info(resource.get("extra_info"), target, reading)


def _resource_extra_info(value: Any, target: Target, reading: Reading) -> None:
    where = "a resource's `extra_info`"
    members = as_object(value) if target.resource_extra_info == "object" else None
    if members is None:
        members = _object_in_string(value, where, _OF_A_RESOURCE, reading)
    if members is None or "exclude_volumes" not in members:
        return
    volumes = as_list(members["exclude_volumes"])
    if volumes is None or not all(isinstance(volume, str) for volume in volumes):
        expected = f"`exclude_volumes` in {where}, a list of disk ids"
        reading.add("RESP-9", Symptom.EXCLUDE_VOLUMES_TYPE, expected, shown(members["exclude_volumes"]))


def _checkpoint_extra_info(members: dict[str, Any], call: Call, reading: Reading) -> None:
    where = "the checkpoint's `extra_info`"
    reading.exercise("RESP-9")
    information = _object_in_string(members.get("extra_info"), where, _OF_THE_CHECKPOINT, reading)
    if information is None:
        return
    creator = information.get("created_by")
    if "created_by" in information and (not isinstance(creator, str) or not creator):
        reading.add("RESP-9", Symptom.CREATED_BY_TYPE, "`created_by`, a non-empty string", shown(creator))
    elif call.by_hand:
        reading.exercise("RESP-12")
        if creator != "manual":
            expected = "`created_by` manual for a call with `auto_trigger` false"
            reading.add("RESP-12", Symptom.CREATED_BY_NOT_MANUAL, expected, shown(creator))


def _object_in_string(
    value: Any, where: str, symptoms: tuple[Symptom, Symptom, Symptom], reading: Reading
) -> dict[str, Any] | None:
    """Return the object encoded in the string, or None; anything but null and an object is reported."""
    no_string, no_json, no_object = symptoms
    if value is None:
        return None
    expected = f"{where}: null, or a string that holds a JSON object"
    if not isinstance(value, str):
        reading.add("RESP-9", no_string, expected, shown(value))
        return None
    try:
        content = as_object(parse(value.encode("utf-8", "surrogatepass")))
    except StrictJsonError as error:
        reading.add("RESP-9", no_json, expected, f"{value[:80]!r}: {error}")
        return None
    if content is None:
        reading.add("RESP-9", no_object, expected, shown(value))
    return content
