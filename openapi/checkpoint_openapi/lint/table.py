"""All rules: a permanent id, the severity, the subject, and the check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from checkpoint_openapi.lint.checks import (
    catalogue,
    examples,
    operations,
    patterns,
    references,
    schemas,
    texts,
)
from checkpoint_openapi.lint.context import Context
from checkpoint_openapi.lint.finding import Fault, Severity
from checkpoint_openapi.lint.tools import downstream, generators, loaders

__all__ = ["RULES", "TOOLS", "Rule"]


class Rule(NamedTuple):
    """One rule."""

    id: str
    severity: Severity
    about: str
    """What the rule finds; it follows "finds"."""
    check: Callable[[Context], Iterator[Fault]]
    loads: bool = False
    """Whether a whole program loads the document; run only if no other rule found an error."""
    tools: tuple[str, ...] = ()
    """The tools whose behaviour the rule is about; if empty, OpenAPI itself or every reader."""
    on_request: bool = False
    """Whether the rule is applied only if it or one of its tools is asked for."""


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_CONNEXION, _SCHEMATHESIS = ("connexion",), ("schemathesis",)
_OPENAPI_GENERATOR, _OPENAPI_TYPESCRIPT = ("openapi-generator",), ("openapi-typescript",)

RULES = (
    Rule("unquoted-key", _ERROR, "keys that are not text in YAML, such as a status", texts.unquoted_key),
    Rule(
        "template-braces", _ERROR, "braces that Connexion executes as a template", texts.template_braces,
        tools=_CONNEXION,
    ),
    Rule("ambiguous-scalar", _WARNING, "values that YAML readers disagree on", texts.ambiguous_scalar),
    Rule("specification", _ERROR, "violations of OpenAPI itself", loaders.specification_violated),
    Rule("ref-dangling", _ERROR, "references that lead nowhere", references.ref_dangling),
    Rule("ref-siblings", _WARNING, "members next to `$ref`, which are ignored", references.ref_siblings),
    Rule("link-dangling", _ERROR, "links to operations that do not exist", references.link_dangling),
    Rule(
        "link-parameter-unknown", _ERROR, "parameters of links that the operation does not have",
        references.link_parameter_unknown,
    ),
    Rule("component-unused", _WARNING, "unused components", references.component_unused),
    Rule("security-undeclared", _ERROR, "undeclared security schemes", references.security_undeclared),
    Rule(
        "security-scope-undeclared", _WARNING, "scopes that their OAuth 2 scheme does not declare",
        references.security_scope_undeclared,
    ),
    Rule("server-insecure", _WARNING, "servers without encryption", operations.server_insecure),
    Rule("tag-undeclared", _WARNING, "tags that the document does not declare", operations.tag_undeclared),
    Rule("operation-id-duplicate", _ERROR, "operation ids used twice", operations.operation_id_duplicate),
    Rule("parameter-duplicate", _ERROR, "parameters declared twice", operations.parameter_duplicate),
    Rule("header-duplicate", _ERROR, "headers declared twice", operations.header_duplicate),
    Rule(
        "path-parameter-undeclared", _ERROR, "path placeholders without a parameter",
        operations.path_parameter_undeclared,
    ),
    Rule(
        "path-parameter-unused", _ERROR, "path parameters without a placeholder in the path",
        operations.path_parameter_unused,
    ),
    Rule(
        "required-undeclared", _WARNING, "required members that are not declared as properties",
        schemas.required_undeclared,
    ),
    Rule(
        "discriminator-undeclared", _WARNING, "discriminators whose property may be missing",
        schemas.discriminator_undeclared,
    ),
    Rule("bounds-contradictory", _ERROR, "bounds that no value can satisfy", schemas.bounds_contradictory),
    Rule("keyword-idle", _WARNING, "keywords that have no effect on the type", schemas.keyword_idle),
    Rule("pattern-refused", _ERROR, "patterns that an engine rejects", patterns.pattern_refused),
    Rule("pattern-divergent", _WARNING, "patterns that engines read differently", patterns.pattern_divergent),
    Rule("default-invalid", _ERROR, "defaults that violate their schema", examples.default_invalid),
    Rule("enum-invalid", _ERROR, "listed values that violate their schema", examples.enum_invalid),
    Rule("example-invalid", _ERROR, "examples that violate their schema", examples.example_invalid),
    Rule("example-missing", _WARNING, "requests and statuses without an example", examples.example_missing),
    Rule("clause-dangling", _ERROR, "clauses that point nowhere", catalogue.clause_dangling),
    Rule("requirement-unknown", _ERROR, "references to unknown requirements", catalogue.requirement_unknown),
    Rule(
        "anchor-repeated", _WARNING, "anchors defined twice, which Connexion and Schemathesis reject",
        downstream.anchor_repeated, tools=(*_CONNEXION, *_SCHEMATHESIS),
    ),
    Rule(
        "multiple-divergent", _WARNING, "fractions in `multipleOf`, which engines compute differently",
        downstream.multiple_divergent,
    ),
    Rule(
        "parameter-unconverted", _WARNING, "headers and cookies that are not text, which Connexion rejects",
        downstream.parameter_unconverted, tools=_CONNEXION,
    ),
    Rule(
        "type-missing", _WARNING, "parameters and form fields without `type`, which Connexion cannot read",
        downstream.type_missing, tools=_CONNEXION,
    ),
    Rule(
        "parameter-content-unread", _WARNING, "`content` of headers and cookies, which Connexion ignores",
        downstream.content_unread, tools=_CONNEXION,
    ),
    Rule(
        "deep-object-array", _WARNING, "arrays inside a deepObject, which Connexion rejects",
        downstream.deep_object_unmet, tools=_CONNEXION,
    ),
    Rule(
        "body-unchecked", _WARNING, "bodies other than JSON and forms, which Connexion does not check",
        downstream.body_unchecked, tools=_CONNEXION,
    ),
    Rule(
        "range-unchecked", _WARNING, "responses under a range of statuses, which Connexion does not check",
        downstream.range_unchecked, tools=_CONNEXION,
    ),
    Rule(
        "format-unchecked", _WARNING, "int32 without bounds, which Connexion does not check",
        downstream.format_unchecked, tools=(*_CONNEXION, *_SCHEMATHESIS),
    ),
    Rule(
        "discriminator-unmapped", _WARNING, "mapped values that Schemathesis never sends",
        downstream.discriminator_unmapped, tools=_SCHEMATHESIS,
    ),
    Rule(
        "model-strict", _WARNING,
        "objects that OpenAPI Generator closes because nothing says that they are open",
        generators.model_strict, tools=_OPENAPI_GENERATOR, on_request=True,
    ),
    Rule(
        "model-name-taken", _WARNING, "schema names that OpenAPI Generator cannot use, or uses twice",
        generators.model_names_collide, tools=_OPENAPI_GENERATOR, on_request=True,
    ),
    Rule(
        "default-required", _WARNING, "members with a default, which openapi-typescript makes required",
        generators.default_required, tools=_OPENAPI_TYPESCRIPT, on_request=True,
    ),
    Rule(
        "connexion", _ERROR, "documents that Connexion rejects",
        loaders.connexion_refuses, loads=True, tools=_CONNEXION,
    ),
    Rule(
        "schemathesis", _ERROR, "documents that Schemathesis rejects",
        loaders.schemathesis_refuses, loads=True, tools=_SCHEMATHESIS,
    ),
)  # fmt: skip
"""Every rule, in the order of execution."""

TOOLS = tuple(sorted({tool for rule in RULES for tool in rule.tools}))
"""The tools that have rules about them."""
