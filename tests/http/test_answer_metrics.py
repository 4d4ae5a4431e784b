"""What answered requests leave in the metrics: did reranking do anything."""

import math
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from sidecar.contracts.dialects import DIALECTS
from sidecar.http.answer_metrics import AnswerMetrics
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import RankRequest, RankResult
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.measured import ScoreReference
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.telemetry.metrics import Metrics
from sidecar.telemetry.score_drift import REQUESTS
from tests.http.serving import GatedSession, metric, serving

DOCUMENTS = ["a b c d", "a", "a b c d e f g h", "a b"]
"""The gated session's logits are the lengths: the third is best, then the first."""


async def test_orders_that_change_are_told_from_those_that_do_not() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()

        async def post(path: str, documents: list[object], **more: object) -> None:
            key = "texts" if path == "/rerank" else "documents"
            answer = await client.post(path, json={"query": "q", key: documents, **more})
            assert answer.status == 200

        def tops(outcome: str, dialect: str, top: str = "1", profile: str = "plain") -> float:
            labels = {"profile": profile, "dialect": dialect, "top": top, "outcome": outcome}
            return metric(service, "rerank_first_stage_tops_total", **labels)

        await post("/v2/rerank", DOCUMENTS)
        await post("/v2/rerank", DOCUMENTS[2:])
        await post("/v2/rerank", [*DOCUMENTS] * 4)
        await post("/v2/rerank", DOCUMENTS, profile="ecommerce")
        await post("/rerank", DOCUMENTS)
        assert (tops("changed", "cohere-v2"), tops("same", "cohere-v2")) == (2, 1)
        assert tops("changed", "cohere-v2", top="10") + tops("same", "cohere-v2", top="10") == 1
        assert tops("changed", "cohere-v2", profile="ecommerce") == 1
        assert tops("changed", "tei") == 1
        labels = {"profile": "plain", "dialect": "cohere-v2"}
        assert metric(service, "rerank_kendall_tau_count", **labels) == 3
        assert metric(service, "rerank_score_count", **labels, rank="1") == 3
        assert metric(service, "rerank_score_count", **labels, rank="10") == 1

        # A search engine's hits come in no order that means anything, unless with their scores.
        await post("/opensearch/rerank", DOCUMENTS)
        assert tops("changed", "opensearch") + tops("same", "opensearch") == 0
        scored = [{"text": text, "_score": 1 / (1 + at)} for at, text in enumerate(DOCUMENTS)]
        await post("/opensearch/rerank", scored)
        assert tops("changed", "opensearch") == 1


async def test_documents_below_min_score_are_counted_on_routes_that_drop_none_too() -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()

        async def counts(path: str, dialect: str) -> tuple[float, float]:
            body = {"query": "q", "documents": DOCUMENTS, "min_score": 0.995}
            assert (await client.post(path, json=body)).status == 200
            labels = {"profile": "plain", "dialect": dialect}
            name = "rerank_min_score_documents_total"
            return (
                metric(service, name, **labels, outcome="below"),
                metric(service, name, **labels, outcome="reached"),
            )

        assert await counts("/v2/rerank", "cohere-v2") == (2, 2)
        assert await counts("/opensearch/rerank", "opensearch") == (2, 2)
        body = {"query": " ", "documents": DOCUMENTS, "min_score": 0.5}
        assert (await client.post("/v2/rerank", json=body)).status == 200
        assert (
            metric(
                service,
                "rerank_min_score_documents_total",
                profile="plain",
                dialect="cohere-v2",
                outcome="reached",
            )
            == 2
        ), "a blank query ranks nothing"


COHERE = next(dialect for dialect in DIALECTS if dialect.name == "cohere-v2")
LOW, HIGH = [-6.0, -5.0, -4.0, 1.0], [-1.0, 3.0, 4.0, 5.0]


