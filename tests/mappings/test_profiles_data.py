"""The shipped profiles: what they read, and that their numbers stay modest."""

import math

import pytest

import mappings
from sidecar.profile import Profile
from sidecar.profiles import Profiles, read_profile
from sidecar.request import Document
from sidecar.search import Search
from sidecar.signals import Rule, SearchReader
from sidecar.text.query import EXTRACTORS, extract
from sidecar.text.read import read

PROFILES = Profiles.open()
ECOMMERCE, LEGAL, PLAIN = (PROFILES.get(name) for name in ("ecommerce", "legal", "plain"))

PRODUCT_FIELDS = (
    "title brand category description attributes color size material price currency sku gtin mpn "
    "rating popularity in_stock date highlights pack_size weight volume dimensions "
    "ingredients labels"
)
LEGAL_FIELDS = (
    "title text summary court jurisdiction date citations cited_by statute status in_force "
    "valid_until docket celex ecli"
)


def parts(profile: Profile, query: str, fields: dict[str, object]) -> dict[str, float]:
    """Each signal's part of the logit for one document."""
    values = read(Document(fields=fields), profile) or {}
    reader = SearchReader(Search(query, [values], extract(query, profile.extractors, [values])))
    return {
        name: signal.contribution(signal.strengths(reader)[0])
        for name, signal in profile.signals.items()
    }


def fires(rule: Rule, text: str) -> bool:
    return rule.fires(SearchReader(Search("", [{rule.field: text}])))[0]


def test_the_shipped_profiles_are_valid() -> None:
    assert len(mappings.profile_names()) == 11
    for name in mappings.profile_names():
        assert read_profile(mappings.profile_text(name), f"{name}.yaml").name == name


@pytest.mark.parametrize("name", ["none", "../plain", "profiles/plain", "plain.yaml", ""])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(KeyError):
        mappings.profile_text(name)


def test_ecommerce_reads_the_names_that_shops_use() -> None:
    assert set(ECOMMERCE.fields) == set(PRODUCT_FIELDS.split())
    values = read(Document(fields={"colour": "red", "availability": "in stock"}), ECOMMERCE)
    assert values == {"color": "red", "in_stock": "in stock"}


def test_legal_reads_the_names_that_courts_and_registers_use() -> None:
    assert set(LEGAL.fields) == set(LEGAL_FIELDS.split())


def test_plain_is_the_model_alone() -> None:
    assert not PLAIN.parse
    assert not PLAIN.fields | PLAIN.signals | PLAIN.rules


@pytest.mark.parametrize("profile", [ECOMMERCE, LEGAL], ids=lambda profile: profile.name)
def test_no_part_can_outweigh_the_model_by_accident(profile: Profile) -> None:
    assert profile.match_cap <= 2
    assert all(field.weight <= 1 for field in profile.fields.values())
    assert all(abs(s.weight) <= s.cap <= 2 for s in profile.signals.values())
    assert all(1 <= rule.demote <= 3 for rule in profile.rules.values())
    assert sum(field.quota or 0 for field in profile.fields.values()) <= 480


@pytest.mark.parametrize("profile", [ECOMMERCE, LEGAL], ids=lambda profile: profile.name)
def test_every_field_of_the_passage_has_a_quota(profile: Profile) -> None:
    assert all((field.quota is None) == (field.weight == 0) for field in profile.fields.values())


@pytest.mark.parametrize("profile", [ECOMMERCE, LEGAL], ids=lambda profile: profile.name)
def test_only_extractors_that_judge_a_document_alone_are_used(profile: Profile) -> None:
    assert set(profile.extractors) <= EXTRACTORS.keys() - {"brand"}


@pytest.mark.parametrize("profile", [ECOMMERCE, LEGAL], ids=lambda profile: profile.name)
def test_a_document_without_fields_gets_nothing(profile: Profile) -> None:
    query = "red nike shoes size 42 under $80, 410 U.S. 113 (1973)"
    assert not any(parts(profile, query, {}).values())


