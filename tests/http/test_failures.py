"""What answers when the model fails, through a real port: nothing on search engines' routes, what
was asked for on the others, and it is always said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from sidecar.errors import StartupError
from sidecar.http.serve import listening
from sidecar.http.service import Service, Watch, open_models
from sidecar.pipeline.breaker import FAULTS
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.settings import Settings
from tests.contracts.shapes import SHAPES, body_of, dialect_of, url_of
from tests.http.serving import metric, until
from tests.tiny_models import tiny_model

TEXTS = ["a garden hose", "red running shoes", "a red sock", "red shoes"]
BODY: dict[str, Any] = {"query": "red running shoes", "documents": TEXTS}


class Fallible:
    """Scores by length, and the canonical pairs as the manifest says; breaks as `does` says."""

    def __init__(self, manifest: Manifest, tokenizer: PairTokenizer) -> None:
        self.does = "scores"
        self.runs = 0
        self._known = {
            pair.ids.tobytes(): canonical.logits["int8"]
            for pair, canonical in zip(
                canonical_pairs(manifest, tokenizer), manifest.canonical, strict=True
            )
        }

    def run(self, batch: Batch) -> Tensors:
        self.runs += 1
        if self.does == "raises":
            raise RuntimeError("the device is on fire")
        length = float(batch.attention_mask.sum())
        logit = self._known.get(batch.input_ids[0].tobytes(), length / 10)
        if self.does == "nan" or (self.does == "nan for some" and self.runs % 2):
            logit = float("nan")
        if self.does == "drifts":
            logit += 1.0
        return {"logits": np.array([logit], np.float32)}


Running = tuple[Service, aiohttp.ClientSession, Fallible, Fallible]


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Running]:
    """(service, client, the session of the model `large`, that of `small`)."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    large, small = Fallible(manifest, tokenizer), Fallible(manifest, tokenizer)

    def opener(settings: Settings, watch: Watch) -> ModelRegistry:
        config = RankingConfig(on_failure=settings.on_failure, stand_in=settings.stand_in)
        models = ModelRegistry(1, deadline_s=5.0, config=config, on_run=watch.on_run)
        for name, session in (("large", large), ("small", small)):
            layout = Layout(workers=1, intra_op_threads=1, token_budget=0)
            running = RunningGraph(manifest, "int8", "cpu")
            models.add(ServedModel(name, running, tokenizer, layout), session)
        return models

    async with listening(Settings(port=0, **settings), opener) as (service, url):
        await service.start()
        async with aiohttp.ClientSession(url) as client:
            yield service, client, large, small


async def ask(client: aiohttp.ClientSession, path: str = "/v2/rerank", **keys: Any) -> Any:
    """(status, body, headers)."""
    async with client.post(path, json={**BODY, **keys}) as response:
        return response.status, await response.json(content_type=None), response.headers


def order(body: dict[str, Any]) -> list[int]:
    return [item["index"] for item in body["results"]]


@pytest.mark.parametrize(("breakage", "code"), [("raises", "inference"), ("nan", "non_finite")])
async def test_an_error_is_the_answer_unless_another_was_asked_for(
    breakage: str, code: str
) -> None:
    async with serving() as (_, client, large, _):
        large.does = breakage
        status, body, _ = await ask(client)
        assert (status, body["error_type"]) == (500 if breakage == "nan" else 503, code)
        status, body, headers = await ask(client, on_failure="order")
        assert status == 200
        assert body["degraded"] == {"by": "order", "reason": code}
        assert headers["x-rerank-degraded"] == "order"


@pytest.mark.parametrize("on_deadline", ["error", "partial"])
async def test_a_window_without_a_finite_score_is_not_passed_over(on_deadline: str) -> None:
    """The best of a long document's other windows is not the document's score."""
    long_text = " ".join(f"a garden hose of {number} metres." for number in range(600))
    async with serving() as (_, client, large, _):
        large.does = "nan for some"
        keys = {"documents": [long_text], "on_deadline": on_deadline}
        status, body, _ = await ask(client, **keys)
        assert large.runs > 2
        assert (status, body["error_type"]) == (500, "non_finite")


async def test_the_order_sent_can_answer_with_scores_that_say_nothing() -> None:
    async with serving() as (service, client, large, _):
        large.does = "raises"
        _, body, _ = await ask(client, on_failure="order", top_n=3, min_score=0.9)
        assert order(body) == [0, 1, 2]
        scores = [item["relevance_score"] for item in body["results"]]
        assert scores == sorted(scores, reverse=True)
        assert len(set(scores)) == 3
        assert all(0.49 < score <= 0.5 for score in scores)
        assert body["below_min_score"] == 0
        assert "the documents keep the order sent" in " ".join(body["meta"]["warnings"])
        assert "min_score has no effect here" in " ".join(body["meta"]["warnings"])
        assert metric(service, "rerank_degraded_answers_total", model="large", by="order") == 1


async def test_bm25f_can_answer() -> None:
    async with serving(on_failure="lexical") as (service, client, large, _):
        large.does = "raises"
        _, body, headers = await ask(client, explain=True)
        assert order(body) == [1, 3, 2, 0]
        assert body["degraded"] == {"by": "lexical", "reason": "inference"}
        assert headers["x-rerank-degraded"] == "lexical"
        assert "BM25F" in headers["x-rerank-warnings"]
        assert body["explanations"][0]["parts"][0]["name"] == "lexical"
        assert metric(service, "rerank_degraded_answers_total", model="large", by="lexical") == 1


