"""The page about the gate names what decides how a value travels."""

from __future__ import annotations

import pytest

from .pages import ROOT


@pytest.mark.parametrize(
    "field",
    [
        "$ref",
        "schema",
        "content",
        "style",
        "explode",
        "allowReserved",
        "encoding",
        "contentType",
        "matrix",
        "Accept",
    ],
)
def test_each_field_that_decides_how_a_value_travels_has_its_rule(field: str) -> None:
    """The fields of parameters, headers and encodings are all in the section about the rules."""
    page = (ROOT / "docs/gate.md").read_text("utf-8")
    rules = page.partition("## The rules")[2].partition("## ")[0]
    assert f"`{field}`" in rules
