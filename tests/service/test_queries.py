"""Queries that are too long, and blank ones: in every dialect."""

import re
import time
from typing import Any

import pytest

from sidecar.contracts.dialect import Dialect
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import SHAPES, body_of, dialect_of, url_of
from tests.http_client import Answer, ask, assert_error, post, scores

CUT = "the query was too long and cut"
BLANK = "the query is blank: the documents keep their order, with equal scores"
LONG = "which shoe is red and made for running " * 200
DOCUMENTS = ["Toaster with two slots", "Red running shoe"]
FORBIDDEN: dict[str, dict[str, Any]] = {
    "tei": {"truncate": False},
    "tei-predict": {"truncate": False},
    "elasticsearch-texts": {"truncate": False},
    "nim": {"truncate": "NONE"},
    "voyage": {"truncation": False},
}
"""By dialect, how its clients forbid truncation."""


def counted(server: SidecarProcess) -> float:
    metrics = ask(server, "/metrics").raw.decode()
    (count,) = re.findall(r"^rerank_truncated_queries_total (\S+)$", metrics, re.M)
    return float(count)


def warnings(answer: Answer) -> str:
    return str(answer.headers["x-rerank-warnings"])


def body_warnings(dialect: Dialect, answer: Answer) -> list[str]:
    """The warnings in the body; none where it has no room for them."""
    if not dialect.has_extras:
        return []
    body = answer.body
    found: list[str] = body["warnings"] if "warnings" in body else body["meta"]["warnings"]
    return found


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_a_long_query_is_cut(server: SidecarProcess, path: str, key: str) -> None:
    dialect, before = dialect_of(path, key), counted(server)
    answer = post(server, url_of(path), body_of(path, key, LONG, DOCUMENTS))
    assert answer.status == 200
    by_index = scores(answer)
    if dialect.name != "gradio":  # its scores have no index
        assert by_index[1] > by_index[0]
    assert warnings(answer) == CUT
    assert body_warnings(dialect, answer) == ([CUT] if dialect.has_extras else [])
    assert counted(server) == before + 1


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_a_long_query_is_refused_where_the_caller_forbids_truncation(
    server: SidecarProcess, path: str, key: str
) -> None:
    name = dialect_of(path, key).name
    body = {**body_of(path, key, LONG, DOCUMENTS), **FORBIDDEN.get(name, {})}
    answer = post(server, url_of(path), body)
    if name in FORBIDDEN:
        assert assert_error(answer, 422, "too_long").startswith("$.query: ")
    else:
        assert answer.status == 200


def test_a_query_of_a_megabyte_costs_no_more_than_a_long_one(server: SidecarProcess) -> None:
    for query in ("x" * 10**6, "red running shoe " * 60_000, "\u00e9" * 5 * 10**5):
        start = time.monotonic()
        answer = post(server, "/v2/rerank", {"query": query, "documents": DOCUMENTS * 20})
        assert answer.status == 200
        assert CUT in answer.body["meta"]["warnings"]
        assert time.monotonic() - start < 5


def test_an_explanation_is_of_the_query_as_it_was_read(server: SidecarProcess) -> None:
    document = {"title": "Red running shoe", "description": "light"}
    body = {"query": LONG, "documents": [document, "x"], "profile": "ecommerce", "shapley": 1}
    answer = post(server, "/v2/rerank", {**body, "relevant_spans": {"mode": "enabled"}})
    assert answer.status == 200
    best = answer.body["explanations"][0]
    model = next(part["value"] for part in best["parts"] if part["kind"] == "model")
    empty = post(server, "/v2/rerank", {**body, "documents": [document], "shapley": 1}).body
    assert sum(best["shapley"].values()) == pytest.approx(
        sum(empty["explanations"][0]["shapley"].values()), abs=1e-4
    )
    assert model > 0


def test_the_side_that_is_cut_is_the_callers(server: SidecarProcess) -> None:
    filler = "and so on and so forth " * 120
    first, last = "red running shoe " + filler, filler + " red running shoe"

    def difference(query: str, direction: str) -> float:
        body = {"query": query, "texts": DOCUMENTS, "truncation_direction": direction}
        by_index = scores(post(server, "/rerank", body))
        return by_index[1] - by_index[0]

    assert difference(first, "Right") > difference(first, "Left")
    assert difference(last, "Left") > difference(last, "Right")


def test_vllms_limits_of_the_query(server: SidecarProcess) -> None:
    def answer(**more: Any) -> Answer:
        query = "red running shoes for wet trails"
        return post(server, "/vllm/rerank", {"query": query, "documents": DOCUMENTS, **more})

    def tokens(**more: Any) -> int:
        return int(answer(**more).body["usage"]["total_tokens"])

    assert tokens(max_tokens_per_query=0) == tokens(max_tokens_per_query=100) == tokens()
    assert tokens(max_tokens_per_query=2) == tokens() - 2 * 4
    assert answer(max_tokens_per_query=2).body["warnings"] == [CUT]
    assert CUT in answer(truncate_prompt_tokens=8).body["warnings"]
    assert "warnings" not in answer(truncate_prompt_tokens=100).body


def test_queries_that_are_cut_are_counted_one_by_one(server: SidecarProcess) -> None:
    before = counted(server)
    body = {"text_1": [LONG, "red", LONG + "now"], "text_2": ["a", "b", "c"]}
    assert post(server, "/score", body).body["warnings"] == ["2 queries were too long and cut"]
    assert counted(server) == before + 2


@pytest.mark.parametrize("query", ["", " \n\t", "\u3000", "\u200b\ufeff", "\u3164 \ufe0f\u2800"])
@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_a_blank_query_keeps_the_order(
    server: SidecarProcess, path: str, key: str, query: str
) -> None:
    dialect = dialect_of(path, key)
    body = {**body_of(path, key, query, ["b", "a", "c"]), "profile": "ecommerce", "explain": True}
    answer = post(server, url_of(path), body)
    by_index = scores(answer)
    assert list(by_index) == [0, 1, 2]
    assert set(by_index.values()) == {0.0 if dialect.decode(body).raw_scores else 0.5}
    assert warnings(answer) == BLANK
    assert body_warnings(dialect, answer) == ([BLANK] if dialect.has_extras else [])
    assert answer.headers["x-compute-tokens"] == "0"
    if dialect.has_extras:
        assert [each["parts"] for each in answer.body["explanations"]] == [[], [], []]


def test_a_blank_query_is_checked_like_any_other(server: SidecarProcess) -> None:
    body = {"query": " ", "documents": DOCUMENTS, "top_n": 1}
    assert scores(post(server, "/v2/rerank", body)) == {0: 0.5}
    unknown = post(server, "/v2/rerank", {**body, "profile": "no-such"})
    assert_error(unknown, 422, "validation")


def test_a_blank_query_among_pairs(server: SidecarProcess) -> None:
    body = {"text_1": ["red shoes", " "], "text_2": ["red shoes", "red shoes"]}
    answer = post(server, "/score", body)
    assert scores(answer)[0] > 0.5
    assert scores(answer)[1] == 0.5
    assert answer.body["warnings"] == [BLANK]


def test_a_blank_query_leaves_nothing_out(server: SidecarProcess) -> None:
    answer = post(server, "/v2/rerank", {"query": " ", "documents": DOCUMENTS, "min_score": 0.9})
    assert [result["index"] for result in answer.body["results"]] == [0, 1]
    assert answer.body["below_min_score"] == 0
    assert warnings(answer) == BLANK
