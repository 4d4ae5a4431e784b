"""Each failed step is named, with what to do; the steps after it are not tried."""

import socket
from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from es_integration.cluster.page_sample import TypicalSearch
from es_integration.elasticsearch import (
    ElasticsearchInstall,
    install,
    verify_cluster,
    verify_cluster_async,
)
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.elasticsearch.conftest import FakeStart, listed
from tests.es_integration.fake_elasticsearch import Document, ListedHits
from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.sender import Sender

ALL = ["cluster", "licence", "endpoint", "sidecar", "shape", "order", "scores", "latency"]


def names(report: Any) -> list[str]:
    return [check.name for check in report]


def test_a_good_chain_holds_link_by_link(client: Elasticsearch, spec: ElasticsearchInstall) -> None:
    install(client, spec)
    report = verify_cluster(client, spec)
    assert names(report) == ALL
    assert [check for check in report if not check.passed] == []
    assert report[-1].seconds is not None


async def test_the_async_client_sees_the_same(
    async_client: Any, client: Elasticsearch, spec: ElasticsearchInstall
) -> None:
    install(client, spec)
    report = await verify_cluster_async(async_client, spec)
    assert names(report) == ALL
    assert all(check.passed for check in report)


def test_an_endpoint_that_is_not_there_ends_the_report(
    client: Elasticsearch, spec: ElasticsearchInstall
) -> None:
    report = verify_cluster(client, spec)
    assert names(report) == ALL[:3]
    assert "install it" in report[-1].detail


def test_an_endpoint_with_other_settings_is_shown_and_still_probed(
    client: Elasticsearch, spec: ElasticsearchInstall
) -> None:
    install(client, spec)
    report = verify_cluster(client, replace(spec, requests_per_minute=5))
    assert [check.name for check in report if not check.passed] == ["endpoint"]
    assert '+      "requests_per_minute": 5' in report[2].detail
    assert names(report) == ALL


def test_a_basic_licence_ends_the_report(start_fake: FakeStart, server: SidecarProcess) -> None:
    fake, client = start_fake()
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    fake.licence = "basic"
    report = verify_cluster(client, spec)
    assert names(report) == ALL[:2]
    assert "start_trial" in report[-1].detail


def test_an_old_cluster_ends_the_report(start_fake: FakeStart) -> None:
    _, client = start_fake(version="9.0.0")
    (check,) = verify_cluster(client, ElasticsearchInstall("http://127.0.0.1:9"))
    assert not check.passed
    assert "8.19 or 9.1" in check.detail


def test_a_sidecar_that_is_gone_is_named_with_its_address(start_fake: FakeStart) -> None:
    fake, client = start_fake()
    with SidecarProcess() as leaving:
        spec = ElasticsearchInstall(leaving.url)
        install(client, spec)
    report = verify_cluster(client, spec)
    assert names(report) == ALL[:4]
    assert not report[-1].passed
    assert spec.url in report[-1].detail
    assert len(fake.sender.sent) == 4, "the probe of the install, and three attempts"


