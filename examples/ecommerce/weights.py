"""Does each weight of a profile earn its place? Every part of the scores at other factors.

    python examples/ecommerce/weights.py COLLECTION --cache CACHE [--profile legal]

For every part that the profile adds (field matches, signals, rules): in how many pairs it is, its
mean where it is, and what nDCG@10 becomes without it, at half and at twice its weight, with the
paired 95 % interval over queries. A weight earns its place where leaving it out costs something.
The last columns fit the part alone: the factor (0, a half, 1 or 2) that most of the folds choose on
their other folds' queries, and what those choices gain on the queries they did not see.
Pairs are scored once, as in `proof.py`; the rest is adding up.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from factors import folds
from parts import Composition, Parts, Product, RankingTask, cached, named
from proof import read
from rich.console import Console
from rich.table import Table

from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.check.quality import interval, measure
from sidecar.workshop.model.runner import Floats

FACTORS = (0.0, 0.5, 2.0)
FOLDS, SEED = 5, 0
MATCHES = "all field matches"


def columns(parts: Sequence[Parts]) -> dict[str, Floats]:
    """Each part's value in every pair, the most frequent part first; the model's own left out."""
    counted = Counter(name for pair in parts for name in pair if not name.startswith("model "))
    by_name = {
        name: np.array([pair.get(name, 0.0) for pair in parts]) for name, _ in counted.most_common()
    }
    matches = [values for name, values in by_name.items() if name.startswith("field ")]
    return {MATCHES: np.sum(matches, axis=0), **by_name} if matches else by_name


def changes(judged: JudgedCollection, base: Floats, part: Floats) -> list[tuple[float, ...]]:
    """(mean change of nDCG@10, low, high) at each of FACTORS."""
    before = measure(judged, base).values["nDCG@10"]
    rows = []
    for factor in FACTORS:
        difference = measure(judged, base + (factor - 1) * part).values["nDCG@10"] - before
        rows.append((float(difference.mean()), *interval(difference)))
    return rows


def fitted(judged: JudgedCollection, base: Floats, part: Floats) -> tuple[float, list[float]]:
    """(the factor that most folds choose, mean change on held-out queries with its interval)."""
    factors = (1.0, *FACTORS)  # of equal ones the first: a factor changes for a gain
    by_factor = np.array(
        [measure(judged, base + (factor - 1) * part).values["nDCG@10"] for factor in factors]
    )
    gains = np.zeros(len(judged.pools))
    chosen = []
    for test in folds(len(judged.pools), min(FOLDS, len(judged.pools)), SEED):
        training = np.setdiff1d(np.arange(len(judged.pools)), test)
        best = int(by_factor[:, training].mean(axis=1).argmax())
        chosen.append(factors[best])
        gains[test] = by_factor[best, test] - by_factor[0, test]
    return Counter(chosen).most_common(1)[0][0], [float(gains.mean()), *interval(gains)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("collection", type=Path, help="folder of the judged collection")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the pairs' parts")
    parser.add_argument("--profile", default="ecommerce")
    parser.add_argument("--queries", type=int, help="only the first QUERIES queries")
    parser.add_argument("--relevant", type=float, default=2.0, help="the least relevant grade")
    parser.add_argument(
        "--chorus", action="store_true", help="the collection's prices are in cents, as in chorus"
    )
    options = parser.parse_args()
    judged, tasks = read(options.collection, options.queries, options.relevant)
    sent = named if options.chorus else fields_of
    parts = cached(tasks, Composition(options.profile, sent, options.profile), options.cache)
    base = np.array([sum(pair.values()) for pair in parts])
    show(judged, tasks, base, columns(parts))


def fields_of(product: Product) -> dict[str, object]:
    return dict(product.fields)


def show(
    judged: JudgedCollection,
    tasks: Sequence[RankingTask],
    base: Floats,
    by_name: dict[str, Floats],
) -> None:
    quality = measure(judged, base).mean("nDCG@10")
    table = Table(title=f"{len(tasks)} queries, {len(base)} pairs, nDCG@10 {quality:.3f}")
    for heading in ("part", "pairs", "mean", "without it", "half", "twice", "fitted", "held out"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, values in by_name.items():
        present = values[values != 0]
        cells = [
            f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
            for mean, low, high in changes(judged, base, values)
        ]
        factor, (mean, low, high) = fitted(judged, base, values)
        cells += [f"{factor:g}", f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"]
        table.add_row(name, str(len(present)), f"{present.mean():+.2f}", *cells)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
