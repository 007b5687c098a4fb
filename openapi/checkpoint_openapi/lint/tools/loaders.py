"""Checks by tools that really load the document: openapi-spec-validator, Connexion, Schemathesis."""

from __future__ import annotations

import copy
import logging
import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import yaml

from checkpoint_openapi.document.formats.fast_yaml import FastSafeLoader
from checkpoint_openapi.document.pointer import escaped, tokens
from checkpoint_openapi.document.structure.objects import METHODS
from checkpoint_openapi.lint.finding import Fault, SkippedError
from checkpoint_openapi.lint.tools.prose import prose_violated
from checkpoint_openapi.lint.tools.structure import told
from checkpoint_openapi.lint.validator import shortened, untyped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from checkpoint_openapi.lint.context import Context

__all__ = ["connexion_refuses", "schemathesis_refuses", "specification_violated"]

_ANCHOR = "duplicate anchor"
"""The error that readers report for a redefined anchor; the rule `anchor-repeated` knows its place."""


def specification_violated(context: Context) -> Iterator[Fault]:
    """Report what openapi-spec-validator finds, except what another rule reports at its place."""
    found: dict[str, Fault] = {}
    for fault in (*_structure(context), *_schemas(context), *prose_violated(context)):
        found.setdefault(fault.pointer, fault)
    yield from found.values()
    if not found:
        for what in _meaning(context):
            pointer = "/tags" if "ag name" in what else ""
            yield Fault(pointer, what, f"correct it as OpenAPI {context.version} says")


def connexion_refuses(context: Context) -> Iterator[Fault]:
    """Load the document as Connexion does when a server starts."""
    try:
        with warnings.catch_warnings():
            # Importing it warns about a coming version of another package, which is not about the document.
            warnings.simplefilter("ignore")
            operations = untyped("connexion.operations")
            resolvers = untyped("connexion.resolver")
            specifications = untyped("connexion.spec")
    except ModuleNotFoundError as error:
        needed = "Connexion is not installed: pip install 'checkpoint-contract[server]'"
        raise SkippedError(needed) from error
    # It logs each missing token function; the server passes them in another way.
    logging.getLogger("connexion").setLevel(logging.CRITICAL)
    try:
        specification = _loaded(specifications.Specification, context.path.resolve())
        resolver = resolvers.Resolver(function_resolver=_operation)
        for path, item in specification["paths"].items():
            for method in METHODS:
                if method in item:
                    operations.OpenAPIOperation.from_spec(
                        specification, path=path, method=method, resolver=resolver
                    )
    # It raises errors of several packages; with any of them, the server would not start.
    except Exception as error:
        if _ANCHOR in _told(error):
            return
        what = f"Connexion does not load the document: {_told(error)}"
        yield Fault(_pointer_of(error), what, "write what Connexion reads: OpenAPI 3.0, whole and valid")


def _loaded(kind: Any, path: Path) -> Any:
    """Return what Connexion loads from a file, a template of YAML, without its parser written in Python.

    That parser takes most of the time. Only what it would refuse is left to it, for Connexion's own words.
    """
    try:
        text = untyped("jinja2").Template(path.read_bytes().decode("utf-8", "replace")).render()
        document = yaml.load(text, Loader=FastSafeLoader)  # noqa: S506 - safe, in C
    except yaml.YAMLError:
        return kind.load(path)
    return kind.from_dict(document, base_uri=f"{path.parent}{os.sep}")


def schemathesis_refuses(context: Context) -> Iterator[Fault]:
    """Load the document as Schemathesis does before it generates requests."""
    schemathesis = untyped("schemathesis")
    failed = untyped("schemathesis.core.result").Err
    try:
        schema = schemathesis.openapi.from_path(context.path)
        errors = [result.err() for result in schema.get_all_operations() if isinstance(result, failed)]
    # It raises errors of several packages; with any of them, no request would be generated.
    except Exception as error:
        errors = [error]
    for what in dict.fromkeys(map(_told, errors)):
        if _ANCHOR not in what:
            yield Fault("", f"Schemathesis does not load the document: {what}", "correct what it names")


def _structure(context: Context) -> Iterator[Fault]:
    """Yield violations of the specification's own JSON Schema."""
    if context.version[:3] not in _known():
        raise SkippedError(f"openapi-spec-validator does not know the version {context.version!r}")
    document = _without_path_references(context)
    if _kind(context).schema_validator.is_valid(document):
        return
    for error in _describing(context.version[:3]).iter_errors(document):
        yield from told(error)


@cache
def _describing(version: str) -> Any:
    """Return a validator of OpenAPI's JSON Schema that is slow, and describes every error.

    It passes over each object that a fast one finds sound: most of a document is, whatever else it holds.
    """
    schema: dict[str, Any] = dict(_known()[version])
    engine, validators = untyped("jsonschema_rs"), untyped("jsonschema.validators")
    kind = validators.validator_for(schema)
    describe = kind.VALIDATORS["$ref"]
    definitions = {name: schema[name] for name in ("$schema", "$defs", "definitions") if name in schema}

    @cache
    def check_of(target: str) -> Callable[[Any], bool]:
        one = definitions | {"allOf": [{"$ref": target}]}
        return cast("Callable[[Any], bool]", engine.validator_for(one, validate_formats=False).is_valid)

    def reference(validator: Any, target: str, value: Any, schema: Any) -> Iterator[Any]:
        if not check_of(target)(value):
            yield from describe(validator, target, value, schema)

    return validators.extend(kind, {"$ref": reference})(schema)


