"""The installed endpoints for vectors: do those of the encoder arrive?"""

import time
from collections.abc import Sequence

from es_integration.cluster.check import Check
from es_integration.cluster.encoder import Embedder, known_encoder
from es_integration.cluster.probe import DOCUMENTS, QUERY
from es_integration.cluster.procedure import Procedure
from es_integration.cluster.vector_probe import best_is_nearest, vectors_fit
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.embedding import embedding_endpoint
from es_integration.elasticsearch.endpoint import ElasticsearchInstall, Endpoint
from es_integration.elasticsearch.installed import installed, with_advice
from es_integration.errors import ClusterRefused

_TEXTS = {Embedder.DOCUMENTS: DOCUMENTS, Embedder.QUERIES: (QUERY,)}


def checks(spec: ElasticsearchInstall) -> Procedure[list[Check]]:
    """The checks of both endpoints, and whether the query's vector finds the best of three
    documents. Raises ValueError when the encoder is not known."""
    found: list[Check] = []
    vectors: dict[Embedder, list[list[float]]] = {}
    for embedder in Embedder:
        endpoint, texts = embedding_endpoint(spec, embedder), _TEXTS[embedder]
        installation, can_go_on = yield from installed(f"{embedder}: endpoint", endpoint)
        found += installation
        if not can_go_on:
            continue
        start = time.monotonic()
        try:
            vectors[embedder] = yield from _vectors(endpoint, texts)
        except ClusterRefused as refused:
            detail = with_advice(refused, endpoint.calls)
            found.append(Check(f"{embedder}: sidecar", False, detail))
            continue
        seconds = time.monotonic() - start
        seen = f"answers the cluster's nodes at {endpoint.calls}"
        fit = vectors_fit(vectors[embedder], len(texts), known_encoder(spec.encoder))
        found += [
            Check(f"{embedder}: sidecar", True, seen, seconds),
            Check(f"{embedder}: vectors", *fit),
        ]
    if len(vectors) == len(Embedder) and all(check.passed for check in found):
        nearest = best_is_nearest(vectors[Embedder.QUERIES][0], vectors[Embedder.DOCUMENTS])
        found.append(Check(f"{Embedder.QUERIES}: order", *nearest))
    return found


def _vectors(endpoint: Endpoint, texts: Sequence[str]) -> Procedure[list[list[float]]]:
    answer = yield from send(
        lambda client: client.inference.text_embedding(inference_id=endpoint.id, input=list(texts))
    )
    return [result["embedding"] for result in answer["text_embedding"]]
