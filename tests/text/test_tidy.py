"""What signals read does not depend on how a text was typed or exported."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.fusion.parts import signal_parts
from sidecar.profiles import Profiles
from sidecar.request import Document
from sidecar.search import Search
from sidecar.text.query import extract
from sidecar.text.read import read
from sidecar.text.tidy import tidy, tidy_all, tidy_query, tidy_text

SEARCHES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ecommerce", "desk lamp under 50 €", {"title": "Desk lamp", "price": "49,90 €"}),
    ("ecommerce", "1 1/2 inch pipe", {"title": "Pipe 1 1/2 inch"}),
    ("ecommerce", "black shoes size us 9.5", {"title": "Shoe", "size": "US 9.5", "color": "black"}),
    ("ecommerce", "café crème 250 g", {"title": "Café crème 250 g", "brand": "Crème"}),
    ("ecommerce", "shirt not made of wool", {"title": "Shirt", "attributes": {"material": "wool"}}),
    ("legal", "§ 433 BGB since 2010", {"statute": "§ 433 BGB", "date": "12. März 2012"}),
    ("legal", "deposit not before 2016", {"title": "Deposit", "date": "4 May 2015"}),
    ("legal", "código civil art. 1101", {"statute": "Código Civil art. 1101"}),
)
WRITINGS: dict[str, Callable[[str], str]] = {
    "two spaces": lambda text: text.replace(" ", "  "),
    "tabs": lambda text: text.replace(" ", "\t"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "narrow spaces": lambda text: text.replace(" ", "\u202f"),
    "padded": lambda text: f" {text} \n",
    "zero-width spaces": lambda text: text.replace(" ", " \u200b"),
    "soft hyphens": lambda text: text.replace("e", "e\u00ad"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
}


def _rewritten(value: Any, write: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _rewritten(item, write) for key, item in value.items()}
    return write(value) if isinstance(value, str) else value


def _parts(profile_name: str, query: str, fields: dict[str, Any]) -> dict[str, float]:
    profile = Profiles.open().get(profile_name)
    named = [read(Document(fields=fields), profile) or {}]
    constraints = extract(query, profile.extractors, named)
    (parts,) = signal_parts(profile, Search(query, named, constraints, {}), now=1.8e9)
    return {f"{part.kind} {part.name}": round(part.value, 9) for part in parts}


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
@pytest.mark.parametrize(("profile", "query", "fields"), SEARCHES, ids=[s[1] for s in SEARCHES])
def test_the_same_text_is_read_the_same(
    profile: str, query: str, fields: dict[str, Any], write: Callable[[str], str]
) -> None:
    plain = _parts(profile, query, fields)
    assert any(name.startswith("signal") for name in plain), "else nothing is shown"
    assert _parts(profile, write(query), fields) == plain
    assert _parts(profile, query, _rewritten(fields, write)) == plain


def test_what_is_tidy_stays_the_same_object() -> None:
    for value in ("a b", ["a", {"b": "c d"}], {"x": ("a", 1)}, 3, None):
        assert tidy(value) is value
    assert tidy(["a  b", {"c": "d\te"}]) == ["a b", {"c": "d e"}]
    assert tidy_text("line one\nline two") == "line one\nline two"


def test_quotation_marks_around_the_whole_query_are_none_of_its_words() -> None:
    assert tidy_query('"mug under 50"') == "mug under 50"
    assert tidy_query("„Becher unter 50“") == "Becher unter 50"
    assert tidy_query('tv 50"') == 'tv 50"'
    assert tidy_query('"red shoe" size "9"') == '"red shoe" size "9"'
    assert tidy_query('""') == '""'


@given(
    st.lists(
        st.text(st.sampled_from("ab \n\t\r\x0b\0é\u00a0\u200b,"), max_size=12)
        | st.none()
        | st.integers()
        | st.lists(st.sampled_from(["a  b", "a", " "]), max_size=2)
        | st.fixed_dictionaries({"size": st.sampled_from(["M", " M", "42\t"])}),
        max_size=4,
    )
)
def test_many_values_are_tidied_as_each_alone(values: list[object]) -> None:
    assert tidy_all(values) == [tidy(value) for value in values]
