"""What clients write that is nearly JSON, and what stays refused."""

import sys
from typing import Any

import orjson
import pytest

from sidecar.lenient_json import as_sent, loads

BACKSLASH = "\\"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"shoe \uD83D"', "shoe \ufffd"),
        (r'"\ude00 shoe"', "\ufffd shoe"),
        (r'"\ud83d\ud83d\ude00\ude00"', "\ufffd\U0001f600\ufffd"),
        (r'"\ud83d\n\u00e9"', "\ufffd\n\u00e9"),
        (r'"\\ud83d \ud83d"', rf"{BACKSLASH}ud83d " + "\ufffd"),
        (r'"\\\ud83d"', BACKSLASH + "\ufffd"),
    ],
)
def test_half_a_surrogate_pair_is_the_replacement_character(raw: str, text: str) -> None:
    assert loads(raw) == loads(raw.encode()) == text


def test_a_key_may_hold_one_too() -> None:
    assert loads(r'{"a\ud83d": 1}') == {"a\ufffd": 1}


def test_a_byte_order_mark_is_skipped() -> None:
    assert loads(b"\xef\xbb\xbf[1]") == loads("\ufeff[1]") == [1]
    assert loads(b'\xef\xbb\xbf["\\ud83d"]') == ["\ufffd"]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1e400", sys.float_info.max),
        ("-1e400", -sys.float_info.max),
        ("9" * 400, sys.float_info.max),
        ("1" + "0" * 30, 1e30),
    ],
)
def test_a_number_beyond_all_is_the_largest(raw: str, number: float) -> None:
    assert loads(f'{{"a": {raw}, "b": "no 1e400 \\" 1e400"}}') == {
        "a": number,
        "b": 'no 1e400 " 1e400',
    }


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"a": [10**30, -(10**400)]}, {"a": [1e30, -sys.float_info.max]}),
        (
            {"a": 2**64, "b": 2**64 - 1, "c": -(2**63)},
            {"a": 2.0**64, "b": 2**64 - 1, "c": -(2**63)},
        ),
        ({"a\ud83d": {"b": ("shoe \ud83d", True)}}, {"a\ufffd": {"b": ["shoe \ufffd", True]}}),
        ("shoe \ude00", "shoe \ufffd"),
    ],
)
def test_values_of_this_process_are_those_of_a_body(given: Any, read: Any) -> None:
    assert as_sent(given) == read
    assert type(as_sent(given)) is type(read)


def test_what_json_has_no_word_for_stays_and_the_rest_is_not_copied() -> None:
    odd = {"a": {1, 2}}
    assert as_sent(odd) == odd
    plain = {"a": [1, "shoe"]}
    assert as_sent(plain) is plain


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"NaN",
        b"\xff",
        b'"\\ud8"',
        b'"\\x"',
        b"\xef\xbb\xbf",
        b'["\\ud83d", NaN]',
        "\udce9",
    ],
)
def test_what_is_no_json_is_refused(raw: bytes | str) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        loads(raw)
