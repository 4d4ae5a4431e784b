"""Logits of a model folder's graph, with the service's own tokenizer and session, in parallel.

An encoder's logit of a pair is the cosine of its two vectors, so that all that is measured of
rerankers by pairs is measured of encoders too.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.canonical import canonical_pairs, pair_inputs
from sidecar.runtime.cores import available_cores
from sidecar.runtime.exit_session import graph_session
from sidecar.runtime.families import FAMILIES, Family, Outputs
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.options import Device
from sidecar.runtime.runs import Layout, batch
from sidecar.runtime.session import ModelInput, Session
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.text_pair import TextPair

Floats = NDArray[np.float64]


def encoded(
    manifest: Manifest, tokenizer: PairTokenizer, pairs: Sequence[TextPair]
) -> list[ModelInput]:
    """The pairs tokenised as a request's are: one input each, of an encoder two. Raises ModelError
    for a query that is too long."""
    inputs: list[ModelInput] = []
    for query, document in pairs:
        try:
            inputs += pair_inputs(manifest, tokenizer, query, document)
        except InputTooLong as fault:
            raise ModelError(f"{query[:60]!r}...: {fault.message}") from None
    return inputs


class Runner:
    """One graph, run as the service runs it: a shared session, one worker per core."""

    def __init__(
        self,
        session: Session,
        manifest: Manifest,
        tokenizer: PairTokenizer,
        workers: int | None = None,
    ) -> None:
        self.session = session
        self.manifest = manifest
        self.tokenizer = tokenizer
        self._workers = workers or available_cores()

    @classmethod
    def open(
        cls, folder: Path, manifest: Manifest, graph: Graph, device: Device = "cpu"
    ) -> "Runner":
        """A folder's graph. Raises ModelError or DeviceError when it does not load."""
        session = graph_session(folder, graph, device)
        workers = None if device == "cpu" else 1
        return cls(session, manifest, PairTokenizer.open(folder, manifest), workers)

    @classmethod
    def served(cls, folder: ModelFolder) -> "Runner":
        """What the service would run on this CPU, one pair per run.

        Raises StartupError, ModelError or DeviceError when the service would fail to start.
        """
        layout = Layout(workers=available_cores(), intra_op_threads=1, token_budget=0)
        session = folder.session(layout)
        return cls(session, folder.running.manifest, folder.tokenizer, layout.workers)

    @classmethod
    def unoptimised(cls, folder: Path, manifest: Manifest, graph: Graph) -> "Runner":
        """The graph on the CPU without onnxruntime's fusions: only the rounding differs."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        for key, value in graph.session_config.items():
            options.add_session_config_entry(key, value)
        session = onnxruntime.InferenceSession(
            folder / graph.file, options, providers=["CPUExecutionProvider"]
        )
        wrapped = OnnxSession(session, "cpu", bind=False)
        return cls(wrapped, manifest, PairTokenizer.open(folder, manifest))

    def encoded(self, pairs: Sequence[TextPair]) -> list[ModelInput]:
        return encoded(self.manifest, self.tokenizer, pairs)

    def by_pair(self, inputs: Sequence[ModelInput]) -> list[list[ModelInput]]:
        """The inputs of each pair."""
        count = self._family.inputs_per_pair
        return [list(each) for each in zip(*(iter(inputs),) * count, strict=True)]

    def canonical(self) -> Floats:
        """Logits [8] of the manifest's canonical pairs, each run alone."""
        return self.alone(canonical_pairs(self.manifest, self.tokenizer))

    def logits(self, pairs: Sequence[TextPair], advance: Advance | None = None) -> Floats:
        """Logits [pairs], each pair run alone; `advance` is called once per pair."""
        return self.alone(self.encoded(pairs), advance)

    def alone(self, inputs: Sequence[ModelInput], advance: Advance | None = None) -> Floats:
        """Logits [pairs], one unpadded input per run, the longest first to balance the workers.

        `advance` is called once per pair.
        """

        def run_one(index: int) -> Outputs:
            row = self._rows([inputs[index]])
            if advance is not None and index % self._family.inputs_per_pair == 0:
                advance()
            return row

        order = sorted(range(len(inputs)), key=lambda index: -len(inputs[index]))
        rows: dict[int, Outputs] = {}
        with ThreadPoolExecutor(self._workers) as pool:
            rows.update(zip(order, pool.map(run_one, order), strict=True))
        if not rows:
            return np.empty(0)
        return self._values(np.concatenate([rows[index] for index in range(len(inputs))]))

    def together(self, inputs: Sequence[ModelInput]) -> Floats:
        """Logits [pairs], all in one padded run. Raises ModelError when the graph fails."""
        return self._values(self._rows(inputs))

    def _values(self, rows: Outputs) -> Floats:
        return self._family.pair_values(rows).astype(np.float64)

    def _rows(self, inputs: Sequence[ModelInput]) -> Outputs:
        """The outputs of one run, as the family reads them."""
        arrays = batch(inputs, self.manifest.padding, self.tokenizer.pad_id)
        try:
            return self._family.outputs(self.session.run(arrays))
        except Exception as fault:  # each runtime has its own classes, and bare RuntimeError
            raise ModelError(f"the graph does not run: {fault}") from None

    @property
    def _family(self) -> Family:
        return FAMILIES[self.manifest.family]

    def scores(self, logits: Floats) -> Floats:
        """Calibrated scores of the logits, in [0, 1]; an encoder's cosines as they are."""
        if self.manifest.is_encoder:
            return logits
        return np.array(list(map(self.manifest.calibration.score, logits.tolist())))
