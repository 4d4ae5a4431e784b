"""What a fit claims, on shops whose users are known, many times over.

python -m tests.workshop.fitting --runs 300 --queries 50

noise    the signals say nothing: how often a profile would be written (2.5 % are due)
signal   one signal is worth 1 logit, and counts nothing yet: how often a profile would be written
lift     how often the interval holds the lift, on 3,000 new queries, of the fits that it measured:
         those without a fold each (95 % are due)
lower    how often its lower end is below the lift of the fit on all queries (97.5 % are due)
"""

import argparse

import numpy as np

from sidecar.workshop.fitting.ascent import CoordinateAscent
from sidecar.workshop.fitting.cross_validation import Method, cross_validate
from sidecar.workshop.fitting.pairwise import PairwiseLogistic
from sidecar.workshop.scored_hits.judged_parts import Floats
from sidecar.workshop.scored_hits.ndcg import Ranking
from sidecar.workshop.scored_hits.weighted import logits
from tests.workshop.fitting.simulated import DEPTH, simulated, space_of

NOISE, SIGNAL = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)
NEW_QUERIES = 3000


def run(
    seed: int,
    queries: int,
    true: tuple[float, ...],
    method: Method,
    new_queries: int = NEW_QUERIES,
) -> tuple[bool, bool, bool]:
    """(written, lift, lower) of the module's text."""
    parts, new = simulated(seed, queries, true), simulated(10_000 + seed, new_queries, true)
    space = space_of(parts)
    found = cross_validate(parts, space, method, DEPTH)
    low, high = found.lift_interval
    ranking = Ranking(new, DEPTH)
    before = ranking.ndcg(logits(new, space.given)).mean()

    def lift(vector: Floats) -> float:
        return float(ranking.ndcg(logits(new, space.weights(vector))).mean() - before)

    measured = float(np.mean([lift(vector) for vector in found.measured]))
    return low > 0, low <= measured <= high, low <= lift(found.vector)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.workshop.fitting", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--method", choices=["logistic", "ascent"], default="logistic")
    options = parser.parse_args()
    method: Method = CoordinateAscent(DEPTH) if options.method == "ascent" else PairwiseLogistic()
    for name, true in (("noise", NOISE), ("signal", SIGNAL)):
        results = [run(seed, options.queries, true, method) for seed in range(options.runs)]
        shares = np.mean(results, axis=0)
        named = zip(("written", "lift", "lower"), shares, strict=True)
        print(name, *(f"{key} {share:.1%}" for key, share in named), flush=True)


if __name__ == "__main__":
    main()
