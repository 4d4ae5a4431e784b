"""The connectors, models and pipelines that a cluster already has, looked up by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Body, Call, Procedure
from es_integration.opensearch.calls import send_ignoring_missing

PAGE_SIZE = 500
_Search = Callable[[Any, Body], Any]
"""A search method of the client: (client, body) -> answer."""


@dataclass(frozen=True, slots=True)
class MLResource:
    """A connector or a model as ml-commons stores it; never holds a credential."""

    id: str
    body: Body

    @property
    def label(self) -> str:
        """Its name and ID: several can have the same name."""
        return f"{self.body['name']} ({self.id})"

    @property
    def summary(self) -> Body:
        """What a change shows of a resource that will be deleted."""
        return {key: self.body.get(key) for key in ("description", "version")}


def connectors(name: str) -> Procedure[list[MLResource]]:
    """The connectors of that name, newest first. Raises ClusterRefused."""
    resources = yield from _search(_search_connectors, _by_name(name))
    return resources


def all_connectors() -> Procedure[list[MLResource]]:
    """Every connector that these credentials may see. Raises ClusterRefused."""
    resources = yield from _search(_search_connectors, {"match_all": {}})
    return resources


def connector_url(connector: MLResource) -> str:
    """The address that the connector calls; empty when it calls none."""
    return str(next((action.get("url", "") for action in connector.body.get("actions", ())), ""))


def models(name: str) -> Procedure[list[MLResource]]:
    """The models of that name, newest first. Raises ClusterRefused."""
    resources = yield from _models(_by_name(name))
    return resources


def models_using(connector: MLResource) -> Procedure[list[MLResource]]:
    """The models that use the connector, of those that these credentials may see.

    Raises ClusterRefused.
    """
    # Compared here: the field is text, and the search matches any word of an ID.
    candidates = yield from _models({"match": {"connector_id": connector.id}})
    return [model for model in candidates if model.body.get("connector_id") == connector.id]


def pipeline(name: str) -> Procedure[Body | None]:
    """The search pipeline of that name. Raises ClusterRefused."""
    answer = yield from send_ignoring_missing(lambda client: client.search_pipeline.get(id=name))
    return None if answer is None else dict(answer[name])


def pipelines() -> Procedure[Mapping[str, Body]]:
    """All search pipelines by name. Raises ClusterRefused."""
    answer = yield from send_ignoring_missing(lambda client: client.search_pipeline.get())
    return answer or {}


def _models(query: Mapping[str, Any]) -> Procedure[list[MLResource]]:
    hits = yield from _search(_search_models, query)
    resources = []
    for hit in hits:
        # A search lags behind: it may say DEPLOYING a second after the model is deployed.
        body = yield from send_ignoring_missing(_get_model(hit.id))
        if body is not None:
            resources.append(MLResource(hit.id, dict(body)))
    return resources


def _get_model(model_id: str) -> Call:
    return lambda client: client.plugins.ml.get_model(model_id=model_id)


def _search_connectors(client: Any, body: Body) -> Any:
    return client.plugins.ml.search_connectors(body=body)


def _search_models(client: Any, body: Body) -> Any:
    return client.plugins.ml.search_models(body=body)


def _by_name(name: str) -> Mapping[str, Any]:
    return {"term": {"name.keyword": name}}


def _search(search: _Search, query: Mapping[str, Any]) -> Procedure[list[MLResource]]:
    """All pages. The index does not exist before its first document: a 404 up to 2.x."""
    resources: list[MLResource] = []
    while True:
        answer = yield from send_ignoring_missing(_page(search, query, len(resources)))
        hits = answer["hits"]["hits"] if answer else []
        resources += [MLResource(hit["_id"], hit["_source"]) for hit in hits]
        if len(hits) < PAGE_SIZE:
            return sorted(resources, key=_newest_first)


def _newest_first(resource: MLResource) -> int:
    return -int(resource.body.get("created_time") or 0)


def _page(search: _Search, query: Mapping[str, Any], start: int) -> Call:
    body = {"query": dict(query), "size": PAGE_SIZE, "from": start, "sort": ["_doc"]}
    return lambda client: search(client, body)