def test_a_hanging_sidecar_fails_its_check_after_the_clusters_time_out(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    fake, client = start_fake(sender=Sender((0.0, 0.0), limit_s=20.0))
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        spec = replace(spec, sidecar_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        endpoint = fake.endpoints[spec.endpoint_id]
        settings = {**endpoint.settings, "url": spec.url}
        fake.endpoints[spec.endpoint_id] = replace(endpoint, settings=settings)
        fake.sender = replace(fake.sender, limit_s=0.2)
        report = verify_cluster(client, spec)
    assert names(report) == ALL[:4]
    assert "did not answer the node in time (Request timed out after [0.2s])" in report[-1].detail


def test_a_rejected_sidecar_key_is_not_mistaken_for_the_clusters(
    start_fake: FakeStart,
) -> None:
    """Elasticsearch passes the sidecar's 401 on as its own."""
    fake, client = start_fake()
    with SidecarProcess({"api_key": "right"}) as locked:
        spec = ElasticsearchInstall(locked.url, sidecar_key="right")
        install(client, spec)
        endpoint = fake.endpoints[spec.endpoint_id]
        fake.endpoints[spec.endpoint_id] = replace(endpoint, secrets={"api_key": "old"})
        report = verify_cluster(client, spec)
    assert names(report) == ALL[:4]
    assert report[-1].detail.startswith("the sidecar did not answer the node as it should")
    assert "status [401]" in report[-1].detail


def test_a_missing_index_fails_the_search_check(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    class NoIndex(ListedHits):
        def retrieve(self, *arguments: Any) -> Any:
            raise ElasticsearchError(404, "index_not_found_exception", "no such index [pages]")

    _, client = start_fake(hits=NoIndex())
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    report = verify_cluster(client, spec, index="pages")
    assert (report[-1].name, report[-1].passed) == ("search", False)
    assert report[-1].detail.endswith("no such index [pages]")


@pytest.mark.parametrize(
    ("results", "check"),
    [
        ([(0, 0.1), (1, 0.2)], "shape"),
        ([(0, 0.1), (1, 0.2), (1, 0.3)], "shape"),
        ([(0, 0.9), (1, 0.1), (2, 0.1)], "order"),
        ([(0, -3.0), (1, 4.5), (2, 0.1)], "scores"),
    ],
)
def test_a_wrong_answer_fails_the_check_of_what_is_wrong(
    start_fake: FakeStart, recording_server: Any, results: Any, check: str
) -> None:
    answer = [{"index": index, "score": score} for index, score in results]
    _, client = start_fake()
    wrong_sidecar = recording_server(lambda method, path, body: (200, answer))
    spec = ElasticsearchInstall(wrong_sidecar.url)
    install(client, spec)
    report = verify_cluster(client, spec)
    assert [check.name for check in report if not check.passed] == [check]


def test_with_an_index_the_last_check_is_a_search(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    _, client = start_fake(hits=listed("a museum", "forgotten password: reset it here"))
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    report = verify_cluster(client, spec, index="pages")
    assert names(report) == [*ALL, "search"]
    assert report[-1].passed, report[-1].detail
    assert "2 hits of pages" in report[-1].detail


def test_a_field_that_no_document_has_fails_the_search_check(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """Elasticsearch gives such a search its first-stage order, and no error."""
    hits = listed("a", "b", field="title")
    hits = type(hits)([replace(document, score=64.0) for document in hits.documents])
    _, client = start_fake(hits=hits)
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    report = verify_cluster(client, spec, index="pages")
    assert (report[-1].name, report[-1].passed) == ("search", False)
    assert "`rerank_doc`" in report[-1].detail


def test_documents_without_the_field_fail_the_search_check(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    """They drop out of the page, and the rest looks well."""
    sources = ({"rerank_doc": "a"}, {"title": "b"}, {"rerank_doc": "c"})
    hits = ListedHits([Document(str(n), source) for n, source in enumerate(sources)])
    _, client = start_fake(hits=hits)
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    check = verify_cluster(client, spec, index="pages")[-1]
    assert (check.name, check.passed) == ("search", False)
    assert "2 of 3 hits of pages were reranked" in check.detail


def test_a_page_is_projected_against_the_deadline_that_the_endpoint_sends(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    _, client = start_fake()
    hurried = ElasticsearchInstall(
        server.url, "legal", service="custom", headers={"x-request-deadline-ms": "9000"}
    )
    install(client, hurried)
    search = TypicalSearch(100_000, "may a landlord end the lease", "none", example_words=650)
    report = verify_cluster(client, hurried, search=search)
    assert names(report) == [*ALL, "page"]
    assert "example documents of 650 words), more than the 9 s" in report[-1].detail
    assert "by the X-Request-Deadline-Ms of 9000" in report[-1].detail
    assert "A size of " in report[-1].detail


def test_a_page_that_the_sidecar_refuses_fails_its_check(
    start_fake: FakeStart, server: SidecarProcess
) -> None:
    fake, client = start_fake(sender=Sender(()))
    spec = ElasticsearchInstall(server.url)
    install(client, spec)
    infer = fake.infer

    def refuse_examples(endpoint_id: str, body: Any) -> Any:
        if "Sentence 1" in str(body["input"]):
            raise ElasticsearchError(429, "status_exception", "overloaded")
        return infer(endpoint_id, body)

    fake.infer = refuse_examples  # type: ignore[method-assign]
    report = verify_cluster(client, spec, search=TypicalSearch(50, "red shoes"))
    assert [check.name for check in report if not check.passed] == ["page"]
    assert "429 an overloaded sidecar or a used quota" in report[-1].detail