def _known() -> dict[str, Any]:
    """Return the JSON Schema of each version of OpenAPI."""
    schemas = untyped("openapi_spec_validator.schemas")
    return {"3.0": schemas.schema_v30, "3.1": schemas.schema_v31, "3.2": schemas.schema_v32}


def _without_path_references(context: Context) -> dict[str, Any]:
    """Return the document without the `$ref` of path items that have siblings, allowed since OpenAPI 3.1.

    The JSON Schema of OpenAPI takes such a path item for a Reference Object, which allows no siblings.
    """
    whole = [node for node in context.all("path-item") if node.reference is not None and len(node.value) > 1]
    if context.is_3_0 or not whole:
        return context.document
    document = copy.deepcopy(context.document)
    for node in whole:
        item: Any = document
        for token in tokens(node.pointer):
            item = item[token]
        del item["$ref"]
    return document


def _schemas(context: Context) -> Iterator[Fault]:
    """Yield violations of the Schema Object's dialect that the document's JSON Schema does not cover."""
    dialects = untyped("openapi_schema_validator")
    dialect = {
        (3, 0): dialects.OAS30Validator,
        (3, 1): dialects.OAS31Validator,
        (3, 2): dialects.OAS32Validator,
    }[context.documents.version]
    # Invalid patterns have a rule of their own, so formats are not checked.
    formats = untyped("jsonschema").FormatChecker(formats=[])
    is_sound = _sound(context, dialect)
    for node in context.own("schema"):
        if (node.parent is not None and node.parent.kind == "schema") or is_sound(node.value):
            continue
        try:
            dialect.check_schema(node.value, format_checker=formats)
        except untyped("jsonschema").SchemaError as error:
            yield from told(error, node.pointer)


def _sound(context: Context, dialect: Any) -> Callable[[Any], bool]:
    """Return a check of the dialect that is fast, and only tells whether there is an error to describe.

    The dialects since 3.1 consist of several schemas that the library does not publish.
    """
    if not context.is_3_0:
        return lambda _: False
    return _checks_of(dialect)


@cache
def _checks_of(dialect: Any) -> Callable[[Any], bool]:
    engine = untyped("jsonschema_rs")
    return cast(
        "Callable[[Any], bool]", engine.validator_for(dialect.META_SCHEMA, validate_formats=False).is_valid
    )


def _meaning(context: Context) -> Iterator[str]:
    """Yield what openapi-spec-validator finds beyond the structure and no rule here covers."""
    exceptions = untyped("openapi_spec_validator.validation.exceptions")
    base = untyped("openapi_spec_validator.validation.keywords").KeywordValidator
    silent = type("Silent", (base,), {"__call__": _nothing})
    kind = _kind(context)
    keywords = {**kind.keyword_validators, "default": silent}
    validator = type("WithoutDefaults", (kind,), {"keyword_validators": keywords})(
        context.bundle.document, base_uri="urn:bundle"
    )
    elsewhere = (
        exceptions.DuplicateOperationIDError,
        exceptions.ExtraParametersError,
        exceptions.ParameterDuplicateError,
        exceptions.UnresolvableParameterError,
    )
    try:
        for error in validator.root_validator(validator.schema_path):
            # Invalid patterns have a rule of their own, which knows the place.
            is_pattern = getattr(error, "validator_value", None) == "regex"
            if not isinstance(error, elsewhere) and not is_pattern:
                yield shortened(error.message)
    # References that dangle, or lead to another kind of object, can make it raise anything.
    except Exception as error:
        raise SkippedError(f"openapi-spec-validator gave up: {shortened(repr(error))}") from error


def _kind(context: Context) -> Any:
    validators = untyped("openapi_spec_validator")
    return {
        "3.0": validators.OpenAPIV30SpecValidator,
        "3.1": validators.OpenAPIV31SpecValidator,
        "3.2": validators.OpenAPIV32SpecValidator,
    }[context.version[:3]]


def _operation(_: str) -> Callable[[], None]:
    """Stand in for the function of any operation."""
    return lambda: None


def _nothing(*_: object) -> Iterator[Any]:
    """Stand in for the validation of defaults."""
    return iter(())


def _told(error: BaseException) -> str:
    """Return an error's message, or that of its cause if its own says nothing about the document."""
    if isinstance(error, RecursionError):
        return "it replaces references with their targets, and one of them leads back to itself"
    cause = error.__cause__
    text = shortened(str(cause if cause is not None and str(cause) else error))
    return text or type(error).__name__


def _pointer_of(error: Exception) -> str:
    """Return the pointer that a validator's error contains."""
    path: Any = getattr(error, "absolute_path", ())
    return "".join(f"/{escaped(str(token))}" for token in path)
