"""Model folders of a few kilobytes, made by the test: they load in milliseconds."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from sidecar.runtime.manifest import CANONICAL_PAIRS, Manifest, sha256
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer

SPECIAL = ("[PAD]", "[CLS]", "[SEP]")


def tiny_model(folder: Path, seed: int, *, name: str = "tiny", weights: int = 0) -> Path:
    """A model folder: a pair's logit is eight times the mean of its bytes' random numbers. Another
    seed gives other numbers. `weights` is the size in bytes of a table that no score depends on."""
    folder.mkdir(parents=True)
    write_tokenizer(folder / "tokenizer.json")
    _write_graph(folder / "model.onnx", seed, weights)
    pairs = [("a query", f"document number {number}") for number in range(CANONICAL_PAIRS)]
    body = {
        "format": 1,
        "name": name,
        "family": "cross-encoder",
        "languages": ["en"],
        "licence": "CC0-1.0",
        "max_tokens": 512,
        "prompt": {"pieces": ["[CLS]", "{query}", "[SEP]", "{document}", "[SEP]"]},
        "padding": {"token": "[PAD]"},
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
            for query, document in pairs
        ],
    }
    path = folder / "rerank.json"
    path.write_text(json.dumps(body))
    for pair, logit in zip(body["canonical"], _canonical_logits(folder), strict=True):
        pair["logits"]["fp32"] = logit
    path.write_text(json.dumps(body))
    return folder


def spoil(folder: Path) -> Path:
    """Makes the folder one that cannot prove itself: its canonical logits are another's."""
    path = folder / "rerank.json"
    body = json.loads(path.read_text())
    for pair in body["canonical"]:
        pair["logits"]["fp32"] += 1.0
    path.write_text(json.dumps(body))
    return folder


def write_tokenizer(path: Path) -> None:
    """Every byte is a token."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate((*SPECIAL, *alphabet))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.save(str(path))


def _write_graph(path: Path, seed: int, weights: int) -> None:
    table = np.random.default_rng(seed).uniform(-1, 1, (300, 1)).astype(np.float32)
    initializers = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
        numpy_helper.from_array(np.array(8.0, np.float32), "eight"),
    ]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["looked_up"]),
        helper.make_node("Squeeze", ["looked_up", "last"], ["numbers"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["numbers", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "axis"], ["length"], keepdims=0),
        helper.make_node("Div", ["sum", "length"], ["mean"]),
        helper.make_node("Mul", ["mean", "eight"], ["logits"]),
    ]
    initializers.append(numpy_helper.from_array(np.array([2], np.int64), "last"))
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["pairs"])]
    if weights:
        unused = np.random.default_rng(seed).bytes(weights // 4 * 4)
        initializers.append(
            numpy_helper.from_array(np.frombuffer(unused, np.int32).reshape(-1, 1), "unused")
        )
        nodes.append(helper.make_node("Gather", ["unused", "axis"], ["unused_row"]))
        outputs.append(helper.make_tensor_value_info("unused_row", TensorProto.INT32, [1, 1]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(each, TensorProto.INT64, ["pairs", "tokens"])
            for each in ("input_ids", "attention_mask")
        ],
        outputs,
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _canonical_logits(folder: Path) -> list[float]:
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    session = OnnxSession.open(folder, manifest.graphs["fp32"], "cpu")
    logits = []
    for pair in manifest.canonical:
        each = tokenizer.whole(tokenizer.query(pair.query), pair.document)
        run = session.run(batch([each], manifest.padding, tokenizer.pad_id))
        logits.append(float(run["logits"][0]))
    return logits
