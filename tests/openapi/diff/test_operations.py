"""Rules about what is no schema, and schemas as they meet operations, on small general documents."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from checkpoint_openapi.diff.report import report

from .judging import documents, ids, judged, with_schema
from .shop import TEXT, callback, get, order, post, shop, state

Change = Callable[[dict[str, Any]], object]


CASES: list[tuple[str, str, str, Change]] = [
    ("breaking", "parameter-removed", "a parameter removed", lambda d: get(d)["parameters"].pop()),
    ("breaking", "parameter-location-changed", "a parameter moved", lambda d: get(d)["parameters"][0].update({"in": "header"})),
    ("breaking", "parameter-removed", "a parameter written in another case", lambda d: get(d)["parameters"][0].update(name="Limit")),
    ("breaking", "parameter-serialization-changed", "a list written with commas", lambda d: get(d)["parameters"][1].update(explode=False)),
    ("info", "", "a scalar that does not explode", lambda d: get(d)["parameters"][0].update(explode=False)),
    ("breaking", "parameter-became-required", "a parameter became required", lambda d: get(d)["parameters"][0].update(required=True)),
    ("info", "parameter-deprecated", "a parameter deprecated", lambda d: get(d)["parameters"][0].update(deprecated=True)),
    ("breaking", "parameter-default-changed", "a default changed", lambda d: get(d)["parameters"][0]["schema"].update(default=10)),
    ("info", "parameter-type-widened", "a number as text", lambda d: get(d)["parameters"][0].update(schema={**TEXT, "default": 20})),
    ("info", "parameter-type-widened", "a number as text, its default too", lambda d: get(d)["parameters"][0].update(schema={**TEXT, "default": "20"})),
    ("breaking", "parameter-type-narrowed", "text as a number", lambda d: get(d)["parameters"][1].update(schema={"type": "array", "items": {"type": "integer"}})),
    ("info", "", "a header that OpenAPI ignores", lambda d: get(d)["parameters"].append({"name": "Accept", "in": "header", "required": True, "schema": TEXT})),
    ("breaking", "request-body-became-required", "a body became required", lambda d: post(d)["requestBody"].update(required=True)),
    ("breaking", "request-media-type-removed", "a media type removed", lambda d: post(d)["requestBody"]["content"].pop("application/xml")),
    ("info", "request-media-type-added", "media types as a range", lambda d: post(d)["requestBody"].update(content={"application/*": {"schema": {"$ref": "#/components/schemas/Order"}}})),
    ("review", "request-xml-changed", "a member written otherwise in XML", lambda d: order(d)["note"].update(xml={"attribute": True})),
    ("info", "", "a read-only member in requests", lambda d: order(d)["id"].update(maxLength=5)),
    ("breaking", "response-length-widened", "a read-only member in answers", lambda d: (order(d)["id"].update(maxLength=5), "reverse")),
    ("breaking", "request-length-narrowed", "a write-only member in requests", lambda d: order(d)["secret"].update(maxLength=5)),
    ("review", "request-member-hidden", "a member that became read-only", lambda d: order(d)["note"].update(readOnly=True)),
    ("info", "response-error-removed", "a range of statuses removed", lambda d: get(d)["responses"].pop("4XX")),
    ("info", "", "a status that a range covers", lambda d: get(d)["responses"].update({"404": {"description": "failed"}})),
    ("info", "response-added", "a status of failure that says nothing of its body",
     lambda d: get(d)["responses"].update({"4XX": get(d)["responses"]["200"], "404": {"description": "failed"}}) or "reverse-404"),
    ("breaking", "response-member-removed", "an optional member of an answer removed", lambda d: order(d).pop("note")),
    ("breaking", "response-optional-header-removed", "a header that is sometimes there removed",
     lambda d: (get(d)["responses"]["200"].update(headers={"X-Left": {"schema": TEXT}}), "reverse")),
    ("breaking", "response-removed", "a status of success removed", lambda d: post(d)["responses"].update({"202": post(d)["responses"].pop("201")})),
    ("breaking", "operation-removed", "a method removed", lambda d: d["paths"]["/orders/{id}"].pop("get")),
    ("info", "operation-removed-after-sunset", "a method removed after its sunset", lambda d: d["paths"]["/orders/{id}"].pop("delete")),
    ("info", "operation-reinstated", "a method that stays after all", lambda d: d["paths"]["/orders/{id}"]["delete"].pop("deprecated")),
    ("review", "limit-lowered", "a rate limit lowered", lambda d: get(d).update({"x-rate-limit": 10})),
    ("info", "limit-changed", "a rate limit raised", lambda d: get(d).update({"x-rate-limit": 1000})),
    ("breaking", "security-alternative-removed", "an alternative removed", lambda d: d["security"].pop()),
    ("breaking", "security-scope-added", "a scope added", lambda d: d["security"][0]["oauth"].append("write")),
    ("info", "security-scope-removed", "a scope removed", lambda d: d["security"][0]["oauth"].clear()),
    ("breaking", "security-added", "authentication demanded", lambda d: (d.pop("security"), "reverse")),
    ("info", "security-removed", "no authentication as an alternative", lambda d: d["security"].append({})),
    ("breaking", "server-base-path-changed", "another base path", lambda d: d["servers"][0].update(url="https://{region}.example.com/v2")),
    ("review", "server-removed", "a region gone", lambda d: d["servers"][0]["variables"]["region"].update(enum=["eu"])),
    ("info", "", "a host written otherwise", lambda d: d["servers"][0].update(url="https://{region}.EXAMPLE.com:443/v1/")),
    ("info", "", "the version moved from the server into the paths",
     lambda d: d["servers"][0].update(url="https://{region}.example.com") or d.update(paths={f"/v1{path}": item for path, item in d["paths"].items()})),
    ("breaking", "path-removed", "the version moved into the paths of another server",
     lambda d: d.update(paths={f"/v1{path}": item for path, item in d["paths"].items()})),
    ("info", "server-added", "a region more", lambda d: d["servers"][0]["variables"]["region"]["enum"].append("ap")),
    ("breaking", "callback-removed", "a callback removed", lambda d: post(d).pop("callbacks")),
    ("info", "callback-added", "a callback added", lambda d: (post(d).pop("callbacks"), "reverse")),
    ("breaking", "event-value-added", "a callback tells something new", lambda d: state(d)["enum"].append("lost")),
    ("info", "event-value-removed", "a callback tells less", lambda d: (state(d)["enum"].append("lost"), "reverse")),
    ("breaking", "event-response-type-narrowed", "a callback takes another answer",
     lambda d: callback(d)["responses"]["200"].update(content={"application/json": {"schema": {"type": "object"}}}) or "reverse-type"),
    ("breaking", "request-type-narrowed", "a child of a discriminated parent", lambda d: d["components"]["schemas"]["Book"]["allOf"][1]["properties"]["pages"].update(type="string")),
    ("breaking", "request-member-removed", "a member of a child of a discriminated parent removed",
     lambda d: d["components"]["schemas"]["Book"]["allOf"][1]["properties"].pop("pages")),
    ("breaking", "response-value-added", "another child of a discriminated parent that answers hold, too",
     lambda d: d["components"]["schemas"].update(Film={"allOf": [{"$ref": "#/components/schemas/Item"}]})),
    ("info", "", "a path given by reference", lambda d: d["paths"].update({"/orders/{id}": {"$ref": "#/components/x-items/order"}}) or d["components"].update({"x-items": {"order": shop()["paths"]["/orders/{id}"]}})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "finding", "name", "change"), CASES, ids=[case[2].replace(" ", "-") for case in CASES]
)
def test_a_change_is_told_as_what_it_is(severity: str, finding: str, name: str, change: Change) -> None:
    """The worst findings are of the severity that the table says, and the one that tells the change is there."""
    old, new = shop(), shop()
    order_ = change(new)
    if order_ == "reverse-type":
        old = copy.deepcopy(new)
        callback(new)["responses"]["200"]["content"]["application/json"]["schema"] = TEXT
    elif order_ == "reverse-404":
        old = copy.deepcopy(new)
        get(old)["responses"].pop("404")
    elif isinstance(order_, tuple) and order_[-1] == "reverse":
        old, new = new, old
    found = judged(old, new)
    worst = next((level for level in ("breaking", "review") if ids(found, level)), "info")
    assert worst == severity, name
    if finding:
        assert finding in ids(found, severity)
    else:
        assert not ids(found, "breaking") | ids(found, "review")


def test_a_member_of_a_closed_object_that_does_not_travel_any_more_is_left_for_review() -> None:
    """Who sends it is not refused by the schema, but sends what is not to be sent."""
    closed = {"type": "object", "additionalProperties": False, "required": ["id"]}
    old = with_schema({**closed, "properties": {"id": TEXT}}, request=True)
    new = with_schema({**closed, "properties": {"id": {**TEXT, "readOnly": True}}}, request=True)
    found = judged(old, new)
    assert ids(found, "review") == {"request-member-hidden"}
    assert found.findings[0].label.endswith("/properties/id")


@pytest.mark.parametrize(
    ("schema", "verdict"),
    [
        ({"type": "array", "items": TEXT, "maxItems": 9}, "compatible"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/State"}, "minItems": 1}, "compatible"),
        ({"type": "array", "items": TEXT, "minItems": 2}, "breaking"),
        ({"type": "array", "items": {"type": "integer"}}, "breaking"),
    ],
)
def test_one_value_in_a_query_is_also_an_array_of_one(schema: dict[str, Any], verdict: str) -> None:
    """A list of one is written as its item is, whatever separates items: a comma inside one is encoded."""
    old, new = shop(), shop()
    for document, its in ((old, {"$ref": "#/components/schemas/State"}), (new, schema)):
        get(document)["parameters"].append({"name": "state", "in": "query", "schema": its})
        document["components"]["schemas"]["State"] = {"enum": ["paid", "lost"]}
    assert judged(old, new).verdict == verdict
    get(new)["parameters"][-1]["explode"] = False
    assert judged(old, new).verdict == verdict


@pytest.mark.parametrize(
    ("old", "new", "of_request", "of_answer"),
    [
        ("application/json", "application/json; charset=UTF-8", None, None),
        ("application/json;version=1", "application/json; Version=1", None, None),
        ("application/json;version=1", "application/json;version=2", "request-media-type-removed", "response-media-type-removed"),
        ("application/json", "application/json;version=2", "request-media-type-removed", None),
        ("application/json;version=2", "application/json", None, "response-media-type-removed"),
        ("application/json", "application/*", None, "response-media-type-widened"),
        ("application/*", "*/*", None, "response-media-type-widened"),
        ("*/*", "application/*", "request-media-type-removed", "response-media-type-removed"),
    ],
)  # fmt: skip
def test_who_sends_a_media_type_keeps_to_the_parameters_of_who_receives_it(
    old: str, new: str, of_request: str | None, of_answer: str | None
) -> None:
    """A parameter that the receiver states has to be sent, and a range holds what is under it."""
    for request, finding in ((True, of_request), (False, of_answer)):
        versions = [with_schema(TEXT, request=request) for _ in range(2)]
        for document, name in zip(versions, (old, new), strict=True):
            operation = document["paths"]["/things"]["post"]
            holder = operation["requestBody"] if request else operation["responses"]["200"]
            holder["content"] = {name: {"schema": TEXT}}
        assert ids(judged(*versions), "breaking") == ({finding} if finding else set()), (old, new, request)


def test_one_version_of_a_media_type_is_no_other() -> None:
    """A media type whose neighbour differs in a parameter alone is missed when it goes."""
    old, new = with_schema(TEXT, request=True), with_schema(TEXT, request=True)
    media = {"schema": TEXT}
    both = {"application/json;version=1": media, "application/json;version=2": media}
    old["paths"]["/things"]["post"]["requestBody"]["content"] = both
    new["paths"]["/things"]["post"]["requestBody"]["content"] = {"application/json;version=1": media}
    assert ids(judged(old, new), "breaking") == {"request-media-type-removed"}


def test_a_header_is_text() -> None:
    """A number reads as text, but text does not read as a number."""
    old, new = shop(), shop()
    for document, schema in ((old, TEXT), (new, {"type": "integer"})):
        get(document)["responses"]["200"]["headers"] = {"X-Left": {"schema": schema}}
    assert judged(old, new).verdict == "compatible"
    assert ids(judged(new, old), "breaking") == {"header-type-widened"}


def test_a_status_is_told_by_its_number_where_one_version_names_it() -> None:
    """What the default said of failures is compared with what a status says by itself."""
    old, new = shop(), shop()
    get(old)["responses"] = {"200": {"description": "done"}, "default": get(old)["responses"]["200"]}
    body = {"application/json": {"schema": TEXT}}
    get(new)["responses"] = {**get(old)["responses"], "404": {"description": "none", "content": body}}
    breaks = [found for found in judged(old, new).findings if found.severity.value == "breaking"]
    assert {found.place for found in breaks} == {"response 404 body application/json"}


def test_a_status_is_told_where_the_operation_names_it() -> None:
    """A new status and one that is gone are told at the operation, though the answer is a component."""
    old, new = shop(), shop()
    for document in (old, new):
        document["components"]["responses"] = {"Failed": {"description": "failed"}}
    reference = {"$ref": "#/components/responses/Failed"}
    get(old)["responses"]["503"] = reference
    get(new)["responses"]["409"] = reference
    found = {finding.id: finding.label for finding in judged(old, new).findings}
    assert found["response-error-removed"] == "#/paths/~1orders/get/responses/503"
    assert found["response-added"] == "#/paths/~1orders/get/responses/409"


def test_a_keyword_that_says_nothing_of_values_is_told_where_it_stands() -> None:
    """The place of a default, and of a deprecation, is its own line."""
    old, new = shop(), shop()
    get(new)["parameters"][0]["schema"]["default"] = 10
    order(new)["note"]["deprecated"] = True
    found = {finding.id: finding.label for finding in judged(old, new).findings}
    assert found["parameter-default-changed"] == "#/paths/~1orders/get/parameters/0/schema/default"
    assert found["request-member-deprecated"] == "#/components/schemas/Order/properties/note/deprecated"


def test_types_are_told_of_alternatives_too() -> None:
    """A type that became a choice is no type at all only where an alternative names none."""
    choice = {"oneOf": [TEXT, {"type": "integer"}]}
    old, new = with_schema(TEXT, request=False), with_schema(choice, request=False)
    (message,) = [found.message for found in judged(old, new).findings if found.id == "response-type-widened"]
    assert "type `string` → `string` or `integer`" in message


def test_an_answer_of_anything_is_told_once() -> None:
    """Where a schema is gone nothing is demanded, and not each of its members by itself."""
    old, new = shop(), shop()
    get(new)["responses"]["200"]["content"]["application/json"] = {}
    breaks = [found for found in judged(old, new).findings if found.severity.value == "breaking"]
    assert [found.id for found in breaks] == ["response-type-widened"]
    assert breaks[0].message.endswith("type `object` → any")


def test_a_default_alone_is_success_as_well() -> None:
    """A status of success that is named then is judged by what the default said."""
    old, new = shop(), shop()
    answer = get(old)["responses"]["200"]
    get(old)["responses"] = {"default": answer}
    get(new)["responses"] = {"200": answer, "default": answer}
    assert judged(old, new).verdict == "compatible"
    get(new)["responses"]["200"] = {
        "description": "done",
        "content": {"application/json": {"schema": TEXT}},
    }
    assert "response-type-widened" in ids(judged(old, new), "breaking")
    assert "response-removed" in ids(judged(new, old), "breaking")


def test_paths_may_be_empty() -> None:
    """A document that says that it has no paths is compared: all that were there are gone."""
    assert ids(judged(shop(), {**shop(), "paths": {}}), "breaking") == {"path-removed"}
    assert judged({**shop(), "paths": {}}, shop()).verdict == "compatible"


def test_openapi_3_1_written_otherwise_is_the_same_contract() -> None:
    """A move from 3.0 to 3.1 that keeps what is accepted is no change."""
    old, new = shop(), shop("3.1.0")
    for document in (old, new):
        order(document)["note"] = {**TEXT, "nullable": True}
        order(document)["size"] = {"type": "number", "minimum": 0, "exclusiveMinimum": True}
    order(new)["note"] = {"type": ["string", "null"]}
    order(new)["size"] = {"type": "number", "exclusiveMinimum": 0}
    assert not judged(old, new).open_ids()


def test_siblings_of_a_reference_count_in_3_1_only() -> None:
    """In 3.0 they are nothing; since 3.1 they are part of the schema."""
    for version, verdict in (("3.0.3", "compatible"), ("3.1.0", "breaking")):
        plain = with_schema({"$ref": "#/components/schemas/A"}, request=True, version=version, A=TEXT)
        beside = with_schema(
            {"$ref": "#/components/schemas/A", "maxLength": 3}, request=True, version=version, A=TEXT
        )
        assert judged(plain, beside).verdict == verdict


def tree(**name: Any) -> dict[str, Any]:
    """Return a document of a schema that contains itself."""
    node = {"type": "object", "properties": {
        "name": {**TEXT, **name}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}}  # fmt: skip
    return with_schema({"$ref": "#/components/schemas/Node"}, request=True, Node=node)


def test_recursive_schemas_are_decided() -> None:
    """A schema that contains itself is compared like any other, under another name as well."""
    assert judged(tree(), tree(maxLength=3)).verdict == "breaking"
    assert judged(tree(maxLength=3), tree()).verdict == "compatible"
    renamed = json.loads(json.dumps(tree()).replace("Node", "Leaf"))
    assert not judged(tree(), renamed).open_ids()


def expression(**args: Any) -> dict[str, Any]:
    """Return a document of alternatives that contain each other."""
    ref = {"$ref": "#/components/schemas/Expr"}
    names = {"Leaf": {"op": {"const": "eq"}, "value": TEXT}, "Not": {"op": {"const": "not"}, "arg": ref},
             "And": {"op": {"const": "and"}, "args": {"type": "array", "items": ref, **args}}}  # fmt: skip
    schemas = {
        name: {"type": "object", "required": sorted(members), "properties": members}
        for name, members in names.items()
    }
    expr = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    return with_schema(ref, request=True, Expr=expr, **schemas)


def test_alternatives_that_contain_each_other_are_decided() -> None:
    """Alternatives that exclude each other on their surface are told apart, whatever they contain."""
    assert judged(expression(), expression(minItems=2)).verdict == "breaking"
    assert judged(expression(minItems=2), expression()).verdict == "compatible"
    assert judged(expression(maxItems=1000), expression(maxItems=500)).verdict == "breaking"
    renamed = json.loads(json.dumps(expression()).replace("/And", "/Both").replace('"And"', '"Both"'))
    assert not judged(expression(), renamed).open_ids()
    assert not judged(expression(), json.loads(json.dumps(expression()).replace("oneOf", "anyOf"))).open_ids()


def test_or_null_is_the_same_in_every_writing() -> None:
    """A member that is null or the schema itself may be written with anyOf and with oneOf."""

    def document(keyword: str) -> dict[str, Any]:
        ref = {"$ref": "#/components/schemas/Node"}
        node = {"type": "object", "properties": {"name": TEXT, "up": {keyword: [ref, {"type": "null"}]}}}
        return with_schema(ref, request=False, Node=node)

    assert not judged(document("anyOf"), document("oneOf")).open_ids()
    assert not judged(document("oneOf"), document("anyOf")).open_ids()


def test_a_discriminator_is_part_of_the_contract() -> None:
    """A value that selects another schema, or none any more, breaks; one more alternative in a request does not."""
    pets = {
        "Cat": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": TEXT, "lives": {"type": "integer"}},
        },
        "Dog": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": TEXT, "tricks": {"type": "array"}},
        },
    }

    def document(**mapping: str) -> dict[str, Any]:
        named = {value: f"#/components/schemas/{name}" for value, name in mapping.items()}
        pet = {"oneOf": [{"$ref": target} for target in dict.fromkeys(named.values())],
               "discriminator": {"propertyName": "kind", "mapping": named}}  # fmt: skip
        return with_schema(pet, request=True, version="3.0.3", **pets)

    both = document(cat="Cat", dog="Dog")
    assert judged(both, document(cat="Cat")).verdict == "breaking"
    assert judged(both, document(cat="Cat", hound="Dog")).verdict == "breaking"
    assert judged(both, document(cat="Dog", dog="Cat")).verdict == "breaking"
    assert judged(document(cat="Cat"), both).verdict == "compatible"
    assert judged(both, document(dog="Dog", cat="Cat")).verdict == "compatible"


def test_one_change_of_a_shared_component_is_told_once() -> None:
    """The finding names the other operations in which it shows."""
    old, new = shop(), shop()
    order(new)["note"] = {**TEXT, "nullable": True}
    (finding,) = [found for found in judged(old, new).findings if found.id == "response-null-allowed"]
    assert len({finding.operation, *finding.aliases}) == 3


def test_what_cannot_be_decided_is_left_for_review() -> None:
    """A format that nobody checks is no proof in either direction."""
    plain, phone = with_schema(TEXT, request=True), with_schema({**TEXT, "format": "phone"}, request=True)
    assert ids(judged(plain, phone), "review") == {"request-undecided"}


def test_a_contradiction_proves_nothing() -> None:
    """A schema that no value satisfies is not taken for one that everything fits."""
    old = with_schema({**TEXT, "enum": [1, 2]}, request=True)
    assert ids(judged(old, with_schema({**TEXT, "maxLength": 3}, request=True)), "review") == {
        "schema-unsatisfiable"
    }


def test_alternatives_that_overlap_are_told_by_their_names() -> None:
    """An alternative that goes while the others still admit its values is left for review."""
    names = {name: {"type": "object", "properties": {"a": TEXT}} for name in ("A", "B")}
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    old = with_schema({"anyOf": refs}, request=True, **names)
    new = with_schema({"anyOf": refs[:1]}, request=True, **names)
    assert ids(judged(old, new), "review") == {"request-alternative-dropped"}


def test_an_operation_behind_a_reference_is_compared() -> None:
    """A change of an operation that stands in a file of its own is found, as bundlers include it."""
    versions = []
    for kind in ("string", "integer"):
        whole = with_schema({"type": kind}, request=False)
        path = whole["paths"]["/things"]
        operation, path["post"] = path["post"], {"$ref": "operation.yaml"}
        versions.append(documents(whole, operation=operation))

    assert "response-type-widened" in ids(report(*versions), "breaking")
