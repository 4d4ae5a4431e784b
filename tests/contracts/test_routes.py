"""Which dialect a body is in, by its path and keys alone."""

from typing import Any

import pytest

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.routes import ROUTES, choose
from sidecar.errors import InvalidRequest
from tests.contracts.shapes import SHAPES, body_of

Q: dict[str, Any] = {"query": "q", "documents": ["a"]}
MARKED = [dialect for dialect in DIALECTS if dialect.shared_paths]


def named(name: str) -> Dialect:
    return next(dialect for dialect in DIALECTS if dialect.name == name)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_template_and_the_example_are_a_dialects_own_on_its_paths(dialect: Dialect) -> None:
    for path in dialect.paths:
        for key in dialect.templates:
            assert choose(path, body_of(path, key, "q", ["a"])) is dialect
        assert choose(path, dialect.example) is dialect


@pytest.mark.parametrize("dialect", MARKED, ids=lambda dialect: dialect.name)
def test_each_mark_alone_is_enough_on_a_shared_path_and_may_be_null(dialect: Dialect) -> None:
    for path in dialect.shared_paths:
        for key in dialect.templates:
            for mark in dialect.marks:
                assert choose(path, {"query": "q", key: ["a"], mark: None}) is dialect


def test_a_path_and_a_key_belong_to_one_dialect_and_so_does_a_mark() -> None:
    ranking = [dialect for dialect in DIALECTS if dialect.ranks]
    assert len(SHAPES) == sum(len(each.paths) * len(each.templates) for each in ranking)
    marks = [mark for dialect in DIALECTS for mark in dialect.marks]
    assert len(marks) == len(set(marks))
    assert {path for dialect in DIALECTS for path in dialect.shared_paths} <= set(ROUTES)


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/rerank", {"query": "q", "texts": ["a"], "top_n": 1, "raw_scores": True}, "tei"),
        ("/rerank", Q, "cohere-v2"),
        ("/rerank", {**Q, "top_n": 2, "return_documents": True}, "cohere-v2"),
        ("/rerank", {**Q, "texts": None}, "cohere-v2"),
        ("/rerank", {**Q, "raw_scores": False, "return_documents": False}, "infinity"),
        ("/rerank", {**Q, "raw_scores": False, "use_activation": True}, "infinity"),
        ("/v1/rerank", {**Q, "rank_fields": ["title"], "max_chunks_per_doc": 1}, "cohere-v1"),
        ("/v1/rerank", {**Q, "top_n": 3, "return_documents": True}, "cohere-v1"),
        ("/v1/rerank", {**Q, "raw_scores": True}, "cohere-v1"),
        ("/v1/rerank", {**Q, "top_k": 2, "softmax": True}, "voyage"),
        ("/v1/rerank", {"query": "q", "texts": ["a"], "truncate": True}, "tei"),
        ("/v1/reranking", {**Q, "top_n": 2}, "cohere-v1"),
        ("/v1/reranking", {"query": {"text": "q"}, "passages": [{"text": "a"}]}, "nim"),
        ("/v2/rerank", {**Q, "max_tokens_per_doc": None, "priority": 1}, "cohere-v2"),
        ("/v2/rerank", {**Q, "top_k": 3, "truncation": True}, "cohere-v2"),
        ("/opensearch/rerank", {**Q, "top_k": 1, "raw_scores": True}, "opensearch"),
        ("/elasticsearch/rerank", {**Q, "use_activation": False}, "elasticsearch"),
    ],
)
def test_keys_that_others_have_too_decide_nothing(
    path: str, body: dict[str, Any], name: str
) -> None:
    assert choose(path, body) is named(name)


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/rerank", {**Q, "texts": ["a"]}, "`documents` and `texts` exclude each other"),
        ("/v1/reranking", {}, "`documents` or `input` or `passages` is missing"),
        ("/v1/ranking", Q, "`passages` is missing"),
        ("/score", {"text_1": "q"}, "`text_2` or `data_2` or `documents` or `items` is missing"),
        ("/score", {"text_2": "a", "items": "a"}, "`text_2` and `items` exclude each other"),
    ],
)
def test_none_or_several_of_the_keys(path: str, body: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest) as fault:
        choose(path, body)
    assert fault.value.message == f"$: {message}"
