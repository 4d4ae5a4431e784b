"""The rerank calls of self-hosted applications, replayed: the path and the body that each one's own
code makes, and what that code reads of the answer.

docs/applications.md tells users what to fill in; each name of its table has its calls here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, post, scores

PAGE = (Path(__file__).parents[2] / "docs" / "applications.md").read_text()
QUERY = "how do I end the contract early"
TEXTS = [
    "Invoices are paid within thirty days.",
    "Either party may end this contract early with written notice.",
    "The contract is kept in a safe.",
]
BEST = 1
COUNT = len(TEXTS)
MODEL = "BAAI/bge-reranker-v2-m3"
BODY: Mapping[str, Any] = {"model": MODEL, "query": QUERY, "documents": TEXTS}
TEI: Mapping[str, Any] = {"query": QUERY, "texts": TEXTS}
NATIVE_DASHSCOPE = "/api/v1/services/rerank/text-rerank/text-rerank"

Scores = dict[int, float]


def results(answer: Any) -> Scores:
    """Cohere, Jina and everything that is modelled on them."""
    return {result["index"]: result["relevance_score"] for result in answer["results"]}


def results_with_text(answer: Any) -> Scores:
    for result in answer["results"]:
        assert result["document"]["text"] == TEXTS[result["index"]]
    return results(answer)


def results_with_string(answer: Any) -> Scores:
    for result in answer["results"]:
        assert result["document"] == TEXTS[result["index"]]
    return results(answer)


def results_and_billed_units(answer: Any) -> Scores:
    assert answer["meta"]["billed_units"]["search_units"] == 1
    return results(answer)


def results_and_tokens(answer: Any) -> Scores:
    assert 0 < answer["usage"]["prompt_tokens"] <= answer["usage"]["total_tokens"]
    return results(answer)


def results_and_completion_tokens(answer: Any) -> Scores:
    assert answer["usage"]["completion_tokens"] == 0
    return results_and_tokens(answer)


def tei(answer: Any) -> Scores:
    return {result["index"]: result["score"] for result in answer}


def tei_with_text(answer: Any) -> Scores:
    for result in answer:
        assert result["text"] == TEXTS[result["index"]]
    return tei(answer)


def voyage(answer: Any) -> Scores:
    assert answer["usage"]["total_tokens"] > 0
    return {result["index"]: result["relevance_score"] for result in answer["data"]}


def dashscope(answer: Any) -> Scores:
    assert answer["usage"]["total_tokens"] > 0
    return results(answer["output"])


def dashscope_with_text(answer: Any) -> Scores:
    results_with_text(answer["output"])
    return dashscope(answer)


def rankings(answer: Any) -> Scores:
    return {result["index"]: result["logit"] for result in answer["rankings"]}


def weaviate(answer: Any) -> Scores:
    assert [entry["document"] for entry in answer["scores"]] == TEXTS
    return {index: entry["score"] for index, entry in enumerate(answer["scores"])}


def predictions(answer: Any) -> Scores:
    return {index: entries[0]["score"] for index, entries in enumerate(answer)}


def bare_scores(answer: Any) -> Scores:
    return dict(enumerate(answer))


def scores_in_order(answer: Any) -> Scores:
    return dict(enumerate(answer["scores"]))


@dataclass(frozen=True)
class Call:
    """One request of an application, and how it reads the answer."""

    application: str
    """Its name in the page's table."""
    path: str
    """What its code makes of the address that the page says."""
    body: Mapping[str, Any]
    read: Callable[[Any], Scores]
    """Raises, or fails, where the application could not read the answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    logits: bool = False


CALLS = (
    Call("Dify: OpenAI-API-compatible", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call("Dify: LocalAI", "/rerank", {**BODY, "top_n": COUNT}, results),
    Call("Dify: GPUStack", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call("Dify: Jina", "/v1/rerank", {**BODY, "top_n": 2, "return_documents": False}, results),
    Call("Dify: Ollama", "/api/rerank", {**BODY, "top_n": COUNT}, results),
    Call("Dify: Text Embedding Inference", "/rerank", {**TEI, "return_text": True}, tei_with_text),
    Call(
        "Dify: Xinference",
        "/v1/rerank",
        {
            **BODY,
            "top_n": COUNT,
            "max_chunks_per_doc": None,
            "return_documents": True,
            "return_len": None,
        },
        results_with_text,
    ),
    Call("RAGFlow: Jina", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call("RAGFlow: LocalAI", "/rerank", {**BODY, "top_n": COUNT}, results),
    Call("RAGFlow: OpenAI-API-Compatible", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call("RAGFlow: GPUStack", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call(
        "RAGFlow: Xinference",
        "/v1/rerank",
        {**BODY, "return_documents": "true", "return_len": "true"},
        results,
    ),
    Call(
        "RAGFlow: HuggingFace",
        "/rerank",
        {**TEI, "raw_scores": False, "truncate": True},
        tei,
    ),
    Call(
        "RAGFlow: NVIDIA",
        "/v1/reranking",
        {
            "model": "nvidia/llama-3.2-nv-rerankqa-1b-v2",
            "query": {"text": QUERY},
            "passages": [{"text": text} for text in TEXTS],
            "truncate": "END",
            "top_n": COUNT,
        },
        rankings,
        logits=True,
    ),
    Call("MaxKB: vLLM", "/vllm/v2/rerank", {**BODY, "top_n": 3}, results_with_text),
    Call(
        "MaxKB: Xinference",
        "/v1/rerank",
        {**BODY, "top_n": 3, "max_chunks_per_doc": None, "return_documents": True},
        results_with_text,
    ),
    Call("Open WebUI", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call("FastGPT", "/v1/rerank", BODY, results),
    Call(
        "LibreChat", "/v1/rerank", {**BODY, "top_n": 2, "return_documents": True}, results_with_text
    ),
    Call("R2R", "/rerank", {**TEI, "model-id": MODEL}, tei),
    Call("kotaemon", "/rerank", {**TEI, "is_truncated": True}, tei),
    Call("LightRAG: cohere, jina", "/v2/rerank", {**BODY, "top_n": 2}, results),
    Call("LightRAG: cohere, jina", "/v1/rerank", {**BODY, "return_documents": False}, results),
    Call(
        "LightRAG: aliyun",
        NATIVE_DASHSCOPE,
        {
            "model": "gte-rerank-v2",
            "input": {"query": QUERY, "documents": TEXTS},
            "parameters": {"return_documents": False},
        },
        dashscope,
    ),
    Call("WeKnora: OpenAI-compatible", "/v1/rerank", BODY, results_and_tokens),
    Call(
        "WeKnora: OpenAI-compatible",
        "/v1/rerank",
        {**BODY, "truncate_prompt_tokens": 511},
        results_with_text,
    ),
    Call(
        "WeKnora: Aliyun",
        NATIVE_DASHSCOPE,
        {
            "model": "gte-rerank-v2",
            "input": {"query": QUERY, "documents": TEXTS},
            "parameters": {"return_documents": True, "top_n": COUNT},
        },
        dashscope_with_text,
    ),
    Call(
        "WeKnora: Zhipu",
        "/infinity/rerank",
        {**BODY, "return_documents": True},
        results_with_string,
    ),
    Call("Cherry Studio: TEI", "/v1/rerank", {**TEI, "return_text": True}, tei_with_text),
    Call("Cherry Studio: other providers", "/v1/rerank", {**BODY, "top_n": COUNT}, results),
    Call("Continue: vllm", "/v1/rerank", BODY, results),
    Call(
        "Continue: huggingface-tei",
        "/rerank",
        {
            **TEI,
            "return_text": False,
            "raw_scores": False,
            "truncation_direction": "Right",
            "truncate": True,
        },
        tei,
    ),
    Call("QAnything", "/rerank", {"query": QUERY, "passages": TEXTS}, bare_scores),
    Call(
        "Flowise: Azure Rerank Retriever",
        "/v2/rerank",
        {**BODY, "top_n": COUNT, "max_chunks_per_doc": 10, "return_documents": False},
        results,
        headers={"api-key": "any"},
    ),
    Call(
        "Onyx: LiteLLM",
        "/v1/rerank",
        {**BODY, "top_n": COUNT, "return_documents": False},
        results,
    ),
    Call(
        "Onyx: model server",
        "/encoder/cross-encoder-scores",
        {
            "query": QUERY,
            "documents": TEXTS,
            "model_name": "mixedbread-ai/mxbai-rerank-xsmall-v1",
            "provider_type": None,
            "api_key": None,
            "api_url": None,
        },
        scores_in_order,
    ),
    Call(
        "Milvus: vllm",
        "/v2/rerank",
        {**BODY, "truncate_prompt_tokens": 512},
        results,
    ),
    Call("Milvus: tei", "/rerank", {**TEI, "truncate": True, "truncation_direction": "Left"}, tei),
    Call("Weaviate", "/rerank", {"query": QUERY, "documents": TEXTS, "property": ""}, weaviate),
    Call(
        "new-api", "/v1/rerank", {**BODY, "top_n": 2, "return_documents": True}, results_with_text
    ),
    Call("LangChain4j: Cohere", "/v1/rerank", BODY, results_and_billed_units),
    Call(
        "LangChain4j: Jina", "/v1/rerank", {**BODY, "return_documents": False}, results_and_tokens
    ),
    Call("LangChain4j: Voyage", "/v1/rerank", BODY, voyage),
    Call("LangChain4j: Voyage", "/v1/rerank", {**BODY, "top_k": 2}, voyage),
    Call("LangChain4j: Voyage", "/voyage/v1/rerank", BODY, voyage),
    Call("Vercel AI SDK: cohere", "/v2/rerank", {**BODY, "top_n": 2}, results),
    Call(
        "Vercel AI SDK: togetherai",
        "/v1/rerank",
        {**BODY, "top_n": 2, "return_documents": False},
        results_and_completion_tokens,
    ),
    Call(
        "Vercel AI SDK: togetherai",
        "/together/v1/rerank",
        {**BODY, "top_n": 2, "return_documents": False},
        results_and_completion_tokens,
    ),
    Call("llama.cpp's clients", "/v1/reranking", {**BODY, "top_n": COUNT}, results_and_tokens),
    Call("llama.cpp's clients", "/reranking", {**BODY, "top_n": COUNT}, results_and_tokens),
    Call(
        "DashScope's clients",
        "/compatible-api/v1/reranks",
        {**BODY, "top_n": 2, "instruct": "Retrieve semantically similar text."},
        results,
    ),
    Call(
        "litellm: deepinfra",
        f"/v1/inference/{MODEL}",
        {"queries": [QUERY] * COUNT, "documents": TEXTS},
        scores_in_order,
    ),
    Call(
        "ZeroEntropy's SDK",
        "/v1/models/rerank",
        {**BODY, "top_n": 2, "latency": "fast"},
        results,
    ),
    Call(
        "Programs that call TEI's `/predict`",
        "/predict",
        {"inputs": [[QUERY, text] for text in TEXTS], "raw_scores": False},
        predictions,
    ),
    Call("SGLang's clients", "/sglang/v1/rerank", BODY, tei),
    Call("OpenVINO Model Server's clients", "/v3/rerank", {**BODY, "top_n": 2}, results),
)


def names_a_reranker(info: Any) -> bool:
    """Dify's check of a text-embeddings-inference server."""
    sizes = (info["max_input_length"], info["max_client_batch_size"])
    return next(iter(info["model_type"])) == "reranker" and all(size > 0 for size in sizes)


