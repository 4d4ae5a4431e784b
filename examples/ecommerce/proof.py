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

The story by files: `parts` asks, `factors` fits, here the orders are measured, `report` shows them.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from factors import Factors, Grouped, fit, folds
from parts import PROFILE, Parts, Product, Search, score
from report import plot, show, show_factors, show_losses
from rich.console import Console

from sidecar.errors import ModelError
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.check.quality import METRICS, Quality, measure
from sidecar.workshop.model.jsonl import read_jsonl
from sidecar.workshop.model.runner import Floats

RELEVANT = 2.0
FOLDS, REPEATS = 5, 2
MODEL_PART, FITTED = "model part", "profile, fitted"


def read(folder: Path, max_queries: int | None = None) -> tuple[JudgedCollection, list[Search]]:
    """The judgements, and a search for each of their pools with its products in the same order.

    Raises ModelError: the folder is no judged collection, has one usable query alone, or a document
    without fields.
    """
    judged = read_judged(folder, max_queries, RELEVANT)
    if len(judged.pools) < 2:
        raise ModelError("two queries are the least: one to fit factors on, one to measure them")
    plain, packed = folder / "corpus.jsonl", folder / "corpus.jsonl.zst"
    products = {
        str(row["_id"]): Product(judged.texts[str(row["_id"])], row["fields"])
        for _, row in read_jsonl(plain if plain.is_file() else packed)
        if row.get("fields")
    }
    if bare := {i for pool in judged.pools for i in pool.grades} - products.keys():
        raise ModelError(f"{folder} is no collection of products: {min(bare)} has no fields")
    return judged, [Search(p.query, tuple(products[i] for i in p.grades)) for p in judged.pools]


def measure_all(
    judged: JudgedCollection, parts: Mapping[str, Sequence[Parts]]
) -> tuple[dict[str, Quality], list[Factors]]:
    """Each way's quality in the order of the module's table, and the factors of every fold."""
    scores = {name: np.array([sum(one.values()) for one in of]) for name, of in parts.items()}
    scores[MODEL_PART] = np.array([model_part(one) for one in parts[PROFILE]])
    scores[PROFILE] = scores.pop(PROFILE)
    found = {name: measure(judged, of) for name, of in scores.items()}
    repeats, chosen = cross_validated(judged, Grouped.of(parts[PROFILE]))
    measured = [measure(judged, of).values for of in repeats]
    found[FITTED] = Quality(
        {metric: np.mean([values[metric] for values in measured], axis=0) for metric in METRICS}
    )
    return found, chosen


def model_part(parts: Parts) -> float:
    return sum(value for name, value in parts.items() if name.startswith("model "))


def cross_validated(
    judged: JudgedCollection, grouped: Grouped
) -> tuple[list[Floats], list[Factors]]:
    """Per repeat each pair's score with factors that its own fold did not choose; all factors."""
    pools = judged.pools
    pool_of = np.repeat(np.arange(len(pools)), [len(pool.grades) for pool in pools])
    repeats, chosen = [], []
    for repeat in range(REPEATS):
        scores = np.zeros(len(pool_of))
        for test in folds(len(pools), min(FOLDS, len(pools)), seed=repeat):
            held_out = np.isin(pool_of, test)
            seen = tuple(pool for at, pool in enumerate(pools) if at not in test)
            factors = fit(grouped.some(~held_out), partial(ndcg, replace(judged, pools=seen)))
            scores[held_out] = grouped.some(held_out).scores(factors)
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
    parser.add_argument("--queries", type=int, help="only the first so many")
    given = parser.parse_args(arguments)
    try:
        judged, searches = read(given.collection, given.queries)
    except ModelError as fault:
        parser.error(str(fault))
    parts = score(searches, given.cache)
    found, chosen = measure_all(judged, parts)
    console = Console(width=120)
    show(found, len(judged.pairs), console)
    show_factors(chosen, console)
    show_losses(judged, searches, found, parts[PROFILE], console)
    if given.plot:
        plot(found, given.plot)


if __name__ == "__main__":
    main()
