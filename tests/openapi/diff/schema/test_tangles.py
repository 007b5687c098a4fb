"""Schemas that refer to each other in cycles: a break is found from every request that leads to it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openapi.diff.judging import judged

_NAMES = ("A", "B", "C", "D", "E")
_FORMS = ("member", "items", "choice", "all")
_EDGES = st.lists(
    st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.sampled_from(_FORMS)),
    max_size=9,
    unique=True,
)


def _reference(name: str, form: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}"}
    match form:
        case "items":
            return {"type": "array", "items": reference}
        case "choice":
            return {"anyOf": [{"type": "string"}, reference]}
        case "all":
            return {"allOf": [reference, {"type": "object", "required": ["v"]}]}
        case _:
            return reference


def _tangle(edges: list[tuple[str, str, str]], *, event: str | None = None) -> dict[str, Any]:
    """Return a contract with a request for each schema, and with a callback that uses one of them first."""
    schemas: dict[str, Any] = {
        name: {"type": "object", "properties": {"v": {"type": "integer", "maximum": 9}}} for name in _NAMES
    }
    for number, (start, end, form) in enumerate(edges):
        schemas[start]["properties"][f"to{number}"] = _reference(end, form)
    answers = {"200": {"description": "done"}}
    paths: dict[str, Any] = {
        f"/{name}": {"post": {"requestBody": _body(name), "responses": answers}} for name in _NAMES
    }
    if event is not None:
        called = {"{$request.body#/url}": {"post": {"requestBody": _body(event), "responses": answers}}}
        told = {"post": {"responses": answers, "callbacks": {"told": called}}}
        paths = {"/told": told, **paths}
    info = {"title": "Tangle", "version": "1.0.0"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _body(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": _reference(name, "member")}}}


def _reaching(edges: list[tuple[str, str, str]], target: str) -> set[str]:
    """Return the names of the schemas that lead to one of them."""
    found = {target}
    for _ in _NAMES:
        found |= {start for start, end, _ in edges if end in found}
    return found


@settings(max_examples=80)
@given(_EDGES, st.sampled_from(_NAMES), st.none() | st.sampled_from(_NAMES))
def test_a_break_is_told_of_every_request_that_leads_to_it(
    edges: list[tuple[str, str, str]], changed: str, event: str | None
) -> None:
    """Neither a cycle nor an earlier comparison, in which the change was harmless, hides a break."""
    old = _tangle(edges, event=event)
    new = copy.deepcopy(old)
    new["components"]["schemas"][changed]["properties"]["v"]["maximum"] = 8

    found = [finding for finding in judged(old, new).findings if finding.id == "request-range-narrowed"]

    told = {operation for finding in found for operation in (finding.operation, *finding.aliases)}
    assert told == {f"POST /{name}" for name in _reaching(edges, changed)}
    assert all(finding.witness is not None for finding in found)


_LARGE = 120
"""More schemas than comparisons are nested."""


def _expandable(changed: set[int]) -> dict[str, Any]:
    """Return a contract with a response that leads through alternatives to many schemas and back.

    As in payment APIs, each place has an object or its id. In the changed schemas, a member is required.
    """
    schemas: dict[str, Any] = {}
    for number in range(_LARGE):
        others = [f"S{(number + step) % _LARGE}" for step in (1, 7)]
        to = {f"to{other}": {"anyOf": [{"type": "string"}, _reference(other, "member")]} for other in others}
        members = {"kind": {"enum": [f"S{number}"]}, "v": {"type": "integer"}}
        schemas[f"S{number}"] = {
            "type": "object",
            "required": ["kind", *(["v"] if number in changed else [])],
            "properties": members | to,
        }
    answers = {"200": {"description": "found"} | _body("S0")}
    info = {"title": "Expandable", "version": "1.0.0"}
    paths = {"/objects": {"get": {"responses": answers}}}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


@settings(max_examples=3)
@given(st.sets(st.integers(0, _LARGE - 1), min_size=1, max_size=4))
def test_a_large_tangle_leaves_nothing_for_review(changed: set[int]) -> None:
    """More required members in a response break no client, and each is told once, to implementers alone."""
    found = judged(_expandable(set()), _expandable(changed))
    assert found.verdict == "compatible"
    told = [finding for finding in found.findings if finding.id != "version-too-low"]
    assert {finding.id for finding in told} == {"response-member-became-required"}
    assert len(told) == len(changed)
