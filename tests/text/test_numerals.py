"""Numbers in one plain form, and in other characters."""

import pytest

from sidecar.text.numerals import chinese, plain, roman


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8½ × 11″", '8 1/2 x 11"'),
        ("Größe 42–44", "grosse 42-44"),
        ("5’6”", "5'6\""),
        ("１，２９９円", "1,299円"),
        ("1\u202f299,00\u00a0€", "1 299,00 €"),
        ("−10 °C", "-10 °c"),
        ("m²", "m²"),
        ("サイズ", "サイズ"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_numbers_in_other_characters() -> None:
    assert [chinese(text) for text in ("十二", "一千二百六十", "二〇", "一万五千", "万")] == [
        *(12, 1260, 20, 15_000, 10_000)
    ]
    assert [*map(roman, ("IV", "IX", "XIV", "XXVII"))] == [4, 9, 14, 27]
    assert [*map(roman, ("iv", "XL", ""))] == [None, None, None]
