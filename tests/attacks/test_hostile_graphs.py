"""Graphs that would take the service with them, loaded beside a model that serves."""

import errno
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from sidecar.errors import ModelError
from sidecar.pipeline.model_changes import ModelChanges
from sidecar.pipeline.registry import ModelRegistry
from sidecar.runtime.manifest import sha256
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.session import Session
from sidecar.runtime.trial import try_apart
from tests.opened import DEADLINE_S, open_models
from tests.tiny_models import tiny_model


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelRegistry]:
    one = tiny_model(tmp_path_factory.mktemp("models") / "one", 1, name="one")
    models = open_models(one, run_timeout_s=2.0)
    yield models
    models.close()


def graph_of(nodes: list[onnx.NodeProto], weights: list[onnx.TensorProto]) -> onnx.ModelProto:
    """A graph with the service's inputs and the output `logits`."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "attack", inputs, [output], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def endless() -> onnx.ModelProto:
    """A loop whose condition stays true."""
    one = numpy_helper.from_array(np.ones(1, np.float32), "one")
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going_on"], ["goes_on"]),
            helper.make_node("Add", ["state", "one"], ["next_state"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("going_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next_state", TensorProto.FLOAT, None),
        ],
        [one],
    )
    yes = numpy_helper.from_array(np.array(True), "yes")
    zero = numpy_helper.from_array(np.zeros(1, np.float32), "zero")
    return graph_of(
        [helper.make_node("Loop", ["", "yes", "zero"], ["logits"], body=body)], [yes, zero]
    )


def huge() -> onnx.ModelProto:
    """Sixteen gigabytes of zeros."""
    size = numpy_helper.from_array(np.array([4 * 10**9], np.int64), "size")
    return graph_of([helper.make_node("ConstantOfShape", ["size"], ["logits"])], [size])


def hostile(folder: Path, graph: onnx.ModelProto) -> Path:
    """A model folder with this graph, and all hashes right."""
    tiny_model(folder, 2, name=folder.name)
    onnx.save(graph, folder / "model.onnx")
    manifest = json.loads((folder / "rerank.json").read_text())
    manifest["files"]["model.onnx"] = sha256(folder / "model.onnx")
    (folder / "rerank.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    ("graph", "said"),
    [(endless(), "took more than 2 s in a process of its own"), (huge(), "the graph does not run")],
    ids=["endless", "huge"],
)
def test_the_graph_is_refused_within_bounds_and_the_old_model_goes_on(
    registry: ModelRegistry, tmp_path: Path, graph: onnx.ModelProto, said: str
) -> None:
    before = dict(registry.served)
    with pytest.raises(ModelError, match=said):
        ModelChanges(registry).load("one", ModelSource(hostile(tmp_path / "model", graph)))
    assert registry.served == before


def test_a_model_that_was_never_open_is_tried_when_it_wakes(tmp_path: Path) -> None:
    one, two = tiny_model(tmp_path / "one", 1, name="one"), hostile(tmp_path / "two", endless())
    registry = ModelRegistry.open(
        [ModelSource(one), ModelSource(two)],
        RuntimeOptions.of({"run_timeout_s": 2.0}),
        deadline_s=DEADLINE_S,
        lazy=True,
    )
    try:
        with pytest.raises(ModelError, match="took more than 2 s"):
            ModelChanges(registry).wake("two")
    finally:
        registry.close()


@pytest.mark.parametrize("end", [partial(os._exit, 1), os.abort], ids=["exit", "abort"])
def test_a_process_that_ends_is_the_models_fault(end: Callable[[], Any]) -> None:
    with pytest.raises(ModelError, match="the graph does not load: it ended its process"):
        try_apart(end, prove_nothing, 0, run_limit_s=2.0, limits_memory=True)


def test_where_no_process_can_be_started_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*arguments: Any, **options: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(subprocess, "Popen", refused)
    try_apart(os.abort, prove_nothing, 0, run_limit_s=2.0, limits_memory=True)


def prove_nothing(session: Session) -> None:
    """Of a session that needs no proof."""
