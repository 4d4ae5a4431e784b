"""Vectors over HTTP: every dialect's answer, an encoder beside the reranker, what is refused."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar import Reranker
from sidecar.errors import ModelError, StartupError, UnknownModel
from sidecar.http.service import Watch, open_models
from sidecar.pipeline.model_changes import ModelChanges
from sidecar.pipeline.model_names import kind_of
from sidecar.runtime.options import ModelSource
from sidecar.settings import Settings
from sidecar.workshop.sidecar_process import SidecarProcess
from tests import http_client
from tests.http_client import Answer, ask
from tests.tiny_encoders import tiny_encoder

TEXTS = ["red running shoe", "rain cover"]
NAME = "tiny-embed"
KEY = "a-key"
TOO_LONG = "word " * 40


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "encoder"
    return tiny_encoder(folder, matryoshka=(4,), prefixes={"query": "q: ", "document": "d: "})


@pytest.fixture(scope="module")
def server(encoder: Path) -> Iterator[SidecarProcess]:
    """An encoder alone is named: the shipped reranker serves beside it."""
    with SidecarProcess({"model": str(encoder), "api_key": KEY}) as process:
        yield process


def post(server: SidecarProcess, path: str, body: object) -> Answer:
    """With the key."""
    return http_client.post(server, path, body, {"Authorization": f"Bearer {KEY}"})


def vectors(server: SidecarProcess, path: str = "/v1/embeddings", **body: Any) -> Any:
    """The numbers of OpenAI's answer."""
    answer = post(server, path, {"input": TEXTS, **body})
    assert answer.status == 200, answer.raw
    assert [row["index"] for row in answer.body["data"]] == list(range(len(answer.body["data"])))
    return np.array([row["embedding"] for row in answer.body["data"]])


def test_openai_has_a_unit_vector_for_each_text(server: SidecarProcess) -> None:
    answer = post(server, "/v1/embeddings", {"input": TEXTS, "model": NAME, "user": "u"})
    assert answer.body["object"] == "list"
    assert answer.body["model"] == NAME
    tokens = sum(len(f"d: {text}") + 2 for text in TEXTS)  # bytes and two marks
    assert answer.body["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}
    rows = vectors(server)
    assert rows.shape == (2, 8)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-6)
    assert vectors(server, input=TEXTS[1])[0] == pytest.approx(rows[1], abs=1e-6)


def test_base64_is_the_same_float32(server: SidecarProcess) -> None:
    answer = post(server, "/v1/embeddings", {"input": TEXTS, "encoding_format": "base64"})
    rows = [
        np.frombuffer(base64.b64decode(row["embedding"]), dtype="<f4")
        for row in answer.body["data"]
    ]
    assert np.array(rows) == pytest.approx(vectors(server), abs=1e-7)


def test_fewer_dimensions_are_the_first_ones_at_length_1(server: SidecarProcess) -> None:
    whole, cut = vectors(server), vectors(server, dimensions=4)
    first = whole[:, :4] / np.linalg.norm(whole[:, :4], axis=1, keepdims=True)
    assert cut == pytest.approx(first, abs=1e-6)
    assert vectors(server, dimensions=8) == pytest.approx(whole)


@pytest.mark.parametrize("word", ["dimensions", "output_dimension"])
def test_every_dialect_knows_both_words_for_the_size(server: SidecarProcess, word: str) -> None:
    cut = vectors(server, dimensions=4)
    assert vectors(server, **{word: 4}) == pytest.approx(cut)
    assert vectors(server, task="retrieval.passage", **{word: 4}) == pytest.approx(cut)
    for path in ("/v1/embed", "/v2/embed"):
        answer = post(server, path, {"texts": TEXTS, "embedding_types": ["float"], word: 4}).body
        assert answer["embeddings"]["float"] == pytest.approx(cut, abs=1e-6)
    tei = post(server, "/document/embed", {"inputs": TEXTS, word: 4})
    assert json.loads(tei.raw) == pytest.approx(cut, abs=1e-6)


def test_a_query_and_a_document_have_other_prefixes(server: SidecarProcess) -> None:
    as_document, as_query = vectors(server), vectors(server, input_type="query")
    assert vectors(server, input_type="passage") == pytest.approx(as_document)
    assert not np.allclose(as_query, as_document, atol=1e-3)
    assert vectors(server, "/v1/embeddings?input_type=query") == pytest.approx(as_query)
    assert vectors(server, "/query/v1/embeddings") == pytest.approx(as_query)
    assert vectors(server, "/document/v1/embeddings") == pytest.approx(as_document)
    assert vectors(server, task="retrieval.query") == pytest.approx(as_query)
    body = {"texts": TEXTS, "input_type": "search_query"}
    assert post(server, "/v1/embed", body).body["embeddings"] == pytest.approx(as_query, abs=1e-6)
    tei = post(server, "/embed", {"inputs": TEXTS, "prompt_name": "query"})
    assert json.loads(tei.raw) == pytest.approx(as_query, abs=1e-6)