class Answers:
    """Answers of the shipped model, as if they had been served."""

    def __init__(self, manifest: Manifest, tokenizer: PairTokenizer) -> None:
        self.metrics = Metrics()
        self.answers = AnswerMetrics(self.metrics)
        self.model = ServedModel(
            "m", RunningGraph(manifest, "int8", "cpu"), tokenizer, Layout(1, 1, 0)
        )

    def record(self, logits: list[float], times: int) -> None:
        result = RankResult((), "m", 1, pair_logits=logits)
        for _ in range(times):
            self.answers.record(COHERE, self.model, RankRequest("q", ()), result, {})

    def drift(self, reference: str) -> float | None:
        labels = {"model": "m", "profile": "plain", "reference": reference}
        return self.metrics.registry.get_sample_value("rerank_score_drift", labels)


def test_scores_that_drift_are_seen_against_the_first_requests(
    manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    answers = Answers(manifest, tokenizer)
    answers.record(LOW, REQUESTS)
    assert math.isnan(answers.drift("first_requests") or 0.0), "nothing to compare yet"
    answers.record(LOW, REQUESTS)
    assert answers.drift("first_requests") == pytest.approx(0.0)
    answers.record(HIGH, REQUESTS)
    assert (answers.drift("first_requests") or 0.0) > 0.25
    (learned,) = answers.answers.references(answers.model).values()
    assert sum(learned.shares) == pytest.approx(1.0)


def test_a_reference_of_the_manifest_is_compared_with_from_the_start(
    manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    measured = ScoreReference(edges=(0.0,), shares=(0.75, 0.25))
    with_reference = manifest.model_copy(update={"score_references": {"plain": measured}})
    answers = Answers(with_reference, tokenizer)
    answers.record(LOW, REQUESTS)
    assert answers.drift("manifest") == pytest.approx(0.0)
    answers.record(HIGH, 5 * REQUESTS)
    expected = (0.25 - 0.75) * math.log(0.25 / 0.75) + (0.75 - 0.25) * math.log(0.75 / 0.25)
    assert answers.drift("manifest") == pytest.approx(expected, rel=0.1)

    # A model that slept is another object, and the same model.
    before = answers.drift("manifest")
    answers.model = replace(answers.model)
    assert answers.answers.references(answers.model)
    answers.record(HIGH, 1)
    assert answers.drift("manifest") == pytest.approx(before, rel=0.01)

    # Another model of that name begins anew, and the old one's number goes.
    answers.model = replace(answers.model, running=RunningGraph(manifest, "int8", "cpu"))
    answers.record(LOW, 1)
    assert answers.drift("manifest") is None
    assert math.isnan(answers.drift("first_requests") or 0.0)


async def test_a_fault_in_the_metrics_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def record(*args: object) -> None:
        raise RuntimeError("out of memory for labels")

    monkeypatch.setattr(AnswerMetrics, "record", record)
    async with serving(GatedSession()) as (service, client):
        await service.start()
        for _ in range(2):
            answer = await client.post("/v2/rerank", json={"query": "q", "documents": DOCUMENTS})
            assert answer.status == 200
            assert len((await answer.json())["results"]) == len(DOCUMENTS)
        labels = {"dialect": "cohere-v2", "status": "200"}
        assert metric(service, "rerank_requests_total", **labels) == 2


async def test_metrics_and_the_log_line_come_after_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    record, write_eof = AnswerMetrics.record, web.Response.write_eof

    def recorded(self: AnswerMetrics, *args: Any) -> None:
        order.append("recorded")
        record(self, *args)

    async def written(self: web.Response, data: bytes = b"") -> None:
        await write_eof(self, data)
        order.append("written")

    monkeypatch.setattr(AnswerMetrics, "record", recorded)
    monkeypatch.setattr(web.Response, "write_eof", written)
    async with serving(GatedSession()) as (service, client):
        await service.start()
        await client.post("/v2/rerank", json={"query": "q", "documents": DOCUMENTS})
    assert order[:2] == ["written", "recorded"]
