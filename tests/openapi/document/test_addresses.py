"""The parts of a server's URL, whatever text it is."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from checkpoint_openapi.document.structure.addresses import address_of
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "url",
    ["https://a.example:8443/v1?x=1#top", "/v1", "v1/", "//a.example", "", "https://{region}.example/{v}"],
)
def test_a_url_has_the_parts_that_others_find(url: str) -> None:
    """The parts are those of Python's own reader, where it reads the URL."""
    assert tuple(address_of(url)) == tuple(urlsplit(url))


@given(st.text(alphabet="a:/?#[]{}@.\n "))
def test_any_text_has_parts(url: str) -> None:
    """A template need not be a valid URL: its parts are there in their order."""
    at = 0
    for part in address_of(url):
        at = url.index(part, at) + len(part)
    assert at <= len(url)
