"""A graph in parts, which a pair leaves where it is surely irrelevant.

After each part but the last, a head gives the logit that the whole network would give, as far as
these layers can tell. A pair whose logit is below the part's threshold keeps it and goes no
further. Just above the threshold, within a band, a pair goes on, and its logit is a mixture of
both: so a logit that moves by a rounding never jumps, whatever CPU or company it has.

The rule reads the pair's own logit alone. The source of the idea is DeeBERT (Xin et al., 2020).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sidecar.runtime.manifest import Exits, Graph
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.options import Device
from sidecar.runtime.session import Batch, Session, Tensors

LOGITS = "logits"
"""An output of every part."""
BEGIN, END = "hidden_states", "next_states"
"""The input of a part that goes on from another, and the output that it goes on from."""

Floats = NDArray[np.float32]


class ProfiledSession(Session, Protocol):
    """A session of onnxruntime, whose nodes' places and times can be had."""

    @property
    def provider(self) -> str:
        """The execution provider that every node is meant to run on."""

    def end_profile(self) -> list[dict[str, Any]]:
        """The events of a session that was opened with a profile."""


class ExitSession:
    """Sessions of a graph's parts as one session, with one output: the logits."""

    def __init__(self, parts: Sequence[ProfiledSession], exits: Exits) -> None:
        self._parts = parts
        self._exits = exits

    @property
    def provider(self) -> str:
        """See `OnnxSession`."""
        return self._parts[0].provider

    def run(self, batch: Batch) -> Tensors:
        """Logits (inputs,). What remains of the run after a part forms a run of its own, padded to
        its own longest input."""
        logits = np.zeros(len(batch.input_ids), dtype=np.float32)
        share = np.ones_like(logits)
        rows = np.arange(len(logits))
        for part, threshold in zip(self._parts, self._exits.thresholds, strict=False):
            tensors = part.run(batch)
            found = tensors[LOGITS].reshape(-1)
            settled = settled_share(found, threshold, self._exits.band)
            logits[rows] += share[rows] * settled * found
            share[rows] *= 1 - settled
            going_on = settled < 1
            if not going_on.any():
                return {LOGITS: logits}
            rows = rows[going_on]
            batch = _rest(batch, tensors[END], going_on)
        logits[rows] += share[rows] * self._parts[-1].run(batch)[LOGITS].reshape(-1)
        return {LOGITS: logits}

    def end_profile(self) -> list[dict[str, Any]]:
        """See `OnnxSession`; of all parts."""
        return [event for part in self._parts for event in part.end_profile()]


def graph_session(
    folder: Path, graph: Graph, device: Device, *, threads: int = 1, profile: bool = False
) -> ProfiledSession:
    """A session of the graph in onnxruntime, in parts or not. Raises as `OnnxSession.open` does."""
    parts = [
        OnnxSession.open(
            folder,
            graph.model_copy(update={"file": file, "exits": None}),
            device,
            threads=threads,
            profile=profile,
        )
        for file in graph.files
    ]
    return parts[0] if graph.exits is None else ExitSession(parts, graph.exits)


def settled_share(logits: Floats, threshold: float, band: float) -> Floats:
    """How much of a pair's logit is the exit's: 1 below the threshold, 0 from the band's end on.

    A logit that is no number is the exit's, so that it stays none.
    """
    share = np.clip((threshold + band - logits) / band, 0, 1)
    return np.where(np.isnan(logits), np.float32(1), share.astype(np.float32))


def _rest(batch: Batch, states: Floats, rows: NDArray[np.bool_]) -> Batch:
    """The batch of these rows, without the columns that only pad."""
    mask = batch.attention_mask[rows]
    columns = mask.any(axis=0)
    kept = np.ix_(rows, columns)
    types = batch.token_type_ids
    return replace(
        batch,
        input_ids=batch.input_ids[kept],
        attention_mask=mask[:, columns],
        token_type_ids=None if types is None else types[kept],
        hidden_states=states[kept],
    )
