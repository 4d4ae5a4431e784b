"""`model train` on a tiny encoder: it learns which word answers which, and resumes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("transformers", reason="building models needs the extra `build`")

from typer.testing import CliRunner  # noqa: E402

from sidecar.cli import app  # noqa: E402
from sidecar.errors import ModelError  # noqa: E402
from sidecar.runtime.manifest import Manifest  # noqa: E402
from sidecar.runtime.model_folder import shipped_model  # noqa: E402
from sidecar.workshop.model.package import export  # noqa: E402
from sidecar.workshop.model.runner import Runner  # noqa: E402
from sidecar.workshop.model.training.held_out import MIN_LABELLED_GROUPS  # noqa: E402
from sidecar.workshop.model.training.loop import Loop  # noqa: E402
from sidecar.workshop.model.training.starting_model import open_start  # noqa: E402
from sidecar.workshop.model.training.teacher import BiEncoder, Vectors  # noqa: E402
from sidecar.workshop.model.training.train import Hyperparameters  # noqa: E402
from sidecar.workshop.model.training.training_job import TeacherSpec, run_training  # noqa: E402
from tests.workshop.model.classifiers import save_bert  # noqa: E402
from tests.workshop.model.training.training_specs import ANSWERS, WORDS, summary, training_spec  # noqa: E402


@pytest.fixture(scope="module")
def checkpoint(encoder: Path, pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint") / "tiny"
    run_training(training_spec(encoder, pairs), folder)
    return folder


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def logits(folder: Path, query: str, texts: list[str]) -> list[float]:
    manifest = Manifest.read(folder)
    runner = Runner.open(folder, manifest, manifest.graph_for("cpu")[1])
    return runner.logits([(query, text) for text in texts]).tolist()


def test_it_learns_what_it_was_shown(checkpoint: Path) -> None:
    held_out = summary(checkpoint)["held_out_first_right"]
    assert held_out["before"].keys() == held_out["after"].keys() == {"answers"}
    losses = [event["loss"] for event in lines(checkpoint / "train.jsonl")]
    assert losses[-1] < losses[0] / 3
    assert (checkpoint / "train.png").read_bytes().startswith(b"\x89PNG")


def test_the_checkpoint_becomes_a_model_folder_with_its_calibration(
    checkpoint: Path, tmp_path: Path
) -> None:
    manifest = export(str(checkpoint), tmp_path / "model")
    assert manifest is not None
    assert manifest.temperature == summary(checkpoint)["temperature"] != 1.0
    assert [(s.name, s.rows) for s in manifest.sources] == [
        (c["name"], c["rows"]) for c in summary(checkpoint)["collections"]
    ]
    texts = [ANSWERS[0].format(answer) for answer in WORDS.values()]
    right = 0
    for word, answer in WORDS.items():
        scores = logits(tmp_path / "model", f"how {word} is it", texts)
        right += texts[scores.index(max(scores))] == ANSWERS[0].format(answer)
    assert right >= 4  # 1 by chance; some of the queries were held out


def test_a_model_folder_is_trained_on(checkpoint: Path, pairs: Path, tmp_path: Path) -> None:
    export(str(checkpoint), tmp_path / "model")
    again = open_start(str(tmp_path / "model")).checkpoint
    first = open_start(str(checkpoint)).checkpoint
    pairs_to_score = [("coffee", "it may have crème in it"), ("how tall is it", "the metres are")]
    assert again.reference(pairs_to_score) == pytest.approx(
        first.reference(pairs_to_score), abs=1e-4
    )
    done = run_training(
        training_spec(tmp_path / "model", pairs, hyperparameters=Hyperparameters(max_tokens=48)),
        tmp_path / "more",
    )
    # It starts from what it knew, and the rows of both trainings are named.
    summary_before = summary(checkpoint)
    before, after = (
        done["held_out_first_right"]["before"],
        summary_before["held_out_first_right"]["after"],
    )
    assert before == after
    assert done["collections"][0]["rows"] > summary_before["collections"][0]["rows"]


def test_the_shipped_model_starts_as_it_is_served() -> None:
    """Its weights are int8, and some hold the factors of smoothed activations."""
    folder = shipped_model()
    manifest = Manifest.read(folder)
    assert manifest.quantization["float"].smoothed
    pairs_to_score = [(pair.query, pair.document) for pair in manifest.canonical]
    served = [pair.logits["float"] for pair in manifest.canonical]
    assert open_start(str(folder)).checkpoint.reference(pairs_to_score) == pytest.approx(
        served, abs=1e-3
    )


def test_a_cross_encoder_of_the_framework_is_trained_and_exported(
    pairs: Path, tmp_path: Path
) -> None:
    start = save_bert(tmp_path / "start")
    done = run_training(
        training_spec(start, pairs, teacher=TeacherSpec(teacher=str(start))),
        tmp_path / "checkpoint",
    )
    assert done["groups"] > 0
    before = torch.tensor(open_start(str(start)).checkpoint.reference([("coffee", "the yeast")]))
    assert export(str(tmp_path / "checkpoint"), tmp_path / "model") is not None
    assert logits(tmp_path / "model", "coffee", ["the yeast"]) != pytest.approx(before.tolist())
    manifest = Manifest.read(tmp_path / "model")
    assert manifest.temperature == done["temperature"]


def test_equal_runs_give_equal_weights_also_when_one_was_stopped(
    encoder: Path, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidecar.workshop.model.training.loop.LOG_INTERVAL", 4)
    short = training_spec(
        encoder, pairs, hyperparameters=Hyperparameters(epochs=2, max_tokens=48, peak=1e-3)
    )
    whole = run_training(short, tmp_path / "whole")
    saved = Loop._save
    calls = 0

    def stop_after_two(self: Loop) -> None:
        nonlocal calls
        saved(self)
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Loop, "_save", stop_after_two)
        with pytest.raises(KeyboardInterrupt):
            run_training(short, tmp_path / "stopped")
    groups = (tmp_path / "stopped" / "groups.jsonl").stat().st_mtime_ns
    taken_up = run_training(short, tmp_path / "stopped")
    assert (tmp_path / "stopped" / "groups.jsonl").stat().st_mtime_ns == groups
    assert taken_up["groups"] == whole["groups"]
    weights = [
        (tmp_path / part / "model.safetensors").read_bytes() for part in ("whole", "stopped")
    ]
    assert weights[0] == weights[1]


def test_a_checkpoint_of_other_settings_is_not_taken_up(
    checkpoint: Path, encoder: Path, pairs: Path
) -> None:
    with pytest.raises(ModelError, match="other settings"):
        run_training(
            training_spec(encoder, pairs, hyperparameters=Hyperparameters(epochs=9)), checkpoint
        )


def test_an_encoder_finds_negatives_and_teaches(encoder: Path, pairs: Path, tmp_path: Path) -> None:
    teacher = TeacherSpec(encoder=str(encoder), share=0.4)
    run_training(
        training_spec(
            encoder, pairs, teacher=teacher, hyperparameters=Hyperparameters(max_tokens=48)
        ),
        tmp_path / "taught",
    )
    rows = lines(tmp_path / "taught" / "groups.jsonl")
    assert {row["teacher_share"] for row in rows} == {0.4}
    assert all(len(row["teacher"]) == 6 for row in rows)
    for row in rows:
        answers = {w for q, w in WORDS.items() if q in row["query"]}
        assert all(any(a in row["documents"][0] for a in answers) for _ in [0])
        assert row["documents"][0] not in row["documents"][1:]


def test_no_hash_decides_the_order_in_which_texts_are_encoded(
    encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A text's vector depends a little on its batch, at bf16; Python's string hashes change by call.
    bi_encoder = BiEncoder(encoder)
    encoded: list[str] = []

    def encode(texts: list[str]) -> Vectors:
        encoded.extend(texts)
        return np.ones((len(texts), 2), np.float32)

    monkeypatch.setattr(bi_encoder, "_encode", encode)
    texts = [f"{number:03} metres" for number in range(90, 0, -1)]
    bi_encoder.vectors([*texts, *texts, "a"])
    assert encoded == ["a", *texts]


def test_layers_and_vocabulary_are_pruned(encoder: Path, pairs: Path, tmp_path: Path) -> None:
    small = training_spec(
        encoder, pairs, layers=1, vocabulary=130, hyperparameters=Hyperparameters(max_tokens=64)
    )
    run_training(small, tmp_path / "small")
    config = json.loads((tmp_path / "small" / "config.json").read_text())
    assert (config["num_hidden_layers"], config["vocab_size"]) == (1, 130)
    manifest = export(str(tmp_path / "small"), tmp_path / "model")
    assert manifest is not None
    assert len(logits(tmp_path / "model", "coffee", ["naïve résumé, 東京"])) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"query": "a"}', "line 2"),
        ('{"query": "a", "text": ""}', "not empty"),
        ('["a", "b"]', "not a JSON object"),
        ('{"query": "a", "text": "b", "grade": "high"}', "grade"),
        ('{"query": "a", "text": "b", "negatives": "c"}', "negatives"),
        ('{"query": ', "not understood"),
    ],
)
def test_a_faulty_line_is_named(line: str, reason: str, encoder: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"query": "a", "text": "b"}\n' + line + "\n")
    with pytest.raises(ModelError, match=reason):
        run_training(training_spec(encoder, file), tmp_path / "checkpoint")
    assert not (tmp_path / "checkpoint").exists(), "the mended file would be other settings"


def test_too_few_texts_for_a_group_are_told(encoder: Path, tmp_path: Path) -> None:
    file = tmp_path / "few.jsonl"
    file.write_text('{"query": "a", "text": "the metres"}\n{"query": "b", "text": "the yeast"}\n')
    with pytest.raises(ModelError, match="too few texts"):
        run_training(training_spec(encoder, file), tmp_path / "checkpoint")
    assert not (tmp_path / "checkpoint").exists()


def test_a_limit_that_no_query_leaves_room_under_is_told_before_anything_is_written(
    encoder: Path, pairs: Path, tmp_path: Path
) -> None:
    long = tmp_path / "long.jsonl"
    rows = [json.loads(line) for line in pairs.read_text().splitlines()]
    rows = [{**row, "query": row["query"] + 40 * " how tall is it"} for row in rows]
    long.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ModelError, match="no query leaves room for a document: raise --max-tok"):
        run_training(
            training_spec(encoder, long, hyperparameters=Hyperparameters(max_tokens=48)),
            tmp_path / "checkpoint",
        )
    assert not (tmp_path / "checkpoint").exists()


def test_whoever_may_read_the_folder_may_read_the_weights(checkpoint: Path) -> None:
    modes = {file.stat().st_mode for file in checkpoint.iterdir()}
    assert len(modes) == 1


def test_a_few_held_out_groups_do_not_replace_the_calibration(
    checkpoint: Path, pairs: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join(pairs.read_text().splitlines(keepends=True)[:60]))
    summary_before = summary(checkpoint)
    assert summary_before["calibrated_on"] >= MIN_LABELLED_GROUPS
    done = run_training(
        training_spec(checkpoint, few, hyperparameters=Hyperparameters(max_tokens=48)),
        tmp_path / "more",
    )
    assert 0 < sum(done["held_out_groups"].values()) < MIN_LABELLED_GROUPS
    assert done["calibrated_on"] == 0
    assert (done["temperature"], done["bias"]) == (
        summary_before["temperature"],
        summary_before["bias"],
    )


def test_the_command_says_what_it_wrote_and_what_is_missing(
    encoder: Path, pairs: Path, tmp_path: Path
) -> None:
    runner = CliRunner()
    command = ["model", "train", str(encoder), str(tmp_path / "out"), "--max-tokens", "48"]
    done = runner.invoke(app, [*command, "--pairs", str(pairs)])
    assert done.exit_code == 0, done.output
    assert "train.json" in done.output
    assert "before" in done.output
    assert f"fitted on {summary(tmp_path / 'out')['calibrated_on']} groups" in done.output
    nothing = runner.invoke(app, [*command[:3], str(tmp_path / "none")])
    assert isinstance(nothing.exception, ModelError)
    assert "nothing to train on" in nothing.exception.message
    mistyped = runner.invoke(app, [*command[:3], str(tmp_path / "none"), "--pairs", "no.jsonl"])
    assert mistyped.exit_code == 2
    assert "no.jsonl" in mistyped.output
    assert not (tmp_path / "none").exists()
