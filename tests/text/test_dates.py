"""A field's value as a point in time, and as a year."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.dates import instant, month_names, year

DAY = 1_524_528_000
"""2018-04-24."""


@pytest.mark.parametrize(
    "value",
    [
        *("2018-04-24", "2018-04-24T00:00:00Z", "2018-04-24 00:00:00.0"),
        *("2018/04/24", "2018.4.24"),
        *("24 April 2018", "April 24, 2018", "24th of April, 2018"),
        *("Apr. 24 2018", "24-Apr-2018"),
        *("24. April 2018", "24 avril 2018", "24 de abril de 2018"),
        *("24 aprile 2018", "24 abril 2018"),
        *("Tue, 24 Apr 2018 00:00:00 GMT", "Tuesday, April 24, 2018", "filed April 24, 2018"),
        *("24.04.2018", "24/04/2018", "04/24/2018", "24-04-2018"),
        *("2018年4月24日", "２０１８年４月２４日", "平成30年4月24日"),
        *(20180424, "20180424", DAY, str(DAY), DAY * 1000, str(DAY * 1000), float(DAY)),
        *({"year": 2018, "month": 4, "day": 24}, {"$date": "2018-04-24T00:00:00Z"}),
        ["", "2018-04-24"],
        "2018-04-24T05:30:00+05:30",
    ],
)  # fmt: skip
def test_the_notations_of_a_day(value: object) -> None:
    assert instant(value) == DAY
    assert year(value) == 2018


@pytest.mark.parametrize(
    ("value", "first"),
    [
        ("2018-04", "2018-04-01"),
        ("04/2018", "2018-04-01"),
        ("April 2018", "2018-04-01"),
        ("2018年4月", "2018-04-01"),
        ({"year": 2018, "month": 4}, "2018-04-01"),
        ("2018", "2018-01-01"),
        (2018, "2018-01-01"),
        ("c. 2018", "2018-01-01"),
        ("circa 2018", "2018-01-01"),
        ("[ca. 2018]", "2018-01-01"),
        ("um 2018", "2018-01-01"),
        ("2018年", "2018-01-01"),
        ("令和元年5月1日", "2019-05-01"),
        ("1er mai 2015", "2015-05-01"),
    ],
)
def test_a_month_or_a_year_is_its_first_day(value: object, first: str) -> None:
    assert instant(value) == datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp()


def test_of_an_ambiguous_day_the_year_is_certain() -> None:
    assert year("03/04/1994") == 1994
    assert instant("03/04/1994") is None
    assert instant("03.04.1994") == instant("1994-04-03"), "points are continental"
    assert instant("04/04/1994") == instant("1994-04-04")


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "soon", True, {}, [], float("nan"), float("inf"), 1e300, 0, 12345),
        *("2024-13-01", "0000-00-00", "32 May 2018", "24.04.18", "24/04/73", "April 24", "5/6"),
        *("1.2.3", "1.299", "1 800 555 1234", "model 2018", "2018 units", "GTIN 4006381333931"),
    ],
)
def test_what_is_no_date(value: object) -> None:
    assert instant(value) is None
    assert year(value) is None


def test_dates_of_two_years_are_none() -> None:
    assert year("filed 2014-06-25, amended 2015-01-01") is None
    assert year("filed 2014-06-25, amended 2014-07-01") == 2014
    assert instant("filed 2014-06-25, amended 2014-07-01") is None


def test_a_year_is_that_of_the_values_own_zone() -> None:
    assert year("1973-01-01T00:00:00+05:30") == 1973


@given(st.dates(date(1600, 1, 1), date(2100, 1, 1)), st.sampled_from(sorted(month_names())))
def test_every_notation_of_a_day_is_the_same_instant(day: date, name: str) -> None:
    expected = instant(day.isoformat())
    assert expected is not None
    for notation in ("%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y", "%Y年%m月%d日"):
        assert instant(day.strftime(notation)) == expected, notation
    if month_names()[name] == day.month:
        assert instant(f"{day.day} {name} {day.year}") == expected, name


@given(st.text(max_size=90))
def test_every_text_is_read(text: str) -> None:
    assert instant(text) is None or year(text) is not None
