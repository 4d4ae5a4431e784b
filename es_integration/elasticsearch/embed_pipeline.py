"""The ingest pipeline by which Elasticsearch writes the vectors of documents.

Elasticsearch's `inference` processor adds a result to what a field holds already, and writes
`model_id` beside it. So the vector is made in an object of its own, and then set: a document that
is indexed again, with its old vector, gets the new one, and keeps a `model_id` that it had.
"""

from functools import partial

import mappings
from es_integration.cluster.change import Change
from es_integration.cluster.encoder import Embedder, known_encoder
from es_integration.cluster.procedure import Body, Procedure
from es_integration.cluster.vector_pipeline import (
    INDEX_SETTINGS,
    KIND,
    TEXT_FIELD,
    embedded_fields,
    found_pipeline,
    is_ours,
    refuse_foreign,
    refuse_used,
    vector_pipeline,
)
from es_integration.elasticsearch.calls import send
from es_integration.elasticsearch.embedding import embed_id
from es_integration.elasticsearch.endpoint import ElasticsearchInstall

MADE = "rerank_sidecar_made"
"""The object in which the vector is made; no document has such a field."""
VERSION = 1


def has_pipeline(spec: ElasticsearchInstall) -> bool:
    """Whether it is known which fields make a document's vector."""
    return spec.embed and bool(spec.embed_fields or spec.profile in mappings.DOMAINS)


def ingest_pipeline(spec: ElasticsearchInstall) -> Body:
    """The body of the pipeline. Raises ValueError when the encoder or the fields are not known."""
    has_text = f"ctx.{TEXT_FIELD} != null"
    made = f"{MADE}.vector"
    # Without the condition 8.19 sends an empty text for a document that has none.
    infer = {
        "if": has_text,
        "model_id": embed_id(spec, Embedder.DOCUMENTS),
        "input_output": [{"input_field": TEXT_FIELD, "output_field": made}],
    }
    pipeline = vector_pipeline(
        known_encoder(spec.encoder),
        spec.vector_field,
        embedded_fields(spec.profile, spec.embed_fields),
        [
            {"inference": infer},
            {"set": {"if": has_text, "field": spec.vector_field, "copy_from": made}},
        ],
        spec.then_pipeline,
        (TEXT_FIELD, MADE),
    )
    return {**pipeline, "version": VERSION}


def plan_pipeline(spec: ElasticsearchInstall) -> Procedure[Change]:
    """Makes the pipeline match the spec. Raises PipelineConflict, ClusterRefused, ValueError."""
    name, body = spec.embed_pipeline, ingest_pipeline(spec)
    before = yield from found_pipeline(send, name)
    refuse_foreign(KIND, name, before)
    return Change(KIND, name, before, body, partial(_put, name, body))


def plan_pipeline_removal(spec: ElasticsearchInstall) -> Procedure[Change | None]:
    """Removes the pipeline; None when there is none of the sidecar's.

    Raises StillInUse when an index writes through it, ClusterRefused.
    """
    name = spec.embed_pipeline
    before = yield from found_pipeline(send, name)
    if before is None or not is_ours(before):
        return None
    yield from refuse_used(send, INDEX_SETTINGS, KIND, name)
    return Change(KIND, name, before, None, partial(_remove, name))


def _put(name: str, body: Body) -> Procedure[None]:
    yield from send(lambda client: client.ingest.put_pipeline(id=name, body=body))


def _remove(name: str) -> Procedure[None]:
    yield from send(lambda client: client.ingest.delete_pipeline(id=name))
