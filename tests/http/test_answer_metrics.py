"""What answered requests leave in the metrics: did reranking do anything."""

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
        assert metric(service, "rerank_score_count", profile="plain", rank="1") == 4
        assert metric(service, "rerank_score_count", profile="plain", rank="10") == 1

        # A search engine's hits come in no order that means anything, unless with their scores.
        await post("/opensearch/rerank", DOCUMENTS)
        assert tops("changed", "opensearch") + tops("same", "opensearch") == 0
        scored = [{"text": text, "_score": 1 / (1 + at)} for at, text in enumerate(DOCUMENTS)]
        await post("/opensearch/rerank", scored)
        assert tops("changed", "opensearch") == 1
