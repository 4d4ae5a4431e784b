"""The quality of the orders that the sidecar gives, beside its speed: judged pools over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from sidecar.runtime.manifest import Manifest
    from sidecar.workshop.model.check.judged_collection import JudgedCollection

NDCG, MRR = "nDCG@10", "MRR@10"


@dataclass(frozen=True, slots=True)
class OrderQuality:
    """Means over the queries of one collection."""

    collection: str
    queries: int | None
    """None: as the model's manifest says, not measured now."""
    ndcg: float
    mrr: float


class Scores(Protocol):
    """What gives scores: `SidecarOverHttp`."""

    def scores(self, body: Mapping[str, Any]) -> list[float]:
        """Of the body's documents, in their order."""


def measure_served(http: Scores, judged: "JudgedCollection") -> OrderQuality:
    """Ranks every pool by the sidecar's scores. Raises SidecarError unless it answers."""
    from sidecar.workshop.model.check.quality import measure

    scores = [
        score
        for pool in judged.pools
        for score in http.scores(
            {"query": pool.query, "documents": [judged.texts[i] for i in pool.documents]}
        )
    ]
    quality = measure(judged, np.array(scores))
    return OrderQuality(judged.name, len(judged.pools), quality.mean(NDCG), quality.mean(MRR))


def stated_quality(manifest: "Manifest", graph: str) -> tuple[OrderQuality, ...]:
    """What `model check` measured of the graph."""
    values = manifest.quality.get(graph, {})
    names = [key.removesuffix(f" {NDCG}") for key in values if key.endswith(NDCG)]
    return tuple(
        OrderQuality(name, None, values[f"{name} {NDCG}"], values[f"{name} {MRR}"])
        for name in names
    )
