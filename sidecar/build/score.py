"""Logits of a graph, one unpadded pair per run, for building and measuring."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sidecar.build.batches import encode
from sidecar.build.export import INPUTS
from sidecar.build.mine import open_tokenizer
from sidecar.engine.manifest import Graph


class Scorer:
    """Scores pairs as the service does: a shared session, one worker per core."""

    def __init__(self, folder: Path, graph: Graph, max_tokens: int, workers: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        for key, value in graph.session_config.items():
            options.add_session_config_entry(key, value)
        self._session = onnxruntime.InferenceSession(
            folder / graph.file, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = open_tokenizer(folder)
        self._max_tokens = max_tokens
        self._workers = workers

    def logit(self, query: str, document: str) -> float:
        return float(self.run([encode(self._tokenizer, query, document, self._max_tokens)])[0])

    def logits(self, query: str, documents: list[str]) -> list[float]:
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(lambda document: self.logit(query, document), documents))

    def run(self, pairs: list[tuple[list[int], int]]) -> NDArray[np.float32]:
        """One run over the encoded pairs, right-padded."""
        longest = max(len(ids) for ids, _ in pairs)
        feed = {name: np.zeros((len(pairs), longest), np.int64) for name in INPUTS}
        for i, (ids, left) in enumerate(pairs):
            feed["input_ids"][i, : len(ids)] = ids
            feed["attention_mask"][i, : len(ids)] = 1
            feed["token_type_ids"][i, left : len(ids)] = 1
        logits: NDArray[np.float32] = self._session.run(["logits"], feed)[0]
        return logits
