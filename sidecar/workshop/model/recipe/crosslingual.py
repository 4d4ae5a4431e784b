"""Groups whose query is in another language than their English documents.

No translated text is free to train on. `words.tsv`, written for this, holds what the queries are
made of: kinds, colours and wearers of clothes, the forms of health questions, and names of contract
clauses, in 15 languages. Names of diseases stay as they are.
"""

import random
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from sidecar.workshop.model.recipe.collections import Row, rows_of
from sidecar.workshop.model.recipe.legal import contract_groups, contracts
from sidecar.workshop.model.recipe.products import fashion_groups
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.negatives import NEGATIVES

WORDS = Path(__file__).with_name("words.tsv")
TOPIC = "{}"
UNSPACED = ("zh", "ja")
SAME_TOPIC = 3
"""Negatives that answer another question about the same disease, at most."""

Words = dict[str, dict[str, str]]
"""Language -> English -> its translation."""


@cache
def words(kind: str) -> Words:
    """The rows of one kind: "type", "colour", "person", "question" or "clause"."""
    lines = WORDS.read_text(encoding="utf8").splitlines()
    header, *rows = (line.split("\t") for line in lines)
    return {
        language: {row[1]: row[place] for row in rows if row[0] == kind}
        for place, language in enumerate(header)
        if place > 1
    }


def product_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Searches such as "schwarz Damen Rucksack" against records of the fashion catalogue."""
    languages = sorted(words("type"))
    vocabulary = {
        language: words("type")[language] | words("colour")[language] | words("person")[language]
        for language in languages
    }

    def search(brand: str, stated: Mapping[str, str]) -> str:
        language = rng.choice(languages)
        parts = [vocabulary[language].get(value, "") for value in stated.values()]
        rng.shuffle(parts)
        joined = ("" if language in UNSPACED and rng.random() < 0.5 else " ").join(parts)
        return f"{brand} {joined}".strip() if all(parts) else ""

    # Half of the rows state something that has no translation.
    return fashion_groups(data, 3 * count, train, rng, search)[:count]


def clause_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Names of contract clauses: the passages that lawyers marked."""
    read_contracts = contracts(data, train)
    clauses = [clause for contract in read_contracts for clause in contract]
    categories = {clause.query: clause.category for clause in clauses}
    names = words("clause")
    groups = []
    for group in contract_groups(read_contracts, 3 * count, rng):
        name = names[rng.choice(sorted(names))].get(categories.get(group.query, group.query))
        if name:
            groups.append(replace(group, query=name))
    return groups[:count]


def health_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """Health questions: the answer among answers to other questions about the same disease."""
    by_form: dict[str, list[Row]] = defaultdict(list)
    by_topic: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(data, "medquad", train):
        form, topic = _form_and_topic(row["query"])
        if form:
            labelled = {**row, "form": form, "topic": topic}
            by_form[form].append(labelled)
            by_topic[topic].append(labelled)
    rows = [row for rows_of_form in by_form.values() for row in rows_of_form]
    languages = words("question")
    groups = []
    for row in rng.sample(rows, min(count, len(rows))):
        others = [r["text"] for r in by_topic[row["topic"]] if r["form"] != row["form"]]
        negatives = rng.sample(others, min(SAME_TOPIC, len(others)))
        same_form = by_form[row["form"]]
        elsewhere = rng.sample(same_form, min(2 * NEGATIVES, len(same_form)))
        negatives += [r["text"] for r in elsewhere if r["topic"] != row["topic"]]
        question = languages[rng.choice(sorted(languages))][row["form"]]
        documents = (row["text"], *negatives[:NEGATIVES])
        if len(set(documents)) == NEGATIVES + 1:
            groups.append(Group("medquad", question.replace(TOPIC, row["topic"]), documents))
    return groups


def _form_and_topic(query: str) -> tuple[str, str]:
    """("What causes {}", "Asthma") of "What causes Asthma ?"; empty for another question."""
    text = re.sub(r"[\s?]+$", "", query)
    for form in words("question")["de"]:
        before, after = form.split(TOPIC)
        if text.startswith(before) and text.endswith(after) and len(text) > len(form):
            return form, text[len(before) : len(text) - len(after)].strip()
    return "", ""
