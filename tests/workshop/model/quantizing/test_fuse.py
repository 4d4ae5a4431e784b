"""Fused attention: the same logits for one unpadded pair, and no fusion where it would be wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import onnx
from onnx import TensorProto, helper, numpy_helper

from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantization_sample import read_sample
from sidecar.workshop.model.quantizing.first_token import first_token_alone
from sidecar.workshop.model.quantizing.fuse import fuse_attention
from sidecar.workshop.model.quantizing.graph_view import GraphView
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.weights import open_graph
from tests.workshop.model.classifiers import (
    save_bert,
    save_distil_bert,
    save_mpnet,
    save_xlm_roberta,
)
from tests.workshop.model.late_interaction import save_late_interaction, save_unigram_encoder

PAIRS = read_sample().pairs[::4]
LONGEST = 512


def kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def logits(folder: Path, model: onnx.ModelProto | None = None) -> np.ndarray:
    """Of the fp32 graph, or of another float graph over its weights."""
    manifest = Manifest.read(folder)
    graph = manifest.graphs["fp32"]
    if model is not None:
        (folder / "other.onnx").write_bytes(model.SerializeToString())
        graph = graph.model_copy(update={"file": "other.onnx"})
    return Runner.open(folder, manifest, graph).logits(PAIRS)


def assert_fused(folder: Path, layers: int) -> None:
    model = open_graph(folder / "model.fp32.onnx")
    fused = fuse_attention(model, folder, LONGEST)
    assert fused is not None
    assert kinds(model).count("Softmax") == layers
    assert kinds(fused).count("MultiHeadAttention") == layers
    assert not {"Softmax", "Transpose"} & set(kinds(fused))
    assert logits(folder, fused) == pytest.approx(logits(folder), abs=1e-5)


def test_berts_attention_is_one_operator_and_gives_the_same_logits(folder: Path) -> None:
    assert_fused(folder, 3)


@pytest.mark.parametrize("save", [save_xlm_roberta, save_distil_bert])
def test_so_it_is_for_its_relatives(save: Callable[[Path], Path], tmp_path: Path) -> None:
    export(str(save(tmp_path / "source")), tmp_path / "model", max_tokens=LONGEST)
    assert_fused(tmp_path / "model", 2 if save is save_distil_bert else 3)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder of a reranker that reads query and document apart."""
    folder = tmp_path_factory.mktemp("apart")
    source = save_late_interaction(save_unigram_encoder(folder / "encoder"), folder / "source")
    export(str(source), folder / "model", max_tokens=LONGEST)
    return folder / "model"


def test_texts_that_are_read_apart_have_an_operator_each(apart: Path) -> None:
    model = open_graph(apart / "model.fp32.onnx")
    fused = fuse_attention(model, apart, LONGEST)
    assert fused is not None
    assert kinds(fused).count("MultiHeadAttention") == 2 * 3
    assert "Softmax" not in kinds(fused)
    assert logits(apart, fused) == pytest.approx(logits(apart), abs=1e-4)


