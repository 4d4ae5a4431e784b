"""Each failed step is named, with what to do."""

from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch

from es_integration import OpenSearchInstall, Route
from es_integration.cluster.check import Report
from es_integration.cluster.page_sample import TypicalSearch
from es_integration.opensearch import install, verify_cluster, verify_cluster_async
from tests.es_integration.opensearch.fake_opensearch import FakeOpenSearch

SPEC = OpenSearchInstall("http://127.0.0.1:8090", fields=("brand", "title"))
PER_ROUTE = (
    "plugins",
    "connector",
    "remote model",
    "search pipeline",
    "sidecar",
    "shape",
    "order",
    "scores",
    "latency",
)


def broken(report: Report) -> list[str]:
    return [check.name for check in report if not check.passed]


def detail(report: Report, name: str) -> str:
    (check,) = [check for check in report if check.name == name]
    return check.detail


async def test_all_checks_pass_after_an_install(client: OpenSearch, fake_server: Any) -> None:
    install(client, SPEC)
    report = verify_cluster(client, SPEC)
    assert [check.name for check in report] == [
        "cluster",
        "trusted_connector_endpoints_regex",
        "private_ip_enabled",
        *[f"{route}: {name}" for route in Route for name in PER_ROUTE],
    ]
    assert broken(report) == []
    async with AsyncOpenSearch(fake_server.url, max_retries=0) as async_client:
        async_report = await verify_cluster_async(async_client, SPEC)
    assert [check.name for check in async_report] == [check.name for check in report]


def test_before_an_install_the_first_thing_that_is_missing_is_named(client: OpenSearch) -> None:
    report = verify_cluster(client, SPEC)
    assert broken(report) == ["trusted_connector_endpoints_regex", "private_ip_enabled"]
    assert "run install" in report[-1].detail


def test_a_missing_or_changed_part_is_named(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, SPEC)
    del fake.pipelines[SPEC.pipeline(Route.FLAT)]
    (model,) = [key for key, body in fake.models.items() if body["name"].endswith("structured")]
    fake.models[model]["model_state"] = "UNDEPLOYED"
    report = verify_cluster(client, SPEC)
    assert broken(report) == ["flat: search pipeline", "structured: remote model"]
    assert "is not there: run install" in detail(report, "flat: search pipeline")
    assert "UNDEPLOYED" in detail(report, "structured: remote model")


@pytest.mark.parametrize(
    ("status", "reason", "advice"),
    [
        (401, "Error from remote service: {}", "rotate_key"),
        (403, "Error from remote service: {}", "the scope `rerank`"),
        (404, "Error from remote service: {}", "is the profile loaded"),
        (503, "Error from remote service: {}", "/health/ready"),
        (500, "Error communicating with remote model: Connection refused", "every OpenSearch node"),
        (
            500,
            "Error communicating with remote model: javax.net.ssl.SSLHandshakeException: PKIX path "
            "building failed: unable to find valid certification path to requested target",
            "trust store",
        ),
        (500, "Error communicating with remote model: Read timed out", "within read_timeout_s"),
        (
            500,
            "Error communicating with remote model: The connection was closed during the request.",
            "the nodes need one of their own",
        ),
        (500, "Fail to execute http connector", "cannot look its name up"),
        (400, "Remote inference host name has private ip address: h", "install sets it"),
        (400, "Connector URL is not matching the trusted connector endpoint regex", "install adds"),
    ],
)
def test_an_unreachable_sidecar_fails_its_check_with_advice(
    client: OpenSearch, fake: FakeOpenSearch, status: int, reason: str, advice: str
) -> None:
    install(client, SPEC)
    fake.predicting = status, reason
    report = verify_cluster(client, SPEC)
    assert broken(report) == ["flat: sidecar", "structured: sidecar"]
    assert report[-1].name == "structured: sidecar", "nothing behind it can be tried"
    assert advice in report[-1].detail
    assert reason in report[-1].detail


@pytest.mark.parametrize("reason", ["Sidecar.invalid", "Sidecar.invalid: Name not known"])
def test_a_name_that_the_nodes_do_not_know_is_explained(
    client: OpenSearch, fake: FakeOpenSearch, reason: str
) -> None:
    """As OpenSearch 3 refuses it: with little but the name."""
    unknown = replace(SPEC, sidecar_url="http://Sidecar.invalid:8080")
    install(client, unknown)
    fake.predicting = 400, reason
    detail = verify_cluster(client, unknown)[-1].detail
    assert reason in detail
    assert "What to do: the nodes cannot look its name up" in detail
    fake.predicting = 400, "another refusal"
    assert "What to do" not in verify_cluster(client, unknown)[-1].detail


@pytest.mark.parametrize(
    ("scores", "failed"),
    [
        ([0.1, 0.9], ["shape"]),
        ([0.1, 0.2, 0.9], ["order"]),
        ([-3.5, 7.25, -1.0], ["scores"]),
        ([0.1, float("inf"), 0.2], ["scores"]),
        ([], ["shape", "order"]),
    ],
)
def test_a_wrong_answer_fails_the_check_of_what_is_wrong(
    client: OpenSearch, fake: FakeOpenSearch, scores: list[float], failed: list[str]
) -> None:
    install(client, SPEC)
    fake.scores = scores
    report = verify_cluster(client, SPEC)
    assert broken(report) == [f"{route}: {name}" for route in Route for name in failed]


