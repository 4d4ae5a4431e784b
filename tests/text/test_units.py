import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.assumed_units import SIDE, may_state, stated_quantities
from sidecar.text.units import ALL, Quantity, quantities
from sidecar.text.values import number, parse_number
from tests.growth import assert_linear


def read(text: str) -> list[tuple[str, float]]:
    return [(quantity.dimension, round(quantity.value, 6)) for quantity in quantities(text)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("16gb|16 GB|16GB|16 gigabytes|16-gb|16 GiB", ("data", 16e9)),
        ('55in|55 inch|55"|55-inch tv|55 in tv|55 inches|55″', ("length", 1.397)),
        ("2.5 kg|2,5 kg|2500g|2,500 g|2500 grams", ("mass", 2.5)),
        ("1,000 mAh|1.000 mAh|1000mah|1 Ah", ("charge", 1.0)),
        ("750 ml|0.75l|75 cl|0,75 L", ("volume", 0.75)),
        ("65W|65 watts|0.065 kW|USB-C 65W", ("power", 65.0)),
        ("12V|12 volts|12v", ("voltage", 12.0)),
        ("2.4 GHz|2400MHz|2,4GHz", ("frequency", 2.4e9)),
        ("12 MP|12mp|12 megapixels", ("pixels", 12e6)),
        ("20 lb|20lbs|20 pounds", ("mass", 9.071847)),
        ("8 oz|8 ounces", ("mass", 0.226796)),
        ("12 fl oz|12 fl. oz", ("volume", 0.354882)),
    ],
)
def test_the_spellings_of_a_quantity_are_equal(texts: str, expected: tuple[str, float]) -> None:
    for text in texts.split("|"):
        assert read(text) == [expected], text


@pytest.mark.parametrize(
    "text",
    [
        "5g network",
        "5G",
        "802.11g",
        "3 in 1",
        "100 in stock",
        "42M users",
        "12 v 5",
        "100 Mbps",
        "6 Gb/s",
        "4k",
        "1080p",
        "iphone 15",
        "mp3",
        "i7-8700K",
        "size L",
        "XM4",
        "1 000 W",
        "windows 10",
        "NB-5L",
        "DGS-1005G",
        "15 ' macbook",
        "i3-4340 / 3",
        'the "iPhone 15" case',
    ],
)
def test_what_only_looks_like_a_quantity_is_none(text: str) -> None:
    assert read(text) == []


def test_lengths_share_their_unit_and_counts_do_not() -> None:
    assert read("60 x 40 cm") == [("length", 0.6), ("length", 0.4)]
    assert read("2 x 16GB") == [("data", 16e9)]
    assert read("2.4-5 GHz") == [("frequency", 2.4e9), ("frequency", 5e9)]
    assert read("UDMA 7 - 128GB") == [("data", 128e9)]
    assert read("11102-60 W") == [("power", 60)]
    assert read("i3 4340 / 3.6 GHz") == [("frequency", 3.6e9)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/4 inch", [("length", 0.00635)]),
        ("1-1/2 in.", [("length", 0.0381)]),
        ("8½″", [("length", 0.2159)]),
        ("1/4-1/2 inch", [("length", 0.00635), ("length", 0.0127)]),
        ("5'6\"", [("length", 1.6764)]),
        ("5 ft 6 1/2 in", [("length", 1.6891)]),
        ("6' ladder", [("length", 1.8288)]),
        ("-10 °C", [("temperature", -10)]),
        ("14 °F", [("temperature", -10)]),
        ("5-10 °C", [("temperature", 5), ("temperature", 10)]),
        ("12/24V", [("voltage", 12), ("voltage", 24)]),
        ("16/32 GB", [("data", 16e9), ("data", 32e9)]),
        ("M8 x 40 mm", [("thread", 8), ("length", 0.04)]),
        ("0.7 cu ft", [("volume", 19.821793)]),
        ("6 x 1,5 L", [("volume", 1.5)]),
        ("300TC", [("threads", 300)]),
        ("16 Go", [("data", 16e9)]),
        ("2 Kilo", [("mass", 2)]),
        ("500毫升", [("volume", 0.5)]),
        ("2リットル", [("volume", 2)]),
        ("-20 degree", [("degrees", -20)]),
        ("Schlafsack bis −20 Grad", [("degrees", -20)]),
        ("moins 10 degrés", [("degrees", -10)]),
        ("零下20度", [("degrees", -20)]),
        ("マイナス15度", [("degrees", -15)]),
        ("-15ºC", [("temperature", -15)]),
        ("零下18℃", [("temperature", -18)]),
        ("360 degree camera, 90° elbow", []),
        ("sleeping bag 0 degrees", [("degrees", 0)]),
        ("0° sleeping bag", [("degrees", 0)]),
        ("0-180 degree hinge", []),
        ("内存16GB", [("data", 16e9)]),
        ("直径26cm 容量500ml", [("length", 0.26), ("volume", 0.5)]),
        ("ストレージ256GB", [("data", 256e9)]),
        ("型号AB16GB", []),
        ("tire 205/55 r16", []),
        ("24/7", []),
    ],
)
def test_notations_of_shops(text: str, expected: list[tuple[str, float]]) -> None:
    assert read(text) == expected


