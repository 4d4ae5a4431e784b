"""What every dialect does the same on the shipped model, and what single ones promise."""

import time
from typing import Any

import pytest

from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.dialects.gradio import GRADIO
from sidecar.contracts.routes import ROUTES
from sidecar.pipeline.threshold import ALL_BELOW, IGNORED
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import SHAPES, body_of, dialect_of, indexed, url_of
from tests.http_client import ask, assert_error, post, scores

QUERY = "how do I end the contract early"
TEXTS = [
    "Invoices are paid within thirty days.",
    "Either party may end this contract early with written notice.",
    "The contract is kept in a safe.",
]
SCORED = {"query": QUERY, "documents": TEXTS}
MARKED = [(path, each.marks[0]) for each in DIALECTS for path in each.shared_paths]


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_every_dialect_gives_the_same_scores(server: SidecarProcess, path: str, key: str) -> None:
    expected = scores(post(server, "/v2/rerank", {"query": QUERY, "documents": TEXTS}))
    body = {**body_of(path, key, QUERY, TEXTS), "order": "input"}
    if dialect_of(path, key).decode(body).raw_scores:
        raw = {"query": QUERY, "documents": TEXTS, "raw_scores": True}
        expected = scores(post(server, "/v2/rerank", raw))
    assert scores(post(server, url_of(path), body)) == expected


@pytest.mark.parametrize(("path", "mark"), MARKED)
def test_so_do_those_that_share_a_path(server: SidecarProcess, path: str, mark: str) -> None:
    body = {"query": QUERY, "documents": TEXTS}
    assert scores(post(server, path, {**body, mark: None})) == scores(post(server, path, body))


API = [(path, key) for path, key in SHAPES if "search" not in path]


@pytest.mark.parametrize(("path", "key"), API)
def test_raw_scores_are_logits_in_every_dialect(
    server: SidecarProcess, path: str, key: str
) -> None:
    raw = {"query": QUERY, "documents": TEXTS, "raw_scores": True, "order": "input"}
    expected = [score for _, score in indexed(post(server, "/v2/rerank", raw).body)]
    body = {**body_of(path, key, QUERY, TEXTS), "raw_scores": True, "order": "input"}
    assert [score for _, score in indexed(post(server, url_of(path), body).body)] == expected


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_our_own_keys_work_in_every_dialect(server: SidecarProcess, path: str, key: str) -> None:
    body = body_of(path, key, QUERY, TEXTS)
    unknown = post(server, url_of(path), {**body, "profile": "nobody"})
    assert "nobody" in assert_error_message(unknown)
    late = {**body_of(path, key, QUERY, ["many words " * 800] * 200), "deadline_ms": 20}
    assert post(server, url_of(path), late).status == 504
    explained = post(server, url_of(path), {**body, "explain": True}).body
    if dialect_of(path, key).has_extras:
        assert [entry["logit"] for entry in explained["explanations"]]
        assert len(explained["explanations"]) == len(TEXTS)


def assert_error_message(answer: Any) -> str:
    assert answer.status == 422, answer.raw
    return str(answer.body["message"])


def is_sorted(path: str, key: str) -> bool:
    """Whether the dialect answers by score, unless the request says otherwise."""
    body = body_of(path, key, QUERY, TEXTS)
    return dialect_of(path, key).decode(body).order == "score"


SORTED = [(path, key) for path, key in API if is_sorted(path, key)]


@pytest.mark.parametrize(("path", "key"), SORTED)
def test_results_are_sorted_unless_the_order_is_input(
    server: SidecarProcess, path: str, key: str
) -> None:
    body = body_of(path, key, QUERY, TEXTS)
    values = [score for _, score in indexed(post(server, url_of(path), body).body)]
    assert values == sorted(values, reverse=True)
    ordered = post(server, url_of(path), {**body, "order": "input"}).body
    assert [score for _, score in indexed(ordered)] != values


WITH_TOP = [
    (path, key, top)
    for path, key in SORTED
    for top in ("top_n", "top_k")
    if top in dialect_of(path, key).body.model_fields
]


