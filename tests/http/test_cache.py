"""The cache of logits, from the outside: equal answers, and what they say of it."""

from collections.abc import Iterator

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, post

BODY = {
    "query": "red running shoes",
    "documents": ["Red shoe for runners", "Blue sock", "Garden hose", "Red shoe for runners"],
}


@pytest.fixture(scope="module")
def server() -> Iterator[SidecarProcess]:
    with SidecarProcess() as process:
        yield process


def metric(server: SidecarProcess, name: str) -> float:
    lines = ask(server, "/metrics").raw.decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_a_repeated_search_has_the_same_answer_and_says_that_it_was_kept(
    server: SidecarProcess,
) -> None:
    before = metric(server, "rerank_cached_pairs_total")
    first = post(server, "/v2/rerank", BODY)
    again = post(server, "/v2/rerank", {**BODY, "documents": [*BODY["documents"], "Lamp"]})
    assert (first.headers["x-rerank-cache"], again.headers["x-rerank-cache"]) == ("1", "4")
    scores = {item["index"]: item["relevance_score"] for item in again.body["results"]}
    assert [scores[item["index"]] for item in first.body["results"]] == [
        item["relevance_score"] for item in first.body["results"]
    ]
    assert metric(server, "rerank_cached_pairs_total") - before == 5
    assert metric(server, "rerank_cache_bytes") > 0


def test_the_fields_and_the_query_are_part_of_the_pair(server: SidecarProcess) -> None:
    document = {"title": "Oak table", "brand": "Acme"}
    body = {"query": "table", "documents": [document], "profile": "ecommerce"}
    post(server, "/v2/rerank", body)
    assert post(server, "/v2/rerank", body).headers["x-rerank-cache"] == "1"
    for changed in (
        {"query": "tables"},
        {"documents": [{**document, "brand": "Other"}]},
        {"documents": ["Oak table"]},
    ):
        assert post(server, "/v2/rerank", body | changed).headers["x-rerank-cache"] == "0"


def test_zero_keeps_nothing() -> None:
    with SidecarProcess({"cache_mb": 0}) as server:
        for _ in range(2):
            assert post(server, "/v2/rerank", BODY).headers["x-rerank-cache"] == "0"


def test_a_cache_beyond_the_memory_is_refused() -> None:
    with (
        pytest.raises(StartupError, match="setting cache_mb: 10000000000 MB are more than"),
        SidecarProcess({"cache_mb": 10_000_000_000}),
    ):
        pass
