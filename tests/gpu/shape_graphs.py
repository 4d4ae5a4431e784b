"""The graphs of a shape: each made once in the shape's folder, from the traced float one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto
from onnx.external_data_helper import ExternalDataInfo
from tokenizers import Tokenizer, models

from sidecar.runtime.manifest import Graph, Padding, Prompt
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.export import FP32_FILE, write_graph
from sidecar.workshop.model.quantizing.fp16_rewrite import to_fp16
from sidecar.workshop.model.weights import WeightFile, open_graph, read_tensor
from tests.gpu import shapes
from tests.gpu.decoder_graph import FUSED, FUSED_NORM, decoder_graph
from tests.gpu.decoder_prefix import documents_graph, prefix_graph
from tests.gpu.device_int8 import block_int8, row_int8
from tests.gpu.shapes import Shape

MAX_TOKENS = 1024
"""Longest pair of the graphs; in one block of attention."""
ENCODER = {
    "fp32": "traced",
    "fp16": "traced, fp16_rewrite.py",
    "fp16 fused": "onnxruntime's own optimiser: attention in one node",
    "int8 w8a8": "MatMulInteger over the traced fp16 graph, a scale per token",
    "int8 weights": "MatMulNBits over the traced fp16 graph",
}
DECODER = {
    "fp32": "traced",
    "fp16": "traced, fp16_rewrite.py",
    "fp16 fused": "GroupQueryAttention, the residual stream float32",
    "fp16 fused stream": "GroupQueryAttention, the residual stream fp16",
    "int8 w8a8": "MatMulInteger over the fused fp16 graph, a scale per token",
    "int8 weights": "MatMulNBits over the fused fp16 graph",
}
PASSING = "passing"
"""Of float32 weights that are read once."""


def names(shape: Shape) -> dict[str, str]:
    """The variants of a shape, with what each is."""
    return DECODER if shape.decoder else ENCODER


class ShapeGraphs:
    """A shape's folder, network and graphs. A graph in the folder is not made again."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.shape = folder, shape
        self._network: Any = None

    @property
    def network(self) -> Any:
        """The torch network in float32 on the CPU."""
        if self._network is None:
            self._network = shapes.network(self.shape, MAX_TOKENS)
        return self._network

    def graph(self, variant: str) -> Graph:
        """The variant's graph, made if it is missing."""
        file = f"model.{variant.replace(' ', '-')}.onnx" if variant != "fp32" else FP32_FILE
        if not (self.folder / file).exists():
            makers: dict[str, Callable[[], onnx.ModelProto]] = {
                "fp32": self._traced,
                "fp16": lambda: self._half(self.open("fp32"), variant),
                "fp16 fused": self._fused,
                "fp16 fused stream": lambda: self._fused(fused_norms=True),
                "int8 w8a8": lambda: self._int8(variant, row_int8),
                "int8 weights": lambda: self._int8(variant, block_int8),
                "prefix": lambda: self._part(variant, prefix_graph),
                "documents": lambda: self._part(variant, documents_graph),
            }
            model = makers[variant]()
            (self.folder / file).write_bytes(model.SerializeToString())
        precision = "fp32" if variant == "fp32" else "int8" if "int8" in variant else "fp16"
        return Graph(
            file=file,
            precision=precision,
            devices=("cuda", "cpu"),
            runs="padded",
            tolerance=1e-4 if variant == "fp32" else 5e-3,
            canonical_tolerance=0.1,
        )

    def open(self, variant: str) -> onnx.ModelProto:
        """The variant's graph without its weights."""
        return open_graph(self.folder / self.graph(variant).file)

    def _traced(self) -> onnx.ModelProto:
        source = Checkpoint(
            name=self.shape.name,
            family="yes-no-decoder" if self.shape.decoder else "cross-encoder",
            network=self.network,
            inputs=shapes.inputs(self.shape),
            tokenizer=Tokenizer(models.WordLevel({"x": 0}, unk_token="x")),
            prompt=Prompt(pieces=("{query}", "{document}")),
            padding=Padding(side="right", token="x"),
            max_tokens=MAX_TOKENS,
            reference=lambda pairs: [],
        )
        write_graph(source, self.folder)
        return open_graph(self.folder / FP32_FILE)

    def _half(self, model: onnx.ModelProto, variant: str, *also: str) -> onnx.ModelProto:
        """In fp16, with what stays float32 in the same file."""
        with self._weights(variant) as weights:
            model = to_fp16(model, self.folder, weights, extra_operators=also)
            for tensor in model.graph.initializer:
                if tensor.data_location == TensorProto.EXTERNAL:
                    location = ExternalDataInfo(tensor).location
                    if location != weights.name:
                        tensor.CopyFrom(weights.put(tensor.name, read_tensor(tensor, self.folder)))
            return model

    def _fused(self, *, fused_norms: bool = False) -> onnx.ModelProto:
        if not self.shape.decoder:
            return self._optimised()
        with self._weights(PASSING) as weights:
            model = decoder_graph(self.network, weights, MAX_TOKENS, fused_norms=fused_norms)
        if fused_norms:
            return self._half(model, "fp16 fused stream", *FUSED, FUSED_NORM)
        return self._half(model, "fp16 fused", *FUSED)

    def _weights(self, variant: str) -> AbstractContextManager[WeightFile]:
        """The file of the variant's weights, written anew."""
        return WeightFile.create(self.folder, f"{variant.replace(' ', '-')}.bin")

    def _int8(self, variant: str, rewrite: Any) -> onnx.ModelProto:
        source = self.open("fp16 fused" if self.shape.decoder else "fp16")
        with self._weights(variant) as weights:
            model: onnx.ModelProto = rewrite(source, self.folder, weights)
        return model

    def _part(self, part: str, write: Any) -> onnx.ModelProto:
        with self._weights(PASSING) as weights:
            model = write(self.network, weights)
        return self._half(model, part)

    def _optimised(self) -> onnx.ModelProto:
        """By `onnxruntime.transformers`, as "O4" of other exporters.

        The word embeddings are set aside: with them the graph may pass protobuf's 2 GB, and no
        fusion touches them.
        """
        from onnxruntime.transformers import optimizer

        model = onnx.load(self.folder / self.graph("fp32").file)
        table = max(
            model.graph.initializer, key=lambda tensor: tensor.dims[0] if tensor.dims else 0
        )
        rows = table.dims[0]
        words = read_tensor(table, self.folder).astype("float16")
        table.CopyFrom(
            onnx.numpy_helper.from_array(read_tensor(table, self.folder)[:8], table.name)
        )
        fused = optimizer.optimize_model(
            model, "bert", self.shape.heads, self.shape.hidden, opt_level=0, use_gpu=True
        )
        fused.convert_float_to_float16(keep_io_types=True)
        result: onnx.ModelProto = fused.model
        with self._weights("fp16 fused") as weights:
            for tensor in result.graph.initializer:
                if tensor.dims and tensor.dims[0] == 8 and tensor.name.startswith(table.name):
                    tensor.CopyFrom(weights.put(tensor.name, words))
                elif tensor.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16):
                    values = onnx.numpy_helper.to_array(tensor)
                    tensor.CopyFrom(weights.put(tensor.name, values))
        if not any(list(tensor.dims)[:1] == [rows] for tensor in result.graph.initializer):
            raise RuntimeError("the optimiser renamed the word embeddings")
        return result
