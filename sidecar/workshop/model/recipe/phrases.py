"""Short product searches ("memory card", "fender", "gaming mouse"): phrases of the titles.

Nobody judged them, so there is no label: the teacher's order of a list of near and far products is
all that is learned.
"""

import random
import re
from collections import defaultdict

from sidecar.workshop.model.recipe.products import fielded
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.model.training.teacher import MinedCandidates, Miner

POOL = 4000
"""Most products that a query is searched in: the teacher reads each of them once."""
RARE, COMMON = 5, 400
"""A phrase of fewer titles is one product's name, of more it is no search."""
LENGTHS = (1, 1, 2, 2, 2, 3)
_WORD = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]|[a-z0-9]")
_EMPTY = frozenset("a an and by for from in is of on or s the to with x - new set pack".split())


def phrase_groups(
    records: list[dict[str, str]], count: int, mine: Miner, rng: random.Random
) -> list[Group]:
    """Groups of six products around phrases of the titles; the teacher's share is all."""
    records = rng.sample(records, min(POOL, 10 * count, len(records)))
    queries = searches([record["title"] for record in records], count, rng)
    pool = list(dict.fromkeys(fielded(dict(r), rng.randrange(4), rng) for r in records))
    return [
        _group(query, found, pool, rng)
        for query, found in zip(queries, mine(queries, pool), strict=True)
    ]


def _group(query: str, found: MinedCandidates, pool: list[str], rng: random.Random) -> Group:
    """Two of the first 8, one of the first 40, two that share words, one at random."""
    logits = found.logits
    if logits is None:
        raise ValueError("phrases have no labels: they need a teacher")
    places = rng.sample(found.by_meaning[:8], 2)
    for ranked, wanted in ((found.by_meaning, 3), (found.by_words, 5), (range(len(pool)), 6)):
        fresh = [i for i in ranked if i not in places]
        places += rng.sample(fresh, wanted - len(places))
    places.sort(key=lambda i: -logits[i])
    opinion = tuple(float(logits[i]) for i in places)
    texts = tuple(pool[i] for i in places)
    return Group("phrases", query, texts, None, opinion, teacher_share=1.0)


def searches(titles: list[str], count: int, rng: random.Random) -> list[str]:
    """Phrases of one to three words that stand in several titles, none twice."""
    seen: dict[int, dict[str, int]] = {n: defaultdict(int) for n in set(LENGTHS)}
    for title in titles:
        words = _WORD.findall(title.lower())[:12]
        for n, phrases in seen.items():
            for phrase in {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}:
                if not {phrase[0], phrase[-1]} & _EMPTY and not phrase[0].isdigit():
                    phrases[" ".join(phrase)] += 1
    usable = {
        n: sorted(p for p, times in phrases.items() if RARE <= times <= COMMON and len(p) > 2)
        for n, phrases in seen.items()
    }
    for found in usable.values():
        rng.shuffle(found)
    chosen: list[str] = []
    while len(chosen) < count and any(usable.values()):
        left = usable[rng.choice(LENGTHS)]
        if left:
            chosen.append(left.pop())
    return chosen