def is_a_rerank_model(model: Any) -> bool:
    """Xinference's clients choose the class of their handle by it."""
    return bool(model["model_type"] == "rerank")


def has_id_and_batch_size(info: Any) -> bool:
    return isinstance(info["model_id"], str) and info["max_client_batch_size"] > 0


def lists_a_model_with_its_length(models: Any) -> bool:
    model = models["data"][0]
    return isinstance(model["id"], str) and model["max_model_len"] > 0


def is_an_object(meta: Any) -> bool:
    return isinstance(meta, dict)


QUESTIONS = (
    ("Dify: Text Embedding Inference", "/info", names_a_reranker),
    ("Dify: Xinference", f"/v1/models/{MODEL}", is_a_rerank_model),
    ("MaxKB: Xinference", f"/v1/models/{MODEL}", is_a_rerank_model),
    ("Continue: huggingface-tei", "/info", has_id_and_batch_size),
    ("Continue: vllm", "/v1/models", lists_a_model_with_its_length),
    ("Weaviate", "/.well-known/ready", is_an_object),
    ("Weaviate", "/meta", is_an_object),
)
"""What an application asks before its first search, and whether the answer satisfies it."""


@pytest.mark.parametrize(("application", "path", "satisfies"), QUESTIONS)
def test_what_an_application_asks_first_is_answered(
    server: SidecarProcess, application: str, path: str, satisfies: Callable[[Any], bool]
) -> None:
    assert application in {call.application for call in CALLS}
    answer = ask(server, path)
    assert answer.status == 200
    assert satisfies(answer.body)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.application} {call.path}")
def test_an_application_reads_the_models_scores(server: SidecarProcess, call: Call) -> None:
    plain = {"query": QUERY, "documents": TEXTS, "raw_scores": call.logits}
    expected = scores(post(server, "/v2/rerank", plain))
    answer = post(server, call.path, call.body, dict(call.headers))
    assert answer.status == 200, answer.raw
    read = call.read(answer.body)
    assert max(read, key=lambda index: read[index]) == BEST
    assert read == {index: expected[index] for index in read}
    wanted = call.body.get("top_n", call.body.get("top_k", COUNT))
    assert len(read) == min(wanted, COUNT)


def test_the_page_lists_the_applications_that_are_replayed() -> None:
    listed = re.findall(r"^\| \*\*(.+?)\*\* \|", PAGE, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert {call.application for call in CALLS} == set(listed)
