"""What a value reaches of a schema: as much as decides whether the value is valid."""

from __future__ import annotations

from typing import Any

from checkpoint_openapi.diff.schema.containment import accepts
from checkpoint_openapi.diff.schema.reached import reached
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openapi.diff.random.edits import schemas, values_of

_SETTINGS = settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)
_REFERENCE: dict[str, Any] = {"$ref": "#/$defs/whole"}


@_SETTINGS
@given(st.data())
def test_what_a_value_reaches_accepts_it_if_and_only_if_the_whole_does(data: st.DataObject) -> None:
    """That is so for any keywords, and for a schema that contains itself."""
    inner = data.draw(schemas)
    whole = {**inner, "properties": {**inner.get("properties", {}), "a": _REFERENCE}}
    schema = {"anyOf": [_REFERENCE, data.draw(schemas)], "$defs": {"whole": whole}}
    value = data.draw(values_of(whole))
    assert accepts(reached(schema, value), value) is accepts(schema, value)


def test_members_that_a_value_lacks_are_left_out() -> None:
    """Their definitions are, too."""
    schema = {
        "properties": {"a": {"$ref": "#/$defs/a"}, "b": {"$ref": "#/$defs/b"}},
        "$defs": {"a": {"type": "string"}, "b": {"type": "integer"}},
    }
    assert reached(schema, {"a": "x"}) == {
        "properties": {"a": {"$ref": "#/$defs/0"}},
        "$defs": {"0": {"type": "string"}},
    }
