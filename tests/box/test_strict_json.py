"""JSON of strangers is read without liberties."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.box.strict_json import strict_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
REFUSED = {
    "no UTF-8": (b'"\xff"', "its text is not UTF-8"),
    "a lone surrogate in UTF-8": (b'"\xed\xa0\x80"', "its text is not UTF-8"),
    "no JSON": (b"{'a': 1}", "its text is not JSON"),
    "nothing": (b"", "its text is not JSON"),
    "two documents": (b"{}{}", "its text is not JSON"),
    "a mark of byte order": (b"\xef\xbb\xbf{}", "its text is not JSON"),
    "a repeated key": (b'{"a": 1, "a": 2}', "a key is repeated"),
    "a repeated key, written otherwise": (b'{"a": 1, "\\u0061": 2}', "a key is repeated"),
    "NaN": (b'{"a": NaN}', "NaN and Infinity are not allowed"),
    "Infinity": (b"[-Infinity]", "NaN and Infinity are not allowed"),
    "a float beyond all": (b"[1e999]", "a number is too large"),
    "a huge integer": (b"[" + b"9" * 21 + b"]", "an integer has more than 20 digits"),
    "a lake of digits": (b"9" * 100_000, "an integer has more than 20 digits"),
    "34 lists": (b"[" * 34 + b"]" * 34, "it is nested more than 32 deep"),
    "100,000 lists": (b"[" * 100_000 + b"]" * 100_000, "it holds more than 20000 values"),
    "20,001 numbers": (b"[" + b"1," * 20_000 + b"1]", "it holds more than 20000 values"),
    "33 mappings": (b'{"a":' * 33 + b"1" + b"}" * 33, "it is nested more than 32 deep"),
}


@pytest.mark.parametrize(("data", "rule"), REFUSED.values(), ids=REFUSED)
def test_liberties_are_refused_by_the_rule(data: bytes, rule: str) -> None:
    with pytest.raises(ValueError) as error:
        strict_json(data)

    assert str(error.value) == rule


@pytest.mark.parametrize("data", [b"[" * 32 + b"]" * 32, b"-" + b"9" * 20, b' {"a": [1.5e3, null]} '])
def test_what_keeps_the_rules_is_read(data: bytes) -> None:
    assert strict_json(data) == json.loads(data)


@given(JSON)
def test_whatever_json_can_write_is_read_as_it_was(value: object) -> None:
    assert strict_json(json.dumps(value, ensure_ascii=True).encode()) == value


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_value_error(data: bytes) -> None:
    try:
        strict_json(data)
    except ValueError as error:
        assert len(str(error)) < 60
