"""Judgements to Groups: each text that answers a query among some that do not."""

import random
from collections import defaultdict
from collections.abc import Sequence

from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.judged_queries import JudgedQuery
from sidecar.workshop.model.training.teacher import MinedCandidates, Miner

NEGATIVES = 5


def judged_groups(
    asked: Sequence[JudgedQuery],
    corpus: list[str],
    mine: Miner,
    rng: random.Random,
    share: float,
) -> list[Group]:
    """A Group of six per text with a grade above 0: what was judged worse comes first, as
    negatives; what is missing is mined of the corpus and of all other queries' texts."""
    pool = list(dict.fromkeys([t for one in asked for t in one.grades] + corpus))
    place = {text: i for i, text in enumerate(pool)}
    groups = []
    for one, found in zip(asked, mine([a.query for a in asked], pool), strict=True):
        for text, grade in one.grades.items():
            if grade <= 0:
                continue
            worse = [place[t] for t, other in one.grades.items() if other < grade]
            chosen = rng.sample(worse, min(NEGATIVES, len(worse)))
            right = [t for t, other in one.grades.items() if other > 0]
            chosen += mined(found, pool, right, chosen, rng)
            groups.append(_group(one, [place[text], *chosen], pool, found, share))
    return [group for group in groups if len(group.documents) == NEGATIVES + 1]


def _group(
    one: JudgedQuery, places: list[int], pool: list[str], found: MinedCandidates, share: float
) -> Group:
    documents = tuple(pool[i] for i in places)
    gains = tuple(2 ** one.grades.get(text, 0.0) - 1 for text in documents)
    teacher = None
    if found.logits is not None and share:
        teacher = tuple(float(found.logits[i]) for i in places)
    return Group(one.source, one.query, documents, gains, teacher, share)


def mined(
    found: MinedCandidates, pool: list[str], right: list[str], chosen: list[int], rng: random.Random
) -> list[int]:
    """What is missing to five negatives: near ones, then one at random."""
    taken = set(chosen)

    def wrong(ranked: Sequence[int]) -> list[int]:
        return [
            i
            for i in ranked
            if i not in taken and not any(text in pool[i] or pool[i] in text for text in right)
        ]

    missing = NEGATIVES - len(chosen)
    if missing <= 0:
        return []
    near = near_and_far(wrong(found.by_meaning), wrong(found.by_words), rng)[: max(1, missing - 1)]
    taken |= set(near)
    far = wrong(rng.sample(range(len(pool)), min(16, len(pool))))
    return (near + far)[:missing]


def near_and_far(by_meaning: list[int], by_words: list[int], rng: random.Random) -> list[int]:
    """Four places: of each ranking one of its first 12, then two of both rankings' first 40."""
    chosen: list[int] = []
    for ranked, count in ((by_meaning[:12], 1), (by_words[:12], 1), (by_meaning + by_words, 2)):
        fresh = [i for i in dict.fromkeys(ranked) if i not in chosen]
        chosen += rng.sample(fresh, min(count, len(fresh)))
    return chosen


def sentence_groups(
    rows: Sequence[dict[str, str]], mine: Miner, rng: random.Random, name: str
) -> list[Group]:
    """A Group per row {"query", "text"[, "answer"]}: no text that holds one of the query's answers
    is a negative."""
    pool = list(dict.fromkeys(row["text"] for row in rows))
    place = {text: i for i, text in enumerate(pool)}
    answers: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        answers[row["query"]].append(row.get("answer", row["text"]))
    groups = []
    for row, found in zip(rows, mine([row["query"] for row in rows], pool), strict=True):
        chosen = mined(found, pool, answers[row["query"]], [], rng)
        if len(chosen) == NEGATIVES:
            places = [place[row["text"]], *chosen]
            teacher = None
            if found.logits is not None:
                teacher = tuple(float(found.logits[i]) for i in places)
            documents = tuple(pool[i] for i in places)
            groups.append(Group(name, row["query"], documents, None, teacher))
    return groups
