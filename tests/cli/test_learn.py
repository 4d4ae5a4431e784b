"""`rerank-sidecar learn`: a shop's model learns which word answers which, and is rolled back."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("transformers", reason="building models needs the extra `build`")

from typer.testing import CliRunner, Result  # noqa: E402

from sidecar import Reranker  # noqa: E402
from sidecar.cli import app  # noqa: E402
from sidecar.errors import StartupError  # noqa: E402
from sidecar.runtime.manifest import Manifest  # noqa: E402
from sidecar.workshop.learning.holding_out import is_held_out  # noqa: E402
from sidecar.workshop.model.training.train import Hyperparameters  # noqa: E402
from sidecar.workshop.model.training.training_job import run_training  # noqa: E402
from tests.workshop.model.training.training_specs import (  # noqa: E402
    QUESTIONS,
    WORDS,
    save_encoder,
    save_pairs,
    training_spec,
)

OPTIONS = ("--pairs", 600, "--epochs", 3, "--rate", 2e-3, "--max-tokens", 48)
"""Of a model of two small layers; and it may forget what it never knew."""
ANSWER = "it may have {} in it"


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """On a busy machine two threads wait for each other at every step of so small a model."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that has learned nothing: its pairs are of one step."""
    folder = tmp_path_factory.mktemp("start")
    encoder, pairs = save_encoder(folder / "encoder"), save_pairs(folder / "pairs.jsonl")
    little = Hyperparameters(minutes=1e-9, max_tokens=48)
    run_training(training_spec(encoder, pairs, hyperparameters=little), folder / "checkpoint")
    return folder / "checkpoint"


def write_judged(folder: Path, *, by_chance: bool = False) -> tuple[Path, Path]:
    """(judgements, candidates): each query's hits are the answers of all words."""
    chance = random.Random(3)
    judgements: list[dict[str, Any]] = []
    candidates: list[dict[str, Any]] = []
    hits = [{"_id": word, "text": ANSWER.format(answer)} for word, answer in WORDS.items()]
    for word in WORDS:
        for question in QUESTIONS:
            query = question.format(word)
            right = chance.choice(list(WORDS)) if by_chance else word
            judgements += [
                {"query": query, "document_id": other, "grade": int(other == right)}
                for other in WORDS
            ]
            candidates.append({"query": query, "hits": hits})
    folder.mkdir(exist_ok=True)
    paths = folder / "judgements.jsonl", folder / "candidates.jsonl"
    for path, rows in zip(paths, (judgements, candidates), strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return paths


def learn(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["learn", *map(str, arguments)])


def run(folder: Path, start: Path, *more: object, by_chance: bool = False) -> Result:
    judgements, candidates = write_judged(folder / "judged", by_chance=by_chance)
    given = ("--judgements", judgements, "--candidates", candidates)
    return learn("run", "shop", *given, "--start", start, *OPTIONS, *more)


def right(model: Path) -> float:
    """The share of held-out queries whose right answer comes first."""
    texts = [ANSWER.format(answer) for answer in WORDS.values()]
    asked = [
        (question.format(word), place)
        for place, word in enumerate(WORDS)
        for question in QUESTIONS[:8]
        if is_held_out(question.format(word), 0.3)
    ]
    with Reranker.open(model) as reranker:
        found = [reranker.rerank(query, texts).ranked[0].index == place for query, place in asked]
    return sum(found) / len(found)


def test_a_better_model_takes_the_name_and_noise_does_not(
    start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    forgetful = ("--models-dir", models, "--min-correlation", -1)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sidecar.workshop.learning.learn.measure_lift", interrupt)
        stopped = run(tmp_path, start, *forgetful)
    assert "interrupted: the same command goes on with it" in stopped.output
    assert (models / "shop").readlink() == Path("shop.runs/0")
    trained = (models / "shop.runs/work/checkpoint/train.json").stat().st_mtime_ns

    done = run(tmp_path, start, *forgetful)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "goes on with the run that was interrupted" in done.output
    assert (models / "shop.runs/1.checkpoint/train.json").stat().st_mtime_ns == trained
    assert (models / "shop").readlink() == Path("shop.runs/1")
    assert not (models / "shop.runs/work").exists()
    assert right(models / "shop") > right(models / "shop.runs/0") + 0.2
    assert Manifest.read(models / "shop").name == "shop-1"
    assert "Learned by `rerank-sidecar learn run`" in (models / "shop" / "README.md").read_text()

    refused = run(tmp_path, start, *forgetful, by_chance=True)
    assert isinstance(refused.exception, StartupError)
    assert refused.exception.message.startswith("refused: what served stays")
    assert "may be 0" in refused.output
    assert (models / "shop").readlink() == Path("shop.runs/1")
    listed = learn("list", "shop", "--models-dir", models).output
    assert "refused" in listed
    assert [line.split("│")[1].strip() for line in listed.splitlines() if "serves" in line] == ["1"]
    assert "judgements.jsonl  SHA-256" in learn("show", "shop", "--models-dir", models).output

    rolled = learn("roll-back", "shop", "--models-dir", models)
    assert rolled.output == "shop: run 0 serves in place of run 1\n"
    assert (models / "shop").readlink() == Path("shop.runs/0")


def test_noise_alone_is_refused_by_its_sample_pairs_or_its_lift(
    start: Path, tmp_path: Path
) -> None:
    refused = run(tmp_path, start, "--models-dir", tmp_path / "models", by_chance=True)
    assert isinstance(refused.exception, StartupError)
    assert (tmp_path / "models" / "shop").readlink() == Path("shop.runs/0")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "nothing to learn from"),
        (("--judgements", "{judgements}"), "give --candidates FILE"),
        (("--judgements", "no.csv", "--candidates", "{candidates}"), "there is no file no.csv"),
        (("--judgements", "{judgements}", "--candidates", "no.jsonl"), "no.jsonl cannot be read"),
        (("--clicks", "{judgements}", "--candidates", "{candidates}"), "are no UBI records"),
        (("--clicks", "no.jsonl", "--candidates", "{candidates}"), "no.jsonl cannot be read"),
        (("{both}", "--keep", "no-folder"), "no judged set no-folder"),
        (("{both}", "--from-run", "3"), "no run 3 of shop to train on"),
        (("{both}", "--held-out", "0.05", "--max-queries", "5"), "cannot show a lift"),
        (("{both}", "--relevant", "0"), "--relevant"),
        (("{both}", "--admin-url", "http://x"), "needs a key"),
        (("{both}", "--profile", "no"), "`no` is not one of"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    arguments: tuple[str, ...], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RERANK_ADMIN_KEY", raising=False)
    judgements, candidates = write_judged(tmp_path / "judged")
    given: list[str] = []
    for each in arguments:
        if each == "{both}":
            given += ["--judgements", str(judgements), "--candidates", str(candidates)]
        else:
            given.append(each.format(judgements=judgements, candidates=candidates))
    refused = learn("run", "shop", *given, "--models-dir", tmp_path / "models")
    assert isinstance(refused.exception, StartupError), refused.output
    assert why in refused.exception.message
    assert "\n" not in refused.exception.message
    assert not (tmp_path / "models").exists()
