"""Sizes in the notations of shops and shoppers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.query.size import SIZE


def checked(query: str, value: object) -> int | None:
    constraint = SIZE.extract(query, [])
    return None if constraint is None else int(SIZE.check(constraint, value))


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("one size hat", "ONE SIZE"),
        ("mütze einheitsgröße", "One size"),
        ("adidas 38 2/3", "38 2/3"),
        ("sneakers uk 9.5", "UK 9.5"),
        ("sneakers 37 1/3", "EU 37 1/3"),
        ("boots 9½", "9.5"),
        ("stiefel 39,5", "39 1/2"),
        ("bra 80d", "80 D"),
        ("bh 70 c", "70C"),
        ("boys shirt ages 7-8", "7-8 years"),
        ("pyjama âge 3-4", "3-4 ans"),
        ("vestido tamanho p", "P"),
        ("camisa tam. gg", "GG"),
        ("camiseta tamanho m", "M"),
        ("baby hat newborn", "Newborn"),
        ("12 months romper", "12M"),
        ("9 months romper", "6-9 months"),
        ("dress s/m", "S/M"),
        ("dress s/m", "S"),
        ("hemd kragenweite 43", "43"),
        ("shoes size 8.5", "8 1/2"),
        ("shoes size 8.5", "8½"),
        ("shoes size 8 1/2", "8.5"),
        ("mens jeans 32x34", "W32 L34"),
        ("mens jeans 32x34", "32/34"),
        ("jeans w32 l34", "32x34"),
        ("jeans w32", "W32/L30"),
        ("bra 34b", "34B"),
        ("bra 34 b", "34B"),
        ("dress size 10", "UK 10 / EU 38"),
        ("queen size sheet set", "Queen"),
        ("chaussures taille 42", "42"),
        ("large dog bed", "Large"),
        ("jacket size 52", "52"),
        ("shoes EU42", "EU 42"),
        ("shirt 3xl", "XXXL"),
        ("shirt xxxl", "3XL"),
        ("kids shirt 6-9 months", "6-9 months"),
        ("kids shirt 6-9 months", "6–9 Monate"),
        ("toddler shirt 2t", "2T"),
        ("schuhe größe 42", "42"),
        ("vestido talla M", "M"),
        ("scarpe taglia 38", "38"),
        ("schoenen maat 42", "42"),
        ("鞋 42码", "42"),
        ("サイズM シャツ", "M"),
        ("running shoes us 9.5", "US 9.5 / EU 43"),
        ("belt size 6", ["6", "8"]),
        ("ring size 7", "7"),
        ("size 10 shoes", "color:red|size:10"),
        ("schuhe schwarz größe 42 unter 80 euro", "42"),
        ("kleid größe 38", "38"),
        ("extra-large hoodie", "XL"),
        ("x-large", "xl"),
        ("size 5 football", "5"),
        ("size 38", 38.0),
        ("size m", "S/M"),
        ("size l", "M, L, XL"),
        ("5-6 years dress", "5-6Y"),
        ("size 42 or less", "42"),
        ("queen band t-shirt xl", "XL"),
        ("double bed", "Double"),
        ("shoes 42 eu", "42"),
        ("boots 9 UK", "UK 9"),
        ("scarpe numero 43", "EU 43"),
        ("zapatos número 38", "38"),
        ("sandálias nº 37", "37"),
        ("Schuhe Nummer 41", "41"),
    ],
)
def test_the_same_size(query: str, value: object) -> None:
    assert checked(query, value) == 1


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("shoes size 8.5", "8"),
        ("shoes size 8 1/2", "8"),
        ("mens jeans 32x34", "W34 L32"),
        ("jeans w32", "W34/L30"),
        ("bra 34b", "36C"),
        ("dress size 10", "UK 12 / EU 40"),
        ("queen size sheet set", "King"),
        ("king mattress", "California King"),
        ("chaussures taille 42", "43"),
        ("large dog bed", "Small"),
        ("shirt 3xl", "XXL"),
        ("kids shirt 6-9 months", "12-18 months"),
        ("toddler shirt 2T", "3T"),
        ("schuhe größe 42", "42,5"),
        ("schuhe gr. 42", "43"),
        ("vestido talla M", "L"),
        ("vestido tamanho 40", "42"),
        ("尺码42 鞋", "43"),
        ("Mサイズ シャツ", "L"),
        ("running shoes us 9.5", "US 10 / EU 44"),
        ("running shoes us 9.5", "US 9 / EU 42.5"),
        ("belt size 6", "8"),
        ("ring size 7", "8"),
        ("size 10 shoes", "color:red|size:9|ram:10"),
        ("5-6 years dress", "7-8 years"),
        ("size s", "Men's M"),
        ("single bed duvet", "King"),
        ("adidas 38 2/3", "38"),
        ("boots 9½", "9"),
        ("bra 80d", "75D"),
        ("boys shirt ages 7-8", "9-10 years"),
        ("vestido tamanho p", "G"),
        ("12 months romper", "18 months"),
        ("24 months romper", "6-12 months"),
        ("dress s/m", "XL"),
    ],
)
def test_another_size(query: str, value: object) -> None:
    assert checked(query, value) == -1


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("small water bottle", "0.3 L"),
        ("small water bottle", "500 ml"),
        ("one size hat", "S"),
        ("bra 75b", "34B"),
        ("baby hat newborn", "0-3 months"),
        ("size l shirt", "G"),
    ],
)
def test_a_measure_is_no_size(query: str, value: object) -> None:
    assert checked(query, value) == 0


@pytest.mark.parametrize(
    "query",
    [
        "iphone 12",
        "us 10 gb",
        "size 12m",
        "full hd tv",
        "queen band t-shirt",
        "m series laptop",
        "4 x 4 truck",
        "king size bar",
        "camera w 50 prints",
        "laptop i7 w10",
        "full frame camera",
        "pack of 3 t-shirts",
        "3 size assorted stickers",
        "charger XS-57278",
        "toys 3+",
        "levis 501",
        "100 gr coffee",
        "l shaped desk",
        "medium rare steak knife",
        "small engine oil",
        "large scale map",
        "medium density board",
        "toys ages 3-12",
        "10.5 usd voucher",
        "camera 24.5 mp",
        "cup 1 2/3",
        "profumo numero 5",
        "scarpe numero uno",
        "libro número 38",
    ],
)
def test_what_asks_for_no_size(query: str) -> None:
    assert SIZE.extract(query, []) is None


@given(
    st.integers(min_value=16, max_value=60),
    st.sampled_from(
        [
            *("size {}", "sz {}", "Größe {}", "Gr. {}", "taille {}", "pointure {}", "talla {}"),
            *("taglia {}", "maat {}", "tamanho {}", "尺码{}", "{}码", "サイズ{}", "eu {}", "EU{}"),
        ]
    ),
    st.sampled_from(["{}", "{}.0", "EU {}", "{} EU", "eu{}", "10, {}", "size: {}"]),
)
def test_another_notation_of_a_size_is_the_same_size(value: int, asked: str, stated: str) -> None:
    query = f"shoes {asked.format(value)}"
    assert checked(query, stated.format(value)) == 1
    assert checked(query, f"EU {value + 1}") == -1
    assert checked(query, f"{value} ml") == 0


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_is_read(query: str, value: str) -> None:
    assert checked(query, value) in (-1, 0, 1, None)
