"""A fitted head on pools that it has not seen: its ranking, and the calibration of its scores."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sidecar.workshop.calibrating.cross_calibration import cross_fit
from sidecar.workshop.calibrating.reliability import ece
from sidecar.workshop.model.check.bm25_baseline import bm25_scores
from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.check.quality import METRICS, measure
from sidecar.workshop.model.head_fitting.listwise import Floats
from sidecar.workshop.model.recipe.pool_collections import pool_collection
from sidecar.workshop.model.training.group import Group
from sidecar.workshop.scored_hits.judged_parts import FittingError

SEED = 31
DIGITS = 4
UNCALIBRATED = {"temperature": 1.0, "bias": 0.0, "calibrated_on": 0, "ece": None}


@dataclass(frozen=True)
class SourceQuality:
    """nDCG@10 of a collection's pools."""

    pools: int
    bm25: float
    """With the statistics of the pools' own texts."""
    cosine: float | None
    """None where the cosine is none of the features."""
    fitted: float

    def as_json(self) -> dict[str, Any]:
        rounded = asdict(self)
        return {key: v if v is None else round(v, DIGITS) for key, v in rounded.items()}


def qualities(
    groups: Sequence[Group], logits: Sequence[Floats], cosines: Sequence[Floats] | None
) -> dict[str, SourceQuality]:
    """By collection; `logits` and `cosines` are those of each group's documents."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        if max(group.known_gains) > min(group.known_gains):
            places[group.source].append(place)
    found = {}
    for source, of_source in places.items():
        judged = pool_collection(source, [groups[place] for place in of_source])

        def ndcg(scores: Floats, judged: JudgedCollection = judged) -> float:
            return measure(judged, scores).mean(METRICS[0])

        found[source] = SourceQuality(
            len(of_source),
            ndcg(bm25_scores(judged)),
            None
            if cosines is None
            else ndcg(np.concatenate([cosines[place] for place in of_source])),
            ndcg(np.concatenate([logits[place] for place in of_source])),
        )
    return found


def calibration(groups: Sequence[Group], logits: Sequence[Floats]) -> dict[str, Any]:
    """`temperature`, `bias`, the number of pools that they were fitted on (`calibrated_on`), and
    their `ece` by cross-validation. A pool's best grade counts as relevant; every collection counts
    the same. Too few pools give temperature 1 and bias 0, and are counted as none.
    """
    if not groups:
        return dict(UNCALIBRATED)
    relevant = np.concatenate(
        [np.array(group.known_gains) == max(group.known_gains) for group in groups]
    )
    sizes = [len(group.documents) for group in groups]
    queries = np.repeat(np.arange(len(groups)), sizes)
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        counts[group.source] += len(group.documents)
    share = sum(sizes) / len(counts)
    weights = np.repeat([share / counts[group.source] for group in groups], sizes)
    values = np.concatenate(list(logits))
    try:
        fit = cross_fit(values, relevant, queries, weights, SEED)
    except FittingError:
        return dict(UNCALIBRATED)
    sources = np.repeat([group.source for group in groups], sizes)
    scores = fit.held_out(values)
    errors = [ece(scores[sources == name], relevant[sources == name]) for name in counts]
    return {
        "temperature": fit.calibration.temperature,
        "bias": fit.calibration.bias,
        "calibrated_on": len(groups),
        "ece": round(float(np.mean(errors)), DIGITS),
    }
