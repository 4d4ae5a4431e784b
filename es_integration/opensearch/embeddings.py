"""The bodies by which a cluster gets vectors of the sidecar's encoder: pipelines, requests; pure.

Search pipelines name the model, so that a `neural` query need not.
"""

import json
from collections.abc import Mapping
from typing import Any

from es_integration.cluster.encoder import Embedder, known_encoder, request_keys
from es_integration.cluster.procedure import Body
from es_integration.cluster.vector_pipeline import OURS, TEXT_FIELD, vector_pipeline
from es_integration.opensearch.spec import LAYOUT, OpenSearchInstall

BATCH_SIZE = 32
"""Documents of a bulk request that are sent to the sidecar in one."""
STEP: Mapping[str, str] = {"input_docs_processed_step_size": str(BATCH_SIZE)}
NORMALIZATION: Mapping[str, Any] = {
    "normalization-processor": {
        "normalization": {"technique": "min_max"},
        "combination": {"technique": "arithmetic_mean"},
    }
}
"""Without it the hits of a hybrid query are raw: with delimiters among them and IDs twice. The hits
of other queries pass through unchanged."""


def request(spec: OpenSearchInstall, part: Embedder) -> str:
    """A connector's request body. Raises ValueError when the encoder is not known."""
    keys = json.dumps(request_keys(known_encoder(spec.encoder), part))
    return '{ "input": ${parameters.safe_texts}, ' + keys[1:-1] + " }"


def description(spec: OpenSearchInstall, part: Embedder) -> str:
    """What the connector and the model of an embedder say of themselves."""
    kind = {Embedder.DOCUMENTS: "documents", Embedder.QUERIES: "queries"}[part]
    return f"{OURS}vectors of {kind} by {known_encoder(spec.encoder).name}"


def ingest_pipeline(spec: OpenSearchInstall, model_id: str) -> Body:
    """The ingest pipeline that writes `vector_field`.

    As the default pipeline before a final one its vectors are lost in OpenSearch 2 (seen on
    2.19.1), which goes on to the final pipeline before the sidecar has answered.
    """
    embedding = {
        "model_id": model_id,
        "field_map": {TEXT_FIELD: spec.vector_field},
        "batch_size": BATCH_SIZE,
    }
    pipeline = vector_pipeline(
        known_encoder(spec.encoder),
        spec.vector_field,
        spec.embedded,
        [{"text_embedding": embedding}],
        spec.then_pipeline,
    )
    return {**pipeline, "version": LAYOUT}


def enricher(query_model_id: str) -> Body:
    """The part of a search pipeline that gives `neural` queries their model."""
    processor = {"neural_query_enricher": {"default_model_id": query_model_id}}
    return {"request_processors": [processor]}


def search_pipeline(spec: OpenSearchInstall, query_model_id: str) -> Body:
    """The search pipeline for neural and hybrid queries that does not rerank."""
    return {
        "description": f"{OURS}neural and hybrid queries by {known_encoder(spec.encoder).name}",
        "version": LAYOUT,
        **enricher(query_model_id),
        "phase_results_processors": [dict(NORMALIZATION)],
    }


def neural_query(field: str, query_text: str, *, k: int) -> Body:
    """The query for the `k` documents whose vectors are nearest to the text's."""
    return {"neural": {field: {"query_text": query_text, "k": k}}}


def hybrid_query(query: Mapping[str, Any], field: str, query_text: str, *, k: int) -> Body:
    """What a query finds and what is near to its text, with normalised scores."""
    neural = neural_query(field, query_text, k=k)
    return {"hybrid": {"queries": [dict(query), neural]}}