def test_cohere_v2_has_the_types_by_name(server: SidecarProcess) -> None:
    body = {"texts": TEXTS, "embedding_types": ["float", "ubinary", "binary"]}
    answer = post(server, "/v2/embed", body).body
    rows = np.array(answer["embeddings"]["float"])
    assert rows == pytest.approx(vectors(server), abs=1e-6)
    signs = [sum(128 >> place for place in range(8) if row[place] > 0) for row in rows]
    assert answer["embeddings"]["ubinary"] == [[byte] for byte in signs]
    assert answer["embeddings"]["binary"] == [[byte - 128] for byte in signs]
    assert answer["texts"] == TEXTS


def test_tei_is_a_bare_array_and_may_leave_lengths_alone(server: SidecarProcess) -> None:
    assert json.loads(post(server, "/embed", {"inputs": TEXTS[0]}).raw) == pytest.approx(
        vectors(server)[:1], abs=1e-6
    )
    raw = json.loads(post(server, "/embed", {"inputs": TEXTS, "normalize": False}).raw)
    assert (np.linalg.norm(raw, axis=1) < 0.9).all()


def test_embed_all_has_a_vector_for_each_token(server: SidecarProcess) -> None:
    rows = json.loads(post(server, "/embed_all", {"inputs": TEXTS}).raw)
    assert [len(row) for row in rows] == [len(f"d: {text}") + 2 for text in TEXTS]
    means = np.array([np.mean(row, axis=0) for row in rows])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    assert means == pytest.approx(vectors(server), abs=1e-5)


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/v1/embeddings", {"input": ["a", " "]}, 422, "$.input[1]: is empty"),
        ("/v1/embeddings", {"input": []}, 400, "the list of texts is empty"),
        ("/v1/embeddings", {"input": [[1, 2]]}, 422, "holds token ids"),
        ("/v1/embeddings", {"input": [1, 2]}, 422, "holds token ids"),
        ("/v1/embeddings", {"input": [["a"]]}, 422, "must be a string, not an array"),
        ("/v1/embeddings", {"input": None}, 422, "$.input"),
        ("/v1/embeddings", {}, 422, "$.input"),
        ("/v1/embeddings", {"input": TOO_LONG}, 422, "text 0 is too long"),
        ("/v1/embeddings", {"input": "x" * 100_000}, 422, "text 0 is too long"),
        ("/v1/embeddings", {"input": "a", "dimensions": 3}, 422, "one of 4, 8 numbers, not 3"),
        ("/v2/embed", {"texts": ["a"], "output_dimension": 3}, 422, "$: this encoder's vectors"),
        ("/v1/embeddings", {"input": "a", "dimensions": 0}, 422, "$.dimensions"),
        (
            "/v2/embed",
            {"texts": ["a"], "dimensions": 4, "output_dimension": 8},
            422,
            "`dimensions` and `output_dimension` exclude each other",
        ),
        ("/embed_all", {"inputs": ["a"], "output_dimension": 4}, 422, "have one size"),
        ("/v1/embeddings", {"input": "a", "model": "minilm-en"}, 422, "is a reranker"),
        ("/v1/embeddings", {"input": "a", "encoding_format": "int8"}, 422, "$.encoding_format"),
        ("/v1/embeddings", {"input": "a", "input_type": "song"}, 422, "$.input_type"),
        ("/v1/embeddings", {"input": {"image": "data:"}}, 422, "holds an image"),
        ("/v1/embeddings", {"input": "a", "late_chunking": True}, 422, "one by one"),
        ("/v1/embed", {"texts": ["a", ""]}, 422, "$.texts[1]: is empty"),
        ("/v2/embed", {"texts": ["a"], "embedding_types": ["int8"]}, 422, "a scale of its own"),
        ("/v2/embed", {"texts": [TOO_LONG], "truncate": "NONE"}, 422, "too long"),
        ("/v2/embed", {"images": ["data:"]}, 422, "reads text alone"),
        ("/embed", {"inputs": [TOO_LONG], "truncate": False}, 422, "too long"),
        ("/embed_all", {"inputs": ["a"] * 33}, 422, "33 texts, at most 32"),
    ],
)
def test_refusals(
    server: SidecarProcess, path: str, body: dict[str, Any], status: int, message: str
) -> None:
    answer = post(server, path, body)
    assert answer.status == status, answer.raw
    assert message in answer.body["message"]
    if path == "/v1/embeddings":
        assert answer.body["error"]["message"] == answer.body["message"]
        assert answer.body["error"]["type"] == "invalid_request_error"
    else:
        assert answer.body["error"] == answer.body["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/embed", {"texts": [TOO_LONG]}),
        ("/embed", {"inputs": [TOO_LONG]}),
        ("/v1/embeddings", {"input": [TOO_LONG], "truncate": True}),
        ("/v1/embeddings?truncate=end", {"input": [TOO_LONG]}),
        ("/v1/embeddings", {"input": [TOO_LONG], "truncate_prompt_tokens": -1}),
    ],
)
def test_a_long_text_may_lose_its_end(
    server: SidecarProcess, path: str, body: dict[str, Any]
) -> None:
    answer = post(server, path, body)
    assert answer.status == 200, answer.raw
    assert answer.headers["x-truncated-documents"] == "1"
    assert answer.headers["x-compute-tokens"] == "64"


