"""The installed endpoints and pipeline for vectors: do those of the encoder arrive?"""

import time
from collections.abc import Sequence

from es_integration.cluster.change import Change, no_op
from es_integration.cluster.check import Check
from es_integration.cluster.encoder import Embedder, known_encoder
from es_integration.cluster.probe import DOCUMENTS, QUERY
from es_integration.cluster.procedure import Procedure
from es_integration.cluster.vector_pipeline import KIND, embedded_fields, found_pipeline
from es_integration.cluster.vector_probe import best_is_nearest, vectors_fit
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.embed_pipeline import has_pipeline, ingest_pipeline
from es_integration.elasticsearch.embedding import embedding_endpoint
from es_integration.elasticsearch.endpoint import ElasticsearchInstall, Endpoint
from es_integration.elasticsearch.installed import installed, with_advice
from es_integration.errors import ClusterRefused

_TEXTS = {Embedder.DOCUMENTS: DOCUMENTS, Embedder.QUERIES: (QUERY,)}


def checks(spec: ElasticsearchInstall) -> Procedure[list[Check]]:
    """The checks of both endpoints and of the pipeline, and whether the query's vector finds the
    best of three documents. Raises ValueError when the encoder is not known."""
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
    if has_pipeline(spec):
        found += yield from _pipeline_checks(spec)
    return found


def _pipeline_checks(spec: ElasticsearchInstall) -> Procedure[list[Check]]:
    """The pipeline is as it should be, and writes the vector of a document."""
    name, shown = spec.embed_pipeline, f"{Embedder.DOCUMENTS}: {KIND}"
    fields = embedded_fields(spec.profile, spec.embed_fields)
    documents = [{"_source": {fields[0][0]: text}} for text in DOCUMENTS]
    try:
        before = yield from found_pipeline(send, name)
        if before is None:
            return [Check(shown, False, f"there is no {name}: install it")]
        difference = Change(KIND, name, before, ingest_pipeline(spec), no_op).diff()
        if difference:
            detail = f"{name} differs from the options: install it again\n{difference}"
            return [Check(shown, False, detail)]
        start = time.monotonic()
        answer = yield from send(lambda client: client.ingest.simulate(id=name, docs=documents))
    except ClusterRefused as refused:
        return [Check(shown, False, refused.message)]
    vectors, faults = [], []
    for each in answer["docs"]:
        source = each.get("doc", {}).get("_source", {})
        vectors.append(source.get(spec.vector_field) or [])
        faults += [str(each["error"].get("reason"))] if "error" in each else []
    if faults:
        return [Check(shown, False, f"{name} fails: {faults[0]}")]
    fit, seen = vectors_fit(vectors, len(DOCUMENTS), known_encoder(spec.encoder))
    return [
        Check(shown, fit, f"{name} writes {spec.vector_field}: {seen}", time.monotonic() - start)
    ]


def _vectors(endpoint: Endpoint, texts: Sequence[str]) -> Procedure[list[list[float]]]:
    answer = yield from send(
        lambda client: client.inference.text_embedding(inference_id=endpoint.id, input=list(texts))
    )
    return [result["embedding"] for result in answer["text_embedding"]]
