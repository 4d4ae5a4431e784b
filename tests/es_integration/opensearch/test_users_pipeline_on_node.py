"""A search pipeline that users have, on a real node, with the sidecar's processors in it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import OpenSearchInstall, Route
from es_integration.cluster.procedure import run
from es_integration.opensearch import install, uninstall, verify_cluster
from es_integration.opensearch.capabilities import read_capabilities
from tests.es_integration.opensearch.node_setup import (
    INDEX,
    MATCH,
    SEARCHES,
    filled,
    hits,
    ids,
)

pytestmark = pytest.mark.node
PIPELINE = "of-the-shop"


def _prefer_winter(method: str, path: str, body: Any) -> tuple[int, Any]:
    winter = ["winter" in json.dumps(document) for document in body["documents"]]
    liked = [0.875 if like else 0.125 for like in winter]
    if "password" in json.dumps(body):  # The probe of `verify`.
        liked = [0.875 if "password" in json.dumps(one) else 0.125 for one in body["documents"]]
    results = [{"index": at, "relevance_score": score} for at, score in enumerate(liked)]
    return 200, {"results": results}


@pytest.fixture
def theirs(cluster: OpenSearch) -> Iterator[dict[str, Any]]:
    """Their pipeline: one hit where this node has the processor that drops hits."""
    filter_query = {"filter_query": {"tag": "mine", "query": {"exists": {"field": "title"}}}}
    truncate = {"truncate_hits": {"tag": "mine", "target_size": 1, "ignore_failure": False}}
    body: dict[str, Any] = {
        "version": 12,
        "description": "Schuhe – nur lieferbare",
        "phase_results_processors": [{"normalization-processor": {"tag": "hybrid"}}],
    }
    processors = run(cluster, read_capabilities()).processors
    if "truncate_hits" in processors:
        body |= {"request_processors": [filter_query], "response_processors": [truncate]}
    cluster.search_pipeline.put(id=PIPELINE, body=body)
    yield body
    cluster.search_pipeline.delete(id=PIPELINE)


@pytest.mark.every_version
@pytest.mark.parametrize("route", Route)
def test_the_hits_of_their_pipeline_are_reranked_and_what_is_theirs_stays(
    cluster: OpenSearch,
    recording_server: Callable[..., Any],
    theirs: dict[str, Any],
    route: Route,
) -> None:
    spec = OpenSearchInstall(
        recording_server(_prefer_winter).url,
        "plain",
        ("title", "text"),
        routes=(route,),
        text_field="text",
        into=PIPELINE,
    )
    body = SEARCHES[route](MATCH, "shoes for the snow", size=10)
    with filled(cluster):
        assert ids(hits(cluster, INDEX, body, PIPELINE))[0] == "2"
        try:
            install(cluster, spec)
            assert install(cluster, spec) == ()
            reranked = hits(cluster, INDEX, body, PIPELINE)
            assert ids(reranked)[0] == "3"
            assert len(reranked) == (1 if "response_processors" in theirs else 3)
            failed = [check for check in verify_cluster(cluster, spec, INDEX) if not check.passed]
            assert [check.name for check in failed if "latency" not in check.name] == []

            edited = dict(cluster.search_pipeline.get(id=PIPELINE)[PIPELINE])
            edited["description"] = "edited since"
            cluster.search_pipeline.put(id=PIPELINE, body=edited)
            assert install(cluster, spec) == ()
            changed = replace(spec, fields=("text",), text_field="title")
            install(cluster, changed)
            now = cluster.search_pipeline.get(id=PIPELINE)[PIPELINE]
            assert now["description"] == "edited since"
            assert len(now["response_processors"]) == len(edited["response_processors"])
            assert now["response_processors"] != edited["response_processors"]
        finally:
            uninstall(cluster, spec)
    after = cluster.search_pipeline.get(id=PIPELINE)[PIPELINE]
    assert json.dumps(after) == json.dumps({**theirs, "description": "edited since"})
    assert ids_of_models(cluster, spec) == []


def ids_of_models(cluster: OpenSearch, spec: OpenSearchInstall) -> list[str]:
    (route,) = spec.routes
    named = {"query": {"term": {"name.keyword": spec.pipeline(route)}}}
    return [hit["_id"] for hit in cluster.plugins.ml.search_models(body=named)["hits"]["hits"]]
