"""Do structured fields pay? The `ecommerce` profile against the same model on less, by nDCG@10.

    python examples/ecommerce/proof.py DATA/dev/chorus --cache CACHE --plot proof.png

DATA/dev/chorus is a judged collection of products: corpus.jsonl {_id, fields}, queries.jsonl
{_id, text} and qrels.tsv (query, document, grade); the first two plain or as .zst. Every query's
judged documents are ranked; queries whose documents are all relevant (grade >= 2) or all not are
left out; the gain is 2^grade - 1.

    title            the title alone, as plain text
    glued            title, brand, description and attributes as one plain text, whole
    glued, cut       the same, cut as the profile's passage might be: a harder rival
    model part       the profile's passage without its signals and matches
    profile          `ecommerce` as shipped
    profile, fitted  factors on its parts, chosen by coordinate ascent on the other folds' queries

Each pair is scored once, with explain; the answer's parts are kept in --cache, and fitting only
adds them up with other factors. Differences have a paired bootstrap interval over queries.

Files: `parts` scores, `factors` fits, this one measures the orders, `report` shows them.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from factors import Factors, Grouped, fit, folds
from parts import PROFILE, Parts, Product, RankingTask, score
from report import plot, show, show_factors, show_losses
from rich.console import Console

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.check.quality import METRICS, Quality, measure
from sidecar.workshop.model.runner import Floats

RELEVANT = 2.0
FOLDS, REPEATS = 5, 2
MODEL_PART, FITTED = "model part", "profile, fitted"


def read(
    folder: Path, max_queries: int | None = None, relevant: float = RELEVANT
) -> tuple[JudgedCollection, list[RankingTask]]:
    """The judgements, and a task for each of their pools with its products in the same order.

    Raises ModelError when the folder is no judged collection, has only one usable query, or has a
    document without fields.
    """
    judged = read_judged(folder, max_queries, relevant)
    if len(judged.pools) < 2:
        raise ModelError("at least two queries are needed: one to fit factors, one to measure")
    plain, packed = folder / "corpus.jsonl", folder / "corpus.jsonl.zst"
    products = {
        str(row["_id"]): Product(judged.texts[str(row["_id"])], row["fields"])
        for _, row in read_jsonl(plain if plain.is_file() else packed)
        if row.get("fields")
    }
    judged_ids = {i for pool in judged.pools for i in pool.grades}
    if without_fields := judged_ids - products.keys():
        first = min(without_fields)
        raise ModelError(f"{folder} is no collection of products: {first} has no fields")
    return judged, [
        RankingTask(pool.query, tuple(products[i] for i in pool.grades)) for pool in judged.pools
    ]


def measure_all(
    judged: JudgedCollection, parts: Mapping[str, Sequence[Parts]]
) -> tuple[dict[str, Quality], list[Factors]]:
    """(quality by row of the module's table, the factors of every fold)."""
    scores = {
        name: np.array([sum(pair.values()) for pair in pairs]) for name, pairs in parts.items()
    }
    scores[MODEL_PART] = np.array([model_part(pair) for pair in parts[PROFILE]])
    scores[PROFILE] = scores.pop(PROFILE)
    qualities = {name: measure(judged, values) for name, values in scores.items()}
    repeats, chosen = cross_validated(judged, Grouped.of(parts[PROFILE]))
    measured = [measure(judged, values).values for values in repeats]
    qualities[FITTED] = Quality(
        {metric: np.mean([values[metric] for values in measured], axis=0) for metric in METRICS}
    )
    return qualities, chosen


def model_part(parts: Parts) -> float:
    """The logit without signals and matches."""
    return sum(value for name, value in parts.items() if name.startswith("model "))


def cross_validated(
    judged: JudgedCollection, grouped: Grouped
) -> tuple[list[Floats], list[Factors]]:
    """(each pair's score by repeat, with factors fitted on other folds; all fitted factors)."""
    pools = judged.pools
    pair_pools = np.repeat(np.arange(len(pools)), [len(pool.grades) for pool in pools])
    repeats, chosen = [], []
    for repeat in range(REPEATS):
        scores = np.zeros(len(pair_pools))
        for test in folds(len(pools), min(FOLDS, len(pools)), seed=repeat):
            held_out = np.isin(pair_pools, test)
            training = tuple(pool for i, pool in enumerate(pools) if i not in test)
            factors = fit(grouped.subset(~held_out), partial(ndcg, replace(judged, pools=training)))
            scores[held_out] = grouped.subset(held_out).scores(factors)
            chosen.append(factors)
        repeats.append(scores)
    return repeats, chosen


def ndcg(judged: JudgedCollection, scores: Floats) -> float:
    return measure(judged, scores).mean("nDCG@10")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("collection", type=Path, help="folder of the judged collection")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the pairs' parts")
    parser.add_argument("--plot", type=Path, help="PNG to draw")
    parser.add_argument("--queries", type=int, help="only the first QUERIES queries")
    options = parser.parse_args(arguments)
    try:
        judged, tasks = read(options.collection, options.queries)
    except ModelError as fault:
        parser.error(str(fault))
    parts = score(tasks, options.cache)
    qualities, chosen = measure_all(judged, parts)
    console = Console(width=120)
    show(qualities, len(judged.pairs), console)
    show_factors(chosen, console)
    show_losses(judged, tasks, qualities, parts[PROFILE], console)
    if options.plot:
        plot(qualities, options.plot)


if __name__ == "__main__":
    main()
