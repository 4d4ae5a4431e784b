"""The decoder's graphs that are written by hand, beside the framework's own logits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import onnxruntime as ort
import torch
from transformers import Qwen3ForSequenceClassification

from sidecar.workshop.model.families.decoder_network import YesNoDecoder
from sidecar.workshop.model.quantizing.fp16_rewrite import to_fp16
from sidecar.workshop.model.weights import WeightFile
from tests.gpu.decoder_graph import FUSED, FUSED_NORM, decoder_graph
from tests.gpu.decoder_prefix import SHARED, documents_graph, prefix_graph
from tests.workshop.model.decoders import save_decoder

PREFIX = 17
LENGTHS = (40, 33, 21, 18)
"""Of whole pairs; the last has one token behind the prefix."""
EXACT = 1e-4


ROPE: dict[str, dict[str, Any]] = {
    "default": {},
    # Its angles are scaled, and so are cos and sin.
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32},
}


@pytest.fixture(scope="module", params=ROPE)
def decoder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Qwen3ForSequenceClassification:
    turn = {"rope_type": "default", "rope_theta": 1_000_000.0} | ROPE[request.param]
    folder = tmp_path_factory.mktemp("hugging-face") / "tiny"
    save_decoder(folder, labels=1, rope_parameters=turn)
    return Qwen3ForSequenceClassification.from_pretrained(folder).eval()


@pytest.fixture(scope="module")
def network(decoder: Qwen3ForSequenceClassification) -> YesNoDecoder:
    return YesNoDecoder(decoder.model, decoder.get_parameter("score.weight")[0], 512).eval()


@pytest.fixture(scope="module")
def pairs() -> dict[str, np.ndarray]:
    """Right-padded pairs that begin with the same prefix."""
    rng = np.random.default_rng(4)
    ids = np.zeros((len(LENGTHS), max(LENGTHS)), np.int64)
    mask = np.zeros_like(ids)
    prefix = rng.integers(3, 250, PREFIX)
    for row, length in enumerate(LENGTHS):
        ids[row, :length] = [*prefix, *rng.integers(3, 250, length - PREFIX)]
        mask[row, :length] = 1
    return {"input_ids": ids, "attention_mask": mask}


@pytest.fixture(scope="module")
def logits(
    decoder: Qwen3ForSequenceClassification, pairs: dict[str, np.ndarray]
) -> Iterator[np.ndarray]:
    """By the framework, each pair alone and unpadded."""
    with torch.no_grad():
        yield np.array(
            [
                decoder(torch.from_numpy(ids[None, :length])).logits[0, 0].item()
                for ids, length in zip(pairs["input_ids"], LENGTHS, strict=True)
            ]
        )


def session(model: onnx.ModelProto, folder: Path, name: str) -> ort.InferenceSession:
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    return ort.InferenceSession(folder / f"{name}.onnx", providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("fused_norms", [False, True])
def test_one_node_of_attention_gives_the_frameworks_logits(
    network: YesNoDecoder,
    pairs: dict[str, np.ndarray],
    logits: np.ndarray,
    tmp_path: Path,
    fused_norms: bool,
) -> None:
    with WeightFile.create(tmp_path, "weights.bin") as weights:
        model = decoder_graph(network, weights, 512, fused_norms=fused_norms)
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("GroupQueryAttention") == len(network.layers)
    assert "Softmax" not in kinds
    (output,) = session(model, tmp_path, "whole").run(None, pairs)
    assert np.abs(output - logits).max() < EXACT
    also = {*FUSED, *([FUSED_NORM] if fused_norms else [])}
    with WeightFile.create(tmp_path, "half.bin") as weights:
        halved = to_fp16(model, tmp_path, weights, extra_operators=also)
    opened = session(halved, tmp_path, "half")
    (output,) = opened.run(None, pairs)
    assert np.abs(output - logits).max() < 0.1
    for row, length in enumerate(LENGTHS):
        alone = {name: values[row : row + 1, :length] for name, values in pairs.items()}
        assert opened.run(None, alone)[0][0] == pytest.approx(output[row], abs=2e-3)


def test_half_precision_keeps_the_residual_stream_with_norms_in_parts(
    network: YesNoDecoder, tmp_path: Path
) -> None:
    def residual_types(fused_norms: bool, *also: str) -> set[int]:
        with WeightFile.create(tmp_path, "weights.bin") as weights:
            model = decoder_graph(network, weights, 512, fused_norms=fused_norms)
        with WeightFile.create(tmp_path, "half.bin") as weights:
            halved = to_fp16(model, tmp_path, weights, extra_operators=(*FUSED, *also))
        typed = {tensor.name: tensor.data_type for tensor in halved.graph.initializer}
        gathered = next(
            n for n in halved.graph.node if n.op_type == "Gather" and n.input[0] in typed
        )
        return {typed[gathered.input[0]]}

    assert residual_types(False) == {onnx.TensorProto.FLOAT}
    assert residual_types(True, FUSED_NORM) == {onnx.TensorProto.FLOAT16}


def test_a_shared_prefix_changes_no_logit(
    network: YesNoDecoder, pairs: dict[str, np.ndarray], logits: np.ndarray, tmp_path: Path
) -> None:
    shared, documents = _parts(network, tmp_path)
    shared_values = _kept(shared, pairs)
    layers, heads = len(network.layers), network.layers[0].attention.key_heads
    assert shared_values.shape == (layers, 2, heads, PREFIX, 128)
    behind = {name: values[:, PREFIX:] for name, values in pairs.items()}
    (output,) = documents.run(None, behind | {SHARED: shared_values})
    assert np.abs(output - logits).max() < EXACT
    for row, length in enumerate(LENGTHS):  # and none depends on its company
        alone = {name: v[row : row + 1, : length - PREFIX] for name, v in behind.items()}
        (alone_output,) = documents.run(None, alone | {SHARED: shared_values})
        assert alone_output[0] == pytest.approx(logits[row], abs=EXACT)


def test_another_prefix_is_seen(
    network: YesNoDecoder, pairs: dict[str, np.ndarray], logits: np.ndarray, tmp_path: Path
) -> None:
    shared, documents = _parts(network, tmp_path)
    other = {"input_ids": pairs["input_ids"] + (np.arange(max(LENGTHS)) == 3)}
    behind = {name: values[:, PREFIX:] for name, values in pairs.items()}
    (output,) = documents.run(None, behind | {SHARED: _kept(shared, other)})
    assert np.abs(output - logits).min() > 10 * EXACT


def test_a_shared_prefix_in_half_precision(
    network: YesNoDecoder, pairs: dict[str, np.ndarray], logits: np.ndarray, tmp_path: Path
) -> None:
    shared, documents = _parts(network, tmp_path, as_half=True)
    behind = {name: values[:, PREFIX:] for name, values in pairs.items()}
    (output,) = documents.run(None, behind | {SHARED: _kept(shared, pairs)})
    assert 0 < np.abs(output - logits).max() < 0.1


def test_the_two_graphs_are_standard_onnx(network: YesNoDecoder, tmp_path: Path) -> None:
    for name, write in (("prefix", prefix_graph), ("documents", documents_graph)):
        with WeightFile.create(tmp_path, f"{name}.bin") as weights:
            model = write(network, weights)
        assert {node.domain for node in model.graph.node} == {""}
        (tmp_path / f"{name}.onnx").write_bytes(model.SerializeToString())
        onnx.checker.check_model(tmp_path / f"{name}.onnx")


def _parts(
    network: YesNoDecoder, folder: Path, *, as_half: bool = False
) -> tuple[ort.InferenceSession, ort.InferenceSession]:
    """Sessions of the two graphs."""
    opened: list[Any] = []
    for name, write in (("prefix", prefix_graph), ("documents", documents_graph)):
        with WeightFile.create(folder, f"{name}.bin") as weights:
            model = write(network, weights)
        if as_half:
            with WeightFile.create(folder, f"{name}.half.bin") as weights:
                model = to_fp16(model, folder, weights)
        opened.append(session(model, folder, name))
    return opened[0], opened[1]


def _kept(prefix: ort.InferenceSession, pairs: dict[str, np.ndarray]) -> np.ndarray:
    output: np.ndarray = prefix.run(None, {"input_ids": pairs["input_ids"][:1, :PREFIX]})[0]
    return output
