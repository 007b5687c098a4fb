"""Mutants of RESP-13: resources that a response describes otherwise than the list of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...framework.edits import answers
from ...framework.shots import BASE, document
from ...service.world import stable_id

if TYPE_CHECKING:
    from collections.abc import Callable

_WEEKLY = BASE.but(body=document(stable_id("weekly")))


def _each(name: str, value: Callable[[list[dict[str, Any]], int], str]) -> Callable[[Any], None]:
    """Return an edit that sets a member of each resource, by the list of all and its place."""

    def edit(body: Any) -> None:
        resources = body["protection_plan"]["resources"]
        before = [dict(each) for each in resources]
        for place, resource in enumerate(resources):
            resource[name] = value(before, place)

    return edit


answers(
    "RESP-13",
    {
        "resource-name-is-its-id": (
            "The name of a resource is its id, since the name was not looked up.",
            _each("name", lambda before, place: before[place]["id"]),
        ),
        "resource-names-of-the-first": (
            "All resources have the name of the first.",
            _each("name", lambda before, _: before[0]["name"]),
        ),
        "resource-names-in-another-order": (
            "Names are listed in another order than ids.",
            _each("name", lambda before, place: before[-1 - place]["name"]),
        ),
        "resource-name-in-upper-case": (
            "The name of a resource is in upper case.",
            _each("name", lambda before, place: before[place]["name"].upper()),
        ),
        "resource-name-placeholder": (
            "The name of a resource is a placeholder.",
            _each("name", lambda _, place: f"resource-{place}"),
        ),
        "resource-type-constant": (
            "Every resource is a virtual server, a bare-metal one too.",
            _each("type", lambda *_: "OS::Nova::Server"),
        ),
        "resource-type-of-metal": (
            "Every resource is a bare-metal server.",
            _each("type", lambda *_: "OS::Ironic::BareMetalServer"),
        ),
    },
    shows=(BASE, _WEEKLY),
    profile="discovery",
)
