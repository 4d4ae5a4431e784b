"""Prefix sharing by two sessions: one run for the prefix, then runs for what follows it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from sidecar.runtime.families import Logits
from sidecar.runtime.manifest import Graph
from sidecar.runtime.onnx_session import PROVIDERS
from sidecar.runtime.options import Device
from sidecar.runtime.session import Batch, Ids, ModelInput, Tensors
from tests.gpu.workloads import scored


class SharedPrefix:
    """Two graphs of one decoder. The keys and values stay on the device between the runs."""

    def __init__(self, folder: Path, prefix: Graph, documents: Graph, device: Device) -> None:
        self._device = device
        options = ort.SessionOptions()
        options.log_severity_level = 3
        self._prefix, self._documents = (
            ort.InferenceSession(folder / graph.file, options, providers=[PROVIDERS[device]])
            for graph in (prefix, documents)
        )

    def score(self, prefix: Ids, rest: Sequence[ModelInput], token_budget: int) -> Logits:
        """One logit per pair, which is the prefix followed by one of `rest`; shape (pairs,)."""
        shared = self._shared(prefix)
        return scored(lambda batch: self._run(batch, shared), rest, token_budget)

    def _shared(self, prefix: Ids) -> ort.OrtValue:
        binding = self._prefix.io_binding()
        binding.bind_ortvalue_input("input_ids", self._value(prefix[None]))
        binding.bind_output("shared", self._device, 0)
        self._prefix.run_with_iobinding(binding)
        binding.synchronize_outputs()
        return binding.get_outputs()[0]

    def _run(self, batch: Batch, shared: ort.OrtValue) -> Tensors:
        binding = self._documents.io_binding()
        for name in ("input_ids", "attention_mask"):
            binding.bind_ortvalue_input(name, self._value(getattr(batch, name)))
        binding.bind_ortvalue_input("shared", shared)
        binding.bind_output("logits", self._device, 0)
        self._documents.run_with_iobinding(binding)
        binding.synchronize_outputs()
        return {"logits": binding.copy_outputs_to_cpu()[0]}

    def _value(self, array: Ids) -> ort.OrtValue:
        return ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array), self._device, 0)
