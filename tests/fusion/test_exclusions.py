"""What holds for every query that excludes something, under the shipped profile for products."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.contracts.body import read_document
from sidecar.fusion.parts import signal_parts
from sidecar.profiles import Profiles
from sidecar.search import Search
from sidecar.text.query import extract
from sidecar.text.query.color import colors
from sidecar.text.query.material import materials
from sidecar.text.read import read
from sidecar.text.vocabularies import Names, load

PROFILE = Profiles.open().get("ecommerce")
TEMPLATES = {
    "en": ["item not {}", "item without {}", "item, no {}", "item except {}", "anything but {}"],
    "de": ["Tasche ohne {}", "Tasche, nicht {}", "Tasche außer {}", "Tasche kein {}"],
    "fr": ["sac sans {}", "sac sauf {}", "sac pas {}"],
    "es": ["bolso sin {}", "bolso no {}", "bolso excepto {}"],
    "it": ["borsa senza {}", "borsa non {}", "borsa tranne {}"],
    "nl": ["tas zonder {}", "tas niet {}", "tas behalve {}"],
    "pt": ["bolsa sem {}", "bolsa não {}", "bolsa exceto {}"],
    "zh": ["包 不要{}", "包 除了{}以外"],
    "ja": ["{}以外 バッグ", "{}なし バッグ"],
}
BRANDS = ["Nike", "Black & Decker", "The North Face", "HP Inc.", "Arc'teryx"]
DOCUMENT = {"title": "Bag", "brand": "Acme", "color": "", "material": "", "price": 20}


def spelled(kind: str) -> list[tuple[str, str, str]]:
    """(language, a spelling that stands for itself, its name) of every file of the kind."""
    return [
        (language, form, name)
        for language, names in load(kind, Names).items()
        if language in TEMPLATES
        for name, spellings in names.names.items()
        for spelling in spellings
        for form in names.forms(spelling)
        if not any(form in names.forms(each) for of in names.ambiguous.values() for each in of)
    ]


def total(document: dict[str, Any], query: str) -> float:
    fields = read(read_document(document), PROFILE)
    assert fields is not None
    constraints = extract(query, PROFILE.extractors, [fields])
    (parts,) = signal_parts(PROFILE, Search(query, [fields], constraints), now=0.0)
    return sum(part.value for part in parts)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_excluded_value_never_gains(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["color", "material"]))
    language, form, name = data.draw(st.sampled_from(spelled(kind)))
    query = data.draw(st.sampled_from(TEMPLATES[language])).format(form)
    reading = (colors() if kind == "color" else materials()).read(query)
    assert reading.wanted == frozenset(), query
    assert reading.excluded == {name}, query
    without = total({**DOCUMENT, kind: None}, query)
    assert total({**DOCUMENT, kind: form}, query) < without
    assert total({**DOCUMENT, kind: name}, query) < without


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("language", TEMPLATES)
def test_an_excluded_brand_never_gains(brand: str, language: str) -> None:
    for template in TEMPLATES[language]:
        query = template.format(brand.removesuffix(" Inc."))
        assert total({**DOCUMENT, "brand": brand}, query) < total(DOCUMENT, query), query


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_reading_comes_from_the_order_of_keys_or_from_wrapping(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["color", "material"]))
    language, form, _ = data.draw(st.sampled_from(spelled(kind)))
    templates = [*TEMPLATES[language], "{} item"]
    query = data.draw(st.sampled_from(templates)).format(form)
    value = data.draw(st.sampled_from([form, "red", "leather", "Sunset", ""]))
    document = {**DOCUMENT, kind: value}
    expected = pytest.approx(total(document, query))
    keys = data.draw(st.permutations(list(document)))
    assert total({key: document[key] for key in keys}, query) == expected
    assert total({"_source": document}, query) == expected
    assert total({**document, kind: [value]}, query) == expected
    assert total(json.loads(json.dumps(document)), query) == expected