@pytest.mark.parametrize(("path", "key", "top"), WITH_TOP)
def test_top_n_null_and_zero_mean_all_and_a_negative_one_is_refused(
    server: SidecarProcess, path: str, key: str, top: str
) -> None:
    body = body_of(path, key, QUERY, TEXTS)
    for value, count in ((None, 3), (0, 3), (2, 2), (99, 3)):
        assert len(scores(post(server, url_of(path), {**body, top: value}))) == count
    refused = post(server, url_of(path), {**body, top: -1})
    assert assert_error_message(refused).startswith(f"$.{top}: ")


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_min_score_leaves_out_what_scores_below_it_where_an_answer_may(
    server: SidecarProcess, path: str, key: str
) -> None:
    dialect = dialect_of(path, key)
    body = {**body_of(path, key, QUERY, TEXTS), "order": "input"}
    every = scores(post(server, url_of(path), body))
    threshold = sorted(scores(post(server, "/v2/rerank", SCORED)).values())[1]
    answer = post(server, url_of(path), {**body, "min_score": threshold})
    if dialect.complete:
        assert scores(answer) == every
        assert IGNORED in answer.headers["x-rerank-warnings"]
        assert "x-rerank-below-min-score" not in answer.headers
        return
    left_out = min(every, key=lambda index: every[index])
    kept = [value for index, value in every.items() if index != left_out]
    assert list(scores(answer).values()) == kept
    assert answer.headers["x-rerank-below-min-score"] == "1"
    assert "x-rerank-warnings" not in answer.headers
    if dialect.has_extras:
        assert answer.body["below_min_score"] == 1


def test_nothing_left_is_said(server: SidecarProcess) -> None:
    answer = post(server, "/v2/rerank", {**SCORED, "min_score": 1})
    assert answer.body["results"] == []
    assert answer.body["below_min_score"] == len(TEXTS)
    assert answer.body["meta"]["warnings"] == [ALL_BELOW]


def test_min_score_comes_before_top_n_and_before_explanations(server: SidecarProcess) -> None:
    body = {**SCORED, "min_score": 0, "top_n": 1, "explain": True}
    answer = post(server, "/v2/rerank", body).body
    assert len(answer["results"]) == len(answer["explanations"]) == 1
    assert answer["below_min_score"] == 0


def test_min_score_is_counted_in_a_metric(server: SidecarProcess) -> None:
    def left_out() -> float:
        lines = ask(server, "/metrics").raw.decode().splitlines()
        name = "rerank_below_min_score_documents_total "
        return float(next(line for line in lines if line.startswith(name)).removeprefix(name))

    before = left_out()
    post(server, "/v2/rerank", {**SCORED, "min_score": 1})
    assert left_out() == before + len(TEXTS)


@pytest.mark.parametrize("value", [-0.1, 1.1, "nan", "inf", True, "high"])
def test_a_min_score_that_no_score_has_is_refused(server: SidecarProcess, value: object) -> None:
    refused = post(server, "/v2/rerank", {**SCORED, "min_score": value})
    assert assert_error_message(refused).startswith("$.min_score: ")


def test_an_empty_text_is_a_legal_document(server: SidecarProcess) -> None:
    for path, key in SHAPES:
        if dialect_of(path, key) is not GRADIO:  # which skips blank lines
            answer = post(server, url_of(path), body_of(path, key, QUERY, ["", "a"]))
            assert sorted(scores(answer)) == [0, 1]


def test_pairs_of_many_queries_score_as_they_do_alone(server: SidecarProcess) -> None:
    queries = [QUERY, "when are invoices paid", QUERY]
    body = {"text_1": queries, "text_2": TEXTS, "explain": True}
    answer = post(server, "/score", body).body
    assert [item["index"] for item in answer["data"]] == [0, 1, 2]
    assert [entry["index"] for entry in answer["explanations"]] == [0, 1, 2]
    tokens = 0
    for item, query, text in zip(answer["data"], queries, TEXTS, strict=True):
        alone = post(server, "/score", {"text_1": query, "text_2": text}).body
        assert alone["data"][0]["score"] == item["score"]
        tokens += alone["usage"]["total_tokens"]
    assert answer["usage"]["total_tokens"] == tokens


def test_the_queries_of_a_request_do_not_crowd_each_other_out(server: SidecarProcess) -> None:
    """An idle server takes the whole and runs out of time; 429 would ask to come back forever."""
    queries = [f"query {number}" for number in range(32)]
    body = {"text_1": queries, "text_2": ["many words " * 300] * 32, "deadline_ms": 150}
    assert_error(post(server, "/score", body), 504, "deadline")


