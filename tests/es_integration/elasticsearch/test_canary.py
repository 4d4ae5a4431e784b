"""`rerank-sidecar canary elasticsearch`: each way to lose the order is named."""

from elasticsearch import Elasticsearch

from es_integration.elasticsearch import ElasticsearchInstall, install, uninstall
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.fake_elasticsearch import FakeElasticsearch, serve_fake
from tests.es_integration.test_canary import canary


def test_a_dropped_endpoint_and_a_stopped_sidecar_are_named() -> None:
    with (
        SidecarProcess() as sidecar,
        serve_fake(FakeElasticsearch("9.3.0")) as url,
        Elasticsearch(url, max_retries=0) as client,
    ):
        spec = ElasticsearchInstall(sidecar.url, "ecommerce")
        install(client, spec)
        where = ["elasticsearch", "--cluster", url, "--sidecar", sidecar.url, "--no-templates"]
        with canary(*where) as running:
            assert running.until(ok=True)["failed"] == []
            uninstall(client, spec)
            (failed,) = running.until(ok=False)["failed"]
            assert failed["check"] == "endpoint"
            assert running.metrics()['rerank_canary_check{check="endpoint"}'] == 0
            install(client, spec)
            running.until(ok=True)
            sidecar.stop()
            (failed,) = running.until(ok=False)["failed"]
            assert failed["check"] == "sidecar"
