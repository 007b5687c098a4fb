"""Which schema applies: the most specific media type, the callback's expression, the discriminator's value."""

from __future__ import annotations

from typing import Any

import pytest

from .judging import ids, judged, with_schema
from .test_operations import TEXT, post, shop


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ({"*/*": {}}, {"*/*": {}, "application/json": {"maxLength": 2}}, "breaking"),
        ({"application/*": {}}, {"application/*": {}, "application/json": {"maxLength": 2}}, "breaking"),
        ({"*/*": {"maxLength": 2}}, {"*/*": {"maxLength": 2}, "application/*": {}}, "compatible"),
        ({"*/*": {}, "application/json": {"maxLength": 2}}, {"*/*": {}}, "compatible"),
        ({"text/*": {}}, {"text/*": {}, "application/json": {"maxLength": 2}}, "compatible"),
        ({"*/*": {}}, {"*/*": {}, "application/json;v=2": {"maxLength": 2}}, "breaking"),
    ],
)
def test_the_most_specific_media_type_applies(old: dict[str, Any], new: dict[str, Any], verdict: str) -> None:
    """A media type that is named beside the range it belongs to has the schema of its own."""

    def document(content: dict[str, Any]) -> dict[str, Any]:
        found = with_schema(TEXT, request=True)
        body = {name: {"schema": TEXT | schema} for name, schema in content.items()}
        found["paths"]["/things"]["post"]["requestBody"]["content"] = body
        return found

    assert judged(document(old), document(new)).verdict == verdict


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("{$request.body#/url}", "{$request.body#/other}", False),
        ("http://a.example/{$request.query.id}", "http://a.example/{$request.query.key}", False),
        ("{$request.header.X-Url}", "{$request.header.x-url}", True),
        ("{$request.query.url}", "{$request.query.URL}", False),
    ],
)
def test_a_callback_is_known_by_its_expression(old: str, new: str, same: bool) -> None:
    """What is called back from another value of the request is another callback."""
    before, after = shop(), shop()
    for document, expression in ((before, old), (after, new)):
        item = post(document)["callbacks"]["done"].pop("{$request.body#/url}")
        post(document)["callbacks"]["done"][expression] = item
    found = judged(before, after)
    assert ids(found, "breaking") == (set() if same else {"callback-removed"})


def family(mapping: dict[str, str], *names: str, needs: str = "") -> dict[str, Any]:
    """Return schemas of a parent that discriminates, and of children, of which `Dog` may need a member."""
    parent = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT}}
    parent["discriminator"] = {"propertyName": "kind"} | ({"mapping": mapping} if mapping else {})
    needed = {"Dog": [needs]} if needs else {}
    children = {
        name: {
            "allOf": [
                {"$ref": "#/components/schemas/Pet"},
                {"type": "object", "properties": {"name": TEXT}, "required": needed.get(name, [])},
            ]
        }
        for name in names
    }
    return {"Pet": parent, **children}


CATS, BOTH = {"NICE": "Cat"}, {"NICE": "Cat", "WILD": "#/components/schemas/Dog"}


@pytest.mark.parametrize(
    ("old", "new", "narrows", "widens", "value"),
    [
        (family(BOTH, "Cat", "Dog"), family(CATS, "Cat"), True, False, "WILD"),
        (family({}, "Cat", "Dog"), family({}, "Cat"), True, False, "Dog"),
        (family(CATS, "Cat"), family(BOTH, "Cat", "Dog", needs="name"), False, True, "WILD"),
        (family(BOTH, "Cat", "Dog"), family({**CATS, "GRIM": "Dog"}, "Cat", "Dog"), True, True, "WILD"),
        (family(CATS, "Cat"), family({"NICE": "#/components/schemas/Cat"}, "Cat"), False, False, ""),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_discriminator_selects_what_it_names(
    old: dict[str, Any], new: dict[str, Any], narrows: bool, widens: bool, value: str, version: str
) -> None:
    """In the form of `allOf`, too, a value that names no schema is none of the parent's values."""
    parent = {"$ref": "#/components/schemas/Pet"}
    for request, breaks in ((True, narrows), (False, widens)):
        found = judged(
            *(with_schema(parent, request=request, version=version, **each) for each in (old, new))
        )
        assert (found.verdict == "breaking") is breaks
        if breaks and narrows is not widens:
            assert value in " ".join(each.message for each in found.findings)
