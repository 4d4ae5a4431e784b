"""A written profile against what was predicted of it, through the service's own path."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.profile import Profile
from sidecar.workshop.evaluation.candidates import Candidates
from sidecar.workshop.scored_hits.assembling import Judged
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats
from sidecar.workshop.scored_hits.ndcg import Ranking
from sidecar.workshop.scored_hits.probe import document_of
from sidecar.workshop.scored_hits.scoring import OpenedModel

MAX_PAIRS, SEED = 500, 29
"""Whole queries at random, until so many pairs are scored: most of them are in the cache of logits
if this process has scored them, and are scored anew if not."""
TOLERANCE = 0.01
"""Of a logit: decays from "now" move between two runs, other parts do not."""
NDCG_TOLERANCE = 0.005


@dataclass(frozen=True)
class Proof:
    """What the service gave for a sample of queries."""

    queries: int
    pairs: int
    difference: float
    """The greatest of a logit."""
    ndcg: float
    """Mean over these queries."""


def prove(
    written: Profile,
    predicted: Floats,
    judged: Judged,
    candidates: Sequence[Candidates],
    model: OpenedModel,
    depth: int,
) -> Proof:
    """Ranks a sample of queries with the written profile; `predicted` are the logits [pairs].

    Raises FittingError when the service's logits or their nDCG@depth differ.
    """
    by_id = {each.query_id: each for each in candidates}
    chosen = _sample(judged, by_id)
    logits: list[Floats] = []
    for query in chosen:
        of_query = by_id[judged.query_ids[query]]
        documents = [document_of(hit, written) for hit in of_query.hits]
        result = model.rank(written, of_query, documents)
        found = {of_query.hits[each.index].id: each.logit for each in result.ranked}
        logits.append(np.array([found[document] for document in judged.documents[query]]))
    sample = judged.parts.of_queries(chosen)
    served = np.concatenate(logits)
    starts = judged.parts.starts
    expected = np.concatenate([predicted[starts[query] : starts[query + 1]] for query in chosen])
    ranking = Ranking(sample, depth)
    ndcg, expected_ndcg = (float(ranking.ndcg(each).mean()) for each in (served, expected))
    difference = float(np.abs(served - expected).max())
    if difference > TOLERANCE or abs(ndcg - expected_ndcg) > NDCG_TOLERANCE:
        raise FittingError(
            f"the service's logits differ from the predicted ones by {difference:.3g}, and its "
            f"nDCG@{depth} is {ndcg:.4f} in place of {expected_ndcg:.4f}: nothing is written"
        )
    return Proof(len(chosen), sample.pairs, difference, ndcg)


def _sample(judged: Judged, by_id: dict[str, Candidates]) -> np.ndarray:
    order = np.random.default_rng(SEED).permutation(len(judged.query_ids))
    sizes = np.cumsum([len(by_id[judged.query_ids[query]].hits) for query in order])
    count = max(1, int(np.searchsorted(sizes, MAX_PAIRS, side="right")))
    return np.sort(order[:count])
