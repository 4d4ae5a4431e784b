"""Locales' habits; those of CLDR, by its codes."""

import pytest

from sidecar.text.locales import date_order, is_point_decimal, language_of, readable


@pytest.mark.parametrize(
    ("locale", "point", "order"),
    [
        ("en", True, "mdy"),
        ("en-US", True, "mdy"),
        ("en_GB", True, "dmy"),
        ("en-CA", True, "ymd"),
        ("en-DE", False, "dmy"),
        ("de", False, "dmy"),
        ("de-CH", True, "dmy"),
        ("fr-CA", False, "ymd"),
        ("es", False, "dmy"),
        ("es-MX", True, "dmy"),
        ("pt-BR", False, "dmy"),
        ("sv", False, "ymd"),
        ("zh_Hans_CN", True, "ymd"),
        ("zh-HK", True, "dmy"),
        ("ja", True, "ymd"),
    ],
)
def test_a_locale_has_its_decimal_sign_and_date(locale: str, point: bool, order: str) -> None:
    assert readable(locale)
    assert is_point_decimal(locale) == point
    assert date_order(locale) == order


@pytest.mark.parametrize("key", ["", "size", "xs", "EN", "english", "de-", "name"])
def test_other_keys_name_no_language(key: str) -> None:
    assert language_of(key) is None
    assert not readable(key)
