"""What each step should have found, from the hidden truth. Nothing here goes back into a step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from shop import Floats, Shop
from users import EXAMINATION, SHOWN

from mappings.experiments import team_draft
from sidecar.workshop.evaluation.measures import Grading, measured, parse_metrics
from sidecar.workshop.jsonl import read_jsonl

Orders = Sequence[Sequence[str]]
"""Each query's documents, best first."""
Judged = Mapping[str, Sequence[str]]
"""Judged documents by the query's text."""
NDCG = "nDCG@10"


def ndcg(shop: Shop, orders: Orders, judged: Judged | None = None) -> Floats:
    """nDCG@10 of each query by the true grades; of judged documents alone, where these are given.
    NaN for a query without a relevant one."""
    chosen, grades, rankings = [], [], []
    for at, (text, order) in enumerate(zip(shop.queries, orders, strict=True)):
        keep = set(order) if judged is None else set(judged.get(text, ()))
        everything = shop.products if judged is None else {d: shop.products[d] for d in keep}
        of_query = {d: float(shop.grades[at, column]) for d, column in everything.items()}
        if max(of_query.values(), default=0.0) > 0:
            chosen.append(at)
            grades.append(of_query)
            rankings.append([document for document in order if document in keep])
    values = np.full(len(shop.queries), np.nan)
    if chosen:
        values[chosen] = measured(parse_metrics(NDCG), Grading(), grades, rankings)[NDCG]
    return values


def clicked_share(shop: Shop, orders: Orders) -> float:
    """The expected share of searches with a click, when these orders are shown."""
    return float(shop.demand @ [_some_click(shop, at, order) for at, order in enumerate(orders)])


def _some_click(shop: Shop, query: int, order: Sequence[str]) -> float:
    shown = [shop.products[document] for document in order[:SHOWN]]
    return float(1 - np.prod(1 - EXAMINATION[: len(shown)] * shop.attraction[query, shown]))


def preferred(shop: Shop, old: Orders, new: Orders, draws: int = 20_000, seed: int = 5) -> float:
    """The share of interleaved searches with a winner that the new order wins, by simulation."""
    random = np.random.default_rng(seed)
    won = lost = 0
    for query in random.choice(len(shop.queries), draws, p=shop.demand):
        rankings = {"old": old[query][:SHOWN], "new": new[query][:SHOWN]}
        draft = team_draft(rankings, random.bytes(16))
        shown = [shop.products[document] for document in draft.order[:SHOWN]]
        chances = EXAMINATION[: len(shown)] * shop.attraction[query, shown]
        clicked = np.flatnonzero(random.random(len(shown)) < chances)
        teams = [draft.teams[place] for place in clicked]
        difference = teams.count("new") - teams.count("old")
        won, lost = won + (difference > 0), lost + (difference < 0)
    return won / (won + lost) if won + lost else 0.5


@dataclass(frozen=True)
class Estimates:
    """What a click model says of pairs, beside the truth; one entry a pair."""

    relevance: Floats
    truth: Floats
    low: Floats
    high: Floats
    grade: Floats
    true_grade: Floats

    @property
    def correlation(self) -> float:
        return float(spearmanr(self.relevance, self.truth).statistic)

    @property
    def covered(self) -> float:
        """The share of intervals that hold the truth."""
        return float(np.mean((self.low <= self.truth) & (self.truth <= self.high)))

    @property
    def right_grades(self) -> float:
        return float(np.mean(self.grade == self.true_grade))


def estimates(shop: Shop, file: Path) -> Estimates:
    """Of the pairs that were judged, by the file of `--write-estimates`."""
    queries = {text: at for at, text in enumerate(shop.queries)}
    rows: list[dict[str, Any]] = [row for _, row in read_jsonl(file) if row["judged"]]
    at = [(queries[row["query"]], shop.products[row["document_id"]]) for row in rows]
    pairs = np.array(at, dtype=int).reshape(-1, 2)

    def column(name: str) -> Floats:
        return np.array([row[name] for row in rows], dtype=float)

    return Estimates(
        column("relevance"),
        shop.attraction[pairs[:, 0], pairs[:, 1]],
        column("low"),
        column("high"),
        column("grade"),
        shop.grades[pairs[:, 0], pairs[:, 1]].astype(float),
    )
