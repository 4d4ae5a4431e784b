"""python -m tests.fusion.diversity_cost: what maximal marginal relevance of 100 documents costs."""

import random
import statistics
import time
from collections.abc import Callable

from sidecar.fusion.diversity import Similarity, maximal_marginal_relevance, of_values, of_vectors

DOCUMENTS, ROUNDS = 100, 50


def cost_ms(similarity: Callable[[], Similarity], top: int) -> float:
    """Median milliseconds of CPU."""
    scores = [1 - place / DOCUMENTS for place in range(DOCUMENTS)]
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        maximal_marginal_relevance(scores, range(DOCUMENTS), similarity(), 0.7, top)
        taken.append(time.process_time() - start)
    return statistics.median(taken) * 1000


def main() -> None:
    drawn = random.Random(0)
    brands = [f"Brand {drawn.randrange(8)}" for _ in range(DOCUMENTS)]
    for top in (10, DOCUMENTS):
        for size in (384, 768):
            vectors = [[drawn.gauss(0, 1) for _ in range(size)] for _ in range(DOCUMENTS)]
            spent = cost_ms(lambda: of_vectors(vectors), top)  # noqa: B023
            print(f"{size} numbers, top {top}: {spent:.2f} ms")
        print(f"a field, top {top}: {cost_ms(lambda: of_values(brands), top):.2f} ms")


if __name__ == "__main__":
    main()
