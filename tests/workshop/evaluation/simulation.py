"""Are the intervals, the tests and the power what they say? On simulated queries with known truth.

    python -m tests.workshop.evaluation.simulation [--runs 5000] [--queries 40]

A query's difference is often nothing, now and then large, and skewed, as those of nDCG are. The
tests run the same with fewer runs and resamples.
"""

import argparse

import numpy as np

from sidecar.workshop.evaluation.inference import (
    RESAMPLES,
    detectable,
    holm,
    interval,
    randomisation_p,
)
from sidecar.workshop.evaluation.orders import Floats

CONFIGURATIONS = 4


def differences(rng: np.random.Generator, queries: int, mean: float) -> Floats:
    """Differences of nDCG@10 with that expected value: a third are 0, the others skewed."""
    drawn = rng.gamma(2.0, 0.12, queries) - 0.16
    drawn[rng.random(queries) < 1 / 3] = 0.0
    expected = (2 / 3) * (2.0 * 0.12 - 0.16)
    return drawn - expected + mean


def coverage(runs: int, queries: int, resamples: int = RESAMPLES, seed: int = 1) -> float:
    """The share of 95 % intervals that hold the true mean."""
    rng, truth, held = np.random.default_rng(seed), 0.05, 0
    for run in range(runs):
        low, high = interval(differences(rng, queries, truth), run, resamples)
        held += low <= truth <= high
    return held / runs


def false_findings(
    runs: int, queries: int, resamples: int = RESAMPLES, seed: int = 2, corrected: bool = True
) -> float:
    """The share of evaluations of four configurations, all as good as the baseline, with any
    finding at 5 %."""
    rng, found = np.random.default_rng(seed), 0
    for run in range(runs):
        baseline = rng.beta(0.7, 0.7, queries)
        p_values = []
        for _ in range(CONFIGURATIONS):
            same = rng.random(queries) < 0.3
            other = np.where(same, baseline, rng.beta(0.7, 0.7, queries))
            p_values.append(randomisation_p(other - baseline, run, resamples))
        found += min(holm(p_values) if corrected else p_values) < 0.05
    return found / runs


def power(runs: int, queries: int, resamples: int = RESAMPLES, seed: int = 3) -> float:
    """The share of evaluations that find the difference which is called detectable: a gain in half
    of them, a loss in the others, since skewed differences show one more easily than the other."""
    rng, found = np.random.default_rng(seed), 0
    effect = detectable(differences(rng, 100_000, 0.0)) * np.sqrt(100_000 / queries)
    for run in range(runs):
        drawn = differences(rng, queries, effect if run % 2 else -effect)
        found += randomisation_p(drawn, run, resamples) < 0.05
    return found / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--queries", type=int, default=40)
    options = parser.parse_args()
    runs, queries = options.runs, options.queries
    print(f"{runs} evaluations of {queries} queries")
    print(f"95 % intervals that hold the truth: {coverage(runs, queries):.3f}")
    print(f"any false finding among {CONFIGURATIONS}: {false_findings(runs, queries):.3f}")
    alone = false_findings(runs, queries, corrected=False)
    print(f"the same without Holm's correction: {alone:.3f}")
    print(f"detectable differences that are found: {power(runs, queries):.3f}")


if __name__ == "__main__":
    main()
