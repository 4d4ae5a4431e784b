"""Answers at the deadline, from what is scored by then, through a real port."""

import asyncio
import time
from typing import Any

import pytest

from sidecar.pipeline.partial import IGNORED
from sidecar.runtime.session import Batch, Tensors
from tests.contracts.shapes import SHAPES, body_of, dialect_of, url_of
from tests.http.serving import GatedSession, metric, serving, until

SLACK_S = 1.0
"""For a machine on which much else runs; docs/reliability.md states the margin of an idle one."""
TEXTS = ["a", "b c d e f g", "d e", "h"]
PARTIAL = {"query": "q", "documents": TEXTS, "on_deadline": "partial"}
WINDOWED = "Keys are handed over. " * 300


class Stuck(GatedSession):
    """Scores pairs by their length until `runs_left` are done; the next run hangs."""

    def __init__(self, runs_left: int) -> None:
        super().__init__()
        self.runs_left = runs_left

    def run(self, batch: Batch) -> Tensors:
        if self.runs == self.runs_left:
            self.gate.clear()
        return super().run(batch)


async def answer(
    session: GatedSession,
    body: dict[str, Any],
    path: str = "/v2/rerank",
    *,
    deadline_ms: int = 800,
    **settings: Any,
) -> tuple[int, dict[str, Any], Any, dict[str, float]]:
    """(status, body, headers, metrics); it has come in time."""
    async with serving(session, **settings) as (service, client):
        await service.start()
        start = time.monotonic()
        headers = {"X-Request-Deadline-Ms": str(deadline_ms)}
        async with client.post(path, json=body, headers=headers) as response:
            raw = await response.json(content_type=None)
            assert time.monotonic() - start < deadline_ms / 1000 + SLACK_S
            counts = {
                name: metric(service, f"rerank_{name}_total")
                for name in ("partial_answers", "unscored_documents")
            }
            return response.status, raw, response.headers, counts


def order(body: dict[str, Any]) -> list[int]:
    return [item["index"] for item in body["results"]]