def test_a_mask_that_hides_more_than_the_other_text_stays(apart: Path) -> None:
    """Token 4 is hidden too, which pairs of four tokens do not have."""
    model = open_graph(apart / "model.fp32.onnx")
    more = [
        helper.make_node("Shape", ["input_ids"], ["w_tokens"], start=1),
        constant("w_zero", np.array(0)),
        constant("w_one", np.array(1)),
        constant("w_place", np.array(4)),
        constant("w_far", np.array(-1e30, np.float32)),
        constant("w_scalar", np.array([], np.int64)),
        helper.make_node("Reshape", ["w_tokens", "w_scalar"], ["w_count"]),
        helper.make_node("Range", ["w_zero", "w_count", "w_one"], ["w_places"]),
        helper.make_node("Equal", ["w_places", "w_place"], ["w_found"]),
        helper.make_node("Cast", ["w_found"], ["w_flags"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["w_flags", "w_far"], ["more_hidden"]),
    ]
    with_more_added(model, "more_hidden", more)
    assert fuse_attention(model, apart, LONGEST) is None


def test_a_mask_that_only_weakens_the_other_text_stays(apart: Path) -> None:
    model = open_graph(apart / "model.fp32.onnx")
    (hidden,) = [
        node
        for node in model.graph.node
        if node.op_type == "Constant"
        and numpy_helper.to_array(node.attribute[0].t).size == 1
        and numpy_helper.to_array(node.attribute[0].t) < -1e30
    ]
    hidden.attribute[0].t.CopyFrom(numpy_helper.from_array(np.array(-3, np.float32)))
    assert fuse_attention(model, apart, LONGEST) is None


def test_relative_positions_are_not_taken_for_a_mask(tmp_path: Path) -> None:
    export(str(save_mpnet(tmp_path / "source")), tmp_path / "model", max_tokens=LONGEST)
    model = open_graph(tmp_path / "model" / "model.fp32.onnx")
    assert fuse_attention(model, tmp_path / "model", LONGEST) is None


def with_more_added(model: onnx.ModelProto, name: str, nodes: list[onnx.NodeProto]) -> None:
    """Lets every attention's mask be the mask plus what the nodes give under that name."""
    view = GraphView(model)
    masks = set()
    for softmax in [node for node in model.graph.node if node.op_type == "Softmax"]:
        added = view.producer(softmax.input[0], "Add")
        assert added is not None
        masks.add(added.input[1])
        added.input[1] = "more"
    (mask,) = masks
    nodes_before = list(model.graph.node)
    index = 1 + next(i for i, node in enumerate(nodes_before) if mask in node.output)
    nodes_before[index:index] = [*nodes, helper.make_node("Add", [mask, name], ["more"])]
    del model.graph.node[:]
    model.graph.node.extend(nodes_before)


def constant(name: str, value: object) -> onnx.NodeProto:
    return helper.make_node(
        "Constant", [], [name], value=numpy_helper.from_array(np.asarray(value), name)
    )


def test_a_mask_that_is_not_zero_stays(folder: Path) -> None:
    """A sliding window of 100 tokens: zero for short pairs, not for the longest."""
    model = open_graph(folder / "model.fp32.onnx")
    window = [
        helper.make_node("Shape", ["input_ids"], ["w_size"]),
        constant("w_one", np.array(1)),
        constant("w_zero", np.array(0)),
        constant("w_limit", np.array(100)),
        constant("w_far", np.array(-1e4, np.float32)),
        helper.make_node("Gather", ["w_size", "w_one"], ["w_tokens"]),
        helper.make_node("Range", ["w_zero", "w_tokens", "w_one"], ["w_places"]),
        helper.make_node("Greater", ["w_places", "w_limit"], ["w_beyond"]),
        helper.make_node("Cast", ["w_beyond"], ["w_flags"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["w_flags", "w_far"], ["window"]),
    ]
    with_more_added(model, "window", window)
    assert fuse_attention(model, folder, LONGEST) is None
    assert fuse_attention(model, folder, 90) is not None


def test_a_mask_of_the_tokens_themselves_stays(folder: Path) -> None:
    """It is zero for whatever tokens are tried, and not for another."""
    model = open_graph(folder / "model.fp32.onnx")
    seen = [
        constant("t_rare", np.array(137)),
        constant("t_shape", np.array([1, 1, 1, -1])),
        helper.make_node("Equal", ["input_ids", "t_rare"], ["t_found"]),
        helper.make_node("Cast", ["t_found"], ["t_flags"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["t_flags", "t_shape"], ["rare"]),
    ]
    with_more_added(model, "rare", seen)
    assert fuse_attention(model, folder, LONGEST) is None


def test_another_scale_is_kept(folder: Path) -> None:
    model = open_graph(folder / "model.fp32.onnx")
    view = GraphView(model)
    for softmax in [node for node in model.graph.node if node.op_type == "Softmax"]:
        added = view.producer(softmax.input[0], "Add")
        scaled = added and view.producer(added.input[0], "Mul")
        factor = scaled and view.producer(scaled.input[1], "Constant")
        assert factor
        factor.attribute[0].t.CopyFrom(numpy_helper.from_array(np.array(0.05, np.float32)))
    fused = fuse_attention(model, folder, LONGEST)
    assert logits(folder, fused) == pytest.approx(logits(folder, model), abs=1e-5)
    assert np.abs(logits(folder, model) - logits(folder)).max() > 0.01


@pytest.mark.parametrize("save", [save_bert, save_xlm_roberta])
def test_a_head_on_the_first_token_needs_no_other_of_the_last_layer(
    save: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    export(str(save(tmp_path / "source")), folder, max_tokens=LONGEST)
    fused = fuse_attention(open_graph(folder / "model.fp32.onnx"), folder, LONGEST)
    assert fused is not None
    alone = first_token_alone(fused)
    assert alone is not None
    (cut,) = {name for node in alone.graph.node for name in node.output if "_first_token" in name}
    readers = sorted(node.op_type for node in GraphView(alone).consumers(cut))
    assert readers == ["Add", "MatMul"]  # the residual and the query
    assert logits(folder, alone) == pytest.approx(logits(folder), abs=1e-5)


def test_a_head_on_every_token_needs_the_last_layer(folder: Path) -> None:
    """The mean instead of the first token, as in the shipped model."""
    model = open_graph(folder / "model.fp32.onnx")
    (first,) = [
        node
        for node in model.graph.node
        if node.op_type == "Gather" and "LayerNorm" in node.input[0] and "pooler" in node.name
    ]
    mean = helper.make_node("ReduceMean", [first.input[0]], first.output, axes=[1], keepdims=0)
    first.CopyFrom(mean)
    fused = fuse_attention(model, folder, LONGEST)
    assert fused is not None
    assert first_token_alone(fused) is None
    assert first_token_alone(open_graph(folder / "model.fp32.onnx")) is None  # nothing fused


def test_only_the_integer_graph_is_fused(folder: Path) -> None:
    """The float graph is for padded runs: it needs its masks."""
    manifest = quantize(folder, QuantizeSpec(search=False, keep_fp32=True)).manifest
    integer, floats = (open_graph(folder / f"model.{name}.onnx") for name in ("int8", "float"))
    assert kinds(integer).count("MultiHeadAttention") == 3
    assert "MultiHeadAttention" not in kinds(floats)
    assert kinds(floats).count("Softmax") == 3
    runner = Runner.open(folder, manifest, manifest.graphs["float"])
    pairs = runner.encoded(PAIRS)
    assert runner.together(pairs) == pytest.approx(runner.alone(pairs), abs=1e-4)
    assert 0 < manifest.quantization["int8"].relative_difference < 0.15
