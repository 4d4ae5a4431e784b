"""Pairs leave a graph in parts by their own logit, and no logit jumps at a threshold."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from sidecar.errors import ModelError, StartupError
from sidecar.runtime.exit_session import ExitSession, settled_share
from sidecar.runtime.manifest import Exits, Padding
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import batch
from sidecar.runtime.session import Batch, ModelInput, Tensors
from tests.tiny_models import tiny_model

EXITS = Exits(next_parts=("two.onnx", "three.onnx"), thresholds=(0.0, -1.0), band=0.5)


class Part:
    """A part whose logits follow from the first token of each input; it keeps what it was given."""

    provider = "none"

    def __init__(self, logit: Callable[[int], float]) -> None:
        self.logit = logit
        self.runs: list[Batch] = []

    def run(self, batch: Batch) -> Tensors:
        self.runs.append(batch)
        first = batch.input_ids[:, 0].tolist()
        states = batch.input_ids[..., None].astype(np.float32)
        return {
            "logits": np.array([[self.logit(each)] for each in first], dtype=np.float32),
            "next_states": states + len(self.runs),
        }

    def end_profile(self) -> list[dict[str, object]]:
        return [{"part": self}]


def scored(
    parts: Sequence[Part], inputs: Sequence[Sequence[int]], side: Literal["left", "right"] = "right"
) -> list[float]:
    """Logits of the inputs, in one padded run."""
    padding = Padding(side=side, token="[PAD]")
    rows = [ModelInput(np.array(ids), np.zeros(len(ids), dtype=np.int64)) for ids in inputs]
    tensors = ExitSession(parts, EXITS).run(batch(rows, padding, 0))
    assert list(tensors) == ["logits"]
    return [float(each) for each in tensors["logits"]]


def parts(*logits: Callable[[int], float]) -> list[Part]:
    return [Part(each) for each in logits]


def test_a_pair_below_a_threshold_keeps_its_logit_and_goes_no_further() -> None:
    three = parts(lambda n: -3.0, lambda n: 9.0, lambda n: 9.0)
    assert scored(three, [[1, 2, 3]]) == [-3.0]
    assert [len(part.runs) for part in three] == [1, 0, 0]


def test_a_pair_above_them_all_has_the_last_parts_logit() -> None:
    three = parts(lambda n: 2.0, lambda n: 1.0, lambda n: 5.0)
    assert scored(three, [[1, 2, 3]]) == [5.0]


def test_each_pair_of_a_run_goes_as_far_as_it_must() -> None:
    first = {7: -1.0, 8: 2.0, 9: 2.0}
    second = {8: -2.0, 9: 3.0}
    three = parts(first.__getitem__, second.__getitem__, lambda n: 6.0)
    assert scored(three, [[7, 1, 1, 1], [8, 1, 1], [9, 1]]) == [-1.0, -2.0, 6.0]
    assert [run.input_ids[:, 0].tolist() for part in three for run in part.runs] == [
        [7, 8, 9],
        [8, 9],
        [9],
    ]


def test_what_goes_on_is_padded_to_its_own_longest() -> None:
    three = parts({5: -1.0, 6: 2.0}.__getitem__, lambda n: 2.0, lambda n: 4.0)
    assert scored(three, [[5, 1, 1, 1, 1], [6, 2, 3]]) == [-1.0, 4.0]
    later = three[1].runs[0]
    assert later.input_ids.tolist() == [[6, 2, 3]]
    assert later.attention_mask.tolist() == [[1, 1, 1]]
    assert later.hidden_states is not None
    assert later.hidden_states[..., 0].tolist() == [[7, 3, 4]]


def test_padding_on_the_left_goes_too() -> None:
    first = {5: -1.0, 0: 2.0}.__getitem__  # a padded row begins with the padding's 0
    three = parts(first, lambda n: 2.0, lambda n: 4.0)
    assert scored(three, [[5, 1, 1, 1, 1], [6, 2, 3]], "left") == [-1.0, 4.0]
    assert three[1].runs[0].input_ids.tolist() == [[6, 2, 3]]


def test_a_logit_does_not_jump_at_a_threshold() -> None:
    found = [
        scored(parts({1: value}.__getitem__, lambda n: 4.0, lambda n: 5.0), [[1]])[0]
        for value in np.linspace(-0.1, 0.7, 801).tolist()
    ]
    assert found[0] == pytest.approx(-0.1)
    assert found[-1] == 5.0
    assert np.abs(np.diff(found)).max() < 0.02


def test_the_band_mixes_in_proportion() -> None:
    shares = settled_share(np.array([-5, 0, 0.25, 0.5, 5], dtype=np.float32), 0.0, 0.5)
    assert shares.tolist() == [1, 1, 0.5, 0, 0]
    assert scored(parts(lambda n: 0.25, lambda n: 3.0, lambda n: 5.0), [[1]]) == [2.625]


def test_a_logit_that_is_no_number_stays_none() -> None:
    three = parts(lambda n: float("nan"), lambda n: 1.0, lambda n: 1.0)
    assert np.isnan(scored(three, [[1]])[0])


def test_the_profile_is_of_all_parts() -> None:
    three = parts(lambda n: 1.0, lambda n: 1.0, lambda n: 1.0)
    session = ExitSession(three, EXITS)
    assert [event["part"] for event in session.end_profile()] == three
    assert session.provider == "none"


def test_exits_need_a_threshold_each() -> None:
    with pytest.raises(ValueError, match="one threshold for each part but the last"):
        Exits(next_parts=("two.onnx", "three.onnx"), thresholds=(0.0,), band=0.5)


def test_adaptive_depth_needs_a_graph_with_exits(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny", 1)
    with pytest.raises(ModelError, match="no graph with exits for device 'cpu'"):
        ModelFolder.read(folder, RuntimeOptions(depth="adaptive"))
    with pytest.raises(StartupError, match="graph 'fp32' has none"):
        ModelFolder.read(folder, RuntimeOptions(depth="adaptive", graph="fp32"))


def test_openvino_has_no_adaptive_depth(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny", 1)
    with pytest.raises(StartupError, match="openvino has no depth adaptive"):
        ModelFolder.read(folder, RuntimeOptions(depth="adaptive", runtime="openvino"))
