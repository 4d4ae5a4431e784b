"""What clients write that is nearly JSON, and what stays refused."""

import orjson
import pytest

from sidecar.lenient_json import loads

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
