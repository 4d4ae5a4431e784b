"""A model folder is data and never code: what its author may try, with hashes that are right."""

import ast
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from sidecar.errors import ModelError, StartupError
from sidecar.runtime.external_weights import locations
from sidecar.runtime.manifest import sha256
from sidecar.runtime.model_folder import shipped_model
from tests.opened import open_models
from tests.tiny_models import tiny_model

ROOT = Path(__file__).parents[2]
GRAPH = "model.int8.onnx"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A model folder with a file beside it that is none of its business."""
    np.ones(16, np.float32).tofile(tmp_path / "outside.bin")
    return Path(shutil.copytree(folder, tmp_path / "model"))


def edit(folder: Path, **graph: Any) -> None:
    """Changes the manifest's first graph, and makes the hashes right."""
    path = folder / "rerank.json"
    manifest = json.loads(path.read_text())
    manifest["graphs"]["int8"].update(graph)
    manifest["files"] = {name: sha256(folder / name) for name in manifest["files"]}
    path.write_text(json.dumps(manifest))


def graph_with(node: onnx.NodeProto, weights: str | None = None) -> bytes:
    """A graph with the service's inputs and outputs that computes the node."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)
    weight = helper.make_tensor("weights", TensorProto.FLOAT, [16], np.ones(16, np.float32))
    if weights is not None:
        weight.ClearField("float_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=weights)
    graph = helper.make_graph([node], "attack", inputs, [output], [weight])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("attack", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


IDENTITY = helper.make_node("Identity", ["weights"], ["logits"])


@pytest.mark.parametrize(
    "location", ["../outside.bin", "{folder}/../outside.bin", "x/../../outside.bin", "link.bin"]
)
def test_weights_outside_of_the_folder_are_not_read(copy: Path, location: str) -> None:
    (copy / "link.bin").symlink_to(copy.parent / "outside.bin")
    (copy / GRAPH).write_bytes(graph_with(IDENTITY, location.format(folder=copy)))
    edit(copy)
    with pytest.raises(ModelError, match=r"reads '.*', for which"):
        open_models(copy)


@pytest.mark.parametrize(
    "location", ["w.bin", "./w.bin", "deep/w.bin", "./" * 100 + "w.bin", "w.bin\0x"]
)
def test_weights_that_the_manifest_does_not_name_are_not_read(copy: Path, location: str) -> None:
    """Nothing would say that they were altered, and scores of two files would share a revision."""
    (copy / "deep").mkdir()
    np.ones(16, np.float32).tofile(copy / location.partition("\0")[0])
    (copy / GRAPH).write_bytes(graph_with(IDENTITY, location))
    edit(copy)
    with pytest.raises(ModelError, match=r"model\.int8\.onnx reads '.*w\.bin.*', for which rerank"):
        open_models(copy)


def test_lengths_that_are_written_in_more_bytes_hide_nothing(copy: Path) -> None:
    raw = graph_with(IDENTITY, "w.bin")
    entry = b"\x0a\x08location\x12\x05w.bin"
    assert locations_of(copy, raw) == {"w.bin"}
    longer = b"\x0a\x88\x00location\x12\x85\x00w.bin"
    tensor = onnx.load_from_string(raw).graph.initializer[0].SerializeToString()
    field = b"\x2a" + bytes([len(tensor) + 2]) + tensor.replace(entry, longer)
    entry_length = bytes([0x6A, len(entry)]), bytes([0x6A, len(longer)])
    graph = field.replace(*entry_length)
    assert locations_of(copy, b"\x3a" + bytes([len(graph)]) + graph) == {"w.bin"}


def locations_of(folder: Path, raw: bytes) -> set[str]:
    (folder / "other.onnx").write_bytes(raw)
    return locations(folder / "other.onnx")


def test_the_locations_are_those_that_onnx_finds(folder: Path) -> None:
    graphs = [*folder.glob("*.onnx"), *shipped_model().glob("*.onnx")]
    assert len(graphs) > 2
    for path in graphs:
        graph = onnx.load(path, load_external_data=False).graph
        entries = [entry for tensor in graph.initializer for entry in tensor.external_data]
        assert locations(path) == {each.value for each in entries if each.key == "location"}


def test_files_beside_a_model_that_no_graph_reads_change_nothing(copy: Path) -> None:
    """An older model in a folder of its own, a volume's links, names that are also a tensor's."""
    graph = onnx.load(copy / GRAPH, load_external_data=False).graph
    shutil.copytree(copy, copy / "old")
    (copy / "..data").symlink_to("old")
    for name in ("0", "logits", graph.node[0].output[0].rpartition("/")[2], "README.md"):
        (copy / name).write_text("mine")
    open_models(copy).close()


def test_an_operator_that_onnxruntime_does_not_bring_is_refused(copy: Path) -> None:
    node = helper.make_node("Run", ["weights"], ["logits"], domain="attack")
    (copy / GRAPH).write_bytes(graph_with(node))
    edit(copy)
    with pytest.raises(ModelError, match="does not load"):
        open_models(copy)


@pytest.mark.parametrize(
    "entry",
    [
        {"session.model_external_initializers_file_folder_path": "/etc"},
        {"ep.context_file_path": "/tmp/written.onnx"},
        {"session.use_env_allocators": "1"},
        {"session.disable_quant_qdq": "/tmp/written"},
    ],
)
def test_a_manifest_sets_no_option_of_the_runtime_but_those_about_numbers(
    copy: Path, entry: dict[str, str]
) -> None:
    edit(copy, session_config=entry)
    with pytest.raises(ModelError, match=r"session_config"):
        open_models(copy)


@pytest.mark.parametrize("name", ["../outside.bin", "/etc/passwd", ".hidden", "a/b", "a\0b", ""])
def test_a_manifest_names_no_file_outside_of_the_folder(copy: Path, name: str) -> None:
    edit(copy, file=name)
    with pytest.raises(ModelError, match=r"file"):
        open_models(copy)


@pytest.mark.parametrize(
    "raw",
    [b"[" * 100_000, b'{"a":' * 100_000, b'{"version": "1.0", "model": {"type": "BPE"}}', b"\0"],
    ids=["deep array", "deep object", "no vocabulary", "null"],
)
def test_a_tokenizer_file_that_is_none_is_refused(copy: Path, raw: bytes) -> None:
    (copy / "tokenizer.json").write_bytes(raw)
    edit(copy)
    with pytest.raises(ModelError, match="not a tokenizer"):
        open_models(copy)


def test_a_manifest_that_is_deep_or_huge_is_refused(copy: Path) -> None:
    for raw in ("[" * 100_000, '{"a":' * 100_000, '{"format": 1' + "0" * 100_000 + "}"):
        (copy / "rerank.json").write_text(raw)
        with pytest.raises(ModelError, match="not a valid manifest"):
            open_models(copy)


@pytest.mark.parametrize(
    ("was", "now", "where"),
    [
        *(
            ('"format"', f'"{key}": {value}, "format"', key)
            for key in ("temperature", "bias")
            for value in ("NaN", "Infinity", "1e999", "1e300", "true", '"2"')
        ),
        ('"format"', '"temperature": 1e-320, "format"', "temperature"),
        ('"tolerance": 0.0001', '"tolerance": 1e999', "tolerance"),
        ('"canonical_tolerance": 0.001', '"canonical_tolerance": Infinity', "canonical_tolerance"),
        *(
            ('"max_tokens": 512', f'"max_tokens": {value}', "max_tokens")
            for value in ("1000000000", "1" + "0" * 30, "512.0", '"512"', "true")
        ),
        *(
            ('"[SEP]"]', f'"[SEP]"], "segments": [0, 0, {value}, 1, 1]', "segments")
            for value in (2**70, 10**18, -1, "true")
        ),
        ('"[CLS]"', '"' + "[CLS]" * 100_000 + '"', "pieces"),
        ('"[CLS]"', ", ".join(['"[CLS]"'] * 100), "pieces"),
        ('"a query"', '"' + "word " * 100_000 + '"', "query"),
        ('"logits": {"fp32": ', '"logits": {"fp32": 1e999, "x": ', "logits"),
    ],
)
def test_numbers_and_texts_beyond_all_models_are_refused(
    tmp_path: Path, was: str, now: str, where: str
) -> None:
    path = tiny_model(tmp_path / "model", 1) / "rerank.json"
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, now, 1))
    with pytest.raises(ModelError, match=f"not a valid manifest: .*{where}"):
        open_models(path.parent)


def test_a_prompt_that_fills_the_model_is_refused_as_the_models(tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "model", 1) / "rerank.json"
    path.write_text(path.read_text().replace('"[CLS]"', f'"{"[CLS]" * 600}"', 1))
    with pytest.raises(ModelError, match="canonical pair does not fit"):
        open_models(path.parent)


def test_a_manifest_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "model", 1) / "rerank.json"
    os.truncate(path, 2**40)
    with pytest.raises(ModelError, match="too large"):
        open_models(path.parent)


def test_an_empty_graph_is_refused(copy: Path) -> None:
    (copy / GRAPH).write_bytes(b"")
    edit(copy)
    with pytest.raises(ModelError, match="does not load"):
        open_models(copy)


def test_a_pipe_in_place_of_a_file_does_not_hold_the_start(copy: Path) -> None:
    (copy / GRAPH).unlink()
    os.mkfifo(copy / GRAPH)
    with pytest.raises(StartupError):
        open_models(copy)


def test_nothing_that_serves_can_read_code_from_a_file() -> None:
    """No `eval`, and no pickle but the one that a worker process gets from its parent.

    Hooks are the operator's own Python, and one file loads them. The package's `__init__` imports
    its own modules by name.
    """
    forbidden = {"pickle", "marshal", "shelve", "dill", "joblib", "eval", "exec", "compile"}
    found = set()
    for path in (ROOT / "sidecar").rglob("*.py"):
        if "workshop" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name.split(".")[0] for alias in node.names]
                names += [(getattr(node, "module", None) or "").split(".")[0]]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names = [node.func.id]
            elif isinstance(node, ast.Attribute) and node.attr in ("exec_module", "import_module"):
                names = [node.attr]
            found |= {
                (str(path.relative_to(ROOT)), name)
                for name in names
                if name in forbidden or name in ("exec_module", "import_module")
            }
    assert {path for path, _ in found} <= {
        "sidecar/__init__.py",
        "sidecar/hooks/loading.py",
        "sidecar/runtime/worker_main.py",
        "sidecar/runtime/worker_process.py",
    }


def test_a_pipe_in_place_of_the_manifest_is_not_waited_for(copy: Path) -> None:
    (copy / "rerank.json").unlink()
    os.mkfifo(copy / "rerank.json")
    with pytest.raises(ModelError, match="is no file"):
        open_models(copy)
