"""The changes of the pipelines that an encoder brings: one that writes vectors, one that searches.

Both have one name. A pipeline of that name that is not the sidecar's stays as it is.
"""

from collections.abc import Callable
from functools import partial

from es_integration.cluster.change import Change
from es_integration.cluster.encoder import Embedder
from es_integration.cluster.procedure import Body, Procedure
from es_integration.cluster.vector_pipeline import INDEX_SETTINGS as INGEST_SETTINGS
from es_integration.cluster.vector_pipeline import KIND as INGEST
from es_integration.cluster.vector_pipeline import (
    found_pipeline,
    is_ours,
    refuse_foreign,
    refuse_used,
)
from es_integration.opensearch import embeddings, lookup
from es_integration.opensearch.calls import send, send_ignoring_missing
from es_integration.opensearch.spec import OpenSearchInstall
from es_integration.opensearch.users_pipeline import KIND as SEARCH

KINDS = {Embedder.DOCUMENTS: INGEST, Embedder.QUERIES: SEARCH}
SEARCH_SETTING = "index.search.default_pipeline"


def plan_embed_pipeline(
    spec: OpenSearchInstall, part: Embedder, model_id: str
) -> Procedure[Change]:
    """Makes the pipeline of an embedder match the spec; `model_id` is shown until there is a model.

    Raises PipelineConflict, ClusterRefused.
    """
    kind, name = KINDS[part], spec.embed_pipeline
    before = yield from _existing(kind, name)
    refuse_foreign(kind, name, before)
    body = _BODIES[part]
    return Change(kind, name, before, body(spec, model_id), partial(_put, spec, part))


def plan_embed_pipeline_removal(
    spec: OpenSearchInstall, part: Embedder
) -> Procedure[Change | None]:
    """Removes the pipeline of an embedder; None when there is none of the sidecar's.

    Raises StillInUse when an index uses it by default, ClusterRefused.
    """
    kind, name = KINDS[part], spec.embed_pipeline
    before = yield from _existing(kind, name)
    if before is None or not is_ours(before):
        return None
    settings = INGEST_SETTINGS if kind == INGEST else (SEARCH_SETTING,)
    yield from refuse_used(send, settings, kind, name)
    return Change(kind, name, before, None, partial(_remove, kind, name))


def _existing(kind: str, name: str) -> Procedure[Body | None]:
    if kind == SEARCH:
        return (yield from lookup.pipeline(name))
    return (yield from found_pipeline(send, name))


def _put(spec: OpenSearchInstall, part: Embedder) -> Procedure[None]:
    model, *_ = yield from lookup.models(spec.pipeline(part))
    name, body = spec.embed_pipeline, _BODIES[part](spec, model.id)
    if KINDS[part] == SEARCH:
        yield from send(lambda client: client.search_pipeline.put(id=name, body=body))
    else:
        yield from send(lambda client: client.ingest.put_pipeline(id=name, body=body))


def _remove(kind: str, name: str) -> Procedure[None]:
    if kind == SEARCH:
        yield from send_ignoring_missing(lambda client: client.search_pipeline.delete(id=name))
    else:
        yield from send_ignoring_missing(lambda client: client.ingest.delete_pipeline(id=name))


_BODIES: dict[Embedder, Callable[[OpenSearchInstall, str], Body]] = {
    Embedder.DOCUMENTS: embeddings.ingest_pipeline,
    Embedder.QUERIES: embeddings.search_pipeline,
}