def test_either_end_may_go(server: SidecarProcess) -> None:
    def embedded(text: str, **more: Any) -> Any:
        return json.loads(post(server, "/embed", {"inputs": text, **more}).raw)[0]

    long = "a" * 100 + "b" * 100
    room = 64 - 2 - len("d: ")
    left = embedded(long, truncation_direction="Left")
    assert left == pytest.approx(embedded("b" * room), abs=1e-6)
    assert embedded(long) == pytest.approx(embedded("a" * room), abs=1e-6)


def test_the_reranker_stays_the_default_and_the_encoder_ranks_nothing(
    server: SidecarProcess,
) -> None:
    body = {"query": "shoe", "documents": TEXTS}
    assert post(server, "/v2/rerank", body).status == 200
    refused = post(server, "/v2/rerank", {**body, "model": NAME})
    assert refused.status == 422
    assert refused.body["error"] == f"the model `{NAME}` is an encoder, which ranks nothing: " + (
        "minilm-en does"
    )


def test_discovery_tells_both_kinds(server: SidecarProcess) -> None:
    cards = ask(server, "/v1/models").body["data"]
    assert [(card["id"], card["model_type"]) for card in cards] == [
        ("minilm-en", "rerank"),
        (NAME, "embedding"),
    ]
    assert cards[1]["dimensions"] == 8
    info = ask(server, "/info").body
    assert info["model"] == "minilm-en"
    assert info["models"][1]["kind"] == "encoder"
    assert info["models"][1]["matryoshka"] == [4]


def test_the_metrics_count_texts(server: SidecarProcess) -> None:
    def count(answer: Answer) -> float:
        lines = answer.raw.decode().splitlines()
        wanted = f'rerank_embedded_texts_total{{model="{NAME}"}} '
        return float(next((line for line in lines if line.startswith(wanted)), " 0").split()[-1])

    before = count(ask(server, "/metrics"))
    vectors(server)
    assert count(ask(server, "/metrics")) == before + 2


def test_a_wrong_key_is_refused_in_openais_words(server: SidecarProcess) -> None:
    answer = http_client.post(server, "/v1/embeddings", {"input": "a"})
    assert answer.status == 401
    assert answer.body["error"]["message"] == answer.body["message"]


def test_without_an_encoder_there_is_a_reason() -> None:
    models = open_models(Settings(), Watch())
    try:
        with pytest.raises(UnknownModel, match=r"no encoder .*--model minilm-en-embed"):
            models.find(None, kind="encoder")
    finally:
        models.close()


def test_an_encoder_cannot_stand_in_for_a_reranker_nor_be_opened_as_one(encoder: Path) -> None:
    settings = Settings(model=str(encoder), stand_in=NAME)
    with pytest.raises(StartupError, match="stand_in: the model `tiny-embed` is an encoder"):
        open_models(settings, Watch())
    with pytest.raises(ModelError, match="is an encoder, which ranks nothing"):
        Reranker.open(encoder)


def test_a_name_keeps_its_kind(folder: Path, encoder: Path) -> None:
    models = open_models(Settings(model=f"one={folder},two={encoder}"), Watch())
    try:
        changes = ModelChanges(models)
        with pytest.raises(ModelError, match="`one` is the name of another kind of model"):
            changes.load("one", ModelSource(encoder))
        with pytest.raises(ModelError, match="`two` is the name of another kind of model"):
            changes.load("two", ModelSource(folder))
        served = dict(models.served)
        for one, two in ((encoder, folder), (folder, folder), (encoder, encoder)):
            with pytest.raises(ModelError, match="is the name of another kind of model"):
                changes.reload([ModelSource(one, "one"), ModelSource(two, "two")])
        assert dict(models.served) == served
        changes.load("three", ModelSource(encoder))
        assert models.find(None, kind="encoder").name == "two"
        with pytest.raises(UnknownModel, match="`other` is not served here, only two, three"):
            models.find("other", kind="encoder")
        changes.unload("three")
        assert models.find("text-embedding-3-small", kind="encoder").name == "two"
        assert list(changes.reload([ModelSource(encoder, "two")]).removed) == ["one"]
        assert [kind_of(each) for each in models.served.values()] == ["reranker", "encoder"]
    finally:
        models.close()
