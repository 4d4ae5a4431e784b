"""Keys that are the same word."""

import pytest

from sidecar.text.spelling import normal


@pytest.mark.parametrize(
    "key",
    [
        *("sale_price", "salePrice", "SALE-PRICE", "Sale Price", "g:sale_price", "Sale price:"),
        *("{http://base.google.com/ns/1.0}sale_price", "http://base.google.com/ns/1.0/salePrice"),
        *("https://schema.org/salePrice", "schema:salePrice", "@salePrice"),
    ],
)
def test_case_signs_and_namespaces_do_not_matter(key: str) -> None:
    assert normal(key) == "saleprice"


@pytest.mark.parametrize("key", ["Größe", "审理法院", "価格（円）", "ÉTAT"])
def test_any_script_is_a_word(key: str) -> None:
    assert normal(key).isalnum()
    assert normal(key) == normal(key.upper())


@pytest.mark.parametrize("key", ["_score", "@type", "@id", "_", "#", "::", ""])
def test_keys_with_a_meaning_of_their_own_stay_as_they_are(key: str) -> None:
    assert normal(key) == key


def test_a_time_and_a_path_are_no_namespaces() -> None:
    assert normal("12:30") == "1230"
    assert normal("a.b") == "ab"
