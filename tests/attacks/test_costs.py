"""Texts and documents on which a reader could take the square of their length, or worse."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from sidecar.profiles import Profiles
from sidecar.profiles.readings import ProfileReadings
from sidecar.request import Document
from sidecar.text.query import EXTRACTORS, extract
from sidecar.text.read import FieldReader
from tests.attacks.patterns import ROOT

MANY = 4
SQUARE = MANY**2
NOISE_S = 0.05
"""CPU time that differs between two equal runs."""
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


@pytest.mark.parametrize("shape", DOCUMENTS)
def test_reading_a_document_takes_time_by_its_length(shape: str) -> None:
    read = DOCUMENTS[shape]
    read(10)
    small, large = (min(seconds(read, size) for _ in range(2)) for size in (2000, 2000 * MANY))
    assert large < small * SQUARE / 1.5 + NOISE_S


def seconds(read: Callable[[int], object], size: int) -> float:
    start = time.process_time()
    read(size)
    return time.process_time() - start


@pytest.mark.parametrize("unit", [">=1611-11-11", "1 1 1 ", " "])
def test_a_query_of_any_length_is_read_in_a_moment(unit: str) -> None:
    query = unit * (1_000_000 // len(unit))
    extract("warm", tuple(EXTRACTORS), ())
    start = time.process_time()
    extract(query, tuple(EXTRACTORS), ())
    assert time.process_time() - start < 5


def test_no_regular_expression_is_exponential() -> None:
    """Each on the worst text for each of its repetitions; an exponential one would not end."""
    command = [sys.executable, "-m", "tests.attacks.patterns", "200"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    head, *rows = done.stdout.splitlines()
    assert int(head.split()[0]) > 200, "which patterns are looked at?"
    assert all(float(row.split()[0]) < 1000 for row in rows), rows[0]
