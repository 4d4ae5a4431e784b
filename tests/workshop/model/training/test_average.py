"""`model average`: the mean of runs, calibrated on groups that none of them saw."""

import json
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("transformers", reason="building models needs the extra `build`")

from typer.testing import CliRunner  # noqa: E402

from sidecar.cli import app  # noqa: E402
from sidecar.errors import ModelError  # noqa: E402
from sidecar.workshop.model.package import export  # noqa: E402
from sidecar.workshop.model.training.average import StartShare, average  # noqa: E402
from sidecar.workshop.model.training.group import read_groups  # noqa: E402
from sidecar.workshop.model.training.starting_model import open_start  # noqa: E402
from sidecar.workshop.model.training.train import Hyperparameters  # noqa: E402
from sidecar.workshop.model.training.training_job import run_training  # noqa: E402
from tests.workshop.model.classifiers import SHAPE, save, word_piece  # noqa: E402
from tests.workshop.model.training.training_specs import summary, training_spec  # noqa: E402


@pytest.fixture(scope="module")
def runs(encoder: Path, pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two short runs, of two seeds."""
    folders = []
    for seed in (7, 8):
        folder = tmp_path_factory.mktemp("run") / str(seed)
        run_training(
            training_spec(
                encoder,
                pairs,
                hyperparameters=Hyperparameters(epochs=2, peak=2e-3, max_tokens=48, seed=seed),
            ),
            folder,
        )
        folders.append(folder)
    return folders


def weights(checkpoint: Path) -> dict[str, "torch.Tensor"]:
    state_dict: dict[str, torch.Tensor] = open_start(
        str(checkpoint)
    ).checkpoint.network.state_dict()
    return state_dict


def test_the_weights_are_the_mean_and_the_calibration_is_its_own(
    runs: list[Path], tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, ["model", "average", str(tmp_path / "mean"), *map(str, runs)])
    assert result.exit_code == 0, result.output
    one, two, mean = (weights(checkpoint) for checkpoint in (*runs, tmp_path / "mean"))
    assert any(not torch.equal(one[name], two[name]) for name in one)
    for name in mean:
        assert torch.allclose(mean[name], (one[name] + two[name]) / 2, atol=1e-6)
    mean_summary, first, second = (summary(checkpoint) for checkpoint in (tmp_path / "mean", *runs))
    assert mean_summary["groups"] == first["groups"] + second["groups"]
    assert mean_summary["collections"][0]["rows"] == sum(
        checkpoint["collections"][0]["rows"] for checkpoint in (first, second)
    )
    again = average([tmp_path / "mean", runs[0]], tmp_path / "again")
    assert again["groups"] == mean_summary["groups"] + first["groups"]
    manifest = export(str(tmp_path / "mean"), tmp_path / "model")
    assert manifest is not None
    assert manifest.temperature == mean_summary["temperature"]


def test_a_share_of_the_start_stays_in_the_mean(
    runs: list[Path], encoder: Path, tmp_path: Path
) -> None:
    command = ["model", "average", str(tmp_path / "near"), *map(str, runs)]
    result = CliRunner().invoke(app, [*command, "--start-share", "0.25"])
    assert result.exit_code == 0, result.output
    one, two, start, near = (
        weights(checkpoint) for checkpoint in (*runs, encoder, tmp_path / "near")
    )
    for name in near:
        expected = 0.375 * one[name] + 0.375 * two[name] + 0.25 * start[name]
        assert torch.allclose(near[name], expected, atol=1e-6)
    assert summary(tmp_path / "near")["run"]["start_share"] == 0.25
    moved = Path(shutil.copytree(encoder, tmp_path / "moved"))
    average(runs[:1], tmp_path / "single", StartShare(0.5, str(moved)))
    single = weights(tmp_path / "single")
    assert all(
        torch.allclose(single[name], (one[name] + start[name]) / 2, atol=1e-6) for name in single
    )
    again = average([tmp_path / "near", runs[0]], tmp_path / "again")
    assert "start_share" not in again["run"], "of a mean that this one is of"
    with pytest.raises(ModelError, match="names the same start: give it by --start"):
        average([tmp_path / "near", runs[0]], tmp_path / "third", StartShare(0.5))
    refused = CliRunner().invoke(app, [*command[:2], str(tmp_path / "no"), "--start", "shipped"])
    assert refused.exit_code != 0


def test_the_rows_of_the_runs_common_start_count_once(
    runs: list[Path], pairs: Path, tmp_path: Path
) -> None:
    more = [tmp_path / "more1", tmp_path / "more2"]
    for number, folder in enumerate(more):
        run_training(
            training_spec(
                runs[0], pairs, hyperparameters=Hyperparameters(max_tokens=48, seed=number)
            ),
            folder,
        )
    known, *checkpoint = (summary(folder)["collections"][0]["rows"] for folder in (runs[0], *more))
    mean_summary = average(more, tmp_path / "mean")
    assert mean_summary["collections"][0]["rows"] == known + sum(
        rows - known for rows in checkpoint
    )


def test_what_a_run_was_trained_on_is_not_held_out(runs: list[Path], tmp_path: Path) -> None:
    """A calibration on what was trained on would be too sure."""
    shared = tmp_path / "shared"
    shared.mkdir()
    for file in runs[1].iterdir():
        (shared / file.name).write_bytes(file.read_bytes())
    held_out = read_groups(runs[0] / "groups.jsonl")["held"]
    lines = (shared / "groups.jsonl").read_text().splitlines()
    rows = [{**json.loads(line), "part": "train"} for line in lines]
    mine = (runs[0] / "groups.jsonl").read_text().splitlines()
    rows += [{**json.loads(line), "part": "train"} for line in mine]
    (shared / "groups.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    mean_summary = average([runs[0], shared], tmp_path / "mean")
    assert held_out
    assert mean_summary["held_out_first_right"]["after"] == {}
    first = summary(runs[0])
    assert (mean_summary["temperature"], mean_summary["bias"]) == (
        first["temperature"],
        first["bias"],
    )
    assert mean_summary["calibrated_on"] == 0


def test_what_has_no_mean_is_one_line(
    runs: list[Path], encoder: Path, pairs: Path, tmp_path: Path
) -> None:
    import transformers

    tokenizer = word_piece()
    wide = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), architectures=["BertModel"], **SHAPE
    )
    save(tmp_path / "wide", wide, tokenizer)
    run_training(
        training_spec(
            tmp_path / "wide", pairs, hyperparameters=Hyperparameters(epochs=1, max_tokens=48)
        ),
        tmp_path / "other",
    )
    cases = {
        "two checkpoints or more": runs[:1],
        "is of another architecture": [runs[0], tmp_path / "other"],
        "is no checkpoint": [runs[0], encoder],
    }
    for text, given in cases.items():
        with pytest.raises(ModelError, match=text):
            average(given, tmp_path / "mean")
        assert not (tmp_path / "mean").exists()
    (tmp_path / "mean").mkdir()
    with pytest.raises(ModelError, match="is there already"):
        average(runs, tmp_path / "mean")
