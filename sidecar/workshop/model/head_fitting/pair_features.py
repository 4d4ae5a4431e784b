"""What the encoder makes of the pools, kept in the checkpoint's folder as it is made."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from sidecar.runtime.runs import batch
from sidecar.runtime.session import ModelInput
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.families.late_interaction_network import LateInteraction
from sidecar.workshop.model.folder_files import write_text
from sidecar.workshop.model.progress import BeginStep
from sidecar.workshop.model.training.group import Group

MEANS, FEATURES = "means.safetensors", "features.jsonl"
TEXTS_FOR_MEANS = 500
BATCH_TOKENS = 4096
"""Padded tokens that the encoder reads at a time."""
Matrix = NDArray[np.float32]
"""[documents, features] of one pool."""


class PairReader:
    """Reads pairs by the network of a checkpoint, in padded batches of similar length; on a GPU if
    there is one, and in bfloat16, as training does."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        network = checkpoint.network
        assert isinstance(network, LateInteraction)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network.encoder.set_attn_implementation("sdpa")
        self.network = network.to(self._device)
        self._tokenizer, self._padding = checkpoint.pair_tokenizer(), checkpoint.padding

    @torch.no_grad()
    def set_means(self, texts: Sequence[str], file: Path, begin_step: BeginStep) -> None:
        """Gives the network the means of its states over these documents, or those that an earlier
        call wrote to the file."""
        if not file.exists():
            advance = begin_step("usual states of the encoder", len(texts))
            query = self._tokenizer.query("")
            pairs = [self._tokenizer.whole(query, text) for text in texts]
            vectors, states, pieces = self.network.mean_vector * 0, self.network.mean_states * 0, 0
            for rows, tensors in self._batches(pairs):
                with torch.autocast(self._device.type, dtype=torch.bfloat16):
                    of_documents, of_pieces, counted = self.network.sums(*tensors)
                vectors, states, pieces = (
                    vectors + of_documents,
                    states + of_pieces,
                    pieces + counted,
                )
                for _ in rows:
                    advance()
            means = {"vector": vectors / len(texts), "states": states / max(pieces, 1)}
            _replace(file, means)
        means = load_file(file)
        self.network.mean_vector.copy_(means["vector"])
        self.network.mean_states.copy_(means["states"])

    @torch.no_grad()
    def features(self, group: Group) -> Matrix:
        """Of the group's documents. Raises InputTooLong when its query leaves them no room."""
        query = self._tokenizer.query(group.query)
        pairs = [self._tokenizer.whole(query, text) for text in group.documents]
        values = np.zeros((len(pairs), len(self.network.features_read)), np.float32)
        for rows, tensors in self._batches(pairs):
            with torch.autocast(self._device.type, dtype=torch.bfloat16):
                states = self.network.states(*tensors)
            values[rows] = self.network.compare(*tensors, states).cpu().numpy()
        return values

    def _batches(self, pairs: Sequence[ModelInput]) -> Iterator[tuple[list[int], list[Tensor]]]:
        """(places of the pairs, the network's arguments), the shortest first."""
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place]))
        while order:
            count = 1
            while count < len(order) and len(pairs[order[count]]) * (count + 1) <= BATCH_TOKENS:
                count += 1
            rows, order = order[:count], order[count:]
            arrays = batch([pairs[row] for row in rows], self._padding, self._tokenizer.pad_id)
            assert arrays.token_type_ids is not None
            inputs = (arrays.input_ids, arrays.attention_mask, arrays.token_type_ids)
            yield rows, [torch.from_numpy(array).to(self._device) for array in inputs]


def features_of(
    groups: Sequence[Group], reader: PairReader, file: Path, begin_step: BeginStep
) -> list[Matrix]:
    """Of each group. Those that the file has are read from it; the others are added to it."""
    done = _read(file)
    if len(done) == len(groups):
        return done
    advance = begin_step("features of the pools", len(groups))
    for _ in done:
        advance()
    # Without the line in which an interrupted run ended.
    write_text(file, "".join(map(_line, done)))
    with file.open("a", encoding="utf8") as out:
        for group in groups[len(done) :]:
            values = reader.features(group)
            out.write(_line(values))
            out.flush()
            done.append(values)
            advance()
    return done


def _read(file: Path) -> list[Matrix]:
    """The whole lines of the file; an empty list where there is none."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf8").splitlines(keepends=True)
    return [np.array(json.loads(line), np.float32) for line in lines if line.endswith("\n")]


def _line(matrix: Matrix) -> str:
    return json.dumps(matrix.tolist()) + "\n"


def _replace(file: Path, tensors: dict[str, Tensor]) -> None:
    part = file.with_suffix(".part")
    save_file(tensors, part)
    part.replace(file)
