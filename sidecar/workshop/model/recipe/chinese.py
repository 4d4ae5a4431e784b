"""Groups of Chinese texts: answers among the other sentences of their article, and statutes.

cmrc_zh is in simplified characters, drcd_zhtw in traditional ones. Their questions have labels, and
an article's other sentences do not answer them. Statutes have titles and chapters alone, so a
clause also searches for the rest of its article.
"""

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sidecar.workshop.model.bm25 import Bm25, bm25_words
from sidecar.workshop.model.recipe.collections import rows_of
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.negatives import NEGATIVES

NEAR = 3
"""Negatives that share words with the query."""
PASSAGE_SHARE = 0.35
"""Of the groups: sentences are joined to passages."""
PASSAGE_SENTENCES = (2, 5)
POOL = 6000
"""Articles of law that one is searched in."""
CLAUSE_SHARE = 0.6
"""Of the groups of law: the query is a clause, and no title."""
MIN_CLAUSE, MIN_REST = 10, 20
"""Characters."""
COMMON_CHAPTERS = re.compile(r"总\s*则|附\s*则|罚\s*则|法律责任|一般规定|监督管理|监督检查")
"""Titles of chapters that most laws have: they find no article."""
_CHAPTER_NUMBER = re.compile(r"第[一二三四五六七八九十百]+[编章节]\s*")
_CLAUSES = re.compile(r"[^。；，]+[。；，]?")


def article_groups(
    data: Path, name: str, count: int, train: bool, rng: random.Random
) -> list[Group]:
    """Questions of cmrc_zh or drcd_zhtw: the answering sentence among others of its article.

    One negative is of another article. Articles are held out whole.
    """
    rows: list[dict[str, Any]] = [
        row for row in rows_of(data, name, train) if len(row["others"]) >= NEGATIVES
    ]
    chosen = rng.sample(rows, min(count, len(rows)))
    return [_article_group(row, rng.choice(rows), name, rng) for row in chosen]


def _article_group(
    row: dict[str, Any], other_row: dict[str, Any], name: str, rng: random.Random
) -> Group:
    query, text, others = row["query"], row["text"], row["others"]
    if rng.random() < PASSAGE_SHARE:
        documents = [
            _passage([text, *rng.sample(others, _size(others, rng) - 1)], rng),
            *(_passage(rng.sample(others, _size(others, rng)), rng) for _ in range(NEGATIVES - 1)),
        ]
    else:
        near = _nearest(query, others)[:NEAR]
        rest = [other for other in others if other not in near]
        documents = [text, *near, *rng.sample(rest, NEGATIVES - 1 - NEAR)]
    return Group(name, query, (*documents, rng.choice(other_row["others"])))


def _size(others: Sequence[str], rng: random.Random) -> int:
    return min(rng.randint(*PASSAGE_SENTENCES), len(others))


def _passage(sentences: list[str], rng: random.Random) -> str:
    rng.shuffle(sentences)
    return "".join(sentences)


def _nearest(query: str, texts: Sequence[str]) -> list[str]:
    """The texts by BM25 among themselves, best first."""
    scores = Bm25(map(bm25_words, texts)).scores(bm25_words(query))
    return [texts[index] for index in (-scores).argsort(kind="stable")]


def law_groups(data: Path, count: int, train: bool, rng: random.Random) -> list[Group]:
    """A law's title, or a clause: an article of that law, or the rest of its article.

    The others are the nearest articles by BM25 and one at random; none is of the same title, or has
    the same clause.
    """
    rows = rows_of(data, "law_zh", train)
    pool = rng.sample(rows, min(POOL, len(rows)))
    texts = [row["text"] for row in pool]
    same_title: dict[str, set[str]] = defaultdict(set)
    for row in pool:
        same_title[row["query"]].add(row["text"])
    index = Bm25(map(bm25_words, texts))
    groups: list[Group] = []
    for row in rng.sample(pool, len(pool)):
        if len(groups) == count:
            break
        query, text = _law_query(row, rng)
        excluded = same_title[row["query"]] if text == row["text"] else {row["text"]}
        ranked = (-index.scores(bm25_words(query))).argsort(kind="stable")[:20].tolist()
        near = [texts[i] for i in ranked if texts[i] not in excluded and query not in texts[i]]
        near, far = near[: NEGATIVES - 1], rng.choice(texts)
        if not query or query in far or far in {*excluded, *near}:
            continue
        if len(near) == NEGATIVES - 1:
            groups.append(Group("law_zh", query, (text, *near, far)))
    return groups


def _law_query(row: dict[str, str], rng: random.Random) -> tuple[str, str]:
    """(query, text that it finds); an empty query where the row has none."""
    clauses = _CLAUSES.findall(row["text"])
    long = [clause for clause in clauses if len(clause) >= MIN_CLAUSE]
    if len(long) > 1 and rng.random() < CLAUSE_SHARE:
        clause = rng.choice(long)
        rest = row["text"].replace(clause, "", 1)
        return (clause.rstrip("。；，"), rest) if len(rest) >= MIN_REST else ("", "")
    law, _, chapter = row["query"].partition(" ")
    law = law.removeprefix("中华人民共和国")
    title = "" if COMMON_CHAPTERS.search(chapter) else _CHAPTER_NUMBER.sub("", chapter)
    return f"{law} {title}".strip(), row["text"]
