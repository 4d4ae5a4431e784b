"""The processors of an installed route, for a pipeline that users have already.

A search has one pipeline. Whoever has one of their own pastes these into it, or lets `merge`
do so; the model that they name is the installed one, and it keeps its ID when `install` runs again.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from es_integration.cluster.encoder import Embedder
from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import NotDeployed
from es_integration.opensearch import bodies, embeddings, lookup
from es_integration.opensearch.capabilities import read_capabilities
from es_integration.opensearch.lookup import MLResource
from es_integration.opensearch.spec import OpenSearchInstall, Route


def installed_processors(spec: OpenSearchInstall, route: Route) -> Procedure[list[Body]]:
    """The route's response processors, with the ID of the cluster's model.

    Raises NotDeployed when the route is not installed, ClusterRefused.
    """
    capabilities = yield from read_capabilities()
    models = yield from lookup.models(spec.pipeline(route))
    if not models:
        raise NotDeployed(f"there is no model {spec.pipeline(route)}: run install first")
    return bodies.processors(spec, route, models[0].id, renames=capabilities.renames)


def tagged_processors(
    spec: OpenSearchInstall, route: Route, model_id: str, *, renames: bool = True
) -> list[Body]:
    """The route's response processors, each with a tag by which it is found again in a pipeline
    that others edit: `rerank-sidecar-ecommerce-structured/rerank`. `verbose_pipeline` shows it."""
    return [
        {kind: {"tag": f"{spec.pipeline(route)}/{_part(kind, config)}", **config}}
        for processor in bodies.processors(spec, route, model_id, renames=renames)
        for kind, config in processor.items()
    ]


def tagged_for_queries(spec: OpenSearchInstall, query_model_id: str) -> tuple[Body, Body]:
    """The request processor that gives `neural` queries their model, and the one that combines the
    scores of `hybrid` queries; each with a tag."""
    (enricher,) = embeddings.enricher(query_model_id)["request_processors"]
    name = spec.pipeline(Embedder.QUERIES)
    return _tagged(enricher, f"{name}/model"), _tagged(embeddings.NORMALIZATION, f"{name}/scores")


def model_of_queries(spec: OpenSearchInstall) -> Procedure[str | None]:
    """The ID of the model that makes the vectors of queries, or its name until there is one; None
    if none is wanted. Raises ClusterRefused."""
    if not spec.embed:
        return None
    name = spec.pipeline(Embedder.QUERIES)
    models = yield from lookup.models(name)
    return models[0].id if models else f"that of {name}"


def _tagged(processor: Mapping[str, Any], tag: str) -> Body:
    return {kind: {"tag": tag, **config} for kind, config in processor.items()}


def _part(kind: str, config: Body) -> str:
    if kind == "rename_field":
        return "keep" if config["target_field"] == bodies.KEPT_FIELD else "restore"
    return "score" if kind == "ml_inference" else "rerank"


def users_of(models: Sequence[MLResource], *, besides: Collection[str]) -> Procedure[list[str]]:
    """The search pipelines that use one of the models, without those of the names `besides`.

    Without its model such a pipeline would fail, or keep the first-stage order in silence. Raises
    ClusterRefused.
    """
    if not models:
        return []
    pipelines = yield from lookup.pipelines()
    quoted_ids = [json.dumps(model.id) for model in models]
    return sorted(
        user
        for user, body in pipelines.items()
        if user not in besides and any(quoted in json.dumps(body) for quoted in quoted_ids)
    )
