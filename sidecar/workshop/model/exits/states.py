"""What the heads learn from: pairs' features after each part, and the whole network's logits."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sidecar.runtime.cores import available_cores
from sidecar.runtime.exit_session import END, LOGITS
from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.session import Batch, ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.exits.head import Features
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.runner import encoded
from sidecar.workshop.model.text_pair import TextPair


@dataclass(frozen=True)
class ReadPairs:
    """Pairs as the network read them."""

    features: tuple[Tensor, ...]
    """Of each part but the last: [pairs, features]."""
    logits: Tensor
    """The whole network's, [pairs]."""


def read_pairs(
    folder: Path,
    manifest: Manifest,
    graph: Graph,
    files: Sequence[str],
    pairs: Sequence[TextPair],
    advance: Advance,
) -> ReadPairs:
    """Runs each pair alone through the graph's parts, `files`; `advance` is called once a pair."""
    parts = [
        OnnxSession.open(folder, graph.model_copy(update={"file": file}), "cpu") for file in files
    ]
    tokenizer = PairTokenizer.open(folder, manifest)

    def read(each: ModelInput) -> tuple[list[Tensor], float]:
        arrays = batch([each], manifest.padding, tokenizer.pad_id)
        found = _through(parts, arrays)
        advance()
        return found

    with ThreadPoolExecutor(available_cores()) as pool, torch.inference_mode():
        rows = list(pool.map(read, encoded(manifest, tokenizer, pairs)))
    return ReadPairs(
        tuple(torch.cat([row[0][index] for row in rows]) for index in range(len(parts) - 1)),
        torch.tensor([row[1] for row in rows]),
    )


def _through(parts: Sequence[OnnxSession], arrays: Batch) -> tuple[list[Tensor], float]:
    """(features after each part but the last, logit)."""
    mask = torch.from_numpy(arrays.attention_mask)
    types = torch.from_numpy(arrays.token_type_ids)
    features = []
    for part in parts[:-1]:
        states = part.run(arrays)[END]
        with torch.inference_mode():
            features.append(Features()(torch.from_numpy(states), mask, types))
        arrays = replace(arrays, hidden_states=states)
    return features, float(np.ravel(parts[-1].run(arrays)[LOGITS])[0])
