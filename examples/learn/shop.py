"""A shop with its hidden truth: products, what users type, and what attracts them.

The products are the demo's. A query is made of one of them, by its type and one or two of its
attributes, as in examples/ecommerce/catalogue.py; but users have names of their own for the types,
which the catalogue does not know, and add the department ("black cans electronics"). What they
click follows from how well a product answers, and from its rating. None of the commands sees any of
this: it is compared at the end with what they found.
"""

import importlib.util
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from sidecar.workshop.demo.collections import Collection, CollectionName, Document, load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIELDS = ("title", "brand", "category", "description", "color", "material", "rating", "in_stock")
"""What the sidecar gets of a hit."""
SEARCHED = ("title", "brand", "category", "description", "color", "material")
THRESHOLDS = (0.08, 0.2, 0.4)
"""Attraction from which a product deserves the grade 1, 2, 3."""
ATTRACTION = {3: 0.9, 1: 0.45, 0: 0.02}
"""By how well a product answers, for one with the best rating."""
OWN_NAMES = {
    "Laptops": "lappies", "Headphones": "cans", "Running Shoes": "joggers", "Chargers": "bricks",
    "Phone Cases": "shells", "Monitors": "tellies", "Coffee Machines": "brewers",
    "Tents": "shelters", "Desks": "workbenches", "Skin Care": "face goo", "Pans": "skillets",
    "Laptop Sleeves": "cosies", "Keyboards": "clickers", "Cables": "leads", "Kettles": "boilers",
    "Shoe Care": "boot shine", "Shoe Laces": "strings", "Dresses": "frocks", "Knives": "blades",
    "Printers": "inkers", "Bulbs": "glowers", "Belts": "straps", "Coffee Beans": "java",
    "Sleeping Bags": "mummies", "Bikes": "pedallers", "Car Seats": "baby buckets",
    "Batteries": "juice", "Office Chairs": "swivels", "Dog Food": "kibble", "Sunscreen": "sun goo",
    "Laptop Accessories": "lappy bits", "Headphone Accessories": "can bits",
}  # fmt: skip
"""What users call products of these types, which is what they look for."""
OWN_SHARE = 0.6
"""Of the queries that say it so."""


@dataclass(frozen=True)
class Shop:
    """What is sold and asked for, and the truth of it."""

    collection: Collection
    queries: tuple[str, ...]
    demand: Floats
    """[queries] the share of searches; the popular ones first."""
    attraction: Floats
    """[queries, products] the chance of a click by a user who looks at it."""

    @cached_property
    def grades(self) -> Ints:
        """[queries, products] the grade that the attraction deserves."""
        return np.digitize(self.attraction, THRESHOLDS)

    @cached_property
    def products(self) -> Mapping[str, int]:
        """Each product's column by its ID."""
        return {document.id: at for at, document in enumerate(self.collection.documents)}


def open_shop(queries: int, seed: int) -> Shop:
    """A shop with at most so many queries; the same one for the same seed."""
    catalogue, rng = _catalogue(), random.Random(seed)
    rows = [_row(document) for document in load(CollectionName.PRODUCTS).documents]
    columns = catalogue.Columns("type", ("color", "material"))
    wanted = [row for row in rows if row["type"] in OWN_NAMES]
    types = {row["type"]: str(row["category"]).partition(" > ")[0] for row in wanted}
    asked: dict[str, object] = {}
    for _ in range(50 * queries):
        search = catalogue.make_search(rng.choice(wanted), columns, rng)
        department = str(types[search.type]).lower()
        own = search.text.replace(search.type.lower(), OWN_NAMES[search.type])
        text = f"{own} {department}" if rng.random() < OWN_SHARE else search.text
        asked.setdefault(text, search)
        if len(asked) == queries:
            break
    grades = np.array([[s.grade(row, columns) for row in rows] for s in asked.values()])
    base = np.vectorize(ATTRACTION.__getitem__)(grades)
    ratings = np.array([float(str(row["rating"])) for row in rows])
    in_stock = np.array([bool(row["in_stock"]) for row in rows])
    # 4.4 stars attract half as much as 4.8; what is sold out attracts few.
    taste = np.exp(np.minimum(ratings - 4.8, 0) * 1.8) * np.where(in_stock, 1.0, 0.2)
    ranks = np.arange(1, len(asked) + 1)
    demand = ranks**-0.5 / np.sum(ranks**-0.5)
    return Shop(_collection(rows), tuple(asked), demand, base * taste)


def _row(document: Document) -> dict[str, object]:
    source = document.source
    attributes = source["attributes"]
    assert isinstance(attributes, Mapping)
    plain = {key: source[key] for key in FIELDS if key in source}
    own = {"id": document.id, "type": str(source["category"]).rpartition(" > ")[2]}
    return {**plain, **own, **{k: attributes.get(k, "") for k in ("color", "material")}}


def _collection(rows: Sequence[Mapping[str, object]]) -> Collection:
    documents = (
        Document(str(row["id"]), str(row["title"]), {k: row[k] for k in (*FIELDS, "id")})
        for row in rows
    )
    return Collection(CollectionName.PRODUCTS, tuple(documents), (), SEARCHED, FIELDS)


def _catalogue() -> ModuleType:
    """The neighbouring example, which is a script."""
    file = Path(__file__).parents[1] / "ecommerce" / "catalogue.py"
    spec = importlib.util.spec_from_file_location("ecommerce_catalogue", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
