"""The changes of the pipelines that an encoder brings: one that writes vectors, one that searches.

Both have one name. A pipeline of that name that is not the sidecar's stays as it is.
"""

from collections.abc import Callable
from functools import partial

from es_integration.cluster.calls import indices_with_setting
from es_integration.cluster.change import Change
from es_integration.cluster.encoder import Embedder
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import PipelineConflict, StillInUse
from es_integration.opensearch import embeddings, lookup
from es_integration.opensearch.calls import send, send_ignoring_missing
from es_integration.opensearch.spec import OpenSearchInstall
from es_integration.opensearch.users_pipeline import KIND as SEARCH

INGEST = "ingest pipeline"
KINDS = {Embedder.DOCUMENTS: INGEST, Embedder.QUERIES: SEARCH}
INGEST_SETTINGS = ("index.default_pipeline", "index.final_pipeline")
SEARCH_SETTING = "index.search.default_pipeline"


def plan_embed_pipeline(
    spec: OpenSearchInstall, part: Embedder, model_id: str
) -> Procedure[Change]:
    """Makes the pipeline of an embedder match the spec; `model_id` is shown until there is a model.

    Raises PipelineConflict, ClusterRefused.
    """
    kind, name = KINDS[part], spec.embed_pipeline
    before = yield from _existing(kind, name)
    if before is not None and not _is_ours(before):
        raise PipelineConflict(
            f"there is a {kind} {name} that is not the sidecar's: rename it, or install under"
            " another --name"
        )
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
    if before is None or not _is_ours(before):
        return None
    for setting in INGEST_SETTINGS if kind == INGEST else (SEARCH_SETTING,):
        indices = yield from indices_with_setting(send, setting, {name})
        if indices:
            raise StillInUse(
                f"indices {indices} use the {kind} {name}: delete them, or set"
                f' "{setting}": "_none" there first'
            )
    return Change(kind, name, before, None, partial(_remove, kind, name))


def _existing(kind: str, name: str) -> Procedure[Body | None]:
    if kind == SEARCH:
        return (yield from lookup.pipeline(name))
    answer = yield from send_ignoring_missing(lambda client: client.ingest.get_pipeline(id=name))
    return dict(answer[name]) if answer else None


def _is_ours(body: Body) -> bool:
    return str(body.get("description")).startswith(embeddings.OURS)


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