def test_a_pair_is_cut_to_the_tokens_that_it_may_have(server: SidecarProcess) -> None:
    long = TEXTS[1] + " " + "Nothing else. " * 60
    plain = {"query": QUERY, "documents": [long]}

    def tokens(**more: Any) -> int:
        body = post(server, "/vllm/rerank", {**plain, **more}).body
        return int(body["usage"]["total_tokens"])

    assert tokens(truncate_prompt_tokens=40) == 40
    assert tokens(truncate_prompt_tokens=-1) == tokens() > 40
    assert tokens(max_tokens_per_doc=10) < 40
    assert tokens(truncate_prompt_tokens=5) == 5
    refused = post(server, "/vllm/rerank", {**plain, "truncate_prompt_tokens": 3})
    assert_error(refused, 422, "too_long")


def test_relevant_spans_are_sentences_with_scores_of_their_own(server: SidecarProcess) -> None:
    sentences = ["Invoices 😀 are paid within thirty days.", *TEXTS[1:]]
    text = "  {} {}\n\n{} ***".format(*sentences)
    body: dict[str, Any] = {"query": QUERY, "documents": ["Nothing here.", text, {"title": "x"}]}
    spans = {"mode": "enabled", "threshold": 0.0}

    def spans_by_index(**more: Any) -> dict[int, list[dict[str, Any]]]:
        answer = post(server, "/v2/rerank", {**body, "relevant_spans": {**spans, **more}})
        return {item["index"]: item["relevant_spans"] for item in answer.body["results"]}

    every = spans_by_index()
    assert [text[span["start"] : span["end"]] for span in every[1]] == sentences
    assert every[2] == []
    alone = scores(post(server, "/v2/rerank", {"query": QUERY, "documents": sentences}))
    assert [span["score"] for span in every[1]] == [alone[index] for index in range(3)]
    (best,) = spans_by_index(max_spans=1)[1]
    assert text[best["start"] : best["end"]] == TEXTS[1]
    high = spans_by_index(threshold=best["score"] - 1e-6)[1]
    assert [span["start"] for span in high] == [best["start"]]
    assert "relevant_spans" not in post(server, "/v2/rerank", body).body["results"][0]


def test_a_long_text_has_spans_within_the_budget(server: SidecarProcess) -> None:
    text = "A sentence about the weather. " * 2000 + TEXTS[1]
    spans = {"mode": "enabled", "threshold": 0.0}
    body = {"query": QUERY, "documents": [text], "relevant_spans": spans}
    for budget in (64, 600):
        answer = post(server, "/v2/rerank", {**body, "long": {"budget_tokens": budget}})
        (result,) = answer.body["results"]
        # Each sentence has six tokens, except the one that the budget cuts.
        assert 1 < len(result["relevant_spans"]) <= budget // 6 + 1
    start = time.monotonic()
    assert post(server, "/v2/rerank", body).status == 200
    assert time.monotonic() - start < 20


def test_the_hosted_form_names_any_model_in_its_path(server: SidecarProcess) -> None:
    body = {"query": {"text": QUERY}, "passages": [{"text": text} for text in TEXTS]}
    for model in ("one", "nvidia/two", "a/b/c"):
        answer = post(server, f"/v1/retrieval/{model}/reranking", body)
        assert answer.body["rankings"][0]["index"] == 1


def test_the_models_list_names_the_one_that_runs(server: SidecarProcess) -> None:
    listed = ask(server, "/v1/models").body
    (model,) = listed["data"]
    assert listed["object"] == "list"
    assert model["id"] == ask(server, "/info").body["model"]
    assert model["object"] == "model"
    assert time.time() - model["created"] < 3600


def test_a_refusal_has_the_dialects_shape_on_a_shared_path_too(server: SidecarProcess) -> None:
    answer = post(server, "/rerank", {"query": "q", "documents": [1], "raw_scores": False})
    (fault,) = answer.body["detail"]
    assert set(fault) == {"loc", "msg", "type"}
    assert_error(post(server, "/rerank", {"query": "q", "documents": [1]}), 422, "validation")


def test_the_instruction_of_the_gradio_call_is_the_searchs(server: SidecarProcess) -> None:
    lines = "\n".join(TEXTS)
    body = {"data": [QUERY, lines, "an instruction", 8]}
    documents, _ = post(server, "/api/predict", body).body["data"]
    assert documents[0] == TEXTS[1]
    # The shipped model takes none, so only the request can show it.
    for keys, expected in (({}, "an instruction"), ({"instruction": "ours"}, "ours")):
        assert GRADIO.decode({**body, **keys}).control.instruction == expected
    long = post(server, "/api/predict", {"data": [QUERY, lines, "x" * 2001]})
    assert_error(long, 422, "validation")


def test_every_path_is_served(server: SidecarProcess) -> None:
    for path in ROUTES:
        assert post(server, url_of(path), {}).status == 422
