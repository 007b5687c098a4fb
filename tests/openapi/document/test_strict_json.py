"""Strict JSON: what RFC 8259 calls JSON is read, everything else is one clear refusal."""

from __future__ import annotations

import contextlib
import json
import math
import time

import pytest
from checkpoint_openapi.document.formats.strict_json import StrictJsonError, parse
from hypothesis import given, settings
from hypothesis import strategies as st

PROFILE = settings(max_examples=80)
WRITTEN = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WRITTEN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WRITTEN, inner, max_size=4),
    max_leaves=12,
)
JSON_LIKE = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b'"', b":", b",", b"1", b"-", b"e", b"\\u", b"nul", b"null", b" "]
    ),
    max_size=12,
).map(b"".join)

REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "a byte-order mark": (b"\xef\xbb\xbf{}", "byte-order mark"),
    "UTF-16": ("{}".encode("utf-16"), "byte-order mark"),
    "UTF-16 without a mark": ("{}".encode("utf-16-le"), "not JSON"),
    "a byte of Latin-1": (b'{"a": "caf\xe9"}', "not UTF-8 at byte 10"),
    "an encoded surrogate": (b'"\xed\xa0\x80"', "not UTF-8"),
    "an overlong slash": (b'"\xc0\xaf"', "not UTF-8"),
    "NaN": (b"[NaN]", "NaN"),
    "Infinity": (b'{"a": Infinity}', "Infinity"),
    "minus Infinity": (b"-Infinity", "-Infinity"),
    "a member twice": (b'{"a": 1, "a": 1}', "'a' occurs twice"),
    "a member twice, once escaped": (b'{"ab": 1, "a\\u0062": 2}', "'ab' occurs twice"),
    "a member twice, deep": (b'[{"x": [{"y": {"b": 1, "c": 2, "b": 3}}]}]', "'b' occurs twice"),
    "two values": (b"{}{}", "Extra data"),
    "a NUL behind": (b"{}\0", "Extra data"),
    "a no-break space behind": (b"{}\xc2\xa0", "Extra data"),
    "a trailing comma": (b"[1,]", "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a comment": (b"/**/{}", "not JSON"),
    "a leading zero": (b"01", "not JSON"),
    "a plus": (b"+1", "not JSON"),
    "a raw line break": (b'"a\nb"', "not JSON"),
    "half a string": (b'"a', "not JSON"),
    "100 000 brackets": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "100 000 braces": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    "100 000 brackets without end": (b"[" * 100_000, "nested too deeply"),
    "an integer of 5,000 digits": (b"9" * 5000, "integer of 5000 digits"),
}


@PROFILE
@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_what_json_writes_is_read(value: object, escaped: bool, indent: int | None) -> None:
    """Any value comes back as it was, however it was written."""
    assert parse(json.dumps(value, ensure_ascii=escaped, indent=indent).encode()) == value


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_strict_json_is_refused(name: str) -> None:
    """Each kind of leniency is refused with one line that says what is wrong."""
    body, reason = REFUSED[name]
    with pytest.raises(StrictJsonError) as refusal:
        parse(body)
    assert reason in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1
    assert len(str(refusal.value)) < 200


@PROFILE
@given(st.binary(max_size=40) | JSON_LIKE)
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    """Whatever a server sends is read or refused, never an accident."""
    value: object = None
    with contextlib.suppress(StrictJsonError):
        value = parse(body)
    assert json.loads(json.dumps(value)) == value


@PROFILE
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), st.integers(0, 20))
def test_a_duplicate_key_is_found_at_any_depth(names: list[str], depth: int) -> None:
    """An object is read exactly if its names differ, however deep it stands."""
    inner = "{" + ", ".join(f'"{name}": 0' for name in names) + "}"
    body = ('{"in": [' * depth + inner + "]}" * depth).encode()
    if len(set(names)) == len(names):
        assert parse(body)
    else:
        with pytest.raises(StrictJsonError, match="occurs twice"):
            parse(body)


def test_a_hundred_thousand_members_with_a_duplicate_cost_no_time() -> None:
    """The name that occurs twice is found in one pass, though it comes last."""
    names = [*(f"member{number}" for number in range(50_000)), "last", "last"]
    body = ("{" + ",".join(f'"{name}":1' for name in names) + "}").encode()
    started = time.process_time()
    with pytest.raises(StrictJsonError, match="'last' occurs twice"):
        parse(body)
    assert time.process_time() - started < 2


def test_a_number_beyond_a_double_is_still_json() -> None:
    """The grammar sets no limit (RFC 8259, 6); a reader may lose the value, not the text."""
    assert parse(b"[1e400]") == [math.inf]
    assert parse(b"[" + b"9" * 4000 + b"]") == [10**4000 - 1]