def test_an_empty_answer_fails_its_check(client: OpenSearch, fake: FakeOpenSearch) -> None:
    install(client, SPEC)
    fake.predict = lambda body: (200, {"inference_results": []})  # type: ignore[method-assign]
    report = verify_cluster(client, SPEC)
    assert broken(report) == ["flat: sidecar", "structured: sidecar"]
    assert "not understood" in report[-1].detail


def test_the_probe_fills_a_field_that_the_profile_reads(
    client: OpenSearch, fake_server: Any
) -> None:
    install(client, SPEC)
    verify_cluster(client, SPEC)
    (probe, _) = [
        body["parameters"]
        for _, _, body in fake_server.requests
        if body and "documents" in body.get("parameters", ())
    ]
    assert all(list(document) == ["title"] for document in probe["documents"])
    assert set(probe["search"]) == {"query_text"}


def test_an_unusable_cluster_is_the_only_check() -> None:
    with closing(OpenSearch("http://127.0.0.1:9", max_retries=0)) as client:
        (check,) = verify_cluster(client, SPEC)
    assert (check.name, check.passed) == ("cluster", False)


def slow(fake: FakeOpenSearch, monkeypatch: pytest.MonkeyPatch, document_s: float) -> None:
    """Lets the sidecar take so long for each document, by the clock that `verify` reads."""
    fake.document_s = document_s
    clock = SimpleNamespace(monotonic=lambda: fake.now)
    monkeypatch.setattr("es_integration.opensearch.predict.time", clock)


def test_a_page_that_takes_too_long_fails_with_the_size_that_fits(
    client: OpenSearch, fake: FakeOpenSearch, fake_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(client, SPEC)
    slow(fake, monkeypatch, 0.1)
    fake.documents = [{"title": f"shoe {at}", "price": at} for at in range(30)]
    fake.documents[0]["rerank_doc"] = "{}"
    search = TypicalSearch(100, "red shoes", "shop*")
    report = verify_cluster(client, SPEC, search=search)
    assert broken(report) == ["flat: page", "structured: page"]
    assert detail(report, "structured: page") == (
        "100 hits take about 10.0 s (15 documents of shop*), more than the 4.75 s by the"
        " read_timeout of 5 s\nLong documents are then read in part, or the order stays as it was."
        "\nA size of 38 fits. For 100, install with --read-timeout 13."
    )
    assert "(1 document of shop*)" in detail(report, "flat: page")
    (sent, *_) = [
        body["parameters"]["documents"]
        for _, _, body in fake_server.requests
        if body and "parameters" in body and "shoe" in str(body)
    ]
    assert sent == [{"title": "shoe 0"}], "what the route sends, and no more"
    assert broken(verify_cluster(client, SPEC, search=replace(search, size=38))) == []


def test_without_documents_a_page_is_projected_from_examples(
    client: OpenSearch, fake: FakeOpenSearch, fake_server: Any
) -> None:
    legal = replace(SPEC, profile="legal", fields=())
    install(client, legal)
    fake.failures["/rerank-legal-*/_search"] = [404, 403]
    search = TypicalSearch(50, "lease", "rerank-legal-*", example_words=650)
    report = verify_cluster(client, legal, search=search)
    for route in Route:
        assert "example documents of 650 words)" in detail(report, f"{route}: page")
    flat = [
        body["text_docs"] for _, _, body in fake_server.requests if body and "text_docs" in body
    ]
    assert '{"text": "Sentence 1 of document 0' in flat[-1][0], "as the ingest pipeline writes it"


def test_a_page_that_the_sidecar_refuses_fails_with_advice(
    client: OpenSearch, fake: FakeOpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(client, SPEC)
    probe = fake.predict

    def refuse_the_page(body: Any) -> tuple[int, Any]:
        if len(body.get("text_docs") or body["parameters"]["documents"]) == 3:
            return probe(body)
        return fake.refusal(504, "Error from remote service: too late")

    monkeypatch.setattr(fake, "predict", refuse_the_page)
    report = verify_cluster(client, SPEC, search=TypicalSearch(50, "red shoes"))
    assert broken(report) == ["flat: page", "structured: page"]
    assert "What to do: it does not score a few texts" in report[-1].detail


def test_the_highlighter_has_checks_of_its_own(client: OpenSearch, fake: FakeOpenSearch) -> None:
    spec = replace(SPEC, highlight=True)
    fake.number = "3.6.0"
    install(client, spec)
    report = verify_cluster(client, spec)
    assert broken(report) == []
    assert "`forgot password`." in detail(report, "highlight: marks")
    fake.predicting = 503, "Error from remote service: as the test requires"
    assert "highlight: sidecar" in broken(verify_cluster(client, spec))
