"""Years in the words of every language."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.search import Constraint
from sidecar.text.query import extract
from sidecar.text.query.year_words import YearWords
from sidecar.text.vocabularies import load

NOW = datetime(2026, 11, 29, tzinfo=UTC).timestamp()


def years(query: str) -> tuple[float | None, float | None] | None:
    constraint = extract(query, ["year"], [], NOW).get("year")
    return None if constraint is None else (constraint.low, constraint.high)


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("cases in 1973", 1973, 1973),
        ("Roe v. Wade (1973)", 1973, 1973),
        ("abortion cases 1973", 1973, 1973),
        ("9th Cir. 2010", 2010, 2010),
        ("1973", 1973, 1973),
        ("Companies Act 2006 cases since 2010", 2010, None),
        ("since 2010", 2010, None),
        ("after 2010", 2011, None),
        ("before 1990", None, 1989),
        ("until 1990", None, 1990),
        ("between 1990 and 2000", 1990, 2000),
        ("2018-2020", 2018, 2020),
        ("after 1990 before 2000", 1991, 1999),
        ("since january 2016", 2016, None),
        ("tenancy deposit from 2015 onwards", 2015, None),
        ("post-2015", 2016, None),
        ("tenancy deposit last 5 years", 2021, None),
        ("not before 2016", 2016, None),
        (">= 2016", 2016, None),
        ("newer than 2015", 2016, None),
        ("nach 2015", 2016, None),
        ("seit 2015", 2015, None),
        ("vor 2015", None, 2014),
        ("bis 2015", None, 2015),
        ("après 2015", 2016, None),
        ("avant 2015", None, 2014),
        ("depuis 2015", 2015, None),
        ("después de 2015", 2016, None),
        ("dopo il 2015", 2016, None),
        ("2015年以后", 2015, None),
        ("买卖合同 2015年以前", None, 2015),
        ("nicht vor 2015", 2015, None),
        ("not after 2015", None, 2015),
        ("no later than 2015", None, 2015),
        ("between 2010 and 2015", 2010, 2015),
        ("zwischen 2010 und 2015", 2010, 2015),
        ("entre 2010 et 2015", 2010, 2015),
        ("2010-2015", 2010, 2015),
        ("von 2010 bis 2015", 2010, 2015),
        ("2010年至2015年", 2010, 2015),
        ("2010年から2015年まで", 2010, 2015),
        ("2015 or later", 2015, None),
        ("2015+", 2015, None),
        ("after March 2015", 2015, None),
        ("before 15/03/2015", None, 2015),
        ("nach dem 15.03.2015", 2015, None),
        ("after 2015-03-15", 2015, None),
        ("cases in 2015", 2015, 2015),
        ("urteil aus dem jahr 2015", 2015, 2015),
        ("the 1990s", 1990, 1999),
        ("since the 1990s", 1990, None),
        ("after the 1990s", 2000, None),
        ("before the 1990s", None, 1989),
        ("between 2015 & 2018", 2015, 2018),
        ("2015年4月以后", 2015, None),
        ("no newer than 2015", None, 2015),
        ("after 2015 but before 2018", 2016, 2017),
        ("letzten fünf Jahre", 2021, None),
        ("last year", 2025, 2025),
        ("近5年", 2021, None),
        ("过去五年", 2021, None),
        ("arrêts des 5 dernières années", 2021, None),
        ("sentencias de los últimos 10 años", 2016, None),
        ("na 2015", 2016, None),
        ("vóór 2015", None, 2014),
        ("até 2015", None, 2015),
        ("2015年以降", 2015, None),
        ("2015年より前", None, 2014),
        ("prior to 1990", None, 1989),
        ("pre-1990", None, 1989),
        ("a partir de 2015", 2015, None),
        ("bail after the year 2015", 2016, None),
        ("older than 2010", None, 2009),
        ("from 2010 to present", 2010, None),
        ("effective since 1 January 2020", 2020, None),
        ("ab Januar 2020", 2020, None),
        ("on or after 1 january 2020", 2020, None),
        ("in or before 2015", None, 2015),
        ("1 to 3 years in 2015", 2015, 2015),
        ("pas avant 2016", 2016, None),
        ("non prima del 2016", 2016, None),
        ("2015年之后的判决", 2015, None),
        ("不早于2015年", 2015, None),
        ("晚于2015年", 2016, None),
        ("2015年的判决", 2015, 2015),
        ("判决 2015年", 2015, 2015),
        ("deposit not older than 2012", 2012, None),
        ("deposit no older than 2012", 2012, None),
        ("appeals following 2012", 2013, None),
        ("cases subsequent to 2012", 2013, None),
        ("tenancy 2012 ruling on deposits", 2012, 2012),
        ("mietrecht 2012 urteil kaution", 2012, 2012),
    ],
)
def test_the_years_that_words_bound(query: str, low: int | None, high: int | None) -> None:
    assert years(query) == (low, high)


@pytest.mark.parametrize(
    "query",
    [
        "cases not in 2015",
        "section 1983 claims",
        "Directive 2011/83",
        "model 1000",
        "loi 2015",
        "2000 mah battery",
        "tenancy law 5 years limitation",
        "new house 2 years after purchase",
        "fine of 1800 euros",
        "penalty of 1990 dollars",
        "order of 2010 pieces",
        "a company of 2000 employees",
        "bußgeld von 2000 euro",
        "amende de 1900 euros",
        "Verordnung vom 3. März 1950",
        "Gesetz vom 4.7.1924",
        "loi du 29 juillet 1881",
        "ley de 15 de julio de 1954",
        "act of 4 June 1925",
    ],
)
def test_what_bounds_no_years(query: str) -> None:
    assert years(query) is None


@pytest.mark.parametrize("bound", ["since", "after", "until", "before"])
def test_every_word_of_every_language_is_read(bound: str) -> None:
    expected = {"since": (2015, None), "after": (2016, None)}
    expected |= {"until": (None, 2015), "before": (None, 2014)}
    for language, words in load("year", YearWords).items():
        for word in getattr(words, bound):
            assert years(f"lease {word} 2015") == expected[bound], (language, word)


@given(st.integers(1700, 2099))
def test_a_bound_and_its_negation_share_no_year(year: int) -> None:
    before, not_before = years(f"before {year}"), years(f"not before {year}")
    assert before == (None, year - 1)
    assert not_before == (year, None)


def test_without_a_day_of_the_search_the_clock_counts() -> None:
    constraint = extract("this year", ["year"], [])["year"]
    assert constraint == Constraint("year", low=constraint.low, high=constraint.low)
    assert constraint.low is not None
    assert constraint.low >= 2026
