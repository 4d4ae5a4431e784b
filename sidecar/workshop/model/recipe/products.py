"""Product searches made from catalogues: short queries, fielded documents, near misses.

No query-product judgements are free to train on. A query states some attributes; the positive has
all of them, a near miss all but one. In a share of the rows the attribute is not in the title, so
that the field must be read.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from sidecar.workshop.model.recipe.collections import Row, held_out, read, rows_of
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.negatives import NEGATIVES

_FACETS = ("gender", "baseColour", "articleType", "usage", "season")
_LABELS = {
    "gender": ("gender", "department"),
    "baseColour": ("color", "colour", "product_colour"),
    "articleType": ("product_type", "type", "category"),
    "usage": ("usage", "occasion"),
    "season": ("season",),
}
_FILLER_FIELDS = (
    ("country_of_origin", ("China", "Germany", "Vietnam", "USA")),
    ("weight", ("346", "1.2 kg", "780", "95 g")),
    ("width", ("120 mm", "35.5", "60 cm")),
    ("height", ("45 mm", "110", "22 cm")),
    ("package_depth", ("170", "88")),
    ("quantity_per_pack", ("1", "2", "6")),
    ("certified", ("True", "False", "Y", "N")),
    ("operating_temperature", ("0 - 35", "5 - 40 °C")),
    ("warranty", ("1 year", "24 months")),
    ("harmonized_system_code", ("84713000", "85176990")),
)


Search = Callable[[str, Mapping[str, str]], str]
"""(brand or nothing, stated attributes) -> the query; empty when it cannot be said."""


def english_search(brand: str, stated: Mapping[str, str]) -> str:
    return " ".join(filter(None, [brand, *stated.values()])).lower()


def fashion_groups(
    data: Path,
    count: int,
    train: bool,
    rng: random.Random,
    search: Search = english_search,
) -> list[Group]:
    """Queries such as "women navy blue watches" against records of the fashion catalogue."""
    rows: list[Row] = rows_of(data, "fashion_products", train)
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_type[row["articleType"]].append(row)
    groups = []
    for row in rng.sample(rows, min(count, len(rows))):
        facets = {"articleType", *rng.sample(_FACETS[:2], rng.choice((0, 1, 1, 2)))}
        if rng.random() < 0.15:
            facets.add(rng.choice(_FACETS[3:]))
        stated = {key: row[key] for key in _FACETS if key in facets and row.get(key)}
        misses = [
            candidate
            for candidate in rng.sample(rows, 40)
            + rng.sample(by_type[row["articleType"]], min(40, len(by_type[row["articleType"]])))
            if sum(candidate.get(key) != value for key, value in stated.items()) > 0
        ]
        misses.sort(
            key=lambda candidate: sum(candidate.get(key) != value for key, value in stated.items())
        )
        near, far = misses[:3], rng.sample(misses[3:], NEGATIVES - 3)
        brand = row["title"].split()[0] if rng.random() < 0.2 else ""
        query = search(brand, stated)
        style = rng.randrange(4)
        documents = tuple(_fashion_document(record, style, rng) for record in [row, *near, *far])
        if query:
            groups.append(Group("fashion_products", query, documents))
    return groups


def _fashion_document(row: Row, style: int, rng: random.Random) -> str:
    title = row["title"]
    if style in (1, 3):
        hidden = {row["baseColour"].lower(), row["gender"].lower()}
        title = " ".join(w for w in title.split() if w.lower() not in hidden)
    fields = {"title": title, "brand": row["title"].split()[0]}
    for key in _FACETS:
        if row.get(key):
            fields[_LABELS[key][0 if style < 3 else -1]] = row[key]
    return fielded(fields, style, rng)


def fielded(fields: dict[str, str], style: int, rng: random.Random) -> str:
    """A document: lines "key: value" (styles 0, 1), or all joined, irrelevant fields last."""
    tail = {
        key: rng.choice(values) for key, values in rng.sample(_FILLER_FIELDS, rng.randint(0, 8))
    }
    if style < 2:
        return "\n".join(f"{key}: {value}" for key, value in fields.items() if value)
    head = [fields.pop("title"), fields.pop("brand", ""), fields.pop("description", "")]
    rest = [f"{key} {value}" for key, value in {**fields, **tail}.items()]
    return " ".join(filter(None, head + rest))


_FOREIGN = re.compile(r"@(?!en)")
_SCRAPING_MARKS = re.compile(r'"Null"|"(?:@[\w-]+)?,?')
"""Quotes and language tags that the offers were scraped with."""


def catalogue(data: Path, train: bool) -> list[dict[str, str]]:
    """The records of vespa_products and product_match: title, brand, category, description."""
    records = [
        {
            "title": row["title"],
            "category": row["category"].replace("_", " "),
            "description": re.sub(r"[#*\n]+", " ", row.get("description") or "")[:900],
        }
        for row in read(data, "vespa_products")
    ]
    offers = sorted({row["text"] for row in read(data, "product_match")})
    records += [offer(text) for text in offers if not _FOREIGN.search(text)]
    return [r for r in records if r["title"] and held_out(r["title"]) != train]


def offer(text: str) -> dict[str, str]:
    """The fields of an offer such as "title: ...; brand: ...; price: 12.5"."""
    fields = {"title": "", "brand": "", "category": "", "description": ""}
    for part in _SCRAPING_MARKS.sub(" ", text).split("; "):
        key, colon, value = part.partition(": ")
        if colon and key in {"title", "name", "brand", "manufacturer", "category", "description"}:
            fields[{"name": "title", "manufacturer": "brand"}.get(key, key)] = value
    return fields


def match_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Offers found by another shop's title: the labelled match against labelled non-matches."""
    labelled: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in read(data, "product_match"):
        if held_out(row["query"]) != train:
            labelled[row["query"]][0 if int(row["label"]) else 1].append(row["text"])
    ready = [
        (query, positives, negatives)
        for query, (positives, negatives) in labelled.items()
        if positives and len(negatives) >= 3
    ]
    ready = [row for row in ready if not _FOREIGN.search(row[0])]
    all_negatives = [text for _, _, negatives in ready for text in negatives]
    groups = []
    for query, positives, negatives in rng.sample(ready, min(count, len(ready))):
        chosen = rng.sample(negatives, min(4, len(negatives)))
        chosen += rng.sample(all_negatives, NEGATIVES - len(chosen))
        style = rng.choice((0, 2))
        documents = tuple(
            fielded(dict(offer(text)), style, rng) for text in [rng.choice(positives), *chosen]
        )
        words = offer(query)["title"].split()
        short_query = " ".join(words[: rng.randint(3, 9)])
        groups.append(Group("product_match", short_query, documents))
    return groups
