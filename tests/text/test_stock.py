"""What catalogues say about stock: only a statement of absence is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.stock import Stock, stock

ABSENT: list[object] = [
    *(False, 0, 0.0, -2, "false", "No", "0", "0.0000", "-1", "nein", "non"),
    *("out of stock", "Out-of-Stock", "OUT_OF_STOCK", "OutOfStock", "outofstock", "Sold out!"),
    *("SOLD_OUT",),
    *("http://schema.org/OutOfStock", "https://schema.org/SoldOut"),
    *("https://schema.org/Discontinued",),
    *("Currently unavailable.", "Not available", "No longer available", "Temporarily out of stock"),
    *("0 in stock", "In stock: 0", "0 items available", "0 left", "Quantity: 0"),
    *("0 Stück auf Lager",),
    *("Out of stock. Notify me when available", "Sold out - back soon"),
    *("Derzeit nicht verfügbar", "ausverkauft", "nicht auf Lager", "vergriffen"),
    *("Rupture de stock", "Épuisé", "n'est plus disponible", "Actuellement indisponible"),
    *("Agotado", "sin existencias", "No disponible", "Esaurito", "non disponibile"),
    *("uitverkocht", "Niet op voorraad", "Esgotado", "sem estoque", "Indisponível"),
    *("缺货", "无货", "售罄", "已售完", "暂时缺货", "在庫なし"),
    *("在庫切れ", "売り切れ", "品切れ", "완판 품절"),
    *("niedostępny", "Slutsåld", "ikke på lager", "tükendi", "нет в наличии", "vyprodáno"),
    {"isOnStock": False, "restockableInDays": 3},
    {"stock_status": "outofstock", "stock_quantity": 3},
    {"is_in_stock": "0", "qty": "0.0000"},
    {"manage_stock": True, "stock_quantity": 0},
    {"key": "soldout", "label": {"de": "Ausverkauft"}},
    {"en-US": "Sold out", "de-DE": "Ausverkauft"},
    {"soldOut": True},
    {"@type": "Offer", "price": "5", "availability": "https://schema.org/OutOfStock"},
    {"availableQuantity": 0},
    {"channels": {"shop": {"isOnStock": False}, "web": {"isOnStock": False}}},
    [{"title": "S", "available": False}, {"title": "M", "available": False}],
]  # fmt: skip
AVAILABLE: list[object] = [
    *(True, 1, 12, 2.5, "true", "yes", "7", "in stock", "In Stock (12)", "InStock", "instock"),
    *("https://schema.org/InStock", "https://schema.org/LimitedAvailability"),
    *("LowStock only 2 in stock",),
    *("PreOrder", "https://schema.org/BackOrder", "Available on backorder", "vorbestellbar"),
    *("预售", "予約受付中"),
    *("Almost sold out", "fast ausverkauft", "即将售罄", "10 in stock", "auf Lager", "en stock"),
    *("有货", "在庫あり"),
    {"isOnStock": True, "availableQuantity": 5, "restockableInDays": 0},
    {"isOnStock": True, "availableQuantity": 0},
    {"inventory_quantity": 0, "inventory_policy": "continue"},
    {"stock_quantity": -2, "backorders": "notify"},
    [{"available": False}, {"available": True}],
    {"offers": [{"availability": "SoldOut"}, {"availability": "InStock"}]},
]  # fmt: skip
SILENT: list[object] = [
    *(None, "", "ask us", "5 days", "2027-01-01", float("nan"), [], {}, "back in stock soon"),
    *("Out of stock, available on backorder", "Sold out online, available in store"),
    {"restockableInDays": 0, "reviewed": False, "min_sale_qty": 0},
    {"S": 0, "M": 3},
    [{"available": False}, {"title": "M"}],
]


@pytest.mark.parametrize("value", ABSENT)
def test_absence_is_stated(value: object) -> None:
    assert stock(value) is Stock.ABSENT


@pytest.mark.parametrize("value", AVAILABLE)
def test_what_can_be_bought_or_ordered_is_not_absent(value: object) -> None:
    assert stock(value) is Stock.AVAILABLE


@pytest.mark.parametrize("value", SILENT)
def test_what_says_neither(value: object) -> None:
    assert stock(value) is None


@given(st.sampled_from([v for v in ABSENT if isinstance(v, str)]), st.booleans())
def test_case_space_and_wrapping_change_nothing(text: str, upper: bool) -> None:
    written = f"  {text.upper() if upper and '://' not in text and 'ß' not in text else text} "
    for wrapped in (written, [written], {"status": written}, {"availability": {"label": written}}):
        assert stock(wrapped) is Stock.ABSENT


@given(st.sampled_from(ABSENT), st.sampled_from(AVAILABLE), st.booleans())
def test_one_variant_that_is_there_is_enough(absent: object, there: object, first: bool) -> None:
    variants = [{"availability": there}, {"availability": absent}]
    assert stock(variants if first else variants[::-1]) is Stock.AVAILABLE


@given(st.text(alphabet=st.characters(categories=("Ll", "Zs")), max_size=60))
def test_prose_of_other_words_says_nothing(text: str) -> None:
    assert stock(f"qx {text.replace(' ', 'q')}") is None
