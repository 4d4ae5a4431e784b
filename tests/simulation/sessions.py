"""Models that are functions of their revision and of the ids: a score that crossed shows itself."""

import hashlib
from functools import cache

import numpy as np

from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from tests.simulation.plan import Breakage

LOWEST, HIGHEST = -7.0, 7.0
"""Logits, above what an empty document gets."""


@cache
def _canonical(tokenizer: PairTokenizer, graph: str) -> dict[bytes, float]:
    """Ids of the shipped model's canonical pairs -> the manifest's logits; of all revisions."""
    manifest = Manifest.read(shipped_model())
    pairs = canonical_pairs(manifest, tokenizer)
    return {
        pair.ids.tobytes(): canonical.logits[graph]
        for pair, canonical in zip(pairs, manifest.canonical, strict=True)
    }


class SimulatedSession:
    """Scores what the device gives it. Before each run the device says what the run `does`."""

    def __init__(self, model: ServedModel) -> None:
        self._revision = model.running.score_revision.encode()
        self._canonical = _canonical(model.tokenizer, model.running.name)
        self.does: Breakage | None = None

    def run(self, batch: Batch) -> Tensors:
        if self.does == "raises":
            raise RuntimeError("the device is on fire")
        if self.does == "is not a number":
            return {"logits": np.full(len(batch.input_ids), np.nan, np.float32)}
        rows = zip(batch.input_ids, batch.attention_mask, strict=True)
        logits = [self.logit(ids[mask.astype(bool)].tobytes()) for ids, mask in rows]
        return {"logits": np.array(logits, np.float32)}

    def logit(self, ids: bytes) -> float:
        """Of one pair's ids; the manifest's for a canonical pair."""
        if ids in self._canonical:
            return self._canonical[ids]
        digest = hashlib.blake2b(self._revision + ids, digest_size=4).digest()
        share = int.from_bytes(digest) / 2**32
        return LOWEST + share * (HIGHEST - LOWEST)
