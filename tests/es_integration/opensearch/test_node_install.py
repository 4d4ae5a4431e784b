"""Install, uninstall and verify on a real node: twice, changed, over both clients, undone.

The node's opensearch.yml trusts 127.0.0.1 and private addresses, which count as its defaults; so a
sidecar at `localhost` needs a pattern of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch, TransportError

from es_integration import OpenSearchInstall, Route
from es_integration.cluster.change import Action
from es_integration.cluster.check import Report
from es_integration.cluster.procedure import run
from es_integration.local_node import LocalOpenSearch
from es_integration.opensearch import (
    install,
    install_async,
    plan_install,
    uninstall,
    uninstall_async,
    verify_cluster,
    verify_cluster_async,
)
from es_integration.opensearch.settings import PRIVATE, TRUSTED

pytestmark = pytest.mark.node

ONE_ROUTE = (Route.STRUCTURED,)


class Sidecar:
    """Likes the documents that speak of a password; knows one key."""

    status = 200

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {"message": "as the test wants"}
        liked = ["password" in str(document) for document in body["documents"]]
        return 200, {
            "results": [
                {"index": at, "relevance_score": 0.875 if like else 0.125}
                for at, like in enumerate(liked)
            ]
        }


@pytest.fixture
def sidecar() -> Sidecar:
    return Sidecar()


@pytest.fixture
def server(recording_server: Callable[..., Any], sidecar: Sidecar) -> Any:
    return recording_server(sidecar)


@pytest.fixture
def wanted(cluster: OpenSearch, server: Any) -> Iterator[OpenSearchInstall]:
    url = server.url.replace("127.0.0.1", "localhost")
    wanted = OpenSearchInstall(url, profile="ecommerce", name="node-install")
    yield wanted
    uninstall(cluster, wanted)


def state(client: OpenSearch) -> dict[str, Any]:
    """All that an install may touch."""
    ml = client.plugins.ml
    everything = {"query": {"match_all": {}}, "size": 100}
    searches = (ml.search_connectors, ml.search_models, ml.search_model_group)
    settings = client.cluster.get_settings(flat_settings=True)
    try:
        pipelines = client.search_pipeline.get(id="node-install*")
    except TransportError:
        pipelines = {}
    return {
        "settings": {place: settings[place] for place in ("persistent", "transient")},
        "pipelines": pipelines,
        "kept": [
            sorted(hit["_id"] for hit in search(body=everything)["hits"]["hits"])
            for search in searches
        ],
    }


def broken(report: Report) -> list[str]:
    """But for the latency: the machine may be busy."""
    return [link.name for link in report if not link.passed and "latency" not in link.name]


def test_twice_is_once_and_undone_is_as_before(
    cluster: OpenSearch, wanted: OpenSearchInstall
) -> None:
    before = state(cluster)
    trusted, *made = install(cluster, wanted)
    assert trusted.name == TRUSTED
    assert [change.action for change in made] == [Action.CREATE] * 6
    after = state(cluster)
    plan = run(cluster, plan_install(wanted))
    assert {change.action for change in plan} == {Action.KEEP}
    assert install(cluster, wanted) == ()
    assert state(cluster) == after
    assert broken(verify_cluster(cluster, wanted)) == []
    uninstall(cluster, wanted)
    assert state(cluster) == before
    assert uninstall(cluster, wanted) == ()


def test_one_pattern_is_added_to_what_opensearch_yml_trusts(
    cluster: OpenSearch, wanted: OpenSearchInstall
) -> None:
    install(cluster, replace(wanted, routes=ONE_ROUTE))
    settings = cluster.cluster.get_settings(flat_settings=True)["persistent"]
    assert settings[TRUSTED] == [r"^http://127\.0\.0\.1:[0-9]+/.*$", wanted.pattern]
    assert PRIVATE not in settings, "opensearch.yml allows it already"


async def test_the_async_client_does_the_same(
    opensearch_node: LocalOpenSearch, wanted: OpenSearchInstall
) -> None:
    wanted = replace(wanted, routes=ONE_ROUTE)
    async with AsyncOpenSearch(opensearch_node.url, timeout=60) as client:
        assert len(await install_async(client, wanted)) == 4
        assert await install_async(client, wanted) == ()
        assert broken(await verify_cluster_async(client, wanted)) == []
        assert len(await uninstall_async(client, wanted)) == 4


def test_a_change_and_a_new_key_reach_the_sidecar_and_the_models_id_stays(
    cluster: OpenSearch, wanted: OpenSearchInstall, server: Any
) -> None:
    wanted = replace(wanted, routes=ONE_ROUTE)
    install(cluster, wanted)
    pipeline = cluster.search_pipeline.get(id=wanted.pipeline(Route.STRUCTURED))
    for changed in (
        replace(wanted, sidecar_key="first", read_timeout_s=7),
        replace(wanted, sidecar_key="second", read_timeout_s=7, rotate_key=True),
    ):
        change, *removed = install(cluster, changed)
        assert (change.kind, change.action) == ("connector", Action.UPDATE)
        assert {(each.kind, each.action) for each in removed} == {("connector", Action.DELETE)}
        assert broken(verify_cluster(cluster, replace(changed, rotate_key=False))) == []
        asked = server.asked[-1]
        assert asked["Authorization"] == f"Bearer {changed.sidecar_key}"
        assert asked["X-Request-Deadline-Ms"] == "6750"
    assert cluster.search_pipeline.get(id=wanted.pipeline(Route.STRUCTURED)) == pipeline
    names = {"query": {"term": {"name.keyword": wanted.pipeline(Route.STRUCTURED)}}}
    # IDs of this node may share a word: OpenSearch then keeps the old one, and the change says so.
    kept = cluster.plugins.ml.search_connectors(body=names)["hits"]["hits"]
    assert len(kept) == 1 + sum(each.refused is not None for each in removed)


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "rotate_key"), (404, "profile loaded"), (503, "/health/ready")]
)
def test_verify_says_what_the_sidecar_refuses(
    cluster: OpenSearch, wanted: OpenSearchInstall, sidecar: Sidecar, status: int, advice: str
) -> None:
    wanted = replace(wanted, routes=ONE_ROUTE)
    install(cluster, wanted)
    sidecar.status = status
    report = verify_cluster(cluster, wanted)
    assert broken(report) == ["structured: sidecar"]
    assert advice in report[-1].detail


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://127.0.0.1:9", "every OpenSearch node"),
        ("http://nowhere.invalid:80", "cannot look its name up"),
    ],
)
def test_verify_says_that_the_node_does_not_reach_the_sidecar(
    cluster: OpenSearch, wanted: OpenSearchInstall, url: str, advice: str
) -> None:
    there = replace(wanted, sidecar_url=url, routes=ONE_ROUTE)
    install(cluster, there)
    report = verify_cluster(cluster, there)
    uninstall(cluster, there)
    assert broken(report) == ["structured: sidecar"]
    assert advice in report[-1].detail


def test_verify_searches_an_index_and_sees_what_ignore_failure_hides(
    cluster: OpenSearch, wanted: OpenSearchInstall
) -> None:
    install(cluster, wanted)
    cluster.index(index="verified", id="1", body={"title": "a password"}, refresh="true")
    try:
        report = verify_cluster(cluster, wanted, index="verified")
        (flat,) = [link for link in report if not link.passed and "latency" not in link.name]
        assert flat.name == "flat: search"
        assert "no hit has the field rerank_doc" in flat.detail
        placeholder = {"title": "${parameters.x}", "rerank_doc": "${parameters.x}"}
        cluster.index(index="verified", id="2", body=placeholder, refresh="true")
        report = verify_cluster(cluster, wanted, index="verified")
        assert broken(report) == ["flat: search", "structured: search"]
        assert "keep their first-stage scores" in report[-1].detail
        other = replace(wanted, name="node-install-other", fields=("a.path", "b"))
        install(cluster, other)
        cluster.delete(index="verified", id="2", refresh="true")
        report = verify_cluster(cluster, other, index="verified")
        uninstall(cluster, other)
        assert "no hit has any of the fields ['a.path', 'b']" in report[-1].detail
        assert "no such index" in verify_cluster(cluster, wanted, index="none")[-1].detail
    finally:
        cluster.indices.delete(index="verified")
