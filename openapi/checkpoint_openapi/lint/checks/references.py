"""Checks of references from one place of the document to another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checkpoint_openapi.document.documents import Location, UnresolvedError
from checkpoint_openapi.document.pointer import child, escaped, unescaped
from checkpoint_openapi.document.structure.objects import Node
from checkpoint_openapi.document.structure.unread import is_uri
from checkpoint_openapi.document.values import items, members
from checkpoint_openapi.lint.checks.usage import used_components
from checkpoint_openapi.lint.finding import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checkpoint_openapi.lint.context import Context

__all__ = [
    "component_unused",
    "link_dangling",
    "link_parameter_unknown",
    "ref_dangling",
    "ref_siblings",
    "security_scope_undeclared",
    "security_undeclared",
]

# The member of `components` for each kind.
_SECTIONS = {
    "schema": "schemas",
    "response": "responses",
    "parameter": "parameters",
    "example": "examples",
    "request-body": "requestBodies",
    "header": "headers",
    "security-scheme": "securitySchemes",
    "link": "links",
    "callback": "callbacks",
    "path-item": "pathItems",
}

# A header may be sent without being declared.
_READS = re.compile(r"\$request\.(path|query)\.(.+)")


def ref_dangling(context: Context) -> Iterator[Fault]:
    """Find dangling references, references to another kind of object, and cycles of references."""
    for node in context.objects:
        if node.reference is None:
            continue
        what = None
        try:
            if not isinstance(context.read(context.at(node.pointer)), dict | bool):
                what = "there is no object there"
        except UnresolvedError as error:
            what = error.why
        wanted, whole = _SECTIONS.get(node.kind), node.reference.count("/") == 3
        section = next((kind for kind, _ in _component(node.reference)), wanted)
        if what is None and wanted and whole and section != wanted:
            what = f"it names one of the {section}, but one of the {wanted} belongs here"
        if what is not None:
            yield Fault(
                f"{node.pointer}/$ref",
                f"the reference {node.reference} leads to nothing usable: {what}",
                "correct the reference, or add what it names",
            )
    for node in context.own("schema"):
        yield from _unmapped(context, node)
        try:
            context.documents.dynamic_targets(context.at(node.pointer))
        except UnresolvedError as error:
            yield Fault(
                f"{node.pointer}/$dynamicRef",
                f"the reference {node.value['$dynamicRef']} leads to nothing usable: {error.why}",
                "correct the reference, or add what it names",
            )


def _unmapped(context: Context, node: Node) -> Iterator[Fault]:
    """Yield the values of a discriminator's mapping that name no schema."""
    for value, written in members(members(node.value.get("discriminator")).get("mapping")).items():
        if not isinstance(written, str) or written in _schemas(context):
            continue
        pointer = child(node.pointer, "discriminator", "mapping", value)
        try:
            context.documents.get(context.documents.resolve(context.at(node.pointer), written))
        except UnresolvedError as error:
            what = f"the mapping to {written} leads to nothing usable: {error.why}"
            yield Fault(pointer, what, "correct the reference, or add what it names")


def _schemas(context: Context) -> dict[str, Any]:
    return members(members(context.document.get("components")).get("schemas"))


def ref_siblings(context: Context) -> Iterator[Fault]:
    """Find siblings of `$ref` that a reader ignores."""
    for node in context.objects:
        if node.reference is None or node.kind == "path-item":
            continue
        if context.is_3_0:
            heeded = {"$ref"}
        elif node.kind == "schema":
            continue
        else:
            heeded = {"$ref", "summary", "description"}
        for member in node.value.keys() - heeded:
            fix = "move it to what the reference names"
            if node.kind == "schema":
                fix += ", or wrap the reference in `allOf`"
            yield Fault(f"{node.pointer}/{member}", f"`{member}` next to `$ref` is ignored", fix)


def component_unused(context: Context) -> Iterator[Fault]:
    """Find components that nothing in use refers to, in a document with operations of its own."""
    if not (context.document.get("paths") or context.document.get("webhooks")):
        return
    used = used_components(context)
    for kind, components in members(context.document.get("components")).items():
        for name in members(components):
            if not kind.startswith("x-") and (kind, name) not in used:
                yield Fault(
                    f"/components/{kind}/{escaped(name)}",
                    f"the component {name!r} is not used",
                    "refer to it or remove it",
                    owner=f"/components/{kind}",
                )


def security_undeclared(context: Context) -> Iterator[Fault]:
    """Find security requirements that do not name a scheme of the document."""
    declared = members(members(context.document.get("components")).get("securitySchemes"))
    for node in context.all("security"):
        for name in node.value.keys() - declared.keys():
            if context.documents.version >= (3, 2) and is_uri(name):
                # Such a name is reported as not supported yet.
                continue
            yield Fault(
                f"{node.pointer}/{escaped(name)}",
                f"the security scheme {name!r} is not declared",
                "add it under `components/securitySchemes`, or correct the name",
            )