async def test_answers_in_a_model_s_place_go_with_its_name() -> None:
    async with serving() as (service, client, _, small):
        small.does = "raises"
        await ask(client, model="small", on_failure="order")
        assert metric(service, "rerank_degraded_answers_total", model="small", by="order") == 1
        await service.live_models.unload("small")
        await until(lambda: b'"small"' not in service.metrics.text())


async def test_a_query_each_is_answered_for_each() -> None:
    async with serving(on_failure="lexical") as (_, client, large, _):
        large.does = "raises"
        pairs = [["red", "a red sock"], ["hose", "a red sock"], ["hose", "a hose"]]
        async with client.post("/predict", json={"inputs": pairs}) as response:
            body = await response.json()
            assert response.headers["x-rerank-degraded"] == "lexical"
    scores = [each[0]["score"] for each in body]
    assert scores[1] < scores[0]
    assert scores[1] < scores[2]


@pytest.mark.parametrize("settings", [{"on_failure": "lexical"}, {"stand_in": "small"}])
async def test_every_route_says_so_and_those_of_search_engines_fail(
    settings: dict[str, str],
) -> None:
    async with serving(**settings) as (_, client, large, _):
        for path, key in SHAPES:
            large.does = "raises"
            body = {**body_of(path, key, "red", TEXTS), "model": "large"}
            async with client.post(url_of(path), json=body) as response:
                raw = await response.json(content_type=None)
                if not dialect_of(path, key).ordered:
                    assert response.status == 503
                    continue
                assert response.status == 200, (path, raw)
                assert "the model failed" in response.headers["x-rerank-warnings"]
                if dialect_of(path, key).has_extras:
                    assert raw["degraded"]["by"] in ("lexical", "stand_in")


async def test_a_stand_in_that_is_the_only_reranker_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = f"one={tiny_model(tmp_path / 'one', 1)}"
    for model, told in ((alone, True), (f"{alone},two={tmp_path / 'one'}", False)):
        async with listening(Settings(port=0, model=model, stand_in="one")) as (service, _):
            await service.start()
        written = capsys.readouterr().out
        assert ("setting without effect" in written and "stand_in" in written) == told


async def test_a_stand_in_answers_and_is_named() -> None:
    async with serving(stand_in="small", on_failure="order") as (service, client, large, small):
        large.does = "raises"
        _, quiet, _ = await ask(client, model="small")
        _, body, headers = await ask(client)
        assert order(body) == order(quiet)
        assert body["degraded"] == {"by": "stand_in", "reason": "inference"}
        assert headers["x-rerank-degraded"] == "stand_in"
        assert "stand-in model small" in headers["x-rerank-warnings"]
        assert (await ask(client, on_failure="error"))[0] == 503
        assert (await ask(client, "/elasticsearch/rerank"))[0] == 503
        small.does = "raises"
        _, body, _ = await ask(client)
        assert body["degraded"]["by"] == "order"
        assert metric(service, "rerank_degraded_answers_total", model="large", by="stand_in") == 1


async def test_the_breaker_opens_refuses_at_once_and_closes_by_a_probe() -> None:
    async with serving() as (service, client, large, _):
        large.does = "raises"
        for _ in range(FAULTS):
            assert (await ask(client))[1]["error_type"] == "inference"
        runs = large.runs
        status, body, headers = await ask(client)
        assert (status, body["error_type"]) == (503, "circuit_open")
        assert int(headers["Retry-After"]) >= 1
        assert large.runs == runs, "nothing is run while it is open"
        assert metric(service, "rerank_breaker_open", model="large") == 1
        assert metric(service, "rerank_breaker_open", model="small") == 0
        assert (await ask(client, model="small"))[0] == 200
        async with client.get("/info") as response:
            breakers = [each["breaker"] for each in (await response.json())["models"]]
        assert breakers == ["open", "closed"]
        large.does = "scores"
        await until(lambda: metric(service, "rerank_breaker_open", model="large") == 0)
        assert (await ask(client))[0] == 200


async def test_a_device_that_gives_other_numbers_does_not_pass_the_probe() -> None:
    async with serving(on_failure="lexical") as (service, client, large, _):
        large.does = "raises"
        for _ in range(FAULTS):
            await ask(client)
        large.does = "drifts"
        runs = large.runs
        await until(lambda: large.runs >= runs + 8)
        status, body, _ = await ask(client)
        assert (status, body["degraded"]["reason"]) == (200, "circuit_open")
        assert metric(service, "rerank_breaker_open", model="large") == 1


async def test_a_blank_query_needs_no_model() -> None:
    async with serving() as (_, client, large, _):
        large.does = "raises"
        for _ in range(FAULTS + 1):
            await ask(client)
        assert (await ask(client, query=" "))[0] == 200


def test_a_stand_in_that_is_not_served_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="stand_in"):
        open_models(Settings(stand_in="smaller"), Watch())


async def test_requests_that_the_model_cannot_fail_do_not_open_the_breaker() -> None:
    async with serving() as (service, client, _, _):
        for _ in range(2 * FAULTS):
            await asyncio.gather(ask(client, documents=[]), ask(client, profile="unknown"))
        assert metric(service, "rerank_breaker_open", model="large") == 0
