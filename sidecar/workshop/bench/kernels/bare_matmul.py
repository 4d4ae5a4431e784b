"""A matrix product of unsigned by signed bytes as a graph of one node: onnxruntime at its fastest.

The activations are bytes already and the sums stay 32-bit integers: nothing is quantised, scaled or
added. Imports onnx, which serving does not need.
"""

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from sidecar.workshop.bench.kernels.graph_profile import MatmulSize


class BareMatmul:
    """A session over one MatMulInteger with constant weights, packed at load as a model's are."""

    def __init__(self, size: MatmulSize) -> None:
        rng = np.random.default_rng(1)
        rows = rng.integers(0, 256, (size.rows, size.inner), dtype=np.uint8)
        weights = rng.integers(-127, 128, (size.inner, size.columns), dtype=np.int8)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            _graph(size, weights), options, providers=["CPUExecutionProvider"]
        )
        # Bound once: a run allocates and copies no arrays.
        self._sums = ort.OrtValue.ortvalue_from_numpy(
            np.zeros((size.rows, size.columns), np.int32), "cpu", 0
        )
        self._binding = self._session.io_binding()
        self._binding.bind_ortvalue_input("rows", ort.OrtValue.ortvalue_from_numpy(rows, "cpu", 0))
        self._binding.bind_ortvalue_output("sums", self._sums)

    def run(self, times: int) -> None:
        """Computes the product `times` times."""
        for _ in range(times):
            self._session.run_with_iobinding(self._binding)

    def sums(self) -> NDArray[np.int32]:
        """The last run's output, shape (rows, columns)."""
        sums: NDArray[np.int32] = self._sums.numpy()
        return sums


def _graph(size: MatmulSize, weights: NDArray[np.int8]) -> bytes:
    """The serialised graph: sums = (rows - 128) @ weights."""
    from onnx import TensorProto, helper, numpy_helper

    zero = helper.make_tensor("zero", TensorProto.UINT8, [], [128])
    rows = helper.make_tensor_value_info("rows", TensorProto.UINT8, [size.rows, size.inner])
    sums = helper.make_tensor_value_info("sums", TensorProto.INT32, [size.rows, size.columns])
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["rows", "weights", "zero"], ["sums"])],
        "product",
        [rows],
        [sums],
        [numpy_helper.from_array(weights, "weights"), zero],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    serialised: bytes = model.SerializeToString()
    return serialised
