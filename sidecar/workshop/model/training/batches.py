"""Groups to padded tensors, by length, so that little of a batch is padding."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from tokenizers import Tokenizer
from torch import Tensor

from sidecar.errors import InputTooLong, ModelError
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.training.group import Group

WINDOW = 16
"""Batches are cut from so many batches' groups, sorted by length."""


@dataclass(frozen=True)
class Batch:
    groups: list[Group]
    inputs: tuple[Tensor, ...]
    """The network's arguments, each of shape (pairs, tokens)."""


class Batches:
    """Cuts and encodes Groups of equal size for one network, as the service would."""

    def __init__(self, source: Checkpoint, max_tokens: int, groups_per_batch: int) -> None:
        limit = min(max_tokens, source.max_tokens)
        copy = Tokenizer.from_str(source.tokenizer.to_str())
        self._tokenizer = PairTokenizer(copy, replace(source, max_tokens=limit))
        self._padding = source.padding
        self._inputs = source.inputs
        self._size = groups_per_batch

    def usable(self, groups: Sequence[Group]) -> list[Group]:
        """Without those whose query leaves no room for a document."""
        return [group for group in groups if self._fits(group.query)]

    def trainable(self, groups: Sequence[Group]) -> list[Group]:
        """As `usable`. Raises ModelError when there are some and none is left."""
        left = self.usable(groups)
        if groups and not left:
            raise ModelError("no query leaves room for a document: raise --max-tokens")
        return left

    def cut(self, groups: Sequence[Group], seed: int) -> list[list[Group]]:
        """The groups in batches of similar length, the batches' order shuffled."""
        found: list[list[Group]] = []
        size = self._size * WINDOW
        for start in range(0, len(groups), size):
            window = sorted(groups[start : start + size], key=self._longest)
            parts = [window[i : i + self._size] for i in range(0, len(window), self._size)]
            random.Random(seed + start).shuffle(parts)
            found += parts
        return found

    def tensors(self, cut: Sequence[list[Group]]) -> Iterator[Batch]:
        """The batches, encoded one by one."""
        for groups in cut:
            pairs = []
            for group in groups:
                query = self._tokenizer.query(group.query)
                pairs += [self._tokenizer.whole(query, text) for text in group.documents]
            arrays = batch(pairs, self._padding, self._tokenizer.pad_id)
            inputs = tuple(torch.from_numpy(getattr(arrays, name)) for name in self._inputs)
            yield Batch(groups, inputs)

    def _fits(self, query: str) -> bool:
        try:
            self._tokenizer.query(query)
        except InputTooLong:
            return False
        return True

    def _longest(self, group: Group) -> int:
        return max(map(len, self._tokenizer.encode(group.documents)))
