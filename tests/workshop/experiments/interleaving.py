"""Is interleaving fair, and how much does it see? On simulated users with a known better ranker.

    python -m tests.workshop.experiments.interleaving --runs 1000

Each search has ten hits whose relevance is drawn. A ranker sorts them by their relevance, seen
through noise of its own: two with equal noise are equal. Users look at rank k with the chance 1/k,
and click what they look at with its relevance. Rankers are compared by interleaving (sign test over
searches with a winner) and by splitting the users (t-test on the reciprocal rank of the first
click).
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mappings.experiments import team_draft

HITS = 10
CRITICAL = 1.96
"""Standard errors from which on a difference is found."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Users:
    """Searches with known relevance, and what users click in them."""

    random: np.random.Generator
    blind: bool = False
    """They click without regard to relevance: by rank alone."""

    def search(self) -> Floats:
        """The relevance of each hit; some searches have little to offer, others much."""
        return self.random.beta(0.5, 2.0, HITS) * self.random.beta(0.4, 0.4)

    def ranking(self, relevance: Floats, noise: float) -> list[int]:
        """As a ranker with that much noise sorts the hits."""
        seen = relevance + noise * self.random.standard_normal(HITS)
        return [int(hit) for hit in np.argsort(-seen)]

    def clicks(self, shown: list[int], relevance: Floats) -> list[int]:
        """The ranks that are clicked, from 0."""
        examined = self.random.random(HITS) < 1 / np.arange(1, HITS + 1)
        attractive = np.full(HITS, 0.3) if self.blind else relevance[shown]
        return [
            int(rank) for rank in np.flatnonzero(examined & (self.random.random(HITS) < attractive))
        ]


def interleaved(users: Users, noises: Mapping[str, float]) -> Mapping[str, int]:
    """The credit of one search with the hits of all rankers."""
    relevance = users.search()
    rankings = {arm: users.ranking(relevance, noise) for arm, noise in noises.items()}
    draft = team_draft(rankings, users.random.bytes(16))
    points = dict.fromkeys(noises, 0)
    for rank in users.clicks(list(draft.order), relevance):
        points[draft.teams[rank]] += 1
    return points


def preference(credits: Iterable[Mapping[str, int]], arm: str, other: str) -> tuple[int, int]:
    """(searches that the first arm won, searches with a winner)."""
    differences = [credit[arm] - credit[other] for credit in credits]
    return sum(each > 0 for each in differences), sum(each != 0 for each in differences)


def first_click(users: Users, noise: float) -> float:
    """The reciprocal rank of the first click in a search of one ranker, 0 without a click."""
    relevance = users.search()
    clicks = users.clicks(users.ranking(relevance, noise), relevance)
    return 1 / (clicks[0] + 1) if clicks else 0.0


@dataclass(frozen=True)
class Found:
    """How clearly the better ranker was found: in standard errors."""

    interleaved: float
    split: float


def found(users: Users, better: float, worse: float, searches: int) -> Found:
    """One experiment of each kind with so many searches; better and worse are the noises."""
    noises = {"better": better, "worse": worse}
    won, decided = preference(
        [interleaved(users, noises) for _ in range(searches)], "better", "worse"
    )
    half = searches // 2
    ours, theirs = ([first_click(users, noises[arm]) for _ in range(half)] for arm in noises)
    split = stats.ttest_ind(ours, theirs).statistic
    return Found((2 * won - decided) / decided**0.5 if decided else 0.0, float(split))


def power(users: Users, better: float, worse: float, searches: int, runs: int) -> Found:
    """In which share of so many experiments the better ranker was found, with p < 0.05."""
    results = [found(users, better, worse, searches) for _ in range(runs)]
    return Found(
        sum(each.interleaved > CRITICAL for each in results) / runs,
        sum(each.split > CRITICAL for each in results) / runs,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--searches", type=int, default=400)
    given = parser.parse_args()
    for blind in (False, True):
        users = Users(np.random.default_rng(1), blind)
        noises = {"a": 0.3, "b": 0.3}
        won, decided = preference(
            [interleaved(users, noises) for _ in range(given.runs * 50)], "a", "b"
        )
        kind = "users who click by rank alone" if blind else "equal rankers"
        print(f"{kind}: {won / decided:.4f} of {decided:,} searches with a winner")
    for searches in (given.searches // 4, given.searches, given.searches * 4):
        users = Users(np.random.default_rng(2))
        share = power(users, 0.1, 0.2, searches, given.runs)
        print(
            f"{searches:,} searches: the better ranker is found by interleaving in "
            f"{share.interleaved:.0%}, by splitting in {share.split:.0%}"
        )


if __name__ == "__main__":
    main()
