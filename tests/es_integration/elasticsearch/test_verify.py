"""Each link that breaks is named, with what to do; nothing behind it is tried."""

import socket
from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from es_integration.elasticsearch import (
    ElasticsearchInstall,
    install,
    verify_cluster,
    verify_cluster_async,
)
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.elasticsearch.conftest import PeerStart, listed
from tests.es_integration.inference_peer import Document, ListedHits
from tests.es_integration.inference_peer.errors import ElasticsearchError
from tests.es_integration.inference_peer.sender import Sender

ALL = ["cluster", "licence", "endpoint", "sidecar", "shape", "order", "scores", "latency"]


def names(report: Any) -> list[str]:
    return [link.name for link in report]


def test_a_good_chain_holds_link_by_link(
    client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    install(client, wanted)
    report = verify_cluster(client, wanted)
    assert names(report) == ALL
    assert [link for link in report if not link.passed] == []
    assert report[-1].seconds is not None


async def test_the_async_client_sees_the_same(
    async_client: Any, client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    install(client, wanted)
    report = await verify_cluster_async(async_client, wanted)
    assert names(report) == ALL
    assert all(link.passed for link in report)


def test_an_endpoint_that_is_not_there_ends_the_report(
    client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    report = verify_cluster(client, wanted)
    assert names(report) == ALL[:3]
    assert "install it" in report[-1].detail


def test_an_endpoint_with_other_settings_is_shown_and_still_probed(
    client: Elasticsearch, wanted: ElasticsearchInstall
) -> None:
    install(client, wanted)
    report = verify_cluster(client, replace(wanted, requests_per_minute=5))
    assert [link.name for link in report if not link.passed] == ["endpoint"]
    assert '+      "requests_per_minute": 5' in report[2].detail
    assert names(report) == ALL


def test_a_basic_licence_ends_the_report(start_peer: PeerStart, server: SidecarProcess) -> None:
    peer, client = start_peer()
    wanted = ElasticsearchInstall(server.url)
    install(client, wanted)
    peer.licence = "basic"
    report = verify_cluster(client, wanted)
    assert names(report) == ALL[:2]
    assert "start_trial" in report[-1].detail


def test_an_old_cluster_ends_the_report(start_peer: PeerStart) -> None:
    _, client = start_peer(version="9.0.0")
    (link,) = verify_cluster(client, ElasticsearchInstall("http://127.0.0.1:9"))
    assert not link.passed
    assert "8.19 or 9.1" in link.detail


def test_a_sidecar_that_is_gone_is_named_with_its_address(start_peer: PeerStart) -> None:
    peer, client = start_peer()
    with SidecarProcess() as leaving:
        wanted = ElasticsearchInstall(leaving.url)
        install(client, wanted)
    report = verify_cluster(client, wanted)
    assert names(report) == ALL[:4]
    assert not report[-1].passed
    assert wanted.url in report[-1].detail
    assert len(peer.sender.sent) == 4, "the probe of the install, and three attempts"


def test_a_sidecar_that_hangs_is_told_after_the_clusters_own_limit(
    start_peer: PeerStart, server: SidecarProcess
) -> None:
    peer, client = start_peer(sender=Sender((0.0, 0.0), limit_s=20.0))
    wanted = ElasticsearchInstall(server.url)
    install(client, wanted)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wanted = replace(wanted, sidecar_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        held = peer.endpoints[wanted.endpoint_id]
        settings = {**held.settings, "url": wanted.url}
        peer.endpoints[wanted.endpoint_id] = replace(held, settings=settings)
        peer.sender = replace(peer.sender, limit_s=0.2)
        report = verify_cluster(client, wanted)
    assert names(report) == ALL[:4]
    assert "did not answer the node in time (Request timed out after [0.2s])" in report[-1].detail


def test_a_key_that_the_sidecar_no_longer_takes_is_told_apart_from_the_clusters(
    start_peer: PeerStart,
) -> None:
    """Elasticsearch passes the sidecar's 401 on as its own."""
    peer, client = start_peer()
    with SidecarProcess({"api_key": "right"}) as locked:
        wanted = ElasticsearchInstall(locked.url, sidecar_key="right")
        install(client, wanted)
        held = peer.endpoints[wanted.endpoint_id]
        peer.endpoints[wanted.endpoint_id] = replace(held, secrets={"api_key": "old"})
        report = verify_cluster(client, wanted)
    assert names(report) == ALL[:4]
    assert report[-1].detail.startswith("the sidecar did not answer the node as it should")
    assert "status [401]" in report[-1].detail


def test_an_index_that_is_not_there_is_told(start_peer: PeerStart, server: SidecarProcess) -> None:
    class NoIndex(ListedHits):
        def retrieve(self, *given: Any) -> Any:
            raise ElasticsearchError(404, "index_not_found_exception", "no such index [pages]")

    _, client = start_peer(hits=NoIndex())
    wanted = ElasticsearchInstall(server.url)
    install(client, wanted)
    report = verify_cluster(client, wanted, index="pages")
    assert (report[-1].name, report[-1].passed) == ("search", False)
    assert report[-1].detail.endswith("no such index [pages]")


@pytest.mark.parametrize(
    "told",
    [
        ((0, 0.1), (1, 0.2), "shape"),
        ((0, 0.1), (1, 0.2), (1, 0.3), "shape"),
        ((0, 0.9), (1, 0.1), (2, 0.1), "order"),
        ((0, -3.0), (1, 4.5), (2, 0.1), "scores"),
    ],
)
def test_a_wrong_answer_is_told_by_what_is_wrong(
    start_peer: PeerStart, recording_server: Any, told: Any
) -> None:
    *items, broken = told
    answer = [{"index": index, "score": score} for index, score in items]
    _, client = start_peer()
    fake = recording_server(lambda method, path, body: (200, answer))
    wanted = ElasticsearchInstall(fake.url)
    install(client, wanted)
    report = verify_cluster(client, wanted)
    assert [link.name for link in report if not link.passed] == [broken]


def test_with_an_index_the_last_link_is_a_search(
    start_peer: PeerStart, server: SidecarProcess
) -> None:
    _, client = start_peer(hits=listed("a museum", "forgotten password: reset it here"))
    wanted = ElasticsearchInstall(server.url)
    install(client, wanted)
    report = verify_cluster(client, wanted, index="pages")
    assert names(report) == [*ALL, "search"]
    assert report[-1].passed, report[-1].detail
    assert "2 hits of pages" in report[-1].detail


def test_a_field_that_no_document_has_is_told(
    start_peer: PeerStart, server: SidecarProcess
) -> None:
    """Elasticsearch gives such a search its first-stage order, and no error."""
    hits = listed("a", "b", field="title")
    hits = type(hits)([replace(document, score=64.0) for document in hits.documents])
    _, client = start_peer(hits=hits)
    wanted = ElasticsearchInstall(server.url)
    install(client, wanted)
    report = verify_cluster(client, wanted, index="pages")
    assert (report[-1].name, report[-1].passed) == ("search", False)
    assert "`rerank_doc`" in report[-1].detail


def test_documents_without_the_field_are_told(
    start_peer: PeerStart, server: SidecarProcess
) -> None:
    """They drop out of the page, and the rest looks well."""
    sources = ({"rerank_doc": "a"}, {"title": "b"}, {"rerank_doc": "c"})
    hits = ListedHits([Document(str(n), source) for n, source in enumerate(sources)])
    _, client = start_peer(hits=hits)
    wanted = ElasticsearchInstall(server.url)
    install(client, wanted)
    link = verify_cluster(client, wanted, index="pages")[-1]
    assert (link.name, link.passed) == ("search", False)
    assert "2 of 3 hits of pages were reranked" in link.detail