def test_a_products_facts_count() -> None:
    shoe: dict[str, object] = {
        "name": "Air Zoom running shoe",
        "brand": "Nike",
        "category": "Shoes > Running",
        "attributes": {"colour": "Red", "weight": "250 g"},
        "size": ["41", "42"],
        "price": "79.95",
        "mpn": "DM0822-600",
        "rating": 4.5,
        "popularity": 1200,
        "date": "2020-01-31",
    }
    matched = parts(ECOMMERCE, "red nike running shoes size 42 under $80 dm0822600", shoe)
    assert matched["identifier"] == 2.0
    assert matched["brand"] == 0.6
    assert matched["price"] == 1.0
    assert matched["size"] == 0.6
    assert matched["color"] == 0.5
    assert matched["category"] > 0
    assert matched["rating"] == pytest.approx(0.2 * 0.5 ** (0.5 / 1.5) ** 2)
    assert matched["popularity"] == pytest.approx(0.3 * math.log(1201) / math.log(100_001))
    assert 0 < matched["freshness"] < 0.1
    unmatched = parts(ECOMMERCE, "blue adidas shoes size 40 under $50, 300 g", shoe)
    assert (unmatched["brand"], unmatched["identifier"]) == (0, 0)
    assert (unmatched["price"], unmatched["size"], unmatched["color"]) == (-1.0, -0.6, -0.5)
    assert unmatched["units"] == -0.8


@pytest.mark.parametrize(
    "sold_out", ["false", "0", "Out of stock", "https://schema.org/OutOfStock"]
)
def test_what_is_sold_out_is_demoted(sold_out: str) -> None:
    assert fires(ECOMMERCE.rules["out_of_stock"], sold_out)


@pytest.mark.parametrize("in_stock", ["true", "1", "12", "in stock", "https://schema.org/InStock"])
def test_what_is_in_stock_is_not(in_stock: str) -> None:
    assert not fires(ECOMMERCE.rules["out_of_stock"], in_stock)


def test_a_decisions_worth_counts() -> None:
    roe: dict[str, object] = {
        "case_name": "Roe v. Wade",
        "court": "Supreme Court of the United States",
        "jurisdiction": "US",
        "date_filed": "1973-01-22",
        "citation": ["410 U.S. 113"],
        "citeCount": 999,
    }
    matched = parts(LEGAL, "410 U. S. 113 scotus united states 1973", roe)
    assert matched["citation"] == 1.5
    assert (matched["court"], matched["jurisdiction"], matched["year"]) == (0.7, 0.5, 0.7)
    assert matched["authority"] == 0.4
    assert matched["cited_by"] == pytest.approx(0.3, abs=0.001)
    assert 0 < matched["recency"] < 0.05
    unmatched = parts(LEGAL, "BGH since 1990 german law", roe)
    assert (unmatched["court"], unmatched["jurisdiction"], unmatched["year"]) == (-0.7, -0.5, -0.7)


@pytest.mark.parametrize(
    ("status", "rules"),
    [
        ("overruled", {"overruled"}),
        ("Overruled by Dobbs v. Jackson (2022)", {"overruled"}),
        ("Repealed.", {"overruled"}),
        ("reversed in part", {"in_part"}),
        ("Vacated and remanded in part", {"in_part"}),
        ("aufgehoben", {"overruled"}),
        ("已废止", {"overruled"}),
        ("not overruled", set()),
        ("good law", set()),
        ("Published", set()),
        ("有效", set()),
    ],
)
def test_overruled_law_is_demoted(status: str, rules: set[str]) -> None:
    on_status = {n: rule for n, rule in LEGAL.rules.items() if rule.field == "status"}
    assert {name for name, rule in on_status.items() if fires(rule, status)} == rules


def test_papers_of_the_proceedings_are_demoted() -> None:
    assert fires(LEGAL.rules["notice"], "NOTICE OF APPEAL")
    assert not fires(LEGAL.rules["notice"], "Roe v. Wade")
    assert not fires(LEGAL.rules["notice"], "Noticing appeals")