def security_scope_undeclared(context: Context) -> Iterator[Fault]:
    """Find scopes that no flow of an OAuth 2 scheme declares, and in 3.0 those of other schemes."""
    place = context.at("") / "components" / "securitySchemes"
    declared: dict[str, set[str] | None] = {}
    for node in context.all("security"):
        for name, scopes in node.value.items():
            if name not in declared:
                declared[name] = _scopes(context, place / name)
            for number, scope in enumerate(items(scopes)):
                known = declared[name]
                if known is not None and scope not in known:
                    yield Fault(
                        child(node.pointer, name, number),
                        f"{name!r} declares no scope {scope!r}",
                        "add it to `scopes` of the flow that grants it, or correct the name",
                    )


def _scopes(context: Context, place: Location) -> set[str] | None:
    """Return the scopes of a security scheme, or None if it does not say which there are."""
    try:
        scheme = members(context.read(place)) if context.documents.has(place) else {}
    except UnresolvedError:
        return None
    if scheme.get("type") == "oauth2":
        flows = members(scheme.get("flows")).values()
        return {scope for flow in flows for scope in members(members(flow).get("scopes"))}
    return set() if context.is_3_0 and scheme.get("type") in ("apiKey", "http") else None


def link_dangling(context: Context) -> Iterator[Fault]:
    """Find links to operations that do not exist."""
    known = [node.value.get("operationId") for node in context.all("operation")]
    for node in context.own("link"):
        identifier, reference = node.value.get("operationId"), node.value.get("operationRef")
        if isinstance(identifier, str) and identifier not in known:
            yield Fault(
                f"{node.pointer}/operationId",
                f"no operation has the id {identifier!r}",
                "correct the id; for an operation of another document use `operationRef`",
            )
        if isinstance(reference, str):
            try:
                context.documents.resolve(context.at(node.pointer), reference)
            except UnresolvedError as error:
                yield Fault(
                    f"{node.pointer}/operationRef",
                    f"the link to {reference} leads nowhere: {error.why}",
                    "correct the reference",
                )


def link_parameter_unknown(context: Context) -> Iterator[Fault]:
    """Find link parameters that neither the linked operation nor the one with the link has."""
    for node in context.own("link"):
        yield from _unknown_sources(context, node)
        try:
            operation = _linked(context, node)
            known = _parameters(context, operation) if operation else None
        except UnresolvedError:
            continue
        if known is None:
            continue
        for name in members(node.value.get("parameters")).keys() - known:
            yield Fault(
                f"{node.pointer}/parameters/{escaped(name)}",
                f"the operation that the link leads to has no parameter {name!r}",
                "correct the name, or declare the parameter there",
            )


def _unknown_sources(context: Context, link: Node) -> Iterator[Fault]:
    """Find link values that are read from a parameter that the link's own operation does not have."""
    start = link.ancestor("operation")
    if start is None:
        return
    try:
        known = _parameters(context, context.at(start.pointer))
    except UnresolvedError:
        return
    for name, value in members(link.value.get("parameters")).items():
        read = _READS.fullmatch(str(value))
        if read and ".".join(read.groups()) not in known:
            yield Fault(
                f"{link.pointer}/parameters/{escaped(name)}",
                f"{value} reads a parameter that the operation does not have",
                "correct the name, or declare the parameter",
            )


def _linked(context: Context, link: Node) -> Location | None:
    """Return the operation that a link leads to, if any; raises `UnresolvedError` if it dangles."""
    reference, wanted = link.value.get("operationRef"), link.value.get("operationId")
    if isinstance(reference, str):
        return context.documents.resolve(context.at(link.pointer), reference)
    found = (node for node in context.own("operation") if wanted and node.value.get("operationId") == wanted)
    return next((context.at(node.pointer) for node in found), None)


def _parameters(context: Context, operation: Location) -> set[str]:
    """Return an operation's parameter names, each also with its location.

    Raises `UnresolvedError` if a reference dangles.
    """
    around = Location(operation.file, operation.pointer.rpartition("/")[0])
    names: set[str] = set()
    for holder in (around, operation):
        for each in context.parameters(holder):
            names |= {str(each.get("name")), f"{each.get('in')}.{each.get('name')}"}
    return names


def _component(reference: str) -> Iterator[tuple[str, str]]:
    tokens = reference.split("#", 1)[-1].split("/")
    if len(tokens) >= 4 and tokens[:2] == ["", "components"]:
        yield tokens[2], unescaped(tokens[3])
