"""The best speed of onnxruntime alone: loops over the sidecar's own graph, with nothing around.

Each loop is what one would write by hand for a whole request: a plain `encode_batch`, arrays,
`session.run`. No HTTP, no queue, no ranking, no other requests.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from sidecar.runtime.manifest import TOKENIZER, Graph, Manifest
from sidecar.workshop.bench.workload import Request, Round
from sidecar.workshop.counted import counted

Logits = NDArray[np.float32]


def bare_loops(
    folder: Path, manifest: Manifest, graph: Graph, *, pad_id: int, cores: int
) -> list["BareLoop"]:
    """The loops over a cross-encoder's graph on this machine's CPU."""
    tokenizer = bare_tokenizer(folder, manifest)
    one_thread = BareSession(folder, graph, 1, pad_id)
    all_cores = BareSession(folder, graph, cores, pad_id)
    return [
        BareLoop(tokenizer, one_thread, workers=cores, budget=0),
        BareLoop(tokenizer, all_cores, workers=1, budget=0),
        BareLoop(tokenizer, one_thread, workers=cores, budget=512),
        BareLoop(tokenizer, all_cores, workers=1, budget=512),
        BareLoop(tokenizer, all_cores, workers=1, budget=1024),
    ]


def bare_tokenizer(folder: Path, manifest: Manifest) -> Tokenizer:
    """The library's own tokenizer for `encode_batch` of (query, text): unpadded, long texts cut."""
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(manifest.max_tokens, strategy="only_second")
    return tokenizer


class BareSession:
    """A session with onnxruntime's defaults, except for its threads."""

    def __init__(self, folder: Path, graph: Graph, threads: int, pad_id: int) -> None:
        self.threads = threads
        self._pad_id = pad_id
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        for key, value in graph.session_config.items():
            options.add_session_config_entry(key, value)
        self._session = ort.InferenceSession(
            folder / graph.file, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {item.name for item in self._session.get_inputs()}

    def run(self, pairs: Sequence[Encoding]) -> Logits:
        """The logits of one run, shape (pairs,), padded on the right to the longest pair."""
        width = max(map(len, pairs))
        ids = np.full((len(pairs), width), self._pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        types = np.zeros_like(ids)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair)] = pair.ids
            mask[row, : len(pair)] = 1
            types[row, : len(pair)] = pair.type_ids
        arrays = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        feed = {name: arrays[name] for name in self._inputs}
        logits: Logits = self._session.run(None, feed)[0].reshape(-1)
        return logits


class BareLoop:
    """`workers` threads that take runs of at most `budget` padded tokens; 0: one pair per run."""

    def __init__(
        self, tokenizer: Tokenizer, session: BareSession, *, workers: int, budget: int
    ) -> None:
        self.name = f"{_runs(budget)}, {counted(workers, 'worker')} x {session.threads}"
        self.batches = budget > 0
        self._tokenizer = tokenizer
        self._session = session
        self._workers = workers
        self._budget = budget
        self._threads = ThreadPoolExecutor(workers, "bare")

    def run(self, requests: Round) -> None:
        """Scores the requests one after the other."""
        for request in requests:
            self.logits(request)

    def logits(self, request: Request) -> Logits:
        """One logit per document, in the request's order."""
        texts = [(request.query, text) for text in request.texts]
        pairs = self._tokenizer.encode_batch(texts)
        logits = np.zeros(len(pairs), dtype=np.float32)
        runs = iter(budget_runs(list(map(len, pairs)), self._budget))

        def work(_: int) -> None:
            for run in runs:  # a list iterator gives each item to one thread only
                logits[run] = self._session.run([pairs[index] for index in run])

        list(self._threads.map(work, range(self._workers)))
        return logits


def budget_runs(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Indexes of each run, longest pairs first, as many as the budget of padded tokens allows."""
    runs: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        # Descending: a run's first pair is its longest and sets its width.
        if runs and (len(runs[-1]) + 1) * lengths[runs[-1][0]] <= budget:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _runs(budget: int) -> str:
    return f"{budget} tokens" if budget else "single pairs"
