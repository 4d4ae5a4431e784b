"""Judged queries -> groups: each text that answers a query, among some that do not."""

import random
from collections import defaultdict
from collections.abc import Sequence

from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.judged_queries import JudgedQuery
from sidecar.workshop.model.training.teacher import MinedCandidates, Miner

NEGATIVES = 5
"""Of each group."""


def judged_groups(
    queries: Sequence[JudgedQuery],
    corpus: list[str],
    miner: Miner,
    rng: random.Random,
    share: float,
) -> list[Group]:
    """A group of six per text with a grade above 0.

    Its negatives are texts that were judged worse; if these are too few, others are mined from the
    corpus and the texts of all queries. `share` is the teacher's share of the target. Groups that
    stay smaller are left out.
    """
    pool = list(dict.fromkeys([other for query in queries for other in query.grades] + corpus))
    index_of = {text: index for index, text in enumerate(pool)}
    groups = []
    for query, candidates in zip(
        queries, miner([query.query for query in queries], pool), strict=True
    ):
        for text, grade in query.grades.items():
            if grade <= 0:
                continue
            worse = [
                index_of[other]
                for other, other_grade in query.grades.items()
                if other_grade < grade
            ]
            negatives = rng.sample(worse, min(NEGATIVES, len(worse)))
            answers = [other for other, other_grade in query.grades.items() if other_grade > 0]
            negatives += pick_negatives(candidates, pool, answers, negatives, rng)
            groups.append(_group(query, [index_of[text], *negatives], pool, candidates, share))
    return [group for group in groups if len(group.documents) == NEGATIVES + 1]


def _group(
    query: JudgedQuery,
    indices: list[int],
    pool: list[str],
    candidates: MinedCandidates,
    share: float,
) -> Group:
    documents = tuple(pool[i] for i in indices)
    gains = tuple(2 ** query.grades.get(text, 0.0) - 1 for text in documents)
    teacher = None
    if candidates.logits is not None and share:
        teacher = tuple(float(candidates.logits[i]) for i in indices)
    weight = query.weights.get(documents[0], 1.0)
    return Group(query.source, query.query, documents, gains, teacher, share, weight)


def pick_negatives(
    candidates: MinedCandidates,
    pool: list[str],
    answers: list[str],
    negatives: list[int],
    rng: random.Random,
) -> list[int]:
    """Indices of the negatives that are missing to NEGATIVES: near ones, then one at random.

    No text that contains an answer, or is contained in one, is picked.
    """
    excluded = set(negatives)

    def not_answering(ranked: Sequence[int]) -> list[int]:
        return [
            index
            for index in ranked
            if index not in excluded
            and not any(text in pool[index] or pool[index] in text for text in answers)
        ]

    missing = NEGATIVES - len(negatives)
    if missing <= 0:
        return []
    near = near_and_far(
        not_answering(candidates.by_meaning), not_answering(candidates.by_words), rng
    )[: max(1, missing - 1)]
    excluded |= set(near)
    far = not_answering(rng.sample(range(len(pool)), min(16, len(pool))))
    return (near + far)[:missing]


def near_and_far(by_meaning: list[int], by_words: list[int], rng: random.Random) -> list[int]:
    """Four indices: one of the first 12 of each ranking, then two of both rankings together."""
    negatives: list[int] = []
    for ranked, count in ((by_meaning[:12], 1), (by_words[:12], 1), (by_meaning + by_words, 2)):
        fresh = [i for i in dict.fromkeys(ranked) if i not in negatives]
        negatives += rng.sample(fresh, min(count, len(fresh)))
    return negatives


def sentence_groups(
    rows: Sequence[dict[str, str]], miner: Miner, rng: random.Random, name: str
) -> list[Group]:
    """A group per row {"query", "text"[, "answer"]}, with five mined negatives.

    No text that contains one of the query's answers is a negative.
    """
    pool = list(dict.fromkeys(row["text"] for row in rows))
    index_of = {text: index for index, text in enumerate(pool)}
    answers: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        answers[row["query"]].append(row.get("answer", row["text"]))
    groups = []
    for row, candidates in zip(rows, miner([row["query"] for row in rows], pool), strict=True):
        negatives = pick_negatives(candidates, pool, answers[row["query"]], [], rng)
        if len(negatives) == NEGATIVES:
            indices = [index_of[row["text"]], *negatives]
            teacher = None
            if candidates.logits is not None:
                teacher = tuple(float(candidates.logits[index]) for index in indices)
            documents = tuple(pool[index] for index in indices)
            groups.append(Group(name, row["query"], documents, None, teacher))
    return groups
