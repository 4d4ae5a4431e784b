"""Product searches made from catalogues: short queries, fielded documents, near misses.

No query-product judgements are free to train on. A query states some attributes; the positive
satisfies all of them, a near miss all but one. In a share of the rows the attribute is not in the
title, so that the field has to be read.
"""

import random
import re
from collections import Counter, defaultdict
from pathlib import Path

from sidecar.build.data import NEGATIVES, Group, Row, held_out, read

TEACHER_SHARE = 0.5
"""Higher than for questions: the bi-encoder knows products well, made-up queries less so."""

_FACETS = ("gender", "baseColour", "articleType", "usage", "season")
_LABELS = {
    "gender": ("gender", "department"),
    "baseColour": ("color", "colour", "product_colour"),
    "articleType": ("product_type", "type", "category"),
    "usage": ("usage", "occasion"),
    "season": ("season",),
}
_FILLER = (
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


def fashion_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Queries such as "women navy blue watches" against records of the fashion catalogue."""
    rows = [row for row in read(data, "fashion_products") if held_out(row["title"]) != train]
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_type[row["articleType"]].append(row)
    groups = []
    for row in rng.sample(rows, min(count, len(rows))):
        facets = {"articleType", *rng.sample(_FACETS[:2], rng.choice((0, 1, 1, 2)))}
        if rng.random() < 0.15:
            facets.add(rng.choice(_FACETS[3:]))
        asked = {key: row[key] for key in _FACETS if key in facets and row.get(key)}
        misses = [
            other
            for other in rng.sample(rows, 40)
            + rng.sample(by_type[row["articleType"]], min(40, len(by_type[row["articleType"]])))
            if sum(other.get(key) != value for key, value in asked.items()) > 0
        ]
        misses.sort(key=lambda other: sum(other.get(k) != v for k, v in asked.items()))
        near, far = misses[:3], rng.sample(misses[3:], NEGATIVES - 3)
        brand = row["title"].split()[0] if rng.random() < 0.2 else ""
        query = " ".join(filter(None, [brand, *asked.values()])).lower()
        style = rng.randrange(4)
        documents = tuple(_fashion_document(r, style, rng) for r in [row, *near, *far])
        groups.append(Group("fashion_products", query, documents, TEACHER_SHARE))
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
    return _fielded(fields, style, rng)


def _fielded(fields: dict[str, str], style: int, rng: random.Random) -> str:
    """Lines "key: value" (styles 0 and 1) or everything glued, with a tail that says nothing."""
    tail = {key: rng.choice(values) for key, values in rng.sample(_FILLER, rng.randint(0, 8))}
    if style < 2:
        return "\n".join(f"{key}: {value}" for key, value in fields.items() if value)
    head = [fields.pop("title"), fields.pop("brand", ""), fields.pop("description", "")]
    rest = [f"{key} {value}" for key, value in {**fields, **tail}.items()]
    return " ".join(filter(None, head + rest))


A_KIND = 0.35
"""A word that ends this share of the titles' first phrases, and does not begin as many, is a kind
of thing and not a brand."""

_HEAD_ENDS = re.compile(r"\s[-|(,/]|,|\(|\b(?:for|with|by|in|of|and|from|set)\b|\d", re.I)
_WORD = re.compile(r"[a-z]{3,}")
_FOREIGN = re.compile(r"@(?!en)")
_MARKS = re.compile(r'"Null"|"(?:@[\w-]+)?,?')
"""Quotes and language tags that the offers were scraped with."""


def head_noun(title: str) -> list[str]:
    """What the title's product is: the words that end its first phrase.

    >>> head_noun("Acme canvas backpack for laptop 15 inch")
    ['acme', 'canvas', 'backpack']
    """
    return _WORD.findall(_HEAD_ENDS.split(title.lower(), maxsplit=1)[0])[-3:]


def title_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Kinds of things ("camera bag") and brand with kind, over vespa_products and product_match.

    Hard negatives name the same words but are something else, as accessories do.
    """
    half = count // 2
    vespa = [row for row in read(data, "vespa_products") if held_out(row["title"]) != train]
    records = [
        {
            "title": row["title"],
            "category": row["category"].replace("_", " "),
            "description": re.sub(r"[#*\n]+", " ", row.get("description") or "")[:700],
        }
        for row in vespa
    ]
    groups = _kind_groups("vespa_products", records, half, rng)
    texts = sorted({row["text"] for row in read(data, "product_match")})
    kept = [offer(t) for t in texts if held_out(t) != train and not _FOREIGN.search(t)]
    return groups + _kind_groups("product_match", kept, count - half, rng)


def offer(text: str) -> dict[str, str]:
    """The fields of an offer such as "title: ...; brand: ...; price: 12.5"."""
    fields = {"title": "", "brand": "", "category": "", "description": ""}
    for part in _MARKS.sub(" ", text).split("; "):
        key, colon, value = part.partition(": ")
        if colon and key in {"title", "name", "brand", "manufacturer", "category", "description"}:
            fields[{"name": "title", "manufacturer": "brand"}.get(key, key)] = value
    return fields


def _kind_groups(
    source: str, records: list[dict[str, str]], count: int, rng: random.Random
) -> list[Group]:
    heads = [head_noun(record["title"]) for record in records]
    mentions: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(records):
        for word in set(_WORD.findall(record["title"].lower())):
            mentions[word].append(i)
    ends = Counter(head[-1] for head in heads if head)
    starts = Counter((_WORD.findall(r["title"].lower()) or [""])[0] for r in records)
    usable = [i for i, head in enumerate(heads) if head and 4 < len(mentions[head[-1]]) < 1500]
    groups: list[Group] = []
    for i in rng.sample(usable, min(count, len(usable))):
        kind = heads[i][-rng.choice((1, 2, 2, 3)) :]
        asked = set(kind)
        others = [
            j for word in kind for j in rng.sample(mentions[word], min(30, len(mentions[word])))
        ]
        near = [j for j in others if not asked <= set(_WORD.findall(_all_text(records[j])))]
        same = []
        last, seen = kind[-1], len(mentions[kind[-1]])
        if ends[last] > A_KIND * seen and starts[last] < A_KIND * seen:
            same = [j for j in others if heads[j] and heads[j][-1] != kind[-1] and j not in near]
        rng.shuffle(near)
        chosen = (same[:2] + near)[:4]
        while len(chosen) < NEGATIVES:
            j = rng.randrange(len(records))
            chosen += [j] * (not asked & set(_WORD.findall(_all_text(records[j]))))
        style = rng.randrange(4)
        documents = tuple(_fielded(dict(records[j]), style, rng) for j in [i, *chosen])
        groups.append(Group(source, " ".join(kind), documents, TEACHER_SHARE))
    return groups


def _all_text(record: dict[str, str]) -> str:
    return " ".join(record.values()).lower()


def match_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Offers found by another shop's title: the labelled match against labelled non-matches."""
    wanted: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in read(data, "product_match"):
        if held_out(row["query"]) != train:
            wanted[row["query"]][0 if int(row["label"]) else 1].append(row["text"])
    ready = [(q, p, n) for q, (p, n) in wanted.items() if p and len(n) >= 3]
    ready = [one for one in ready if not _FOREIGN.search(one[0])]
    everything = [text for _, _, negatives in ready for text in negatives]
    groups = []
    for query, positives, negatives in rng.sample(ready, min(count, len(ready))):
        chosen = rng.sample(negatives, min(4, len(negatives)))
        chosen += rng.sample(everything, NEGATIVES - len(chosen))
        style = rng.choice((0, 2))
        documents = tuple(
            _fielded(dict(offer(text)), style, rng) for text in [rng.choice(positives), *chosen]
        )
        words = offer(query)["title"].split()
        short = " ".join(words[: rng.randint(3, 9)])
        groups.append(Group("product_match", short, documents, TEACHER_SHARE))
    return groups
