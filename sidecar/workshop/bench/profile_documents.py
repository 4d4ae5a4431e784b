"""What the cost of profiles is measured on: searches with 100 documents each, made of the demo's.

products      the demo's catalogue under the shop's own names, flat but for `attributes`
new values    the same, with another query, other texts and numbers each time: nothing is known yet
accents       the same, with letters as in German or French
feeds         the same products as platforms export them (`feed_forms`)
decisions     court decisions with citations, the demo's clauses as their reasons

The texts are as long as make a flat product 1 KB of JSON; what a platform writes around them comes
on top.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from sidecar.workshop.bench.feed_forms import FORMS, Record
from sidecar.workshop.demo.collections import CollectionName, load

PRODUCTS = "products"
DOCUMENTS = 100
BYTES = 1000
CITED = (
    "410 U.S. 113 (1973)",
    "42 U.S.C. § 1983",
    "[2019] UKSC 41",
    "BGHZ 45, 212",
    "§ 433 Abs. 2 BGB",
    "Art. 28(3) GDPR",
    "C-131/12",
    "Cal. Civ. Code § 1714",
    "29 CFR 1604.11(a)",
    "Fed. R. Civ. P. 12(b)(6)",
    "VIII ZR 123/20",
    "Companies Act 2006, s 172",
)
COURTS = (
    ("Supreme Court of the United States", "United States"),
    ("United States Court of Appeals for the Ninth Circuit", "United States"),
    ("Bundesgerichtshof", "Germany"),
    ("UK Supreme Court", "United Kingdom"),
    ("Court of Justice of the European Union", "European Union"),
)
LEGAL_QUERIES = (
    "early termination of a lease",
    "410 U.S. 113",
    "section 1983 qualified immunity",
    "Art. 28(3) GDPR processor agreement",
    "Kaufpreis § 433 Abs. 2 BGB",
    "[2019] UKSC 41 prorogation",
    "12(b)(6) motion to dismiss",
    "Cal. Civ. Code § 1714 negligence 9th circuit since 2015",
    "BGHZ 45, 212",
    "C-131/12 right to be forgotten",
    "section 172 of the Companies Act 2006",
)


@dataclass(frozen=True, slots=True)
class Searches:
    """Queries over the same documents, under one profile."""

    name: str
    profile: str
    documents: Sequence[Record]
    queries: Sequence[str]
    renewed: bool = False
    """Whether each measurement has another query, and other values: see `renew`."""


def all_searches() -> Iterator[Searches]:
    """Every kind of document that is measured; `products` first."""
    catalogue = products()
    queries = [query.text for query in load(CollectionName.PRODUCTS).queries]
    asking = (*queries, "black laptop 16 gb under 900 euro", "shoes size 42 not leather")
    yield Searches(PRODUCTS, "ecommerce", catalogue, asking)
    yield Searches("new values", "ecommerce", catalogue, asking, renewed=True)
    accented = [changed(product, lambda text: text.replace("ou", "ü")) for product in catalogue]
    yield Searches("accents", "ecommerce", accented, asking)
    for name, written in FORMS.items():
        yield Searches(name, "ecommerce", list(map(written, catalogue)), asking)
    yield Searches("decisions", "legal", decisions(), LEGAL_QUERIES)


def changed(product: Record, change: Callable[[str], str]) -> Record:
    """The product with its texts changed, those of its attributes too."""
    return {
        key: change(value)
        if isinstance(value, str)
        else changed(value, change)
        if isinstance(value, dict)
        else value
        for key, value in product.items()
    }


def renew(product: Record, number: int) -> Record:
    """The product with texts and a price that no other number gives."""
    renewed = changed(product, lambda text: f"{text} v{number}")
    return {**renewed, "price": product["price"] + number / 100}


def products() -> list[Record]:
    """DOCUMENTS products, their descriptions extended until their JSON has BYTES bytes."""
    sources = [document.source for document in load(CollectionName.PRODUCTS).documents]
    descriptions = itertools.cycle([str(source["description"]) for source in sources])
    extended = []
    for source in sources[:DOCUMENTS]:
        product = {key: value for key, value in source.items() if key != "id"}
        while len(orjson.dumps(product)) < BYTES:
            product["description"] = f"{product['description']} {next(descriptions)}"
        extended.append(product)
    return extended


def decisions() -> list[Record]:
    """DOCUMENTS decisions of BYTES bytes that cite four sources each."""
    clauses = load(CollectionName.CONTRACTS).documents
    reasons = itertools.cycle([str(clause.source["text"]) for clause in clauses])
    cited = itertools.cycle(CITED)
    made = []
    for number in range(DOCUMENTS):
        court, jurisdiction = COURTS[number % len(COURTS)]
        decision: Record = {
            "title": f"{clauses[number].title} v. Harrow Lane Ltd",
            "court": court,
            "jurisdiction": jurisdiction,
            "date_filed": f"{1990 + number % 35}-04-{1 + number % 28:02d}",
            "citations": [
                f"{300 + number} U.S. {100 + number}",
                f"{number + 50} S. Ct. {number + 7}",
            ],
            "cited_by": number * 7,
            "status": "good law" if number % 9 else "overruled",
            "text": "",
        }
        sources = [next(cited) for _ in range(4)]
        places = iter(f" See {source}." for source in sources)
        while len(orjson.dumps(decision)) < BYTES:
            decision["text"] = f"{decision['text']} {next(reasons)}{next(places, '')}".strip()
        decision["text"] += "".join(places)
        made.append(decision)
    return made
