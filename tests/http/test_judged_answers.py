"""MRR@10 and nDCG@10 of live traffic, for queries that are judged."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sidecar.errors import StartupError
from sidecar.http.service import Service
from tests.http.serving import GatedSession, metric, serving

TEXTS = {"short": "a", "middle": "a b c d", "long": "a b c d e f g h"}
"""By ID; the gated session ranks the longest first."""
NDCG_OF_SECOND = 1 / math.log2(3)


def judgements(folder: Path, **grades_of: dict[str, float]) -> Path:
    rows = [
        {"query": query, "document_id": document, "grade": grade}
        for query, grades in grades_of.items()
        for document, grade in grades.items()
    ]
    file = folder / "judgements.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def hits(*ids: str, field: str = "_id") -> list[dict[str, object]]:
    return [{field: each, "title": TEXTS[each]} for each in ids]


def mean(service: Service, name: str, order: str = "reranked", **labels: str) -> float | None:
    labels = {"profile": "ecommerce", "model": "minilm-en", "arm": "", "order": order, **labels}
    count = metric(service, f"{name}_count", **labels)
    return metric(service, f"{name}_sum", **labels) / count if count else None


def requests(service: Service, outcome: str) -> float:
    labels = {"profile": "ecommerce", "model": "minilm-en", "arm": "", "outcome": outcome}
    return metric(service, "rerank_judged_requests_total", **labels)


async def post(client: Any, path: str = "/v2/rerank", **body: object) -> None:
    given = {"query": "shoes", "profile": "ecommerce", **body}
    answer = await client.post(path, json=given)
    assert answer.status == 200, await answer.text()


async def test_orders_of_judged_queries_are_measured_beside_the_first_stages(
    tmp_path: Path,
) -> None:
    file = judgements(tmp_path, shoes={"middle": 1, "unknown": 0})
    async with serving(GatedSession(), judgements=file) as (service, client):
        await service.start()
        await post(client, query=" Shoes", documents=hits("short", "long", "middle"))
        assert mean(service, "rerank_mrr_at_10") == pytest.approx(1 / 2)
        assert mean(service, "rerank_ndcg_at_10") == pytest.approx(NDCG_OF_SECOND)
        assert mean(service, "rerank_mrr_at_10", "first_stage") == pytest.approx(1 / 3)
        assert mean(service, "rerank_ndcg_at_10", "first_stage") == pytest.approx(1 / 2)
        labels = {"profile": "ecommerce", "model": "minilm-en", "arm": ""}
        counted = "rerank_judged_documents_total"
        assert metric(service, counted, **labels, outcome="judged") == 1
        assert metric(service, counted, **labels, outcome="unjudged") == 2

        await post(client, query="hats", documents=hits("short", "long"))
        await post(client, documents=[*TEXTS.values()])
        outcomes = ("judged", "unjudged", "without_ids")
        assert [requests(service, outcome) for outcome in outcomes] == [1, 1, 1]


@pytest.mark.parametrize(
    ("documents", "more", "settings"),
    [
        (hits("short", "long", "middle", field="sku"), {}, {"judgements_id": "sku"}),
        (
            [{"meta": {"sku": [each]}, "title": text} for each, text in TEXTS.items()],
            {},
            {"judgements_id": "meta.sku"},
        ),
        ([json.dumps(hit) for hit in hits("short", "long", "middle")], {}, {}),
        ([f'---\n_id: "{each}"\ntitle: "{text}"\n' for each, text in TEXTS.items()], {}, {}),
        ([*TEXTS.values()], {"document_ids": [*TEXTS]}, {}),
        (hits("short", "long", "middle"), {"rank_fields": ["title"]}, {}),
    ],
    ids=["field", "path", "json", "yaml", "key", "selected"],
)
async def test_ids_come_with_documents_of_every_shape_or_beside_them(
    tmp_path: Path, documents: list[object], more: dict[str, object], settings: dict[str, Any]
) -> None:
    file = judgements(tmp_path, shoes={"middle": 3})
    async with serving(GatedSession(), judgements=file, **settings) as (service, client):
        await service.start()
        path = "/v1/rerank" if "rank_fields" in more else "/v2/rerank"
        await post(client, path, documents=documents, **more)
        assert mean(service, "rerank_mrr_at_10") == pytest.approx(1 / 2)


async def test_a_search_engines_hits_have_a_first_stage_only_with_their_scores(
    tmp_path: Path,
) -> None:
    file = judgements(tmp_path, shoes={"middle": 3, "7": 1})
    async with serving(GatedSession(), judgements=file) as (service, client):
        await service.start()
        documents = hits("short", "long", "middle")
        await post(client, "/opensearch/rerank", documents=documents)
        assert mean(service, "rerank_mrr_at_10") == pytest.approx(1 / 2), "scores, in their order"
        assert mean(service, "rerank_mrr_at_10", "first_stage") is None
        scored = [{**hit, "_score": score} for hit, score in zip(documents, (1, 2, 3), strict=True)]
        await post(client, "/opensearch/rerank", documents=scored)
        assert mean(service, "rerank_mrr_at_10", "first_stage") == 1
        await post(client, "/opensearch/rerank", documents=[{"_id": 7, "title": "a"}] * 2)
        labels = {"profile": "ecommerce", "model": "minilm-en", "arm": "", "order": "reranked"}
        assert metric(service, "rerank_mrr_at_10_count", **labels) == 3
        assert metric(service, "rerank_mrr_at_10_sum", **labels) == 2, "a number is an ID as well"


async def test_the_arms_of_an_experiment_are_told_apart(tmp_path: Path) -> None:
    file = judgements(tmp_path, shoes={"middle": 1})
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "weights.toml").write_text(
        'unit = "user"\n[[arms]]\nname = "old"\n[[arms]]\nname = "none"\noff = true\n'
    )
    async with serving(GatedSession(), judgements=file, experiments=folder) as (service, client):
        await service.start()
        for user in range(20):
            documents = hits("short", "long", "middle")
            await post(client, documents=documents, unit=f"user-{user}")
        assert mean(service, "rerank_mrr_at_10", arm="weights/old") == pytest.approx(1 / 2)
        off = {"arm": "weights/none", "model": "order"}
        assert mean(service, "rerank_mrr_at_10", **off) == pytest.approx(1 / 3)


async def test_what_is_no_ranking_is_not_measured(tmp_path: Path) -> None:
    file = judgements(tmp_path, shoes={"middle": 3})
    async with serving(GatedSession(), judgements=file) as (service, client):
        await service.start()
        pairs = [["shoes", "a"], ["hats", "b"]]
        answer = await client.post("/predict", json={"inputs": pairs})
        assert answer.status == 200
        names = {
            sample.name for each in service.metrics.registry.collect() for sample in each.samples
        }
        assert "rerank_judged_requests_total" not in names


async def test_without_judgements_there_is_nothing_to_see(tmp_path: Path) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        await post(client, documents=hits("short", "long"))
        assert service.answers.judged is None
        assert "rerank_judged_requests_total{" not in service.metrics.text().decode()


async def test_no_text_and_no_id_is_in_the_metrics(tmp_path: Path) -> None:
    file = judgements(tmp_path, **{"secret wish": {"middle": 3}})
    async with serving(GatedSession(), judgements=file) as (service, client):
        await service.start()
        await post(client, query="secret wish", documents=hits("short", "middle"))
        text = service.metrics.text().decode()
        assert requests(service, "judged") == 1
        assert "secret" not in text
        assert "middle" not in text


async def test_judgements_that_are_not_understood_end_the_start(tmp_path: Path) -> None:
    file = tmp_path / "judgements.csv"
    file.write_text("query,docid,rating\nshoes,p1,2\n")
    async with serving(GatedSession(), judgements=file) as (service, _):
        with pytest.raises(StartupError, match="judgements convert"):
            await service.start()
        assert service.state == "failed"


async def test_judgements_read_again_replace_the_old_ones_unless_they_have_faults(
    tmp_path: Path,
) -> None:
    file = judgements(tmp_path, shoes={"middle": 3})
    async with serving(GatedSession(), judgements=file) as (service, client):
        await service.start()
        judgements(tmp_path, hats={"middle": 3})
        await service.read_judgements(service.settings)
        await post(client, query="hats", documents=hits("short", "middle"))
        assert requests(service, "judged") == 1
        file.write_text("no\n")
        with pytest.raises(StartupError):
            await service.read_judgements(service.settings)
        await post(client, query="hats", documents=hits("short", "middle"))
        assert requests(service, "judged") == 2
