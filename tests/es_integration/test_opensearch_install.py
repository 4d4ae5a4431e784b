"""What the official client sends to a cluster, in order, and what is taken back on failure."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch, TransportError

from es_integration import NotDeployed, Wiring, install_flat, install_structured, remove

ML = "/_plugins/_ml"
CONNECTOR, MODEL = f"{ML}/connectors/_create", f"{ML}/models/_register"
PIPELINE = "/_search/pipeline/rerank"


class FakeCluster:
    """Answers as a cluster does; `failures` lists the statuses that a path gives first, and
    `states` the model's states on the way to being deployed."""

    def __init__(self) -> None:
        self.failures: dict[str, list[int]] = {}
        self.states: list[str] = []

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.failures.get(path):
            return self.failures[path].pop(0), {"error": "as the test wants it"}
        if (method, path) == ("GET", f"{ML}/models/M"):
            return 200, {"model_state": self.states.pop(0) if self.states else "DEPLOYED"}
        ids = {CONNECTOR: {"connector_id": "C"}, MODEL: {"model_id": "M", "status": "CREATED"}}
        return 200, ids.get(path, {"acknowledged": True})


@pytest.fixture
def fake() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def server(recording_server: Callable[..., Any], fake: FakeCluster) -> Any:
    return recording_server(fake)


@pytest.fixture
def client(server: Any) -> Iterator[OpenSearch]:
    with closing(OpenSearch(server.url, max_retries=0)) as client:
        yield client


def calls(server: Any) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in server.requests]


@pytest.mark.parametrize("install", [install_flat, install_structured])
def test_connector_model_and_pipeline_are_registered_in_order(
    client: OpenSearch, server: Any, fake: FakeCluster, install: Any
) -> None:
    fake.states = ["DEPLOYING"]
    wiring = install(client, "http://127.0.0.1:8090", "rerank", ["title"], read_timeout_s=2)
    assert wiring == Wiring("C", "M", "rerank")
    waits = [("GET", f"{ML}/models/M")] * 2
    assert calls(server) == [("POST", CONNECTOR), ("POST", MODEL), *waits, ("PUT", PIPELINE)]
    connector, model, *_ = [body for _, _, body in server.requests]
    assert connector["client_config"]["read_timeout"] == 2
    assert (model["function_name"], model["connector_id"]) == ("remote", "C")


def test_the_first_connector_of_a_cluster_is_tried_twice(
    client: OpenSearch, server: Any, fake: FakeCluster
) -> None:
    fake.failures[CONNECTOR] = [500]
    install_flat(client, "http://127.0.0.1:8090", "rerank", ["title"])
    assert calls(server)[:2] == [("POST", CONNECTOR)] * 2


def test_a_connector_that_is_refused_is_not_tried_again(
    client: OpenSearch, server: Any, fake: FakeCluster
) -> None:
    fake.failures[CONNECTOR] = [400]
    with pytest.raises(TransportError):
        install_flat(client, "http://127.0.0.1:8090", "rerank", ["title"])
    assert calls(server) == [("POST", CONNECTOR)]


def test_a_failed_install_takes_its_own_things_back_and_leaves_an_older_pipeline(
    client: OpenSearch, server: Any, fake: FakeCluster
) -> None:
    fake.failures[PIPELINE] = [400]
    with pytest.raises(TransportError):
        install_structured(client, "http://127.0.0.1:8090", "rerank", ["title"])
    assert calls(server)[4:] == [
        ("POST", f"{ML}/models/M/_undeploy"),
        ("DELETE", f"{ML}/models/M"),
        ("DELETE", f"{ML}/connectors/C"),
    ]


def test_a_model_that_never_deploys_is_said_and_taken_back(
    client: OpenSearch, server: Any, fake: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("es_integration.opensearch.DEPLOY_LIMIT_S", 0.0)
    fake.states = ["DEPLOYING"] * 100
    with pytest.raises(NotDeployed, match="DEPLOYING"):
        install_flat(client, "http://127.0.0.1:8090", "rerank", ["title"])
    assert ("DELETE", f"{ML}/connectors/C") in calls(server)


def test_removing_goes_backwards_and_does_not_mind_what_is_gone(
    client: OpenSearch, server: Any, fake: FakeCluster
) -> None:
    fake.failures = {PIPELINE: [404], f"{ML}/models/M": [404]}
    remove(client, Wiring("C", "M", "rerank"))
    assert calls(server) == [
        ("DELETE", PIPELINE),
        ("POST", f"{ML}/models/M/_undeploy"),
        ("DELETE", f"{ML}/models/M"),
        ("DELETE", f"{ML}/connectors/C"),
    ]
