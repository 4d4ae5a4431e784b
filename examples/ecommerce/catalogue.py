"""Searches with judgements, made from a catalogue: what a shopper states is what its fields say.

    python examples/ecommerce/catalogue.py CATALOGUE.jsonl OUT --type articleType \\
        --attributes baseColour,gender --rename articleType=category,baseColour=color

A query is a product's type with one or two of its attributes ("navy blue shirts"), and where the
catalogue has prices a budget ("toys under $30"). Its pool: products that have all of it (grade 3),
products of the same type that lack one (grade 1 if the colour or so differs, 0 if the price does)
and others (0). In every other pool the titles do not repeat the attributes, so that the fields must
be read. Such judgements say whether a profile reads what fields say; they do not say how much
shoppers care, for here they always do. Writes corpus.jsonl, queries.jsonl and qrels.tsv.
"""

import argparse
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.model.check.judged_collection import write_judged

Row = Mapping[str, object]
SATISFYING, MISSING, OTHERS = 6, 14, 10
"""Products of a pool, at most."""
BUDGETS = (10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500)


@dataclass(frozen=True)
class Columns:
    """Which columns of the catalogue a query may state."""

    type: str
    attributes: tuple[str, ...]
    price: str | None = None
    price_factor: float = 1.0
    """0.01 where prices are in cents."""


@dataclass(frozen=True)
class Search:
    """What a query states."""

    type: str
    attributes: Mapping[str, str]
    budget: float | None = None

    @property
    def text(self) -> str:
        words = [*self.attributes.values(), self.type.replace("_", " ")]
        budget = f" under ${self.budget:g}" if self.budget is not None else ""
        return " ".join(words).lower() + budget

    def grade(self, row: Row, columns: Columns) -> int:
        """3: has all of it; 1: only an attribute differs; 0: another type, or too expensive."""
        if row.get(columns.type) != self.type:
            return 0
        if self.budget is not None and price_of(row, columns) > self.budget:
            return 0
        has_all = all(row.get(name) == value for name, value in self.attributes.items())
        return 3 if has_all else 1


def price_of(row: Row, columns: Columns) -> float:
    """The product's price; infinite where it has none."""
    price = row.get(columns.price or "")
    return float(price) * columns.price_factor if isinstance(price, int | float) else float("inf")


def make_search(row: Row, columns: Columns, rng: random.Random) -> Search:
    """A search that this product satisfies."""
    stated = [name for name in columns.attributes if row.get(name)]
    chosen = rng.sample(stated, min(len(stated), rng.choice((1, 1, 2))))
    budget = next((b for b in BUDGETS if b >= price_of(row, columns)), None)
    return Search(str(row[columns.type]), {name: str(row[name]) for name in chosen}, budget)


def make_pool(
    search: Search, rows: Sequence[Row], columns: Columns, rng: random.Random
) -> list[tuple[Row, int]]:
    """Products and their grades, in random order."""
    same = [row for row in rows if row.get(columns.type) == search.type]
    graded = [(row, search.grade(row, columns)) for row in rng.sample(same, min(400, len(same)))]
    satisfying = [item for item in graded if item[1] == 3][:SATISFYING]
    missing = [item for item in graded if item[1] != 3][:MISSING]
    others = [(row, search.grade(row, columns)) for row in rng.sample(list(rows), OTHERS)]
    pool = satisfying + missing + [item for item in others if item[1] == 0]
    rng.shuffle(pool)
    return pool


def without(title: str, values: Sequence[str]) -> str:
    """The title without the words of the values."""
    hidden = {word.lower() for value in values for word in value.split()}
    return " ".join(word for word in title.split() if re.sub(r"\W", "", word).lower() not in hidden)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("catalogue", type=Path, help="JSON lines, plain or .zst, with a title")
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--type", required=True, help="column of the product's type")
    parser.add_argument("--attributes", default="", help="columns, separated by commas")
    parser.add_argument("--price", help="column of the price")
    parser.add_argument("--price-factor", type=float, default=1.0, help="0.01 for cents")
    parser.add_argument("--rename", default="", help="COLUMN=FIELD of the profile, ...")
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    attributes = tuple(filter(None, options.attributes.split(",")))
    columns = Columns(options.type, attributes, options.price, options.price_factor)
    names = dict(pair.split("=", 1) for pair in options.rename.split(",") if pair)
    rng = random.Random(options.seed)
    rows = [row for _, row in read_jsonl(options.catalogue) if row.get(columns.type)]
    corpus, queries, grades = [], [], []
    for number in range(options.queries):
        search = make_search(rng.choice(rows), columns, rng)
        queries.append({"_id": f"q{number}", "text": search.text})
        hide = list(search.attributes.values()) if number % 2 else []
        for place, (row, grade) in enumerate(make_pool(search, rows, columns, rng)):
            fields = {names.get(name, name): value for name, value in row.items()}
            fields["title"] = without(str(row["title"]), hide)
            if columns.price is not None:
                fields[names.get(columns.price, columns.price)] = price_of(row, columns)
            text = " ".join(str(value) for value in fields.values())
            corpus.append({"_id": f"q{number}d{place}", "text": text, "fields": fields})
            grades.append((f"q{number}", f"q{number}d{place}", grade))
    write_judged(options.out, corpus, queries, grades)


if __name__ == "__main__":
    main()
