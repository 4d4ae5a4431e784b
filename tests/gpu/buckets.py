"""Runs of fixed shapes: a session per bucket with fixed buffers, as CUDA graphs need them.

A CUDA graph replays one recorded sequence of kernels, with the same shapes and addresses. So a
bucket's dimensions are fixed before its session is made (onnxruntime then folds all shape
arithmetic), and its inputs are written into buffers that never move. A run with fewer pairs or
shorter ones is padded; unused rows hold one token each.
"""

import bisect
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from sidecar.runtime.families import Logits
from sidecar.runtime.manifest import Graph
from sidecar.runtime.onnx_session import PROVIDERS
from sidecar.runtime.options import Device
from sidecar.runtime.session import Batch, Tensors


class Bucket:
    """A session for runs of exactly `pairs` x `tokens`."""

    def __init__(self, folder: Path, graph: Graph, device: Device, pairs: int, tokens: int) -> None:
        self.pairs, self.tokens = pairs, tokens
        options = ort.SessionOptions()
        options.log_severity_level = 3
        options.add_free_dimension_override_by_name("batch", pairs)
        options.add_free_dimension_override_by_name("sequence", tokens)
        settings = {"enable_cuda_graph": "1"} if device == "cuda" else {}
        provider = (PROVIDERS[device], settings)
        self._session = ort.InferenceSession(folder / graph.file, options, providers=[provider])
        if self._session.get_providers()[0] != PROVIDERS[device]:
            raise RuntimeError(f"the bucket does not run on {device}")
        # On a CPU a value keeps the array's own memory: each has one of its own.
        self._inputs = {
            item.name: ort.OrtValue.ortvalue_from_numpy(
                np.zeros((pairs, tokens), np.int64), device, 0
            )
            for item in self._session.get_inputs()
        }
        self._logits = ort.OrtValue.ortvalue_from_shape_and_type([pairs], np.float32, device, 0)
        self._binding = self._session.io_binding()
        for name, value in self._inputs.items():
            self._binding.bind_ortvalue_input(name, value)
        self._binding.bind_ortvalue_output(self._session.get_outputs()[0].name, self._logits)

    def run(self, batch: Batch) -> Logits:
        """One logit per pair, shape (pairs,). Raises ValueError for a run that does not fit."""
        rows, width = batch.input_ids.shape
        if rows > self.pairs or width > self.tokens:
            raise ValueError(f"{rows} x {width} does not fit {self.pairs} x {self.tokens}")
        for name, value in self._inputs.items():
            padded = np.zeros((self.pairs, self.tokens), np.int64)
            padded[:rows, :width] = getattr(batch, name)
            if name == "attention_mask":
                padded[rows:, 0] = 1
            value.update_inplace(padded)
        self._session.run_with_iobinding(self._binding)
        self._binding.synchronize_outputs()
        logits: Logits = self._logits.numpy()[:rows].copy()
        return logits


class Buckets:
    """A Session over one bucket per length; a run goes to the shortest that holds it."""

    def __init__(
        self,
        folder: Path,
        graph: Graph,
        device: Device,
        lengths: Sequence[int],
        token_budget: int,
    ) -> None:
        """Each bucket holds as many pairs as the budget allows at its length."""
        self._lengths = sorted(lengths)
        self._buckets = [
            Bucket(folder, graph, device, token_budget // length, length)
            for length in self._lengths
        ]
        self.token_budget = token_budget

    def run(self, batch: Batch) -> Tensors:
        """One logit per pair; a run with more pairs than the bucket holds is split."""
        width = batch.input_ids.shape[1]
        index = bisect.bisect_left(self._lengths, width)
        if index == len(self._lengths):
            raise ValueError(f"no bucket holds {width} tokens")
        bucket = self._buckets[index]
        rows = range(0, len(batch.input_ids), bucket.pairs)
        parts = [bucket.run(_rows(batch, row, bucket.pairs)) for row in rows]
        return {"logits": np.concatenate(parts)}


def _rows(batch: Batch, start: int, count: int) -> Batch:
    rows = slice(start, start + count)
    types = None if batch.token_type_ids is None else batch.token_type_ids[rows]
    return Batch(batch.input_ids[rows], batch.attention_mask[rows], types)
