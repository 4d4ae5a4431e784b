"""Install, change, verify and uninstall on a real node, with both clients.

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
    """Likes the documents that speak of a password, and refuses a page with one that says so."""

    status = 200

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {"message": "as the test requires"}
        if "refuse this page" in str(body["documents"]):
            return 422, {"message": "as the document requires"}
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
def spec(cluster: OpenSearch, server: Any) -> Iterator[OpenSearchInstall]:
    url = server.url.replace("127.0.0.1", "localhost")
    spec = OpenSearchInstall(url, profile="ecommerce", name="node-install")
    yield spec
    uninstall(cluster, spec)


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
        "settings": {level: settings[level] for level in ("persistent", "transient")},
        "pipelines": pipelines,
        "kept": [
            sorted(hit["_id"] for hit in search(body=everything)["hits"]["hits"])
            for search in searches
        ],
    }


def broken(report: Report) -> list[str]:
    """But for the latency: the machine may be busy."""
    return [check.name for check in report if not check.passed and "latency" not in check.name]


@pytest.mark.every_version
def test_twice_is_once_and_undone_is_as_before(
    cluster: OpenSearch, spec: OpenSearchInstall
) -> None:
    before = state(cluster)
    trusted, *made = install(cluster, spec)
    assert trusted.name == TRUSTED
    assert [change.action for change in made] == [Action.CREATE] * 6
    after = state(cluster)
    plan = run(cluster, plan_install(spec))
    assert {change.action for change in plan} == {Action.KEEP}
    assert install(cluster, spec) == ()
    assert state(cluster) == after
    assert broken(verify_cluster(cluster, spec)) == []
    uninstall(cluster, spec)
    assert state(cluster) == before
    assert uninstall(cluster, spec) == ()


def test_one_pattern_is_added_to_those_of_opensearch_yml(
    cluster: OpenSearch, spec: OpenSearchInstall
) -> None:
    install(cluster, replace(spec, routes=ONE_ROUTE))
    settings = cluster.cluster.get_settings(flat_settings=True)["persistent"]
    assert settings[TRUSTED] == [r"^http://127\.0\.0\.1:[0-9]+/.*$", spec.pattern]
    assert PRIVATE not in settings, "opensearch.yml allows it already"


async def test_the_async_client_does_the_same(
    opensearch_node: LocalOpenSearch, spec: OpenSearchInstall
) -> None:
    spec = replace(spec, routes=ONE_ROUTE)
    async with AsyncOpenSearch(opensearch_node.url, timeout=60) as client:
        assert len(await install_async(client, spec)) == 4
        assert await install_async(client, spec) == ()
        assert broken(await verify_cluster_async(client, spec)) == []
        assert len(await uninstall_async(client, spec)) == 4


def test_a_change_and_a_new_key_reach_the_sidecar_and_the_models_id_stays(
    cluster: OpenSearch, spec: OpenSearchInstall, server: Any
) -> None:
    spec = replace(spec, routes=ONE_ROUTE)
    install(cluster, spec)
    pipeline = cluster.search_pipeline.get(id=spec.pipeline(Route.STRUCTURED))
    for changed in (
        replace(spec, sidecar_key="first", read_timeout_s=7),
        replace(spec, sidecar_key="second", read_timeout_s=7, rotate_key=True),
    ):
        change, *removed = install(cluster, changed)
        assert (change.kind, change.action) == ("connector", Action.UPDATE)
        assert {(change.kind, change.action) for change in removed} == {
            ("connector", Action.DELETE)
        }
        assert broken(verify_cluster(cluster, replace(changed, rotate_key=False))) == []
        headers = server.request_headers[-1]
        assert headers["Authorization"] == f"Bearer {changed.sidecar_key}"
        assert headers["X-Request-Deadline-Ms"] == "6750"
    assert cluster.search_pipeline.get(id=spec.pipeline(Route.STRUCTURED)) == pipeline
    names = {"query": {"term": {"name.keyword": spec.pipeline(Route.STRUCTURED)}}}
    # IDs of this node may share a word: OpenSearch then keeps the old one, and the change says so.
    connectors = cluster.plugins.ml.search_connectors(body=names)["hits"]["hits"]
    assert len(connectors) == 1 + sum(change.refused is not None for change in removed)


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "rotate_key"), (404, "profile loaded"), (503, "/health/ready")]
)
def test_verify_names_the_sidecars_refusal(
    cluster: OpenSearch, spec: OpenSearchInstall, sidecar: Sidecar, status: int, advice: str
) -> None:
    spec = replace(spec, routes=ONE_ROUTE)
    install(cluster, spec)
    sidecar.status = status
    report = verify_cluster(cluster, spec)
    assert broken(report) == ["structured: sidecar"]
    assert advice in report[-1].detail


@pytest.mark.every_version
@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://127.0.0.1:9", "every OpenSearch node"),
        ("http://nowhere.invalid:80", "cannot look its name up"),
    ],
)
def test_verify_says_that_the_node_does_not_reach_the_sidecar(
    cluster: OpenSearch, spec: OpenSearchInstall, url: str, advice: str
) -> None:
    unreachable = replace(spec, sidecar_url=url, routes=ONE_ROUTE)
    install(cluster, unreachable)
    report = verify_cluster(cluster, unreachable)
    uninstall(cluster, unreachable)
    assert broken(report) == ["structured: sidecar"]
    assert advice in report[-1].detail


@pytest.mark.every_version
def test_verify_searches_an_index_and_sees_what_ignore_failure_hides(
    cluster: OpenSearch, spec: OpenSearchInstall
) -> None:
    install(cluster, spec)
    cluster.index(index="verified", id="1", body={"title": "a password"}, refresh="true")
    try:
        report = verify_cluster(cluster, spec, index="verified")
        (flat,) = [check for check in report if not check.passed and "latency" not in check.name]
        assert flat.name == "flat: search"
        assert "no hit has the field rerank_doc" in flat.detail
        refused = {"title": "refuse this page", "rerank_doc": "refuse this page"}
        cluster.index(index="verified", id="2", body=refused, refresh="true")
        report = verify_cluster(cluster, spec, index="verified")
        assert broken(report) == ["flat: search", "structured: search"]
        assert "keep their first-stage scores" in report[-1].detail
        other_spec = replace(spec, name="node-install-other", fields=("a.path", "b"))
        install(cluster, other_spec)
        cluster.delete(index="verified", id="2", refresh="true")
        report = verify_cluster(cluster, other_spec, index="verified")
        uninstall(cluster, other_spec)
        assert "no hit has any of the fields ['a.path', 'b']" in report[-1].detail
        assert "no such index" in verify_cluster(cluster, spec, index="none")[-1].detail
    finally:
        cluster.indices.delete(index="verified")
