"""Model folders of encoders of a few kilobytes, made by the test."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.families import cosines, vectors
from sidecar.runtime.manifest import CANONICAL_PAIRS, Manifest, sha256
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from tests.tiny_models import write_tokenizer


def tiny_encoder(
    folder: Path,
    *,
    name: str = "tiny-embed",
    dimensions: int = 8,
    matryoshka: tuple[int, ...] = (),
    prefixes: Mapping[str, str] | None = None,
    max_tokens: int = 64,
) -> Path:
    """A model folder: a text's vector is the mean of its bytes' random vectors, those of `[CLS]`
    and `[SEP]` among them, and these are the vectors of its tokens."""
    folder.mkdir(parents=True)
    write_tokenizer(folder / "tokenizer.json")
    _write_graph(folder / "model.onnx", dimensions)
    texts = [("a query", f"document number {number}") for number in range(CANONICAL_PAIRS)]
    body: dict[str, Any] = {
        "format": 1,
        "name": name,
        "family": "encoder",
        "languages": ["en"],
        "licence": "CC0-1.0",
        "max_tokens": max_tokens,
        "prompt": {"pieces": ["[CLS]", "{document}", "[SEP]"]},
        "padding": {"token": "[PAD]"},
        "encoding": {
            "dimensions": dimensions,
            "pooling": "mean",
            "prefixes": dict(prefixes or {}),
            "matryoshka": list(matryoshka),
        },
        "graphs": {
            "fp32": {
                "file": "model.onnx",
                "precision": "fp32",
                "devices": ["cpu"],
                "runs": "padded",
                "tolerance": 1e-4,
                "canonical_tolerance": 1e-3,
            }
        },
        "files": {each.name: sha256(each) for each in folder.iterdir()},
        "canonical": [
            {"query": query, "document": document, "logits": {"fp32": 0.0}}
            for query, document in texts
        ],
    }
    path = folder / "rerank.json"
    path.write_text(json.dumps(body))
    for pair, cosine in zip(body["canonical"], _canonical_cosines(folder), strict=True):
        pair["logits"]["fp32"] = cosine
    path.write_text(json.dumps(body))
    return folder


def _write_graph(path: Path, dimensions: int) -> None:
    table = np.random.default_rng(1).uniform(-1, 1, (300, dimensions)).astype(np.float32)
    initializers = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([1], np.int64), "tokens_axis"),
        numpy_helper.from_array(np.array([2], np.int64), "last"),
    ]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["token_vectors"]),
        helper.make_node("Cast", ["attention_mask"], ["ones"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["ones", "last"], ["mask"]),
        helper.make_node("Mul", ["token_vectors", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "tokens_axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "tokens_axis"], ["length"], keepdims=0),
        helper.make_node("Div", ["sum", "length"], ["vectors"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(each, TensorProto.INT64, ["texts", "tokens"])
            for each in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", dimensions]),
            helper.make_tensor_value_info(
                "token_vectors", TensorProto.FLOAT, ["texts", "tokens", dimensions]
            ),
        ],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _canonical_cosines(folder: Path) -> list[float]:
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    session = OnnxSession.open(folder, manifest.graphs["fp32"], "cpu")
    inputs = canonical_pairs(manifest, tokenizer)
    rows = vectors(session.run(batch(inputs, manifest.padding, tokenizer.pad_id)))
    return [float(each) for each in cosines(rows)]