def test_the_dimensions_can_be_chosen() -> None:
    (found,) = quantities('55" screen, 16 GB', frozenset({"data"}))
    assert found == Quantity("data", 16e9, 12, 17, step=1e9, factor=1e9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,000", 1000),
        ("1.000", 1000),
        ("3.500", 3500),
        ("1,299.95", 1299.95),
        ("1.299,95", 1299.95),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("12,5", 12.5),
        ("0,125", 0.125),
        ("0.125", 0.125),
        ("2.625", 2.625),
        ("1\u00a0000", 1000),
        ("-5", -5),
    ],
)
def test_numbers_in_english_and_continental_habit(text: str, value: float) -> None:
    assert parse_number(text) == value


def test_money_has_no_three_decimals() -> None:
    assert parse_number("1.299", money=True) == 1299


def test_field_values_as_numbers() -> None:
    assert number("$1,299.00") == 1299
    assert number("49.95 EUR") == 49.95
    assert number("12.50") == 12.5
    assert number(["", "7"]) == 7
    missing: tuple[object, ...] = (
        None,
        True,
        "",
        "n/a",
        "4.5 / 5",
        float("nan"),
        float("inf"),
        10**400,
        {},
        "1" * 50,
    )
    assert all(number(value) is None for value in missing)


@given(
    st.lists(st.text(st.sampled_from("158 gbkwx:'½\0in²Gé\n"), max_size=9), max_size=4),
    st.sampled_from(["data", "mass", "power", "length", "temperature", SIDE]),
)
def test_no_text_that_states_a_quantity_is_left_out(texts: list[str], dimension: str) -> None:
    dimensions = frozenset({dimension})
    for text, kept in zip(texts, may_state(texts, dimensions), strict=True):
        assert kept == text or not stated_quantities(text, dimensions)


def test_texts_without_a_unit_that_is_asked_for_are_left_out() -> None:
    texts = ["laptop, 16 GB", "mouse 3", "RAM: 8 gb, 2 kg"]
    assert may_state(texts, frozenset({"data"})) == ["laptop, 16 GB", "", "RAM: 8 gb, 2 kg"]


@given(st.text(alphabet="0123456789 .,-/½'\"x×°mcfginlbvw²\u202f", max_size=40))
def test_whatever_signs_stand_around_numbers_are_read(text: str) -> None:
    for found in (*quantities(text), *stated_quantities(f"a: {text}", ALL | {SIDE})):
        assert math.isfinite(found.value)
        assert found.start < found.end


@pytest.mark.parametrize("text", ['1" ', "5' ", "15 HP ", "5G "])
def test_a_long_field_is_read_in_linear_time(text: str) -> None:
    """What the whole text says of a unit was found out anew at each number: 2.5 s and more."""
    assert_linear(lambda n: stated_quantities(text * (n // len(text)), ALL), 5_000)
