"""The setting `price_per_hour`, in /metrics and /info."""

import math

import pytest

from tests.http.serving import BODY, GatedSession, metric, serving

PER_QUERIES, PER_PAIRS = "rerank_cost_per_1000_queries", "rerank_cost_per_million_pairs"


async def test_costs_are_those_of_the_work_that_was_done() -> None:
    async with serving(GatedSession(), price_per_hour=2.0) as (service, client):
        await service.start()
        info = await (await client.get("/info")).json()
        assert info["cost"]["per_1000_queries"] == {"wall": None, "busy": None}
        assert math.isnan(metric(service, PER_QUERIES, basis="wall"))
        for _ in range(2):
            assert (await client.post("/v2/rerank", json=BODY)).status == 200
        assert (await client.post("/v2/rerank", json={**BODY, "query": " "})).status == 200
        cost = (await (await client.get("/info")).json())["cost"]
        assert (cost["queries"], cost["pairs"]) == (2, 6), "a blank query has no ranking"
        assert 0 < cost["per_1000_queries"]["busy"] < cost["per_1000_queries"]["wall"]
        ratio = cost["per_million_pairs"]["wall"] / cost["per_1000_queries"]["wall"]
        assert ratio == pytest.approx(2 / 6 * 1000, rel=0.05)
        spent = 2.0 / 3600 * cost["seconds"]["wall"]
        assert cost["per_1000_queries"]["wall"] == pytest.approx(spent / 2 * 1000, abs=0.05)
        assert metric(service, PER_PAIRS, basis="busy") > 0
        assert metric(service, "rerank_run_seconds_total", model="minilm-en") > 0


async def test_without_a_price_there_is_no_cost() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200
        assert (await (await client.get("/info")).json())["cost"] is None
        assert service.metrics.registry.get_sample_value(PER_QUERIES, {"basis": "wall"}) is None
