"""JSON from outside: what is refused, and where it says that the fault is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import Invalid
from runtime.strict_json import MAX_BYTES, strict_json

NESTED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcdef"), inner),
    max_leaves=20,
)


@given(NESTED)
def test_whatever_is_written_properly_comes_back_unchanged(value: Any) -> None:
    assert strict_json(json.dumps(value)) == value
    assert strict_json(json.dumps(value, ensure_ascii=False, indent=2).encode()) == value


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('{"a": 1,\n "a": 2}', "line 2, column 2", "The key “a” stands here a second time"),
        ('{"a": {"b": 1, "b" : 2}}', "line 1, column 16", "a second time"),
        ('{"a": 1, "\\u0061": 2}', "line 1, column 10", "a second time"),
        ("[1,\n2,\n   NaN]", "line 3, column 4", "NaN is not a number"),
        ("[-Infinity]", "line 1, column 2", "-Infinity is not a number"),
        ("[1e999]", "line 1, column 2", "too large"),
        ("[-1e999]", "line 1, column 2", "too large"),
        ("[" + "7" * 301 + "]", "line 1, column 2", "at most 300 digits"),
        ('{"a": "x\\ud800y"}', "line 1, column 7", "half of a character"),
        ('{"\\udc00": 1}', "line 1, column 2", "half of a character"),
        ('["a\\u0000b"]', "line 1, column 2", "NUL"),
        ("[" * 65 + "]" * 65, "line 1, column 65", "nested more than 64"),
        ("[" * 100_000 + "]" * 100_000, "line 1, column 65", "nested more than 64"),
        ('{"a" 1}', "line 1, column 6", "a colon is missing"),
        ('{"a": 1 "b": 2}', "line 1, column 9", "a comma is missing"),
        ('["a', "line 1, column 2", "does not end"),
        ('["a\nb"]', "line 1, column 4", "control character"),
        ("{} {}", "line 1, column 4", "follows after its end"),
        ("", "line 1, column 1", "a value is missing"),
        ("{'a': 1}", "line 1, column 2", "a key in quotes is missing"),
    ],
)
def test_a_fault_is_refused_with_its_place(text: str, where: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        strict_json(text)
    assert refused.value.problems[0].where == where
    assert says in str(refused.value.problems[0].says)


def test_a_lone_surrogate_that_was_not_even_escaped_is_refused() -> None:
    with pytest.raises(Invalid, match="half of a character"):
        strict_json('["\ud800"]')


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert strict_json('["\\ud83d\\ude00"]') == ["😀"]


def test_bytes_that_are_not_utf_8_are_refused_with_their_place() -> None:
    with pytest.raises(Invalid) as refused:
        strict_json(b'{\n"a": "\xff"}')
    assert refused.value.problems[0].where == "line 2, column 7"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert strict_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_five_mebibytes_are_read_and_a_byte_more_is_refused() -> None:
    largest = '"' + "a" * (MAX_BYTES - 2) + '"'
    assert len(strict_json(largest)) == MAX_BYTES - 2
    with pytest.raises(Invalid, match="larger than 5 MiB"):
        strict_json(largest + " ")


def test_the_same_key_in_two_objects_is_no_duplicate() -> None:
    assert strict_json('[{"a": 1}, {"a": {"a": "a"}}]') == [{"a": 1}, {"a": {"a": "a"}}]
