"""Which dialect a body is in, by its path and keys alone."""

from typing import Any

import pytest

from sidecar.contracts.routes import ROUTES, ROWS, Row, choose
from sidecar.errors import InvalidRequest

Q: dict[str, Any] = {"query": "q", "documents": ["a"]}
TABLE = [
    ("/rerank", {"query": "q", "texts": ["a"]}, "tei"),
    ("/rerank", {"query": "q", "texts": ["a"], "top_n": 1, "raw_scores": True}, "tei"),
    ("/rerank", Q, "cohere-v2"),
    ("/rerank", {**Q, "top_n": 2, "return_documents": True}, "cohere-v2"),
    ("/rerank", {**Q, "raw_scores": False, "return_documents": False}, "infinity"),
    ("/rerank", {**Q, "truncate_prompt_tokens": None}, "vllm"),
    ("/rerank", {**Q, "texts": None}, "cohere-v2"),
    ("/v1/rerank", Q, "cohere-v1"),
    ("/v1/rerank", {**Q, "rank_fields": ["title"], "max_chunks_per_doc": 1}, "cohere-v1"),
    ("/v1/rerank", {**Q, "top_n": 3, "return_documents": True}, "cohere-v1"),
    ("/v1/rerank", {**Q, "raw_scores": True}, "cohere-v1"),
    ("/v1/rerank", {**Q, "top_k": None}, "voyage"),
    ("/v1/rerank", {**Q, "truncation": False}, "voyage"),
    ("/v1/rerank", {**Q, "use_activation": False}, "vllm"),
    ("/v2/rerank", Q, "cohere-v2"),
    ("/v2/rerank", {**Q, "max_tokens_per_doc": None, "priority": 1}, "cohere-v2"),
    ("/v2/rerank", {**Q, "top_k": 3, "truncation": True}, "cohere-v2"),
    ("/v2/rerank", {**Q, "truncation_side": "left"}, "vllm"),
    ("/infinity/rerank", Q, "infinity"),
    ("/voyage/v1/rerank", Q, "voyage"),
    ("/jina/v1/rerank", Q, "jina"),
    ("/vllm/rerank", Q, "vllm"),
    ("/v1/reranking", {"query": "q", "input": ["a"]}, "mixedbread"),
    ("/v1/ranking", {"query": {"text": "q"}, "passages": [{"text": "a"}]}, "nim"),
    ("/v1/retrieval/{model}/reranking", {"query": "q", "passages": ["a"]}, "nim"),
    ("/score", {"text_1": "q", "text_2": "a"}, "vllm-score"),
    ("/v1/score", {"queries": "q", "items": ["a"]}, "vllm-score"),
    ("/api/predict", {"data": ["q", "a"]}, "gradio"),
    ("/opensearch/rerank", {**Q, "top_k": 1, "raw_scores": True}, "opensearch"),
    ("/elasticsearch/rerank", {**Q, "use_activation": False}, "elasticsearch"),
    ("/elasticsearch/rerank", {"query": "q", "texts": ["a"]}, "elasticsearch-texts"),
]


@pytest.mark.parametrize(("path", "body", "name"), TABLE)
def test_the_table(path: str, body: dict[str, Any], name: str) -> None:
    assert choose(path, body).name == name


def test_the_table_has_every_row_and_every_path() -> None:
    assert {name for _, _, name in TABLE} == {row.dialect.name for row in ROWS}
    assert {path for path, _, _ in TABLE} == set(ROUTES)


@pytest.mark.parametrize("row", [row for row in ROWS if row.shared], ids=lambda r: r.dialect.name)
def test_each_mark_alone_is_enough_and_may_be_null(row: Row) -> None:
    for path in row.shared:
        for mark in row.marks:
            assert choose(path, {**Q, mark: None}) is row.dialect


def test_a_mark_is_one_dialects() -> None:
    marks = [mark for row in ROWS for mark in row.marks]
    assert len(marks) == len(set(marks))


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/rerank", {**Q, "texts": ["a"]}, "`documents` and `texts` exclude each other"),
        ("/v1/reranking", Q, "`input` is missing"),
        ("/v1/ranking", Q, "`passages` is missing"),
        ("/score", {"text_1": "q"}, "`text_2` or `data_2` or `documents` or `items` is missing"),
        ("/score", {"text_2": "a", "items": "a"}, "`text_2` and `items` exclude each other"),
    ],
)
def test_none_or_several_of_the_keys(path: str, body: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as fault:
        choose(path, body)
    assert fault.value.message == f"$: {message}"
