"""Two models behind one port: a request's `model` says which one answers."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, assert_error, post

BODY = {"query": "red shoes", "documents": ["Red running shoe", "Plain sock"]}
SHIPPED = "minilm-en"


@pytest.fixture(scope="module")
def colder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped graphs as a model of its own, whose scores lie nearer to 0.5."""
    copy = Path(shutil.copytree(folder, tmp_path_factory.mktemp("models") / "colder"))
    manifest = json.loads((copy / "rerank.json").read_text())
    manifest.update(name="acme/colder", temperature=manifest["temperature"] * 4)
    (copy / "rerank.json").write_text(json.dumps(manifest))
    return copy


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def lenient(folder: Path, colder: Path, log: Path) -> Iterator[SidecarProcess]:
    with SidecarProcess({"model": f"{folder},second={colder}"}, log=log) as process:
        yield process


@pytest.fixture(scope="module")
def strict(folder: Path, colder: Path) -> Iterator[SidecarProcess]:
    settings = {"model": f"{folder},{colder}", "strict_model": True}
    with SidecarProcess(settings) as process:
        yield process


def scores(server: SidecarProcess, model: str | None, path: str = "/v2/rerank") -> list[float]:
    answer = post(server, path, BODY if model is None else {**BODY, "model": model})
    assert answer.status == 200, answer.raw
    return [result["relevance_score"] for result in answer.body["results"]]


def test_a_request_names_its_model_or_gets_the_default(lenient: SidecarProcess) -> None:
    default, second = scores(lenient, None), scores(lenient, "second")
    assert scores(lenient, SHIPPED) == default
    assert all(abs(cold - 0.5) < abs(hot - 0.5) for hot, cold in zip(default, second, strict=True))


def test_an_unknown_name_is_the_default_and_is_echoed(lenient: SidecarProcess) -> None:
    answer = post(lenient, "/v2/rerank", {**BODY, "model": "rerank-v3.5"})
    assert answer.body["model"] == "rerank-v3.5"
    assert scores(lenient, "rerank-v3.5") == scores(lenient, None)


def test_the_path_may_name_it(lenient: SidecarProcess) -> None:
    body = {"query": {"text": "red shoes"}, "passages": [{"text": each} for each in "ab"]}
    by_default, by_path = (
        post(lenient, f"/v1/retrieval/{model}/reranking", body).body["rankings"]
        for model in ("nvidia/other", "second")
    )
    assert [item["index"] for item in by_default] == [item["index"] for item in by_path]
    # NVIDIA's API answers with logits, which a temperature moves too.
    assert by_default != by_path


def test_strict_names_are_refused_in_words(strict: SidecarProcess) -> None:
    assert scores(strict, None) == scores(strict, SHIPPED)
    assert scores(strict, "acme/colder") != scores(strict, SHIPPED)
    refused = post(strict, "/v2/rerank", {**BODY, "model": "rerank-v3.5"})
    message = assert_error(refused, 404, "unknown_model")
    assert "`rerank-v3.5`" in message
    assert "minilm-en, acme/colder" in message


def test_what_is_served_is_listed(lenient: SidecarProcess) -> None:
    listed = ask(lenient, "/v1/models").body["data"]
    assert [model["id"] for model in listed] == [SHIPPED, "second"]
    info = ask(lenient, "/info").body
    assert info["model"] == SHIPPED
    first, second = info["models"]
    assert first["score_revision"] == info["score_revision"] != second["score_revision"]
    assert first["layout"]["workers"] == second["layout"]["workers"], "they share the workers"
    assert first["profiles"].keys() == second["profiles"].keys()


def test_metrics_and_log_tell_them_apart(lenient: SidecarProcess, log: Path) -> None:
    scores(lenient, "second")
    metrics = ask(lenient, "/metrics").raw.decode()
    for name in (SHIPPED, "second"):
        assert f'rerank_queue_pairs{{model="{name}"}}' in metrics
        assert f'rerank_tokens_total{{model="{name}"}}' in metrics
        assert f'model="{name}"' in metrics.partition("rerank_model_info{")[2]
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert [event["model"] for event in events if event["event"] == "ready"] == [SHIPPED, "second"]
    assert events[-1]["event"] == "request"
    assert "second" in {event.get("model") for event in events if event["event"] == "request"}


def test_two_models_of_one_name_do_not_start(folder: Path) -> None:
    with (
        pytest.raises(StartupError, match="two models are called minilm-en"),
        SidecarProcess({"model": f"{folder},{folder}"}),
    ):
        pass
