"""What applications ask before their first search: probes, /info, /v1/models, /meta."""

import pytest

from tests.http.serving import BODY, GatedSession, metric, serving

SHIPPED = "minilm-en"
READY = ["/", "/health", "/ping", "/v1/health/ready", "/.well-known/ready"]
LIVE = ["/v1/health/live", "/.well-known/live"]


@pytest.mark.parametrize("path", READY)
async def test_a_probe_of_another_server_is_ready_when_the_service_is(path: str) -> None:
    async with serving(GatedSession(), api_key="one") as (service, client):
        assert (await client.get(path)).status == 503
        await service.start()
        assert (await client.get(path)).status == 200
        assert (await client.head(path)).status == 200
        service.drain()
        assert (await client.get(path)).status == 503


@pytest.mark.parametrize("path", LIVE)
async def test_a_live_probe_needs_no_model(path: str) -> None:
    async with serving(GatedSession(), api_key="one") as (_, client):
        assert (await client.get(path)).status == 200


async def test_info_has_text_embeddings_inferences_keys_beside_ours() -> None:
    async with serving(GatedSession(), max_documents=77) as (service, client):
        await service.start()
        async with client.get("/info") as answer:
            info = await answer.json()
    assert info["model_id"] == info["served_model_name"] == info["model"] == SHIPPED
    (kind,) = info["model_type"]
    assert kind == "reranker"
    labels = info["model_type"][kind]
    assert {str(at): name for name, at in labels["label2id"].items()} == labels["id2label"]
    assert len(info["model_sha"]) == 64
    assert info["model_dtype"] == info["precision"]
    assert info["max_input_length"] == info["max_tokens"]
    assert info["max_client_batch_size"] == info["limits"]["max_documents"] == 77
    assert info["max_batch_tokens"] >= info["max_input_length"]
    assert info["max_concurrent_requests"] > 0
    assert info["tokenization_workers"] > 0
    assert info["auto_truncate"] is True
    assert {"max_batch_requests", "version", "sha", "docker_label"} <= info.keys()


async def test_a_listed_model_has_the_keys_that_vllms_and_xinferences_clients_read() -> None:
    async with serving(GatedSession()) as (service, client):
        assert (await client.get(f"/v1/models/{SHIPPED}")).status == 503
        await service.start()
        async with client.get("/v1/models") as answer:
            (listed,) = (await answer.json())["data"]
        async with client.get(f"/v1/models/{SHIPPED}") as answer:
            assert await answer.json() == listed
    assert listed["id"] == listed["root"] == listed["model_name"] == SHIPPED
    assert listed["max_model_len"] == listed["context_length"] == 512
    assert listed["model_type"] == "rerank"


async def test_a_model_that_is_not_served_is_the_default_unless_names_are_strict() -> None:
    name = "BAAI/bge-reranker-v2-m3"
    async with serving(GatedSession()) as (service, client):
        await service.start()
        async with client.get(f"/v1/models/{name}") as answer:
            model = await answer.json()
        assert (model["id"], model["root"]) == (name, SHIPPED)
    async with serving(GatedSession(), strict_model=True) as (service, client):
        await service.start()
        async with client.get(f"/v1/models/{name}") as answer:
            assert answer.status == 404
            assert (await answer.json())["error_type"] == "unknown_model"


async def test_meta_is_an_object_that_names_the_model() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        async with client.get("/meta") as answer:
            assert (await answer.json())["model"] == SHIPPED


@pytest.mark.parametrize("path", ["/", "/invocations"])
async def test_sagemakers_routes_rerank_and_are_guarded(path: str) -> None:
    texts = {"query": "q", "texts": ["a", "b c"]}
    async with serving(GatedSession(), api_key="one") as (service, client):
        await service.start()
        assert (await client.post(path, json=texts)).status == 401
        key = {"Authorization": "Bearer one"}
        async with client.post(path, json=texts, headers=key) as answer:
            assert [item["index"] for item in await answer.json()] == [1, 0]
        async with client.post(path, json=BODY, headers=key) as answer:
            assert (await answer.json())["results"][0]["index"] == 2
        assert metric(service, "rerank_requests_total", dialect="tei", status="200") == 1
        assert metric(service, "rerank_requests_total", dialect="cohere-v2", status="200") == 1


async def test_a_probe_of_the_root_is_no_rerank_request() -> None:
    async with serving(GatedSession(), path_prefix="/x") as (service, client):
        await service.start()
        for path in ("/", "/x", "/x/", "//"):
            async with client.get(path) as answer:
                assert answer.status == 200
        assert metric(service, "rerank_requests_total", dialect="none", status="200") == 0
