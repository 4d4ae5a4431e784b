"""Logits of a model folder's graph by the service's own tokenizer and session, in parallel."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.cores import available_cores
from sidecar.runtime.families import logits
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


def encoded(tokenizer: PairTokenizer, pairs: Sequence[TextPair]) -> list[ModelInput]:
    """The pairs' ids, as a request's would be. Raises ModelError for a query too long."""
    found = []
    for query, document in pairs:
        try:
            start = tokenizer.query(query)
        except InputTooLong as fault:
            raise ModelError(f"{query[:60]!r}...: {fault.message}") from None
        found.append(tokenizer.whole(start, document))
    return found


class Runner:
    """One graph, scored as the service does it: a shared session, one worker per core."""

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
        """Raises ModelError or DeviceError when the graph does not load on the device."""
        session = OnnxSession.open(folder, graph, device)
        workers = None if device == "cpu" else 1
        return cls(session, manifest, PairTokenizer.open(folder, manifest), workers)

    @classmethod
    def served(cls, folder: ModelFolder) -> "Runner":
        """What the service would run on this CPU, one pair per run.

        Raises StartupError, ModelError or DeviceError where it would not start.
        """
        layout = Layout(workers=available_cores(), intra_op_threads=1, token_budget=0)
        session = folder.session(layout)
        return cls(session, folder.running.manifest, folder.tokenizer, layout.workers)

    @classmethod
    def unoptimised(cls, folder: Path, manifest: Manifest, graph: Graph) -> "Runner":
        """The graph on the CPU node by node as it is written: other rounding, the same numbers."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        for key, value in graph.session_config.items():
            options.add_session_config_entry(key, value)
        session = onnxruntime.InferenceSession(
            folder / graph.file, options, providers=["CPUExecutionProvider"]
        )
        opened = OnnxSession(session, "cpu", bind=False)
        return cls(opened, manifest, PairTokenizer.open(folder, manifest))

    def encoded(self, pairs: Sequence[TextPair]) -> list[ModelInput]:
        return encoded(self.tokenizer, pairs)

    def canonical(self) -> Floats:
        """Logits of the manifest's canonical pairs, each alone."""
        return self.alone(canonical_pairs(self.manifest, self.tokenizer))

    def logits(self, pairs: Sequence[TextPair], tick: Advance | None = None) -> Floats:
        """One logit per pair, each scored alone; `tick` is called once per pair."""
        return self.alone(self.encoded(pairs), tick)

    def alone(self, pairs: Sequence[ModelInput], tick: Advance | None = None) -> Floats:
        """One logit per pair, one unpadded pair per run. The longest go first: even workers."""

        def one(place: int) -> float:
            logit = float(self.together([pairs[place]])[0])
            if tick is not None:
                tick()
            return logit

        order = sorted(range(len(pairs)), key=lambda place: -len(pairs[place]))
        logits = np.empty(len(pairs))
        with ThreadPoolExecutor(self._workers) as pool:
            logits[order] = list(pool.map(one, order))
        return logits

    def together(self, pairs: Sequence[ModelInput]) -> Floats:
        """One logit per pair, all in one padded run. Raises ModelError when the graph fails."""
        arrays = batch(pairs, self.manifest.padding, self.tokenizer.pad_id)
        try:
            return logits(self.session.run(arrays)).astype(np.float64)
        except Exception as fault:  # each engine has its own classes, and bare RuntimeError
            raise ModelError(f"the graph does not run: {fault}") from None

    def scores(self, logits: Floats) -> Floats:
        """The calibrated scores of logits."""
        return np.array(list(map(self.manifest.calibration.score, logits.tolist())))
