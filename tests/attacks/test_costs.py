"""Texts and documents on which a reader could take the square of their length, or worse."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from sidecar.profiles import Profiles
from sidecar.profiles.readings import ProfileReadings
from sidecar.request import Document
from sidecar.text.query import EXTRACTORS, extract
from sidecar.text.read import FieldReader
from tests.attacks.patterns import ROOT
from tests.growth import assert_linear

PROFILES = Profiles.open(None)
PRODUCTS, LAW = (FieldReader(PROFILES.get(name)) for name in ("ecommerce", "legal"))
DECISIONS = ProfileReadings(PROFILES.get("legal"))


def text(value: str) -> Document:
    return Document(text=value, source=value, size=len(value))


def fields(**values: object) -> Document:
    return Document(fields=values, source=values, size=1)


DOCUMENTS: dict[str, Callable[[int], object]] = {
    "one attribute many times": lambda n: PRODUCTS.read(
        fields(attributes=[{"name": "Fit", "value": "M"}] * n)
    ),
    "many attributes": lambda n: PRODUCTS.read(
        fields(attributes=[{"name": f"a{i}", "value": "M"} for i in range(n)])
    ),
    "a value of many lines": lambda n: PRODUCTS.read(text("title: a\n" + " b\n" * n)),
    "a field many times": lambda n: PRODUCTS.read(text("title: a\n" * n)),
    "an opened object": lambda n: PRODUCTS.read(text('{"title":' * n)),
    "nested values": lambda n: PRODUCTS.read(fields(title=[[["a"]]] * n)),
    "many keys": lambda n: PRODUCTS.read(fields(**{f"f{i}": 1 for i in range(n)})),
    "keys of many steps": lambda n: PRODUCTS.read(fields(**{"a." * n: 1})),
    "a citation without an end": lambda n: DECISIONS.of(fields(text="Act " + "1" * n)),
    "flow of YAML": lambda n: LAW.read(text("---\na: " + "[" * n)),
}


def test_the_square_of_a_length_would_be_found() -> None:
    with pytest.raises(AssertionError, match="4 times the length takes"):
        assert_linear(lambda length: sum(1 for _ in range(length) for _ in range(length)), 400)


@pytest.mark.parametrize("shape", DOCUMENTS)
def test_reading_a_document_takes_time_by_its_length(shape: str) -> None:
    assert_linear(DOCUMENTS[shape], 2000)


@pytest.mark.parametrize("unit", [">=1611-11-11", "1 1 1 ", " "])
def test_a_query_of_any_length_is_read_in_time_by_its_length(unit: str) -> None:
    assert_linear(lambda n: extract(unit * (n // len(unit)), tuple(EXTRACTORS), ()), 50_000)


def test_no_regular_expression_is_exponential() -> None:
    """Each on the worst text for each of its repetitions; an exponential one would not end."""
    command = [sys.executable, "-m", "tests.attacks.patterns", "200"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    head, *rows = done.stdout.splitlines()
    assert int(head.split()[0]) > 200, "which patterns are looked at?"
    assert all(float(row.split()[0]) < 1000 for row in rows), rows[0]