async def test_what_is_scored_is_ranked_and_the_rest_follows_as_sent() -> None:
    status, body, headers, counts = await answer(Stuck(2), PARTIAL)
    assert status == 200
    assert order(body) == [1, 0, 2, 3]
    assert body["coverage"] == 0.5
    assert headers["x-rerank-coverage"] == "0.5"
    assert "in the order sent: 2, 3" in body["meta"]["warnings"][0]
    assert counts == {"partial_answers": 1, "unscored_documents": 2}
    scores = [item["relevance_score"] for item in body["results"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[2] < 0.0004


async def test_all_that_is_scored_in_time_covers_the_request() -> None:
    quiet, body, headers, counts = await answer(GatedSession(), PARTIAL)
    assert quiet == 200
    assert body["coverage"] == 1
    assert headers["x-rerank-coverage"] == "1"
    assert counts == {"partial_answers": 0, "unscored_documents": 0}
    assert "coverage" not in (await answer(GatedSession(), {**PARTIAL, "on_deadline": None}))[1]


async def test_nothing_scored_keeps_the_order_and_says_so() -> None:
    body = {**PARTIAL, "min_score": 0.9, "top_n": 3}
    status, body, headers, _ = await answer(Stuck(0), body)
    assert (status, order(body)) == (200, [0, 1, 2])
    assert body["coverage"] == 0
    assert body["below_min_score"] == 0
    assert headers["x-rerank-coverage"] == "0"
    assert body["meta"]["warnings"] == [
        "no document was scored before the deadline: all keep the order sent"
    ]


async def test_first_stage_scores_beat_the_order_sent() -> None:
    documents = [{"title": "t", "_score": score} for score in (3, 9, 5)]
    body = {"query": "q", "documents": documents, "on_deadline": "partial"}
    _, body, _, _ = await answer(Stuck(1), body)
    assert order(body) == [0, 1, 2]
    assert body["coverage"] == pytest.approx(1 / 3, abs=1e-4)


async def test_a_document_is_scored_when_all_its_windows_are() -> None:
    documents = ["a", WINDOWED, "b"]
    session = Stuck(2)
    body = {**PARTIAL, "documents": documents, "explain": True}
    _, body, _, _ = await answer(session, body)
    assert session.runs == 3
    assert order(body) == [0, 1, 2]
    assert body["coverage"] == pytest.approx(1 / 3, abs=1e-4)
    assert [entry["evidence"] for entry in body["explanations"]] == [None, None, None]


async def test_min_score_leaves_out_what_was_not_scored() -> None:
    _, body, headers, _ = await answer(Stuck(2), {**PARTIAL, "min_score": 0.5})
    assert order(body) == [1, 0]
    assert headers["x-rerank-below-min-score"] == "2"


async def test_spans_for_which_no_time_is_left_are_missing() -> None:
    spans = {"mode": "enabled"}
    body = {**PARTIAL, "relevant_spans": spans, "explain": True, "shapley": 2}
    status, body, _, _ = await answer(Stuck(len(TEXTS)), body)
    assert status == 200
    assert body["coverage"] == 1
    assert [item["relevant_spans"] for item in body["results"]] == [[]] * len(TEXTS)
    assert "no time was left" in body["meta"]["warnings"][-1]
    assert len(body["explanations"]) == len(TEXTS)


async def test_every_dialect_answers_in_part_but_those_of_search_engines() -> None:
    async with serving(Stuck(1)) as (service, client):
        await service.start()

        async def ask(path: str, key: str) -> tuple[int, Any, Any]:
            body = {**body_of(path, key, "q", TEXTS), "on_deadline": "partial", "deadline_ms": 500}
            async with client.post(url_of(path), json=body) as response:
                return response.status, await response.json(content_type=None), response.headers

        answers = await asyncio.gather(*(ask(path, key) for path, key in SHAPES))
    for (path, key), (status, body, headers) in zip(SHAPES, answers, strict=True):
        dialect = dialect_of(path, key)
        if not dialect.ordered:
            assert status == 504, path
            continue
        assert status == 200, (path, body)
        assert float(headers["x-rerank-coverage"]) < 1
        if dialect.has_extras:
            assert body["coverage"] < 1


async def test_a_search_engine_route_warns_that_it_answers_all_or_nothing() -> None:
    _, body, headers, _ = await answer(
        GatedSession(), {**PARTIAL, "documents": ["a"]}, "/opensearch/rerank"
    )
    assert body["warnings"] == [IGNORED]
    assert "x-rerank-coverage" not in headers


async def test_the_setting_is_for_requests_that_do_not_say() -> None:
    body = {"query": "q", "documents": TEXTS}
    settings = {"on_deadline": "partial"}
    assert (await answer(Stuck(1), body, **settings))[1]["coverage"] == 0.25
    asked = {**body, "on_deadline": "error"}
    assert (await answer(Stuck(1), asked, **settings))[0] == 504
    assert (await answer(Stuck(1), body, "/opensearch/rerank", **settings))[0] == 504


async def test_a_query_each_is_covered_as_a_whole() -> None:
    pairs = {"inputs": [["q", "a"], ["q", "b"], ["r", "a"], ["r", "b"]], "on_deadline": "partial"}
    status, body, headers, _ = await answer(Stuck(3), pairs, "/predict")
    assert status == 200
    assert len(body) == 4
    assert headers["x-rerank-coverage"] == "0.75"


async def test_what_was_not_scored_is_behind_the_documents_of_every_query() -> None:
    pairs = {"inputs": [["q", "a"], ["q", "b"], ["r", "a"]], "on_deadline": "partial"}
    session = Stuck(1)
    session.value = -12.0
    status, body, _, _ = await answer(session, pairs, "/predict")
    scores = [entry[0]["score"] for entry in body]
    assert status == 200
    assert len(set(scores)) == 3
    assert max(scores) == pytest.approx(2.058e-5, rel=1e-3)  # of the one that was scored


async def test_a_query_each_of_which_one_is_blank_is_covered_as_a_whole() -> None:
    pairs = {"text_1": ["q", " ", "r"], "text_2": ["a", "b", "c"], "on_deadline": "partial"}
    status, body, headers, _ = await answer(Stuck(1), pairs, "/v1/score")
    assert (status, body["coverage"]) == (200, 0.6667)
    assert headers["x-rerank-coverage"] == "0.6667"


async def test_a_request_that_cannot_begin_in_time_is_refused_and_one_that_can_is_not() -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()
        queue = service.models.default.scorer
        async with client.post("/v2/rerank", json=PARTIAL) as response:
            assert response.status == 200
        throughput = queue.throughput  # type: ignore[attr-defined]
        for _ in range(300):
            throughput.record(10, 10.0)  # a token a second: what runs outlasts any deadline here
        body = {**PARTIAL, "deadline_ms": 500}
        session.gate.clear()
        before = session.runs
        ahead = asyncio.create_task(_status(client, {**body, "deadline_ms": 2000}))
        # Once a run is under way: before that, the request that is due first would begin first.
        await until(lambda: session.runs > before and queue.load().wait_s > 0.5)
        refused = await _status(client, body)
        session.gate.set()
        assert (refused, await ahead) == (429, 200)


async def _status(client: Any, body: dict[str, Any]) -> int:
    async with client.post("/v2/rerank", json=body) as response:
        return int(response.status)
