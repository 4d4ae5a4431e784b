"""The first week: what reranking brings by a few judgements, and what users make of it."""

import csv
import json
from pathlib import Path

import numpy as np
from commands import run
from first_stage import HITS, FirstStage
from plots import bars, examination, scatter
from report import Claim, Step
from shop import FIELDS, THRESHOLDS, Floats, Shop
from truth import Orders, estimates, ndcg, preferred
from users import EXAMINATION

HAND = "hand.csv"
JUDGED_BY_HAND = 5
"""A colleague judged the hits of every fifth query."""
LAUNCH = """\
# The first week: each list has hits of both orders.
method = "interleave"

[[arms]]
name = "first-stage"
off = true

[[arms]]
name = "reranked"
"""
JUDGEMENTS, ESTIMATES, EXAMINED = "clicks.jsonl", "estimates.jsonl", "examination.json"


def baseline(work: Path, shop: Shop, found: FirstStage, first: Orders, reranked: Orders) -> Step:
    """`evaluate` on judgements by hand."""
    queries = range(0, len(shop.queries), JUDGED_BY_HAND)
    with (work / HAND).open("w", encoding="utf8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("query", "docid", "rating"))
        for at in queries:
            grades = shop.grades[at]
            rows.writerows((shop.queries[at], d, grades[shop.products[d]]) for d in first[at])
    options = ("--size", HITS, "--fields", ",".join(FIELDS), "--rerank", "profile=ecommerce")
    ran = run(work, "evaluate", HAND, *found.options, *options, "--json", "baseline.json")
    outcome = json.loads((work / "baseline.json").read_text("utf8"))
    rows_by_name = {row["name"]: row for row in outcome["rankings"]}
    compared = rows_by_name["ecommerce"]["comparison"]
    before, after = ndcg(shop, first), ndcg(shop, reranked)
    means = {
        name: (rows_by_name[row]["metrics"]["nDCG@10"]["mean"], mean_of(values))
        for name, row, values in (
            ("first stage", "first stage", before),
            ("reranked", "ecommerce", after),
        )
    }
    claim = Claim(
        "reranking, nDCG@10",
        mean_of(after - before),
        compared["change"],
        (compared["low"], compared["high"]),
    )
    told = (
        f"A colleague has judged {len(queries)} queries by hand. Is reranking worth it? By the "
        f"truth: of all {len(shop.queries)} queries."
    )
    plots = [("baseline", bars(means, "nDCG@10"))]
    return Step("Baseline", told, [(ran.command, ran.output)], [claim], plots)


def launch(work: Path, shop: Shop, first: Orders, reranked: Orders, searches: int) -> Step:
    """What the first week's lists show."""
    ran = run(work, "experiment", "analyse", "launch.toml", "week-1", "--json", "launch.json")
    (found,) = json.loads((work / "launch.json").read_text("utf8"))["preferences"]
    low, high = found["interval"]
    told = (
        f"{searches:,} searches. Each list has hits of the cluster's own order and of the reranked "
        "one, and a click is a point for the order that brought the hit."
    )
    claim = Claim(
        "reranking, share of searches that it wins",
        preferred(shop, first, reranked),
        found["share"],
        (low, high),
        ".3f",
    )
    title = "The first week: do users agree?"
    return Step(title, told, [(ran.command, ran.output)], [claim])


def judgements(work: Path, shop: Shop) -> Step:
    """Judgements from the first week's clicks."""
    grades = ",".join(map(str, THRESHOLDS))
    ran = run(
        work,
        *("judgements", "from-clicks", *logs(work, "week-1"), "--out", JUDGEMENTS),
        *("--grades", grades, "--write-estimates", ESTIMATES, "--write-examination", EXAMINED),
    )
    told = (
        "Nobody judges again: a position-based click model makes judgements of what was clicked, "
        "corrected for where it stood. Interleaved lists show products at several places, which "
        "it needs."
    )
    step = Step("Judgements from clicks", told, [(ran.command, ran.output)])
    if ran.status:
        return step
    found = estimates(shop, work / ESTIMATES)
    positions = json.loads((work / EXAMINED).read_text("utf8"))["examination"]
    step.claims += [
        Claim("judgements, rank correlation with the truth", found.correlation, shape=".2f"),
        Claim("judgements, intervals that hold the truth", found.covered, shape=".2f"),
        Claim("judgements, grades that are right", found.right_grades, shape=".2f"),
    ]
    step.plots += [
        ("judgements", scatter(found)),
        ("examination", examination([row["examination"] for row in positions], [*EXAMINATION])),
    ]
    return step


def logs(work: Path, folder: str) -> list[str]:
    """The files of a log, as the commands take them."""
    return [f"{folder}/{file.name}" for file in sorted((work / folder).glob("*.jsonl"))]


def mean_of(values: Floats) -> float:
    """The mean of what is known."""
    return float(np.nanmean(values))
