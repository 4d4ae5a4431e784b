"""Pools as a first stage makes them: what BM25 finds among the texts of a collection, and some
texts by chance. They are ranked as a whole, where the groups of training have six documents.

A text is relevant to its own query, and to every equal one. Products are so by their attributes or
words: 2 for all that is asked for, 1 for the kind alone.

A model is calibrated on pools of texts that `model train` left out: the cut is that of its groups,
and what stands in both parts all the same (a sentence of two articles) is in no pool. `fit-head`
takes its pools of all texts.
"""

import random
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from sidecar.workshop.model.bm25 import Bm25, bm25_words
from sidecar.workshop.model.recipe.collections import question_pairs, read, rows_of
from sidecar.workshop.model.training.group import Group

SEARCHED = 3000
"""Texts of a collection that one searches in."""
FOUND, BY_CHANCE = 20, 8
"""Documents of a pool, besides the one that its query was made from."""
ARTICLE = 26
"""Sentences of a pool at most."""
DESCRIPTION = 600
"""Characters."""
KIND = "articleType"
_ASKED = ("gender", "baseColour", "usage")
_SHOWN = ("gender", KIND, "baseColour", "usage", "season")


def pools(
    data: Path,
    count: int,
    seed: int,
    *,
    unseen: bool = False,
    languages: Collection[str] | None = None,
) -> list[Group]:
    """`count` pools of each collection, in order of the collections; of fashion_products twice as
    many. The same for the same seed. With `unseen` they are of the held-out part, which may have
    fewer; with `languages` of the collections in one of these.

    Raises ModelError when a collection's file is missing.
    """
    found: list[Group] = []
    for name, make in MAKERS.items():
        if languages is None or LANGUAGES.get(name, "en") in languages:
            rows = _rows(data, name, unseen)
            found += make(rows, name, count, random.Random(f"{seed} {name}")) if rows else []
    return found


def pool(source: str, query: str, grades: Mapping[str, float]) -> Group:
    """The group of texts with their grades; equal grades keep their order."""
    ranked = sorted(grades, key=lambda text: -grades[text])
    return Group(source, query, tuple(ranked), tuple(2.0 ** grades[text] - 1 for text in ranked))


def _rows(data: Path, name: str, unseen: bool) -> list[Any]:
    if not unseen:
        return question_pairs(data, name, train=True) if name in QUESTIONED else read(data, name)
    seen = {text for row in rows_of(data, name, train=True) for text in _texts(row)}
    rows = (question_pairs if name in QUESTIONED else rows_of)(data, name, train=False)
    return [row for row in rows if not seen.intersection(_texts(row))]


def _texts(row: Any) -> list[str]:
    """The texts of a row, alike where they differ in case and spaces alone."""
    texts = [row.get("text") or row["title"], *row.get("others", ())]
    return [" ".join(text.casefold().split()) for text in texts]


def _article(rows: list[Any], name: str, count: int, rng: random.Random) -> list[Group]:
    """The answering sentence among the others of its article."""
    made = []
    for row in rng.sample(rows, min(count, len(rows))):
        others = [text for text in dict.fromkeys(row["others"]) if text != row["text"]]
        grades = dict.fromkeys([row["text"], *others][:ARTICLE], 0.0) | {row["text"]: 1.0}
        made.append(pool(name, row["query"], grades))
    return made


def _answers(rows: list[Any], name: str, count: int, rng: random.Random) -> list[Group]:
    rows = list({row["text"]: row for row in _some(rows, rng)}.values())
    search, made = _Search(name, [row["text"] for row in rows], rng), []
    for i in rng.sample(range(len(rows)), min(count, len(rows))):

        def grade(j: int, query: str = rows[i]["query"]) -> float:
            return float(rows[j]["query"] == query)

        made.append(search.pool(rows[i]["query"], i, grade))
    return made


def _fashion(rows: list[Any], name: str, count: int, rng: random.Random) -> list[Group]:
    """Searches such as "navy blue watches women" among records of the catalogue."""
    rows = _some(rows, rng)

    def text(row: dict[str, str]) -> str:
        shown = rng.sample(_SHOWN, len(_SHOWN) - 1)
        return f"{row['title']} " + ". ".join(f"{key} {row[key]}" for key in shown if row.get(key))

    search, made = _Search(name, [text(row) for row in rows], rng), []
    for i in rng.sample(range(len(rows)), min(2 * count, len(rows))):
        asked = [KIND, *rng.sample(_ASKED, rng.choice((1, 2)))]
        rng.shuffle(asked)
        wanted = {key: rows[i][key] for key in asked if rows[i].get(key)}

        def grade(j: int, wanted: dict[str, str] = wanted) -> float:
            if all(rows[j].get(key) == value for key, value in wanted.items()):
                return 2.0
            return float(rows[j].get(KIND) == wanted.get(KIND))

        made.append(search.pool(" ".join(wanted.values()).lower(), i, grade))
    return made


def _titles(rows: list[Any], name: str, count: int, rng: random.Random) -> list[Group]:
    """Two to four words of a product's title among records of the catalogue."""
    rows = [row for row in _some(rows, rng) if row["title"].strip()]
    texts = [
        f"{row['title']} {row['category'].replace('_', ' ')} "
        f"{(row.get('description') or '')[:DESCRIPTION]}"
        for row in rows
    ]
    search, made = _Search(name, texts, rng), []
    for i in rng.sample(range(len(rows)), min(count, len(rows))):
        words = rows[i]["title"].lower().split()[:10]
        start = rng.randrange(max(1, len(words) - 3))
        asked = words[start : start + rng.choice((2, 3, 4))]

        def grade(j: int, own: int = i, asked: list[str] = asked) -> float:
            return 2.0 if j == own else float(all(word in texts[j].lower() for word in asked))

        made.append(search.pool(" ".join(asked), i, grade))
    return made


class _Search:
    """BM25 over the texts of a collection."""

    def __init__(self, source: str, texts: list[str], rng: random.Random) -> None:
        self._source, self._texts, self._rng = source, texts, rng
        self._index = Bm25(map(bm25_words, texts))

    def pool(self, query: str, own: int, grade: Callable[[int], float]) -> Group:
        """The query's own text, what is found for it, and some by chance."""
        ranked = (-self._index.scores(bm25_words(query))).argsort(kind="stable")[:FOUND].tolist()
        chance = self._rng.sample(range(len(self._texts)), min(BY_CHANCE, len(self._texts)))
        chosen = dict.fromkeys([own, *ranked, *chance])
        return pool(self._source, query, {self._texts[j]: grade(j) for j in chosen})


def _some(rows: list[Any], rng: random.Random) -> list[Any]:
    return rng.sample(rows, min(SEARCHED, len(rows)))


MAKERS: Mapping[str, Callable[[list[Any], str, int, random.Random], list[Group]]] = {
    "cmrc_zh": _article,
    "drcd_zhtw": _article,
    "squad_sent": _answers,
    "medquad": _answers,
    "os_docs": _answers,
    "dc_code": _answers,
    "law_zh": _answers,
    "policyqa": _answers,
    "tldr_legal": _answers,
    "fashion_products": _fashion,
    "vespa_products": _titles,
}
"""How the pools of each collection are made of its rows."""
LANGUAGES = {"cmrc_zh": "zh", "drcd_zhtw": "zh", "law_zh": "zh"}
"""Of collections that are not in English."""
QUESTIONED = frozenset({"squad_sent", "medquad", "os_docs", "dc_code", "tldr_legal"})
"""Collections of which `question_pairs` chooses the rows."""
