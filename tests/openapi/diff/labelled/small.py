"""Edits of small documents, labelled by the OpenAPI and JSON Schema specifications alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Object = dict[str, Any]
TEXT: Object = {"type": "string"}
WHOLE: Object = {"type": "integer"}
DONE: Object = {"204": {"description": "done"}}


class Small(NamedTuple):
    """Two versions of a document, and whom the change breaks."""

    name: str
    old: Object
    new: Object
    clients: str
    """`breaking`, `review`, `compatible`, or `same` if both versions mean the same."""
    implementers: bool | None = None
    """Whether it breaks implementers; None where the specifications do not say."""


def document(
    operation: Object | None = None,
    *,
    path: str = "/things",
    method: str = "post",
    version: str = "3.1.0",
    **rest: Any,
) -> Object:
    """Return a document with one operation."""
    whole = {"responses": DONE, **(operation or {})}
    head = {"openapi": version, "info": {"title": "T", "version": "1.0.0"}}
    return {**head, "paths": {path: {method: whole}}, **rest}


def asks(*parameters: Object, **rest: Any) -> Object:
    """Return a document whose operation has these parameters."""
    return document({"parameters": [*parameters]}, **rest)


def of(where: str, schema: Object, name: str = "p", **rest: Any) -> Object:
    """Return a parameter."""
    return {
        "name": name,
        "in": where,
        "schema": schema,
        **({"required": True} if where == "path" else {}),
        **rest,
    }


def sends(
    schema: Object, media_type: str = "application/json", *, version: str = "3.1.0", **schemas: Object
) -> Object:
    """Return a document whose operation accepts a body with a schema."""
    body = {"required": True, "content": {media_type: {"schema": schema}}}
    return document({"requestBody": body}, version=version, components={"schemas": schemas})


def encodes(schema: Object, **encoding: Object) -> Object:
    """Return a document whose operation accepts a form with several parts."""
    content = {"multipart/form-data": {"schema": schema, "encoding": encoding}}
    return document({"requestBody": {"required": True, "content": content}})


def answers(
    schema: Object, status: str = "200", media_type: str = "application/json", **schemas: Object
) -> Object:
    """Return a document whose response has a schema."""
    answer = {"description": "a", "content": {media_type: {"schema": schema}}}
    return document({"responses": {status: answer}}, components={"schemas": schemas})


def statuses(*names: str) -> Object:
    """Return a document whose responses have these statuses and no bodies."""
    return document({"responses": {name: {"description": name} for name in names}})


def secured(*security: Object, **schemes: Object) -> Object:
    """Return a document whose operation requires one of several security schemes."""
    return document({"security": [*security]}, components={"securitySchemes": schemes})


def tells(payload: Object, *, status: str = "200", callback: str | None = None) -> Object:
    """Return a document with a webhook, or with a callback to an address, that has a payload."""
    event: Object = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": payload}}},
        "responses": {status: {"description": "taken"}},
    }
    if callback is None:
        return document(webhooks={"made": {"post": event}})
    return document({"callbacks": {"made": {callback: {"post": event}}}})


def holds(required: list[str] | None = None, **members: Object) -> Object:
    """Return the schema of an object."""
    return {"type": "object", "properties": members, **({"required": required} if required else {})}


def pets(*kinds: str, mapped: bool = True, name: str = "kind") -> Object:
    """Return a choice of schemas by a discriminator."""
    references = {kind: f"#/components/schemas/{kind}" for kind in kinds}
    discriminator = {"propertyName": name, **({"mapping": references} if mapped else {})}
    return {"oneOf": [{"$ref": each} for each in references.values()], "discriminator": discriminator}


def first(**members: Object) -> Object:
    """Return one of two alternatives distinguished by a constant."""
    return holds(["kind"], kind={"const": "first"}, **members)


def second(**members: Object) -> Object:
    """Return the other alternative."""
    return holds(["kind"], kind={"const": "second"}, **members)


AROUND: dict[str, Callable[[Object], Object]] = {
    "a map": lambda schema: {"type": "object", "additionalProperties": schema},
    "a pattern": lambda schema: {"type": "object", "patternProperties": {"^x": schema}},
    "a tuple": lambda schema: {"type": "array", "prefixItems": [schema]},
}
TREE: Object = {"$ref": "#/components/schemas/Tree"}
KINDS: dict[str, Object] = {kind: holds(["kind"], kind=TEXT) for kind in ("Cat", "Dog")}
PARENT: Object = {**holds(["kind"], kind=TEXT), "discriminator": {"propertyName": "kind"}}
CHILD: Object = {"allOf": [{"$ref": "#/components/schemas/Pet"}, holds(lives=WHOLE)]}
PET: Object = {"$ref": "#/components/schemas/Pet"}
OAUTH: Object = {"type": "oauth2", "flows": {"clientCredentials": {
    "tokenUrl": "https://a.example/token", "scopes": {"read": "r", "write": "w"}}}}  # fmt: skip
KEY: Object = {"type": "apiKey", "in": "header", "name": "X-Key"}
BEARER: Object = {"type": "http", "scheme": "bearer"}
BYTES: Object = {"type": "string", "contentEncoding": "binary"}
PART: Object = holds(["file"], file=BYTES)
NULL: Object = {"type": "null"}
OR_NULL: Object = {"type": ["string", "null"]}
FORM = "application/x-www-form-urlencoded"
OPTION: Object = {"anyOf": [{"$ref": "#/components/schemas/Count"}, {"nullable": True}]}
CHOICE: Object = {**TEXT, "enum": ["a", "b"]}

SMALL = (
    # Parameters: 4.8.12 Parameter Object.
    Small("optional cookie added", asks(), asks(of("cookie", TEXT)), "compatible", True),
    Small("required cookie added", asks(), asks(of("cookie", TEXT, required=True)), "breaking"),
    Small("cookie removed", asks(of("cookie", TEXT)), asks(), "breaking", False),
    Small("header in another case", asks(of("header", TEXT, "X-Tag")), asks(of("header", TEXT, "x-tag")), "same", False),
    Small("query in another case", asks(of("query", TEXT, "tag")), asks(of("query", TEXT, "Tag")), "breaking", True),
    Small("header that is ignored added", asks(), asks(of("header", TEXT, "Accept", required=True)), "same", False),
    Small("header that is ignored removed", asks(of("header", TEXT, "Content-Type")), asks(), "same", False),
    Small("JSON in a parameter held to a length",
          asks({"name": "p", "in": "query", "content": {"application/json": {"schema": TEXT}}}),
          asks({"name": "p", "in": "query", "content": {"application/json": {"schema": {**TEXT, "maxLength": 3}}}}),
          "breaking", False),
    Small("member of a deep object added", asks(of("query", holds(a=TEXT), style="deepObject")),
          asks(of("query", holds(a=TEXT, b=TEXT), style="deepObject")), "compatible", None),
    Small("member of a deep object removed", asks(of("query", holds(a=TEXT, b=TEXT), style="deepObject")),
          asks(of("query", holds(a=TEXT), style="deepObject")), "breaking", False),
    Small("explode of a deep object, which has no effect", asks(of("query", holds(a=TEXT), style="deepObject", explode=True)),
          asks(of("query", holds(a=TEXT), style="deepObject")), "same", False),
    Small("deep object written as a form", asks(of("query", holds(a=TEXT), style="deepObject")),
          asks(of("query", holds(a=TEXT), style="form")), "breaking", True),
    Small("array written with other separators", asks(of("query", {"type": "array", "items": TEXT}, explode=False)),
          asks(of("query", {"type": "array", "items": TEXT}, style="pipeDelimited", explode=False)), "breaking", True),
    Small("name that travels in the style matrix", asks(of("path", TEXT, "id", style="matrix"), path="/things/{id}"),
          asks(of("path", TEXT, "key", style="matrix"), path="/things/{key}"), "breaking", True),
    Small("style label dropped", asks(of("path", TEXT, style="label"), path="/things/{p}"),
          asks(of("path", TEXT), path="/things/{p}"), "breaking", True),
    Small("query of whole numbers opened to any", asks(of("query", WHOLE)), asks(of("query", {"type": "number"})),
          "compatible", True),
    Small("truth as a list of texts", asks(of("query", {"type": "boolean"})),
          asks(of("query", {**TEXT, "enum": ["true", "false"]})), "same", False),
    Small("whole number in a path opened to text", asks(of("path", WHOLE), path="/things/{p}"),
          asks(of("path", TEXT), path="/things/{p}"), "compatible", True),
    Small("text in a path held to a whole number", asks(of("path", TEXT), path="/things/{p}"),
          asks(of("path", WHOLE), path="/things/{p}"), "breaking", False),
    Small("names of two path parameters exchanged with their schemas",
          asks(of("path", WHOLE, "x"), of("path", TEXT, "y"), path="/a/{x}/{y}"),
          asks(of("path", WHOLE, "y"), of("path", TEXT, "x"), path="/a/{y}/{x}"), "same", False),
    Small("names of two path parameters exchanged without their schemas",
          asks(of("path", WHOLE, "x"), of("path", TEXT, "y"), path="/a/{x}/{y}"),
          asks(of("path", WHOLE, "x"), of("path", TEXT, "y"), path="/a/{y}/{x}"), "breaking", True),
    # Null and an empty segment are never written: RFC 6570, 2.3; OpenAPI 4.8.8.2 Path Templating.
    Small("null of a query refused", asks(of("query", OR_NULL)), asks(of("query", TEXT)), "same", False),
    Small("null of a query accepted", asks(of("query", TEXT)), asks(of("query", {"anyOf": [TEXT, NULL]})), "same", False),
    Small("null of a header refused", asks(of("header", {"oneOf": [WHOLE, NULL]})), asks(of("header", WHOLE)), "same", False),
    Small("null of a chosen text in a query refused", asks(of("query", {**OR_NULL, "enum": ["a", None]})),
          asks(of("query", {**TEXT, "enum": ["a"]})), "same", False),
    Small("null among the items of a query refused", asks(of("query", {"type": "array", "items": OR_NULL})),
          asks(of("query", {"type": "array", "items": TEXT})), "same", False),
    Small("null and long texts of a query refused", asks(of("query", OR_NULL)),
          asks(of("query", {**TEXT, "maxLength": 3})), "breaking", False),
    Small("null alone in a query replaced by text", asks(of("query", NULL)), asks(of("query", TEXT)), "breaking", True),
    Small("null of a body refused", sends(OR_NULL), sends(TEXT), "breaking", False),
    Small("empty segment refused", asks(of("path", TEXT), path="/things/{p}"),
          asks(of("path", {**TEXT, "minLength": 1}), path="/things/{p}"), "same", False),
    Small("segment of one character refused", asks(of("path", TEXT), path="/things/{p}"),
          asks(of("path", {**TEXT, "minLength": 2}), path="/things/{p}"), "breaking", False),
    Small("empty query refused", asks(of("query", TEXT)), asks(of("query", {**TEXT, "minLength": 1})), "breaking", False),
    Small("empty label refused", asks(of("path", TEXT, style="label"), path="/things/{p}"),
          asks(of("path", {**TEXT, "minLength": 1}, style="label"), path="/things/{p}"), "breaking", False),
    Small("path parameter declared late", asks(path="/things/{p}"), asks(of("path", TEXT), path="/things/{p}"), "same", False),
    Small("path parameter declared late and narrow", asks(path="/things/{p}"),
          asks(of("path", {**TEXT, "pattern": "^[a-z]+$"}), path="/things/{p}"), "breaking", False),
    Small("path parameter no longer declared", asks(of("path", WHOLE), path="/things/{p}"), asks(path="/things/{p}"),
          "compatible", True),
    # The members of a form are text, too, unless they are written as JSON.
    Small("truth in a form as texts", sends(holds(a={**TEXT, "enum": ["true", "false"], "default": "true"}), FORM),
          sends(holds(a={"type": "boolean", "default": True}), FORM), "same", False),
    Small("whole number in a part opened to text", encodes(holds(a=WHOLE)), encodes(holds(a=TEXT)), "compatible", True),
    Small("text in a form held to a whole number", sends(holds(a=TEXT), FORM), sends(holds(a=WHOLE), FORM),
          "breaking", False),
    Small("whole number in a part of JSON opened to text",
          encodes(holds(a=WHOLE), a={"contentType": "application/json"}),
          encodes(holds(a=TEXT), a={"contentType": "application/json"}), "breaking", True),
    Small("whole number in JSON turned into text", sends(holds(a=WHOLE)), sends(holds(a=TEXT)), "breaking", True),
    # Bodies: 4.8.13 to 4.8.15 Request Body, Media Type and Encoding Object.
    Small("field of a form added", sends(holds(a=TEXT), "application/x-www-form-urlencoded"),
          sends(holds(a=TEXT, b=TEXT), "application/x-www-form-urlencoded"), "compatible"),
    Small("field of a form removed", sends(holds(a=TEXT, b=TEXT), "application/x-www-form-urlencoded"),
          sends(holds(a=TEXT), "application/x-www-form-urlencoded"), "breaking", False),
    Small("file that may be several", encodes(PART), encodes(holds(["file"], file={"type": "array", "items": BYTES})),
          "compatible", True),
    Small("picture that may be several", encodes(PART, file={"contentType": "image/png"}),
          encodes(holds(["file"], file={"type": "array", "items": BYTES}), file={"contentType": "image/png"}),
          "compatible", True),
    Small("files of which only one is left", encodes(holds(["file"], file={"type": "array", "items": BYTES})), encodes(PART),
          "breaking"),
    Small("part that may be of fewer types", encodes(PART, file={"contentType": "image/png, image/jpeg"}),
          encodes(PART, file={"contentType": "image/png"}), "breaking", False),
    Small("part that may be of more types", encodes(PART, file={"contentType": "image/png"}),
          encodes(PART, file={"contentType": "image/png, image/jpeg"}), "compatible", True),
    Small("part whose type is written in another case", encodes(PART, file={"contentType": "image/png"}),
          encodes(PART, file={"contentType": "Image/PNG"}), "same", False),
    Small("encoding of no member", encodes(PART), encodes(PART, other={"contentType": "image/png"}), "same", False),
    Small("range of media types added",
          document({"requestBody": {"content": {"application/json": {}}}}),
          document({"requestBody": {"content": {"application/json": {}, "text/*": {}}}}), "compatible", True),
    Small("another version of a media type", sends(TEXT, "application/json;version=1"),
          sends(TEXT, "application/json;version=2"), "breaking", True),
    Small("plain text held to a length", sends(TEXT, "text/plain"), sends({**TEXT, "maxLength": 9}, "text/plain"),
          "breaking", False),
    # Answers: 4.8.16 and 4.8.17 Responses and Response Object.
    Small("default answer added", statuses("200"), statuses("200", "default"), "compatible", False),
    Small("default answer replaced by all ranges of errors", statuses("200", "default"), statuses("200", "4XX", "5XX"),
          "compatible", False),
    Small("default answer replaced by errors of the server", statuses("200", "default"), statuses("200", "5XX"),
          "compatible", True),
    Small("default became the only answer", statuses("default"), statuses("200"), "compatible", True),
    Small("error became a range", statuses("200", "404"), statuses("200", "4XX"), "compatible", False),
    Small("success became a range", statuses("200"), statuses("2XX"), "review", False),
    Small("range of success became one", statuses("2XX"), statuses("200"), "compatible", True),
    Small("default answer widened", answers({**TEXT, "maxLength": 3}, "default"), answers(TEXT, "default"), "breaking", False),
    Small("answer of any type became JSON", answers(TEXT, media_type="*/*"), answers(TEXT), "breaking", True),
    Small("answer of JSON became any type", answers(TEXT), answers(TEXT, media_type="*/*"), "breaking", False),
    Small("answer given a charset", answers(TEXT), answers(TEXT, media_type="application/json; charset=utf-8"), "same", False),
    Small("read-only member required of a request", sends(holds(a=TEXT, b={**TEXT, "readOnly": True})),
          sends(holds(["b"], a=TEXT, b={**TEXT, "readOnly": True})), "same", False),
    Small("write-only member added to an answer", answers(holds(a=TEXT)),
          answers(holds(a=TEXT, b={**TEXT, "writeOnly": True})), "same", False),
    # Security: 4.8.30 Security Requirement Object.
    Small("key sent under another name", secured({"key": []}, key=KEY), secured({"key": []}, key={**KEY, "name": "X-Other"}),
          "breaking", True),
    # Discriminators: 4.8.25 Discriminator Object.
    Small("kind accepted", sends(pets("Cat"), **KINDS), sends(pets("Cat", "Dog"), **KINDS), "compatible", True),
    Small("kind refused", sends(pets("Cat", "Dog"), **KINDS), sends(pets("Cat"), **KINDS), "breaking", False),
    Small("kind answered", answers(pets("Cat"), **KINDS), answers(pets("Cat", "Dog"), **KINDS), "breaking", False),
    Small("mapping that says what the names say", sends(pets("Cat", "Dog", mapped=False), **KINDS),
          sends(pets("Cat", "Dog"), **KINDS), "same", False),
    # Members of maps, patterns and tuples: JSON Schema 2020-12, 10.3.
    *(Small(f"member gone from the values of {name} that one {make.__name__}", make(around(holds(a=TEXT, b=TEXT))), make(around(holds(a=TEXT))), "breaking")
      for make in (sends, answers) for name, around in AROUND.items()),
    Small("default of a map's member changed", sends(AROUND["a map"](holds(a={**TEXT, "default": "x"}))),
          sends(AROUND["a map"](holds(a={**TEXT, "default": "y"}))), "breaking"),
    Small("member that answers no longer show", answers(holds(a=TEXT, b=TEXT)),
          answers(holds(a=TEXT, b={**TEXT, "writeOnly": True})), "review"),
    # Alternatives: JSON Schema 2020-12, 10.2.1.
    *(Small(f"alternative that contains itself, alone in {keyword}", sends({keyword: [TREE]}, Tree=holds(a=TREE)),
            sends(TREE, Tree=holds(a=TREE)), "same", False) for keyword in ("anyOf", "oneOf")),
    Small("alternative that contains itself, and another", sends(TREE, Tree=holds(["a"], a={"type": "array", "items": TREE})),
          sends({"oneOf": [TREE, TEXT]}, Tree=holds(["a"], a={"type": "array", "items": TREE})), "compatible", True),
    Small("member of an alternative gone that another has", sends({"oneOf": [first(n=TEXT), second(n=WHOLE)]}),
          sends({"oneOf": [first(n=TEXT), second()]}), "breaking"),
    Small("member of an alternative gone from an answer", answers({"anyOf": [first(n=TEXT), second(m=WHOLE)]}),
          answers({"anyOf": [first(n=TEXT), second()]}), "breaking"),
    Small("member of an alternative added", answers({"oneOf": [first(n=TEXT), second()]}),
          answers({"oneOf": [first(n=TEXT), second(n=WHOLE)]}), "compatible", False),
    Small("child of a parent answered", answers(PET, Pet=PARENT), answers(PET, Pet=PARENT, Cat=CHILD), "compatible", None),
    Small("child of a parent without a discriminator", answers(PET, Pet=holds(["kind"], kind=TEXT)),
          answers(PET, Pet=holds(["kind"], kind=TEXT), Cat=CHILD), "same", False),
    # `nullable: true` and nothing else, as an alternative: null in OpenAPI 3.0, nothing in 3.1.
    Small("option held to a range", sends(OPTION, version="3.0.3", Count=WHOLE),
          sends(OPTION, version="3.0.3", Count={**WHOLE, "minimum": 1}), "breaking", False),
    Small("option no longer null", sends(OPTION, version="3.0.3", Count=WHOLE),
          sends({"$ref": "#/components/schemas/Count"}, version="3.0.3", Count=WHOLE), "breaking", False),
    Small("option written with allOf", sends(OPTION, version="3.0.3", Count=WHOLE),
          sends({"nullable": True, "allOf": OPTION["anyOf"][:1]}, version="3.0.3", Count=WHOLE), "same", False),
    Small("option of anything held to a range", sends(OPTION, Count=WHOLE),
          sends(OPTION, Count={**WHOLE, "minimum": 1}), "same", False),
    # Schemas: JSON Schema 2020-12.
    Small("schema moved to definitions of its own", sends(holds(a=CHOICE)),
          sends({**holds(a={"$ref": "#/components/schemas/X/$defs/y"})}, X={"$defs": {"y": CHOICE}}), "same", False),
    Small("schema found by an anchor", sends(holds(a=CHOICE)),
          sends(holds(a={"$ref": "#y"}), X={"$defs": {"y": {**CHOICE, "$anchor": "y"}}}), "same", False),
    Small("default of a required member", sends(holds(["a"], a=TEXT)), sends(holds(["a"], a={**TEXT, "default": "x"})),
          "same", False),
    Small("time became a date", sends({**TEXT, "format": "date-time"}), sends({**TEXT, "format": "date"}), "breaking", True),
    *(Small(f"{old} became {new}", sends({**TEXT, "format": old}), sends({**TEXT, "format": new}), label, label != "breaking")
      for old, new, label in (
          ("uri", "uri-reference", "compatible"), ("uri-reference", "uri", "breaking"), ("uri", "iri", "compatible"),
          ("iri-reference", "uri-reference", "breaking"), ("email", "idn-email", "compatible"),
          ("idn-hostname", "hostname", "breaking"), ("hostname", "idn-hostname", "compatible"))),
    Small("count with a fraction of nought", sends({"type": "array", "maxItems": 5}),
          sends({"type": "array", "maxItems": 5.0}), "same", False),
    Small("whole number with a fraction of nought", sends({"enum": [1]}), sends({"enum": [1.0]}), "same", False),
    Small("additional members of anything", sends(holds(a=TEXT)), sends({**holds(a=TEXT), "additionalProperties": {}}),
          "same", False),
    Small("least number of members that is required anyway", sends(holds(["a"], a=TEXT)),
          sends({**holds(["a"], a=TEXT), "minProperties": 1}), "same", False),
    Small("at most one item that is unlike others", sends({"type": "array", "maxItems": 1}),
          sends({"type": "array", "maxItems": 1, "uniqueItems": True}), "same", False),
    Small("multiple of one", sends(WHOLE), sends({**WHOLE, "multipleOf": 1}), "same", False),
    Small("coarser steps", sends({"type": "number", "multipleOf": 0.01}), sends({"type": "number", "multipleOf": 0.1}),
          "breaking", False),
    Small("steps of any size answered", answers({"type": "number", "multipleOf": 0.01}), answers({"type": "number"}),
          "breaking", False),
    Small("bound below a whole number", sends({**WHOLE, "exclusiveMaximum": 10}), sends({**WHOLE, "maximum": 9}), "same", False),
    Small("text of no length", sends({**TEXT, "maxLength": 0}), sends({"const": ""}), "same", False),
    Small("list of no items", sends({"type": "array", "maxItems": 0}), sends({"const": []}), "same", False),
    Small("condition without consequence", sends(TEXT), sends({**TEXT, "if": {"minLength": 3}}), "same", False),
    Small("demand of a member that is required", sends({**holds(["a"], a=TEXT, b=TEXT), "dependentRequired": {"a": ["b"]}}),
          sends(holds(["a", "b"], a=TEXT, b=TEXT)), "same", False),
    Small("dependent schema as a condition", sends({**holds(a=TEXT, b=TEXT), "dependentSchemas": {"a": {"required": ["b"]}}}),
          sends({**holds(a=TEXT, b=TEXT), "if": {"required": ["a"]}, "then": {"required": ["b"]}}), "same", False),
    Small("null beside a reference in 3.0", sends(PET, version="3.0.3", Pet=TEXT),
          sends({**PET, "nullable": True}, version="3.0.3", Pet=TEXT), "same", False),
    Small("exclusive bound in 3.0 and 3.1", sends({**WHOLE, "minimum": 1, "exclusiveMinimum": True}, version="3.0.3"),
          sends({**WHOLE, "exclusiveMinimum": 1}), "same", False),
    Small("null in 3.0 and 3.1", sends({**TEXT, "nullable": True}, version="3.0.3"), sends({"type": ["null", "string"]}),
          "same", False),
    # Security and servers: 4.8.5, 4.8.27 and 4.8.30.
    Small("scope demanded", secured({"o": ["read"]}, o=OAUTH), secured({"o": ["read", "write"]}, o=OAUTH), "breaking"),
    Small("scope no longer demanded", secured({"o": ["read", "write"]}, o=OAUTH), secured({"o": ["read"]}, o=OAUTH), "compatible"),
    Small("anonymous calls accepted", secured({"k": []}, k=KEY), secured({"k": []}, {}, k=KEY), "compatible"),
    Small("anonymous calls refused", secured({"k": []}, {}, k=KEY), secured({"k": []}, k=KEY), "breaking"),
    Small("both schemes demanded instead of one", secured({"k": []}, {"b": []}, k=KEY, b=BEARER),
          secured({"k": [], "b": []}, k=KEY, b=BEARER), "breaking"),
    Small("scheme in another case", secured({"b": []}, b=BEARER), secured({"b": []}, b={**BEARER, "scheme": "Bearer"}),
          "same", False),
    Small("bearer token described as one of OAuth", secured({"t": []}, t=BEARER), secured({"t": ["read"]}, t=OAUTH),
          "review", False),
    Small("token of OAuth described as any", secured({"t": ["read"]}, t=OAUTH), secured({"t": []}, t=BEARER), "review", False),
    Small("bearer token replaced by a password", secured({"t": []}, t=BEARER),
          secured({"t": []}, t={"type": "http", "scheme": "basic"}), "breaking", True),
    Small("bearer token and a key instead of the token", secured({"t": []}, t=BEARER), secured({"t": [], "k": []}, t=BEARER, k=KEY),
          "breaking"),
    Small("form of a bearer token hinted", secured({"b": []}, b=BEARER),
          secured({"b": []}, b={**BEARER, "bearerFormat": "JWT"}), "same", False),
    Small("servers in another order", document(servers=[{"url": "https://a.example"}, {"url": "https://b.example"}]),
          document(servers=[{"url": "https://b.example"}, {"url": "https://a.example"}]), "same", False),
    Small("server whose host is a placeholder added", document(servers=[{"url": "https://a.example/v1"}]),
          document(servers=[{"url": "https://a.example/v1"}, {"url": "https://[your-host]/v1"}]), "compatible", False),
    Small("version of a server whose host is a placeholder", document(servers=[{"url": "https://[host]:[port]/v1"}]),
          document(servers=[{"url": "https://[host]:[port]/v2"}]), "breaking", True),
    Small("servers said at the operation", document(servers=[{"url": "https://a.example"}]),
          document({"servers": [{"url": "https://a.example"}]}, servers=[{"url": "https://a.example"}]), "same", False),
    # Paths, callbacks and webhooks: 4.8.8, 4.8.9 and 4.8.18.
    Small("path item among the components", document(),
          {**document(), "paths": {"/things": {"$ref": "#/components/pathItems/Things"}},
           "components": {"pathItems": {"Things": {"post": {"responses": DONE}}}}}, "same", False),
    Small("member of an event added", tells(holds(a=TEXT)), tells(holds(a=TEXT, b=TEXT)), "compatible"),
    Small("member of an event removed", tells(holds(a=TEXT, b=TEXT)), tells(holds(a=TEXT)), "breaking"),
    Small("value of an event added", tells(CHOICE), tells({**TEXT, "enum": ["a", "b", "c"]}), "breaking", False),
    Small("value of an event removed", tells({**TEXT, "enum": ["a", "b", "c"]}), tells(CHOICE), "compatible", True),
    Small("answer to an event of another status", tells(TEXT), tells(TEXT, status="202"), "breaking", True),
    Small("webhook removed", tells(TEXT), document(), "breaking"),
    Small("address of a callback taken from elsewhere", tells(TEXT, callback="{$request.body#/url}"),
          tells(TEXT, callback="{$request.body#/address}"), "breaking"),
    Small("text of a callback shortened", tells(TEXT, callback="{$request.body#/url}"),
          tells({**TEXT, "maxLength": 9}, callback="{$request.body#/url}"), "compatible", True),
)  # fmt: skip
