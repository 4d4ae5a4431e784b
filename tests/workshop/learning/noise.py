"""How often the gate lets a run pass whose lift is known. `python -m` prints it for many runs."""

import argparse

import numpy as np

from sidecar.workshop.learning.gate import Bounds, Change, objections


def draw(rng: np.random.Generator, queries: int, lift: float) -> Change:
    """A run's change. Differences are as nDCG's: half of them 0, the others skewed; their mean over
    all queries is `lift`."""
    moved = rng.random(queries) < 0.5
    differences = np.where(moved, 0.05 * (rng.exponential(1.0, queries) - 1.0) + 2 * lift, 0.0)
    before = np.full(queries, 0.5)
    return Change.between("held-out queries", before, before + differences)


def passed(queries: int, lift: float, runs: int, seed: int = 5) -> float:
    """The share of runs that pass."""
    rng = np.random.default_rng(seed)
    found = [objections(draw(rng, queries, lift), (), 1.0, Bounds()) for _ in range(runs)]
    return sum(not each for each in found) / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    runs = parser.parse_args().runs
    print(f"share of {runs} runs that pass, by the true lift of nDCG@10")
    for queries in (6, 12, 40, 100, 300):
        shares = ", ".join(
            f"{lift:+.3f}: {passed(queries, lift, runs):.3f}" for lift in (-0.01, 0.0, 0.01, 0.02)
        )
        print(f"{queries} held-out queries: {shares}")


if __name__ == "__main__":
    main()
