"""The quality of every ranker on every collection: BM25, fp32, quantised graphs, OpenVINO."""

from collections.abc import Mapping

from sidecar.workshop.model.check.bm25_baseline import bm25_scores
from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.check.logits import REFERENCE, fp32_logits
from sidecar.workshop.model.check.quality import METRICS, Quality, interval, measure
from sidecar.workshop.model.graphs import FP32
from sidecar.workshop.model.runner import Floats

BM25 = "bm25"
Qualities = dict[str, dict[str, Quality]]
"""collection -> ranker -> quality"""


def measure_rankers(judged: JudgedCollection, logits: Mapping[str, Floats]) -> dict[str, Quality]:
    """BM25, fp32 where its logits are known, then the quantised graphs and OpenVINO's."""
    scores = {BM25: bm25_scores(judged)}
    fp32 = fp32_logits(logits)
    if fp32 is not None:
        scores[FP32] = fp32
    scores |= {name: values for name, values in logits.items() if name not in (FP32, REFERENCE)}
    return {name: measure(judged, values) for name, values in scores.items()}


def means(qualities: Qualities) -> dict[str, dict[str, float]]:
    """ranker -> "collection metric" -> mean over the queries."""
    rankers = list(next(iter(qualities.values()))) if qualities else []
    return {
        ranker: {
            f"{name} {metric}": round(by_ranker[ranker].mean(metric), 4)
            for name, by_ranker in qualities.items()
            for metric in METRICS
        }
        for ranker in rankers
    }


def intervals(qualities: Qualities) -> dict[str, dict[str, tuple[float, float]]]:
    """ranker -> "collection metric" -> 95 % interval of the mean.

    A ranker "int8 - fp32" has the paired interval of the difference.
    """
    by_ranker: dict[str, dict[str, tuple[float, float]]] = {}
    for name, rankers in qualities.items():
        for ranker, quality in rankers.items():
            for metric in METRICS:
                values = {ranker: quality.values[metric]}
                if FP32 in rankers and ranker not in (BM25, FP32):
                    difference = values[ranker] - rankers[FP32].values[metric]
                    values[f"{ranker} - {FP32}"] = difference
                for key, per_query in values.items():
                    low, high = interval(per_query)
                    bounds = (round(low, 4), round(high, 4))
                    by_ranker.setdefault(key, {})[f"{name} {metric}"] = bounds
    return by_ranker
