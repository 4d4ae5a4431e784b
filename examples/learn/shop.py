"""A shop with its hidden truth: products, what users type, and what attracts them.

The products are the demo's, with sales, which those do not have. A query names a department, a
type, or a type with one or two attributes, as in examples/ecommerce/catalogue.py; but users have
names of their own for the types, which the catalogue does not know, and then add the department
("black cans electronics"). What they click follows from how well a product answers, from its
rating, and from how well it sells. None of the commands sees any of this: it is compared at the end
with what they found.
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

Row = Mapping[str, object]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIELDS = (
    "title",
    "brand",
    "category",
    "description",
    "color",
    "material",
    "rating",
    "sales",
    "in_stock",
)
"""What the sidecar gets of a hit."""
SEARCHED = ("title", "brand", "category", "description", "color", "material")
THRESHOLDS = (0.08, 0.2, 0.4)
"""Attraction from which a product deserves the grade 1, 2, 3."""
ATTRACTION = {3: 0.9, 1: 0.45, 0: 0.02}
"""By how well a product answers, for the one that is rated and sells best."""
BEST_RATING, RATING_SLOPE = 4.8, 1.2
"""4.2 stars attract half as much as 4.8."""
BEST_SALES, SALES_POWER = 2000.0, 0.2
"""A tenth of the sales of a month attracts 0.63 times as much."""
SOLD_OUT = 0.2
"""What is left of the attraction of a product that is sold out."""
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
    rng = random.Random(seed)
    products = load(CollectionName.PRODUCTS).documents
    rows = [_row(each, round(rng.lognormvariate(4.0, 1.5)) + 1) for each in products]
    asked = _asked(rows, queries, rng)
    base = np.vectorize(ATTRACTION.__getitem__)(list(asked.values()))
    ranks = np.arange(1, len(asked) + 1)
    demand = ranks**-0.5 / np.sum(ranks**-0.5)
    return Shop(_collection(rows), tuple(asked), demand, base * _taste(rows))


def _asked(rows: Sequence[Row], queries: int, rng: random.Random) -> Mapping[str, list[int]]:
    """How well each product answers each query; the most popular queries first, which say least:
    a department, a type, and then a type with one or two attributes."""
    catalogue = _catalogue()
    columns = catalogue.Columns("type", ("color", "material"))
    wanted = [row for row in rows if row["type"] in OWN_NAMES]
    departments = {str(row["type"]): str(row["category"]).partition(" > ")[0] for row in wanted}
    asked = {
        name.lower(): [int(str(row["category"]).startswith(name)) for row in rows]
        for name in list(dict.fromkeys(departments.values()))[: queries // 5]
    }
    searches = [catalogue.Search(name, {}) for name in list(departments)[: queries // 3]]
    searches += [
        catalogue.make_search(rng.choice(wanted), columns, rng) for _ in range(50 * queries)
    ]
    for search in searches:
        own = search.text.replace(search.type.lower(), OWN_NAMES[search.type])
        department = departments[search.type].lower()
        text = f"{own} {department}" if rng.random() < OWN_SHARE else search.text
        asked.setdefault(text, [search.grade(row, columns) for row in rows])
        if len(asked) == queries:
            break
    return asked


def _taste(rows: Sequence[Row]) -> Floats:
    """[products] the share of its attraction that each has, whatever is asked for."""
    ratings, sales = (
        np.array([float(str(row[key])) for row in rows]) for key in ("rating", "sales")
    )
    in_stock = np.array([bool(row["in_stock"]) for row in rows])
    rated: Floats = np.exp(np.minimum(ratings - BEST_RATING, 0) * RATING_SLOPE)
    sold = (np.minimum(sales, BEST_SALES) / BEST_SALES) ** SALES_POWER
    return rated * sold * np.where(in_stock, 1.0, SOLD_OUT)


def _row(document: Document, sales: int) -> dict[str, object]:
    source = document.source
    attributes = source["attributes"]
    assert isinstance(attributes, Mapping)
    plain = {key: source[key] for key in FIELDS if key in source} | {"sales": sales}
    own = {"id": document.id, "type": str(source["category"]).rpartition(" > ")[2]}
    return {**plain, **own, **{k: attributes.get(k, "") for k in ("color", "material")}}


def _collection(rows: Sequence[Row]) -> Collection:
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
