"""What a cluster holds already: connectors, models and pipelines, found by their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Call, Procedure
from es_integration.opensearch.bodies import Body
from es_integration.opensearch.calls import ask_for

PAGE = 500
Search = Callable[[Any, Body], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A connector or a model as ml-commons keeps it; a credential is never in it."""

    id: str
    body: Body

    @property
    def label(self) -> str:
        """Its name and ID: several may have one name."""
        return f"{self.body['name']} ({self.id})"

    @property
    def described(self) -> Body:
        """What is shown of one that is to go."""
        return {key: self.body.get(key) for key in ("description", "version")}


def connectors(name: str) -> Procedure[list[Found]]:
    """Those of that name, newest first. Raises ClusterRefused."""
    found = yield from _search(_search_connectors, _named(name))
    return found


def every_connector() -> Procedure[list[Found]]:
    """All that these credentials may see. Raises ClusterRefused."""
    found = yield from _search(_search_connectors, {"match_all": {}})
    return found


def models(name: str) -> Procedure[list[Found]]:
    """Those of that name, newest first. Raises ClusterRefused."""
    found = yield from _models(_named(name))
    return found


def users(connector: Found) -> Procedure[list[Found]]:
    """The models that use the connector, of those that these credentials may see. Raises
    ClusterRefused."""
    # Compared here: the field is text, and the search matches any word of an ID.
    listed = yield from _models({"match": {"connector_id": connector.id}})
    return [model for model in listed if model.body.get("connector_id") == connector.id]


def _models(query: Mapping[str, Any]) -> Procedure[list[Found]]:
    listed = yield from _search(_search_models, query)
    found = []
    for each in listed:
        # A search lags behind: it may say DEPLOYING a second after the model is deployed.
        body = yield from ask_for(_model(each.id))
        if body is not None:
            found.append(Found(each.id, dict(body)))
    return found


def pipeline(name: str) -> Procedure[Body | None]:
    """The search pipeline of that name. Raises ClusterRefused."""
    answer = yield from ask_for(lambda client: client.search_pipeline.get(id=name))
    return None if answer is None else dict(answer[name])


def url(connector: Found) -> str:
    """What the connector calls; empty where it calls nothing."""
    return str(next((action.get("url", "") for action in connector.body.get("actions", ())), ""))


def _model(model_id: str) -> Call:
    return lambda client: client.plugins.ml.get_model(model_id=model_id)


def _search_connectors(client: Any, body: Body) -> Any:
    return client.plugins.ml.search_connectors(body=body)


def _search_models(client: Any, body: Body) -> Any:
    return client.plugins.ml.search_models(body=body)


def _named(name: str) -> Mapping[str, Any]:
    return {"term": {"name.keyword": name}}


def _search(search: Search, query: Mapping[str, Any]) -> Procedure[list[Found]]:
    """Page by page. The index is not there before the first of its kind: a 404 up to 2.x."""
    found: list[Found] = []
    while True:
        answer = yield from ask_for(_page(search, query, len(found)))
        hits = answer["hits"]["hits"] if answer else []
        found += [Found(hit["_id"], hit["_source"]) for hit in hits]
        if len(hits) < PAGE:
            return sorted(found, key=lambda each: -int(each.body.get("created_time") or 0))


def _page(search: Search, query: Mapping[str, Any], start: int) -> Call:
    body = {"query": dict(query), "size": PAGE, "from": start, "sort": ["_doc"]}
    return lambda client: search(client, body)
