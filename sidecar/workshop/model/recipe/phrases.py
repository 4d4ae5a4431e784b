"""Short product searches ("memory card", "fender", "gaming mouse"): phrases of the titles.

Nobody judged them, so there are no labels: only the teacher's order of a list of near and far
products is learned.
"""

import random
import re
from collections import defaultdict

from sidecar.workshop.model.recipe.products import fielded
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.teacher import MinedCandidates, Miner

MAX_POOL = 4000
"""Products that a query is searched in, at most: the teacher encodes each of them once."""
MIN_TITLES, MAX_TITLES = 5, 400
"""A phrase of fewer titles is one product's name; one of more titles is no search."""
LENGTHS = (1, 1, 2, 2, 2, 3)
_WORD = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]|[a-z0-9]")
_STOP_WORDS = frozenset(
    "a an and by for from in is of on or s the to with x - new set pack".split()
)


def phrase_groups(
    records: list[dict[str, str]], count: int, miner: Miner, rng: random.Random
) -> list[Group]:
    """Groups of six products around phrases of the titles; the target is the teacher's alone."""
    records = rng.sample(records, min(MAX_POOL, 10 * count, len(records)))
    queries = searches([record["title"] for record in records], count, rng)
    pool = list(dict.fromkeys(fielded(dict(r), rng.randrange(4), rng) for r in records))
    return [
        _group(query, candidates, pool, rng)
        for query, candidates in zip(queries, miner(queries, pool), strict=True)
    ]


def _group(query: str, candidates: MinedCandidates, pool: list[str], rng: random.Random) -> Group:
    """Two of the first 8 by meaning, one of the first 40; two by words; one at random."""
    logits = candidates.logits
    if logits is None:
        raise ValueError("phrases have no labels: they need a teacher")
    indices = rng.sample(candidates.by_meaning[:8], 2)
    for ranked, size in (
        (candidates.by_meaning, 3),
        (candidates.by_words, 5),
        (range(len(pool)), 6),
    ):
        fresh = [index for index in ranked if index not in indices]
        indices += rng.sample(fresh, size - len(indices))
    indices.sort(key=lambda index: -logits[index])
    teacher_logits = tuple(float(logits[index]) for index in indices)
    texts = tuple(pool[index] for index in indices)
    return Group("phrases", query, texts, None, teacher_logits, teacher_share=1.0)


def searches(titles: list[str], count: int, rng: random.Random) -> list[str]:
    """Phrases of one to three words that occur in several titles, each once."""
    title_counts: dict[int, dict[str, int]] = {n: defaultdict(int) for n in set(LENGTHS)}
    for title in titles:
        words = _WORD.findall(title.lower())[:12]
        for n, phrases in title_counts.items():
            for phrase in {tuple(words[index : index + n]) for index in range(len(words) - n + 1)}:
                if not {phrase[0], phrase[-1]} & _STOP_WORDS and not phrase[0].isdigit():
                    phrases[" ".join(phrase)] += 1
    usable = {
        n: sorted(
            p for p, times in phrases.items() if MIN_TITLES <= times <= MAX_TITLES and len(p) > 2
        )
        for n, phrases in title_counts.items()
    }
    for phrases_of_length in usable.values():
        rng.shuffle(phrases_of_length)
    chosen: list[str] = []
    while len(chosen) < count and any(usable.values()):
        remaining = usable[rng.choice(LENGTHS)]
        if remaining:
            chosen.append(remaining.pop())
    return chosen
