"""The installed embedders: do vectors of the encoder arrive, and are they those of the index."""

import time
from collections.abc import Sequence
from typing import Any

from es_integration.cluster.calls import mapped_fields
from es_integration.cluster.check import Check
from es_integration.cluster.encoder import Embedder, known_encoder
from es_integration.cluster.probe import DOCUMENTS, QUERY
from es_integration.cluster.procedure import Body, Procedure
from es_integration.cluster.vector_probe import best_is_nearest, vectors_fit
from es_integration.errors import ClusterRefused
from es_integration.opensearch import lookup
from es_integration.opensearch.calls import send
from es_integration.opensearch.embeddings import neural_query
from es_integration.opensearch.probe import with_advice
from es_integration.opensearch.spec import OpenSearchInstall

HITS = 10


def checks(
    spec: OpenSearchInstall, part: Embedder, model_id: str, index: str | None
) -> Procedure[list[Check]]:
    """The checks from the node to the sidecar and its vectors. With queries, also whether they find
    the best of three documents, and a neural search of the index if one is given."""
    texts = list(DOCUMENTS) if part is Embedder.DOCUMENTS else [QUERY]
    start = time.monotonic()
    try:
        vectors = yield from _vectors(spec, model_id, texts)
    except ClusterRefused as refused:
        return [_check(part, "sidecar", False, with_advice(refused.message, spec))]
    except (KeyError, IndexError, TypeError) as error:
        return [_check(part, "sidecar", False, f"its answer is not understood: {error!r}")]
    found = [
        _check(part, "sidecar", True, spec.url(part), time.monotonic() - start),
        _check(part, "vectors", *vectors_fit(vectors, len(texts), known_encoder(spec.encoder))),
    ]
    if part is Embedder.QUERIES and all(check.passed for check in found):
        found.append((yield from _order(spec, vectors[0])))
        if index is not None:
            found.append((yield from _search(spec, index)))
    return found


def _vectors(
    spec: OpenSearchInstall, model_id: str, texts: Sequence[str]
) -> Procedure[list[list[float]]]:
    body: Body = {
        "text_docs": list(texts),
        "return_number": True,
        "target_response": ["sentence_embedding"],
    }
    answer = yield from send(
        lambda client: client.plugins.ml.predict(
            algorithm_name="text_embedding",
            model_id=model_id,
            body=body,
            request_timeout=spec.timeout_s(Embedder.DOCUMENTS) + 10,
        )
    )
    results = answer["inference_results"]
    return [output["data"] for result in results for output in result["output"]]


def _order(spec: OpenSearchInstall, query: Sequence[float]) -> Procedure[Check]:
    """Queries and documents are vectors of one space: the nearest document is the one that answers
    the query."""
    part = Embedder.QUERIES
    models = yield from lookup.models(spec.pipeline(Embedder.DOCUMENTS))
    if not models:
        return _check(part, "order", False, "the model that embeds documents is not there")
    try:
        documents = yield from _vectors(spec, models[0].id, DOCUMENTS)
    except ClusterRefused as refused:
        return _check(part, "order", False, with_advice(refused.message, spec))
    return _check(part, "order", *best_is_nearest(query, documents))


def _search(spec: OpenSearchInstall, index: str) -> Procedure[Check]:
    """A neural search of the index by the encoder's own pipeline."""
    part, field, encoder = Embedder.QUERIES, spec.vector_field, known_encoder(spec.encoder)
    try:
        mapped = yield from mapped_fields(send, field, (index,))
        if not mapped:
            detail = f"{index} has no field {field}, which must have {encoder.dimension} dimensions"
            return _check(part, "search", False, detail)
        body = {"size": HITS, "query": neural_query(field, QUERY, k=HITS), "_source": False}
        start = time.monotonic()
        answer: Any = yield from send(
            lambda client: client.search(
                index=index,
                body=body,
                params={"search_pipeline": spec.embed_pipeline},
                request_timeout=spec.call_timeout_s,
            )
        )
    except ClusterRefused as refused:
        return _check(part, "search", False, with_advice(refused.message, spec))
    hits = len(answer["hits"]["hits"])
    detail = f"{hits} hits of {index} found by the vectors of {field}"
    if not hits:
        detail += f": index documents through the ingest pipeline {spec.embed_pipeline}"
    return _check(part, "search", hits > 0, detail, time.monotonic() - start)


def _check(
    part: Embedder, name: str, passed: bool, detail: str, seconds: float | None = None
) -> Check:
    return Check(f"{part}: {name}", passed, detail, seconds)
